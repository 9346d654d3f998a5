"""The desk: found, marked with one tap, walked in; and deferred, of which nobody writes down why."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
import time_machine

from activities.audit.models import AuditEntry
from activities.duties.models import Slot
from activities.duties.rules import spread
from activities.kit.db import db
from activities.outbox.models import Notice
from activities.records import desk
from activities.records.models import Record
from activities.records.rules import AlreadyOnList, Attendance, Mark, NobodyByNumber, NobodyDeferred, NotStarted
from activities.records.rules_ticks import NobodyComesNow
from activities.records.service import record_attendance
from activities.reviews.queries import own_year
from activities.signups.arrival_verbs import set_quotas
from activities.signups.models import SignUp
from activities.signups.service import sign_up
from tests.cast import DAY, HOUR, NOW, english, make_activity, make_member, make_post, make_room, make_slot

PRESENT, DEFERRED, ABSENT = Attendance.PRESENT, Attendance.DEFERRED, Attendance.ABSENT
THEN = NOW + 2 * DAY + HOUR / 2


@pytest.fixture
def drive(ctx, cast) -> Slot:
    """A blood drive that has begun, of two seats, one of them Lin's."""
    slot = make_slot(
        make_post(make_activity("献血", cast.first, "blood"), "体育馆", capacity=2), NOW + 2 * DAY, hours=2
    )
    db.session.commit()
    set_quotas(cast.ou.id, slot.id, 0, spread(2, 120), NOW)
    sign_up(cast.lin.id, slot.id, NOW)
    return slot


def arrive(cast, drive: Slot, number: str, what: Attendance = PRESENT) -> tuple[str, bool]:
    return desk.arrive(cast.ou.id, drive.id, number, what, THEN)


def test_who_is_registered_arrives_with_one_tap(cast, drive):
    assert arrive(cast, drive, cast.lin.number) == ("林可欣", False)
    record = db.session.scalars(sa.select(Record)).one()
    assert (record.attendance, record.minutes) == (PRESENT, 60)
    with pytest.raises(AlreadyOnList):
        arrive(cast, drive, cast.lin.number)


def test_who_walks_in_takes_a_free_seat_and_then_none(cast, drive):
    other = make_member("2301009", "钱多", cast.first)
    db.session.commit()
    assert arrive(cast, drive, cast.wang.number) == ("王一诺", False)
    assert arrive(cast, drive, other.number) == ("钱多", True)
    slot = db.session.get_one(Slot, drive.id, populate_existing=True)
    assert (slot.taken, slot.tickets) == (2, 3)
    assert desk.tally(drive.id) == desk.Tally(registered=2, arrived=2, deferred=0, extra=1)
    assert db.session.scalar(sa.select(SignUp.arrival_id).where(SignUp.member_id == cast.wang.id))


def test_nobody_who_may_not_see_the_activity_is_registered(cast, drive):
    for number in (cast.zhao.number, "x"):
        with pytest.raises(NobodyByNumber):
            arrive(cast, drive, number)


def test_deferred_is_neither_success_nor_absence(cast, drive):
    arrive(cast, drive, cast.lin.number, DEFERRED)
    record = db.session.scalars(sa.select(Record)).one()
    assert (record.attendance, record.minutes, record.minutes_late) == (DEFERRED, 0, 0)
    total = own_year(cast.lin.id, record.day.year).total
    assert (total.attended, total.late, total.excused, total.absent, sum(total.minutes)) == (0, 0, 0, 0, 0)


def test_no_word_is_kept_of_why_somebody_is_deferred(cast, drive):
    """Neither with the first mark nor with a correction, even where something is typed."""
    marks = [(PRESENT, 60), (DEFERRED, 0), (ABSENT, 0), (DEFERRED, 0)]
    for n, (attendance, minutes) in enumerate(marks):
        mark = {cast.lin.id: Mark(attendance, minutes)}
        record_attendance(cast.ou.id, drive.id, mark, THEN + n * HOUR, reason="血压高" if n else "")
    trail = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.subject == "record")).all()
    assert len(trail) == 4
    assert "血压高" not in str([(entry.reason, entry.before, entry.after) for entry in trail])


def test_other_kinds_know_nobody_who_is_deferred(cast, drive):
    slot = make_slot(cast.lake, NOW + 2 * DAY)
    db.session.commit()
    sign_up(cast.wang.id, slot.id, NOW)
    with pytest.raises(NobodyDeferred):
        record_attendance(cast.ou.id, slot.id, {cast.wang.id: Mark(DEFERRED)}, THEN)


def test_the_page_finds_by_number_and_name_and_shows_who_comes_next(app, cast, drive):
    with time_machine.travel(THEN, tick=False):
        ou, address = english(app, cast.ou), f"/slots/{drive.public_id}/desk"
        assert "林可欣" in ou.get(f"{address}?q=可欣").get_data(as_text=True)
        assert "林可欣" in ou.get(f"{address}?q=1001").get_data(as_text=True)
        assert "Nobody who is registered matches" in ou.get(f"{address}?q=zz").get_data(as_text=True)
        assert ou.submit(address, number=cast.lin.number, deferred="1").status_code == 303
        wrong = ou.submit(address, number="nobody")
        assert wrong.status_code == 422
        assert 'value="nobody"' in wrong.get_data(as_text=True)
        assert ou.submit(address, number=cast.wang.number).status_code == 303
        assert "Deferred" in ou.get(f"{address}?q={cast.lin.number}").get_data(as_text=True)


def test_six_hundred_registered_take_as_many_statements_as_one(app, cast, drive, statements):
    counts = []
    with time_machine.travel(THEN, tick=False):
        ou = english(app, cast.ou)
        ou.get("/slots")  # who is logged in is remembered as long as the test's context
        for more in (0, 600):
            people = [make_member(f"8{more}{n:04}", f"献{n}", cast.first, password_hash=None) for n in range(more)]
            db.session.flush()
            db.session.execute(sa.update(Slot).where(Slot.id == drive.id).values(capacity=2 + more, taken=1 + more))
            db.session.add_all(
                SignUp(slot_id=drive.id, member_id=one.id, state="seated", ticket=10 + n, signed_up_at=NOW,
                       changed_at=NOW, seated_at=NOW)
                for n, one in enumerate(people)
            )  # fmt: skip
            db.session.commit()
            db.session.expunge_all()
            with statements.count() as sent:
                assert ou.get(f"/slots/{drive.public_id}/desk?q=8").status_code == 200
            counts.append(len(sent))
    assert len(set(counts)) == 1


# ── where people do not come one after another ──────────────────────────────


@pytest.fixture
def cleaning(ctx, cast) -> Slot:
    """A slot of two seats and two hours tomorrow, one seat Lin's."""
    sign_up(cast.lin.id, cast.slot.id, NOW)
    return cast.slot


@pytest.mark.parametrize(
    ("minute", "mark"),
    [
        pytest.param(-15, Mark(PRESENT, 120), id="before-it-begins"),
        pytest.param(5, Mark(PRESENT, 120), id="in-time"),
        pytest.param(30, Mark(Attendance.LATE, 90, 30), id="late"),
    ],
)
def test_who_walks_in_anywhere_counts_from_when_they_came(cast, cleaning, minute, mark):
    when = cleaning.starts_at + minute * HOUR / 60
    assert desk.arrive(cast.ou.id, cleaning.id, cast.wang.number, PRESENT, when) == ("王一诺", False)
    record = db.session.scalars(sa.select(Record)).one()
    assert Mark(record.attendance, record.minutes, record.minutes_late) == mark
    seats = db.session.scalar(sa.select(sa.func.count()).where(SignUp.slot_id == cleaning.id))
    assert seats == 2


def test_who_is_told_of_a_seat_before_it_begins_is_told_once(cast, cleaning):
    desk.arrive(cast.ou.id, cleaning.id, cast.wang.number, PRESENT, cleaning.starts_at - HOUR / 6)
    told = sa.select(Notice.topic).where(Notice.member_id == cast.wang.id)
    assert db.session.scalars(told).all() == ["signups.seated"]


@pytest.mark.parametrize(("minute", "refusal"), [(-16, NotStarted), (120, NobodyComesNow)], ids=str)
def test_nobody_walks_in_long_before_or_afterwards(cast, cleaning, minute, refusal):
    with pytest.raises(refusal):
        desk.arrive(cast.ou.id, cleaning.id, cast.wang.number, PRESENT, cleaning.starts_at + minute * HOUR / 60)


def test_nobody_is_deferred_from_cleaning(cast, cleaning):
    with pytest.raises(NobodyDeferred):
        desk.arrive(cast.ou.id, cleaning.id, cast.wang.number, DEFERRED, cleaning.starts_at)


def test_who_waits_for_a_seat_and_comes_is_recorded_beside_the_seats(cast, cleaning):
    extra = make_member("2301010", "孙来", cast.first)
    db.session.commit()
    sign_up(cast.wang.id, cleaning.id, NOW)
    sign_up(extra.id, cleaning.id, NOW, or_wait=True)
    db.session.execute(sa.update(Slot).where(Slot.id == cleaning.id).values(capacity=3))
    db.session.commit()
    assert desk.arrive(cast.ou.id, cleaning.id, extra.number, PRESENT, cleaning.starts_at) == ("孙来", True)


def test_a_post_that_somebody_holds_takes_no_walk_ins(app, cast):
    with app.app_context():
        slot = make_slot(make_room(cast), NOW)
        db.session.commit()
    assert english(app, cast.ou).get(f"/slots/{slot.public_id}/desk").status_code == 404
