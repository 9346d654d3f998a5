"""A calendar becomes slots: all that was shown, once, and back again while nobody is in them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from activities.audit.models import AuditEntry
from activities.duties.models import Activity, Slot
from activities.duties.rules import PlanChanged
from activities.imports import queries, reading, service
from activities.imports.models import CalendarImport, CalendarUpload, ImportedEvent
from activities.imports.queries import UploadGone
from activities.imports.rules import (
    MOST_BYTES,
    HasBadEvents,
    ImportHasPeople,
    NothingChosen,
    NothingInIt,
    TooManyTimes,
    Why,
    Wish,
)
from activities.kit import clock
from activities.kit.db import db
from activities.kit.refusal import NotAllowed, NotFound
from activities.signups.organize import delete_slot
from activities.signups.service import sign_up, withdraw
from activities.sites.rules import TooManyVisitors
from activities.terms.models import Term
from activities.timetables.rules import NotACalendar, TooLarge
from tests.cast import NOW, make_activity, make_post, make_site
from tests.timetables.calendars import calendar

WEEKLY = "UID:w\nDTSTART;TZID=Asia/Shanghai:20261201T100000\nDURATION:PT2H\nRRULE:FREQ=WEEKLY;COUNT=3\nSUMMARY:东湖"
ONCE = "UID:o\nDTSTART:20261203T080000Z\nDTEND:20261203T090000Z"
ALL_DAY = "UID:d\nDTSTART;VALUE=DATE:20261204"
NO_END = "UID:n\nDTSTART:20261204T080000Z"
LONG = "UID:l\nDTSTART:20261204T080000Z\nDURATION:P2D"
FILE = calendar(WEEKLY, ONCE)


@pytest.fixture(autouse=True)
def world(ctx, cast):
    db.session.add(Term(name="2026 秋", starts_on=date(2026, 9, 7), weeks=18))
    db.session.commit()


def bring(cast, data=FILE, name="a.ics", who=None) -> str:
    return service.bring((who or cast.ou).id, cast.sweeping.id, data, name, clock.zone(), NOW)


def look(cast, upload: str, wish=None, now=NOW):
    kept = queries.kept_upload(cast.ou.id, cast.sweeping.id, upload, now)
    return service.look(cast.sweeping.id, reading.restored(kept.found), wish or Wish(cast.lake.id), clock.zone(), now)


def confirm(cast, upload: str, ticked=None, wish=None, digest="", now=NOW, who=None, **options) -> int:
    wish = wish or Wish(cast.lake.id)
    shown = look(cast, upload, wish) if not digest else None
    ticked = range(9) if ticked is None else ticked
    return service.confirm(
        (who or cast.ou).id, cast.sweeping.id, upload, wish, set(ticked), digest or shown.digest, clock.zone(), now,
        **options,
    )  # fmt: skip


def imported(cast) -> list[Slot]:
    query = sa.select(Slot).where(Slot.id != cast.slot.id).order_by(Slot.starts_at)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def test_every_time_becomes_a_slot(cast):
    before = db.session.get(Activity, cast.sweeping.id).schedule_revision
    assert confirm(cast, bring(cast)) == 4
    assert [f"{clock.local(slot.starts_at):%m-%d %H:%M}" for slot in imported(cast)] == [
        "12-01 10:00", "12-03 16:00", "12-08 10:00", "12-15 10:00",
    ]  # fmt: skip
    assert {(slot.post_id, slot.capacity, slot.minutes) for slot in imported(cast)} == {
        (cast.lake.id, 2, 120), (cast.lake.id, 2, 60),
    }  # fmt: skip
    assert db.session.get(Activity, cast.sweeping.id, populate_existing=True).schedule_revision > before
    entry = db.session.query(AuditEntry).one()
    assert (entry.verb, entry.after["slots"], entry.after["file"]) == ("import calendar", 4, "a.ics")
    assert db.session.query(CalendarUpload).count() == 0


def test_nothing_but_a_digest_is_kept_of_an_event(cast):
    confirm(cast, bring(cast))
    kept = db.session.query(ImportedEvent).all()
    assert {len(one.digest) for one in kept} == {64}
    assert {one.digest for one in kept}.isdisjoint({"w", "o"})


def test_the_same_file_again_makes_nothing_new(cast):
    confirm(cast, bring(cast))
    again = bring(cast)
    assert [line.why for entry in look(cast, again).entries for line in entry.lines] == [Why.IMPORTED] * 4
    with pytest.raises(NothingChosen):
        confirm(cast, again)
    longer = bring(cast, calendar(WEEKLY.replace("COUNT=3", "COUNT=4"), ONCE))
    assert confirm(cast, longer) == 1
    assert len(imported(cast)) == 5


def test_an_event_without_a_uid_is_known_by_what_it_is_called(cast):
    nameless = ONCE.replace("UID:o", "SUMMARY:One")
    assert confirm(cast, bring(cast, calendar(nameless))) == 1
    later = "UID:z\nDTSTART:20261210T080000Z\nDTEND:20261210T090000Z"
    assert [line.time.digest for line in look(cast, bring(cast, calendar(later, nameless))).new] == [
        reading.digest_of("z")
    ]


def test_a_slot_that_was_deleted_can_be_imported_again(cast):
    confirm(cast, bring(cast))
    delete_slot(cast.ou.id, imported(cast)[1].id, NOW)
    assert confirm(cast, bring(cast)) == 1


def test_what_is_not_ticked_stays_out(cast):
    assert confirm(cast, bring(cast), ticked={1}) == 1
    assert len(imported(cast)) == 1


def test_with_bad_events_it_is_all_or_nothing_until_they_are_left_out(cast):
    upload = bring(cast, calendar(WEEKLY, ALL_DAY, NO_END, LONG, "UID:x\nDTSTART:soon"))
    kept = reading.restored(queries.kept_upload(cast.ou.id, cast.sweeping.id, upload, NOW).found)
    assert [(why.number, why.what, str(why.why)) for _, why in kept.bad] == [
        (2, "DTSTART", "is a whole day, without a time"), (3, "DTEND", "is missing"),
        (4, "DTEND", "is more than a day after the start"), (5, "DTSTART", "cannot be read"),
    ]  # fmt: skip
    with pytest.raises(HasBadEvents):
        confirm(cast, upload)
    assert imported(cast) == []
    assert confirm(cast, upload, leaves_out_bad=True) == 3  # the upload was not lost


def test_what_has_changed_since_is_shown_again_before_anything_is_written(cast):
    upload = bring(cast)
    with pytest.raises(PlanChanged):
        confirm(cast, upload, digest="0" * 64)
    digest = look(cast, upload).digest
    confirm(cast, upload := bring(cast), ticked={0})
    upload = bring(cast)
    with pytest.raises(PlanChanged):
        confirm(cast, upload, digest=digest)
    assert len(imported(cast)) == 3


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"hello", NotACalendar),
        (b" " * (MOST_BYTES + 1), TooLarge),
        (calendar(ONCE.replace("2026", "2025")), NothingInIt),
        (calendar(WEEKLY.replace("WEEKLY;COUNT=3", "MINUTELY;INTERVAL=5")), TooManyTimes),
        (calendar(ONCE + "\nSTATUS:CANCELLED"), NothingInIt),
    ],
)
def test_a_file_of_which_nothing_can_come_is_refused_and_not_kept(cast, data, reason):
    with pytest.raises(reason):
        bring(cast, data)
    assert db.session.query(CalendarUpload).count() == 0


def test_a_partners_place_that_does_not_take_them_takes_none(cast):
    site = make_site("护理院", cast.first, most_visitors=3)
    post = make_post(cast.sweeping, "三楼", capacity=2, site_id=site.id)
    db.session.commit()
    upload = bring(cast)
    with pytest.raises(TooManyVisitors):
        service.check_visits(look(cast, upload, Wish(post.id, False, 4)))
    with pytest.raises(TooManyVisitors):
        confirm(cast, upload, wish=Wish(post.id, False, 4))
    assert imported(cast) == []
    assert confirm(cast, upload, wish=Wish(post.id)) == 4


def test_an_upload_is_for_its_person_for_its_activity_for_an_hour_and_for_once(cast):
    upload, newer = bring(cast), bring(cast)
    for verb in (
        lambda: look(cast, upload),
        lambda: look(cast, newer, now=NOW + queries.KEPT + timedelta(seconds=1)),
        lambda: queries.kept_upload(cast.chen.id, cast.sweeping.id, newer, NOW),
        lambda: queries.kept_upload(cast.ou.id, cast.sweeping.id + 1, newer, NOW),
    ):
        with pytest.raises(UploadGone):
            verb()
    digest = look(cast, newer).digest
    confirm(cast, newer)
    with pytest.raises(UploadGone):
        confirm(cast, newer, digest=digest)


def test_only_who_organizes_it_imports_and_takes_back(cast):
    upload = bring(cast)
    for who in (cast.lin, cast.chen):
        with pytest.raises(NotAllowed):
            bring(cast, who=who)
        with pytest.raises(NotAllowed):
            confirm(cast, upload, who=who)
    confirm(cast, upload)
    batch = db.session.query(CalendarImport).one()
    for who in (cast.lin, cast.chen):
        with pytest.raises(NotAllowed):
            service.undo(who.id, batch.id, NOW)
    assert len(imported(cast)) == 4


def test_the_post_must_be_the_activitys(cast):
    other = make_post(make_activity("别的", cast.first), "别处")
    db.session.commit()
    upload = bring(cast)
    with pytest.raises(NotFound):
        look(cast, upload, Wish(other.id))


# ── taking it back ──────────────────────────────────────────────────────────


def test_an_import_is_taken_back_and_can_be_made_again(cast):
    confirm(cast, bring(cast))
    batch = db.session.query(CalendarImport).one().id
    assert service.undo(cast.ou.id, batch, NOW) == 4
    assert imported(cast) == []
    assert [db.session.query(model).count() for model in (CalendarImport, ImportedEvent)] == [0, 0]
    entry = db.session.query(AuditEntry).order_by(AuditEntry.id.desc()).first()
    assert (entry.verb, entry.before["slots"]) == ("undo import", 4)
    with pytest.raises(NotFound):
        service.undo(cast.ou.id, batch, NOW)
    assert confirm(cast, bring(cast)) == 4


def test_where_anybody_has_ever_been_nothing_goes(cast):
    confirm(cast, bring(cast))
    batch, slot = db.session.query(CalendarImport).one().id, imported(cast)[2].id
    sign_up(cast.lin.id, slot, NOW)
    for _ in range(2):
        with pytest.raises(ImportHasPeople) as refused:
            service.undo(cast.ou.id, batch, NOW)
        assert refused.value.slots == 1
        assert len(imported(cast)) == 4
        if db.session.get(Slot, slot, populate_existing=True).taken:
            withdraw(cast.lin.id, slot, NOW)  # the trail stays


def test_it_costs_the_same_whatever_its_length(cast, statements):
    counts = []
    for count, uid in ((2, "a"), (5, "b")):
        data = calendar(WEEKLY.replace("UID:w", f"UID:{uid}").replace("COUNT=3", f"COUNT={count}"))
        upload = bring(cast, data)
        digest = look(cast, upload).digest
        with statements.count() as sent:
            made = confirm(cast, upload, digest=digest)
        batch = db.session.query(CalendarImport).one().id
        with statements.count() as undone:
            service.undo(cast.ou.id, batch, NOW)
        counts.append((len(sent), len(undone)))
        assert made == count
    assert counts[0] == counts[1]


def test_a_calendar_that_nobody_imports_is_forgotten_by_itself(cast):
    bring(cast)
    service.forget_old(NOW + queries.KEPT)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(CalendarUpload)) == 1
    service.forget_old(NOW + queries.KEPT + timedelta(seconds=1))
    assert db.session.scalar(sa.select(sa.func.count()).select_from(CalendarUpload)) == 0
