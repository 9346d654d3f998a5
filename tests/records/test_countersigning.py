"""On what hours rest: what is weaker than the kind asks for waits for a second person, who is neither of the others."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from sqlalchemy.exc import IntegrityError

from activities.duties.kinds import Evidence, Ledger
from activities.duties.models import Slot
from activities.kit.db import db
from activities.kit.refusal import NotAllowed
from activities.kit.roles import Role
from activities.people.models import Member
from activities.records import countersigning, queries, sheets
from activities.records.countersigning import Signed, countersign, piles, waiting
from activities.records.models import Record
from activities.records.rules import Attendance, Mark
from activities.records.rules_evidence import ChangedSince, LateReasonMissing, NobodyChosen, OwnHours, OwnMark
from activities.records.service import record_attendance, undo
from activities.reviews.queries import own_year
from activities.reviews.rules import LEDGERS
from tests.cast import DAY, HOUR, NOW, english, grant, make_activity, make_post, make_slot
from tests.records.conftest import seat

pytestmark = pytest.mark.usefixtures("ctx")

SERVICE = LEDGERS.index(Ledger.SERVICE)
FULL, ABSENT, DEFERRED = Mark(Attendance.PRESENT, 60), Mark(Attendance.ABSENT), Mark(Attendance.DEFERRED)
LONG_AFTER = NOW + 30 * DAY


@pytest.fixture
def visit(ctx, cast) -> Slot:
    """A visit of which an organizer's list is not enough, with Lin, Wang, and the organizers Ou and Chen."""
    slot = make_slot(make_post(make_activity("敬老", cast.first, "elder_care"), "护理中心", capacity=9), NOW - HOUR)
    seat(slot, [cast.lin, cast.wang, cast.ou, cast.chen])
    return slot


def record(who: Member) -> Record:
    query = sa.select(Record).where(Record.member_id == who.id).execution_options(populate_existing=True)
    return db.session.scalars(query).one()


def figures(who: Member) -> tuple[int, int]:
    """Final and provisional minutes of service, as the year and one's own page have them."""
    total = own_year(who.id, NOW.year).total
    mine = queries.totals(who.id, NOW.year)[Ledger.SERVICE]
    assert (mine.minutes, mine.provisional) == (total.minutes[SERVICE], total.provisional[SERVICE])
    return mine.minutes, mine.provisional


def chosen(slot: Slot, signer: Member, *who: Member) -> dict:
    names = {one.name for one in who}
    return {line.public_id: line.changed_at for line in waiting(slot.id, signer.id) if line.name in names}


def test_hours_on_weaker_evidence_wait_until_somebody_else_signs(cast, visit):
    record_attendance(cast.ou.id, visit.id, {cast.lin.id: FULL, cast.wang.id: ABSENT}, NOW)
    assert figures(cast.lin) == (0, 60)
    assert [line.name for line in waiting(visit.id, cast.chen.id)] == [cast.lin.name]  # absence claims nothing
    assert countersign(cast.chen.id, visit.id, chosen(visit, cast.chen, cast.lin), NOW) == Signed(1, 60)
    assert figures(cast.lin) == (60, 0)
    assert record(cast.lin).evidence is Evidence.ORGANIZER_TICK
    entry, who = queries.trail(record(cast.lin))[-1]
    assert (entry.verb, who) == ("countersign", cast.chen.name)
    assert entry.after == {"is_final": True, "countersigned_by_id": cast.chen.id}


def test_the_list_is_enough_where_the_kind_says_so(cast, past):
    record_attendance(cast.ou.id, past.id, {cast.lin.id: FULL}, NOW)
    assert figures(cast.lin) == (60, 0)


@pytest.mark.parametrize(("signer", "whose", "refusal"), [("ou", "lin", OwnMark), ("chen", "chen", OwnHours)])
def test_the_three_are_different_people(cast, visit, signer, whose, refusal):
    signer, whose = getattr(cast, signer), getattr(cast, whose)
    record_attendance(cast.ou.id, visit.id, {whose.id: FULL}, NOW)
    with pytest.raises(refusal):
        countersign(signer.id, visit.id, chosen(visit, signer, whose), NOW)
    assert figures(whose) == (0, 60)


def test_an_administrator_is_no_exception(cast, visit):
    record_attendance(cast.ou.id, visit.id, {cast.lin.id: FULL}, NOW)
    with pytest.raises(NotAllowed):
        countersign(cast.gu.id, visit.id, chosen(visit, cast.gu, cast.lin), NOW)
    grant(cast.ou, Role.ADMINISTRATOR, cast.first)
    db.session.commit()
    with pytest.raises(OwnMark):
        countersign(cast.ou.id, visit.id, chosen(visit, cast.ou, cast.lin), NOW)


@pytest.mark.parametrize(
    "values",
    [
        {"countersigned_by_id": "lin", "is_final": True},
        {"countersigned_by_id": "ou", "is_final": True},
        {"countersigned_by_id": "chen"},
        {"evidence": Evidence.TYPED_LATER, "is_final": True},
        {"evidence": Evidence.POSTED_CODE, "is_final": True},
        {"evidence": Evidence.IMPORTED, "is_final": True},
        {"evidence": Evidence.COUNTERSIGNED},
    ],
    ids=str,
)
def test_the_database_says_so_too(cast, visit, values):
    record_attendance(cast.ou.id, visit.id, {cast.lin.id: FULL}, NOW)
    values = {
        name: getattr(cast, value).id if value in ("lin", "ou", "chen") else value for name, value in values.items()
    }
    with pytest.raises(IntegrityError):
        db.session.execute(sa.update(Record).values(**values))
    db.session.rollback()


def test_what_was_corrected_since_it_was_seen_is_not_signed(cast, visit):
    record_attendance(cast.ou.id, visit.id, {cast.lin.id: FULL}, NOW)
    seen = chosen(visit, cast.chen, cast.lin)
    record_attendance(cast.ou.id, visit.id, {cast.lin.id: Mark(Attendance.PRESENT, 30)}, NOW + HOUR, reason="早退")
    with pytest.raises(ChangedSince):
        countersign(cast.chen.id, visit.id, seen, NOW + HOUR)
    with pytest.raises(NobodyChosen):
        countersign(cast.chen.id, visit.id, {}, NOW + HOUR)


def test_a_correction_asks_for_a_new_signature_and_undoing_it_brings_the_old_one_back(cast, visit):
    record_attendance(cast.ou.id, visit.id, {cast.lin.id: FULL}, NOW)
    countersign(cast.chen.id, visit.id, chosen(visit, cast.chen, cast.lin), NOW)
    then = NOW + HOUR
    record_attendance(cast.chen.id, visit.id, {cast.lin.id: Mark(Attendance.PRESENT, 30)}, then, reason="早退")
    assert figures(cast.lin) == (0, 30)
    assert undo(cast.chen.id, visit.id, then, then) == 1
    assert figures(cast.lin) == (60, 0)
    assert (record(cast.lin).recorded_by_id, record(cast.lin).countersigned_by_id) == (cast.ou.id, cast.chen.id)


def test_what_somebody_has_signed_is_not_taken_back(cast, visit):
    record_attendance(cast.ou.id, visit.id, {cast.lin.id: FULL}, NOW)
    countersign(cast.chen.id, visit.id, chosen(visit, cast.chen, cast.lin), NOW)
    assert sheets.last_save(visit.id, cast.ou.id, NOW) is None


# ── typed in later ──────────────────────────────────────────────────────────


def test_after_ten_working_days_a_reason_is_asked_and_the_hours_wait(cast, past):
    with pytest.raises(LateReasonMissing) as refused:
        record_attendance(cast.ou.id, past.id, {cast.lin.id: FULL}, LONG_AFTER)
    assert refused.value.names == cast.lin.name
    record_attendance(cast.ou.id, past.id, {cast.lin.id: FULL}, LONG_AFTER, reason="表格后来才找到")
    kept = record(cast.lin)
    assert (kept.evidence, kept.note, kept.is_final) == (Evidence.TYPED_LATER, "表格后来才找到", False)
    assert queries.trail(kept)[-1][0].reason == "表格后来才找到"


def test_the_last_day_is_in_time_and_the_next_one_is_not(cast, past):
    """Thursday 26 November and ten working days: Thursday 10 December."""
    last = past.ends_at + timedelta(days=14)
    record_attendance(cast.ou.id, past.id, {cast.lin.id: FULL}, last)
    assert record(cast.lin).evidence is Evidence.ORGANIZER_TICK
    with pytest.raises(LateReasonMissing):
        record_attendance(cast.ou.id, past.id, {cast.wang.id: FULL}, last + DAY)


def test_no_word_is_kept_of_who_is_deferred_late(cast, ctx):
    slot = make_slot(make_post(make_activity("献血", cast.first, "blood"), "体育馆", capacity=2), NOW - HOUR)
    seat(slot, [cast.lin])
    record_attendance(cast.ou.id, slot.id, {cast.lin.id: DEFERRED}, LONG_AFTER, reason="血压高")
    entry, _ = queries.trail(record(cast.lin))[-1]
    assert "血压高" not in str((record(cast.lin).note, entry.reason, entry.after))


# ── pages ───────────────────────────────────────────────────────────────────


@pytest.mark.usefixtures("at_noon")
def test_one_is_chosen_counted_and_confirmed(app, cast, visit):
    marks = {cast.lin.id: FULL, cast.wang.id: FULL}
    record_attendance(cast.ou.id, visit.id, marks, NOW)
    address, chen = f"/slots/{visit.public_id}/countersign", english(app, cast.chen)
    assert "2 people, 2 h" in chen.get("/countersign").text
    page = chen.get(address).text
    keys = re.findall(r'name="record" value="([^"]+)"', page)
    assert len(keys) == 2
    sure = chen.submit(address, record=keys[0])
    assert "Countersign the hours of 1 person?" in sure.text
    assert [figures(who) for who in (cast.lin, cast.wang)] == [(0, 60), (0, 60)]
    done = chen.submit(address, record=keys[0], confirmed="1")
    assert done.location == "/countersign"
    assert sorted(figures(who) for who in (cast.lin, cast.wang)) == [(0, 60), (60, 0)]
    again = chen.submit(address, record=keys[0], confirmed="1")
    assert again.status_code == 422
    assert "has been changed or countersigned since" in again.text


@pytest.mark.usefixtures("at_noon")
def test_who_recorded_sees_why_somebody_else_signs(app, cast, visit):
    record_attendance(cast.ou.id, visit.id, {cast.lin.id: FULL}, NOW)
    page = english(app, cast.ou).get(f"/slots/{visit.public_id}/countersign").text
    assert "you recorded this yourself" in page
    assert 'type="checkbox"' not in page


@pytest.mark.usefixtures("at_noon")
def test_the_member_sees_what_is_provisional_and_who_signed(app, cast, visit):
    record_attendance(cast.ou.id, visit.id, {cast.lin.id: FULL}, NOW)
    lin, address = english(app, cast.lin), f"/records/{record(cast.lin).public_id}"
    for page in ("/", "/records", f"/years/{NOW.year}"):
        assert "1 h provisional" in lin.get(page).text
    assert "Provisional: it counts when" in lin.get(address).text
    countersign(cast.chen.id, visit.id, chosen(visit, cast.chen, cast.lin), NOW)
    db.session.expire_all()  # the page would be asked in a session of its own
    text = lin.get(address).text
    assert f"countersigned by {cast.chen.name}" in text
    assert f"{cast.chen.name} countersigned it: the hours are final." in text


def test_late_marks_ask_why_on_the_page(app, cast, past):
    with time_machine.travel(LONG_AFTER, tick=False):
        ou, address = english(app, cast.ou), f"/slots/{past.public_id}/attendance"
        assert "Why is it recorded only now?" in ou.get(address).text
        mark = {f"mark-{cast.lin.public_id}": "present"}
        assert ou.submit(address, **mark).status_code == 422
        assert ou.submit(address, **mark, reason="表格后来才找到").status_code == 303


def test_the_list_takes_as_many_statements_for_many_as_for_one(cast, visit, statements):
    record_attendance(cast.ou.id, visit.id, {cast.lin.id: FULL, cast.wang.id: FULL}, NOW)
    chen = db.session.get(Member, cast.chen.id)
    with statements.count() as sent:
        [pile] = piles(chen, 1)
    assert (pile.people, pile.mine, pile.minutes) == (2, 2, 120)
    assert len(sent) <= 3  # the signer's roles among them
    counts = []
    for who in ((cast.lin,), (cast.wang,)):
        picked = chosen(visit, cast.chen, *who)
        with statements.count() as sent:
            countersigning.countersign(cast.chen.id, visit.id, picked, NOW)
        counts.append(len(sent))
    assert len(set(counts)) == 1
