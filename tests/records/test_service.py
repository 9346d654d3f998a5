"""Recording who came, and correcting it."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from activities.audit.models import AuditEntry
from activities.duties.kinds import Evidence, Ledger
from activities.duties.rules import KindInUse, SlotState
from activities.duties.service import edit_activity
from activities.kit.db import db
from activities.kit.refusal import NotAllowed, NotFound
from activities.kit.roles import Role
from activities.outbox.delivery import render
from activities.outbox.models import Notice
from activities.people.service import revoke
from activities.records import queries, sheets
from activities.records.models import Record
from activities.records.rules import (
    AlreadyOnList,
    Attendance,
    Mark,
    MinutesOutOfRange,
    NobodyByNumber,
    NotExpected,
    NotStarted,
    OwnRecord,
    ReasonMissing,
    SlotWasCancelled,
)
from activities.records.service import Saved, WalkIn, record_attendance
from activities.signups.service import sign_up, withdraw
from tests.cast import DAY, HOUR, NOW, make_activity, make_member, make_post, make_slot
from tests.records.conftest import seat

pytestmark = pytest.mark.usefixtures("ctx")
PRESENT, LATE, _LEFT_EARLY, EXCUSED, ABSENT, _DEFERRED = Attendance
THEN = NOW + DAY + 3 * HOUR  # the standing slot is over
FULL = Mark(PRESENT, 120)


@pytest.fixture
def seated(cast):
    """Lin and Wang sit in the standing slot."""
    for member in (cast.lin, cast.wang):
        sign_up(member.id, cast.slot.id, NOW)
    return cast


def records() -> list[Record]:
    return list(db.session.scalars(sa.select(Record).order_by(Record.id).execution_options(populate_existing=True)))


def test_the_first_mark_makes_a_record(seated):
    assert record_attendance(seated.ou.id, seated.slot.id, {seated.lin.id: FULL}, THEN) == Saved(1, 0)
    [record] = records()
    assert (record.member_id, record.attendance, record.minutes, record.minutes_late) == (
        seated.lin.id,
        PRESENT,
        120,
        0,
    )
    assert (record.ledger, record.day, record.evidence) == (
        Ledger.SERVICE, date(2026, 11, 26), Evidence.ORGANIZER_TICK,
    )  # fmt: skip
    assert (record.recorded_by_id, record.recorded_at, record.changed_at) == (seated.ou.id, THEN, THEN)


def test_the_day_is_the_schools_and_the_ledger_the_kinds(cast):
    study = make_activity("夜读", cast.first, "study")
    slot = make_slot(make_post(study, "A101"), NOW.replace(hour=16, minute=30))  # 00:30 of the next day in the school
    db.session.commit()
    sign_up(cast.lin.id, slot.id, NOW)
    record_attendance(cast.ou.id, slot.id, {cast.lin.id: Mark(PRESENT, 60)}, THEN)
    assert [(r.day, r.ledger) for r in records()] == [(date(2026, 11, 26), Ledger.LEARNING)]


def test_many_are_marked_at_once(seated):
    marks = {seated.lin.id: Mark(LATE, 110, 10), seated.wang.id: Mark(ABSENT)}
    assert record_attendance(seated.ou.id, seated.slot.id, marks, THEN) == Saved(2, 0)
    assert {r.member_id: Mark(r.attendance, r.minutes, r.minutes_late) for r in records()} == marks


def test_marking_the_same_again_changes_nothing(seated):
    marks = {seated.lin.id: FULL, seated.wang.id: Mark(ABSENT)}
    record_attendance(seated.ou.id, seated.slot.id, marks, THEN)
    before = db.session.scalar(sa.select(sa.func.count(AuditEntry.id)))
    assert record_attendance(seated.chen.id, seated.slot.id, marks, THEN + HOUR) == Saved(0, 0)
    assert db.session.scalar(sa.select(sa.func.count(AuditEntry.id))) == before
    assert {r.recorded_by_id for r in records()} == {seated.ou.id}


def test_another_mark_needs_a_reason_and_saves_nothing_without(seated):
    record_attendance(seated.ou.id, seated.slot.id, {seated.lin.id: FULL}, THEN)
    marks = {seated.wang.id: FULL, seated.lin.id: Mark(ABSENT)}
    with pytest.raises(ReasonMissing) as refused:
        record_attendance(seated.ou.id, seated.slot.id, marks, THEN)
    assert refused.value.names == "林可欣"
    assert [(r.member_id, r.attendance) for r in records()] == [(seated.lin.id, PRESENT)]


def test_a_correction_appends_who_when_what_and_why(seated):
    record_attendance(seated.ou.id, seated.slot.id, {seated.lin.id: FULL}, THEN)
    marks = {seated.lin.id: Mark(LATE, 100, 20)}
    assert record_attendance(seated.chen.id, seated.slot.id, marks, THEN + HOUR, reason="来晚了") == Saved(0, 1)
    [record] = records()
    assert (record.attendance, record.minutes, record.minutes_late) == (LATE, 100, 20)
    assert (record.recorded_by_id, record.recorded_at, record.changed_at) == (seated.chen.id, THEN, THEN + HOUR)
    first, second = (entry for entry, _ in queries.trail(record))
    assert (first.verb, first.actor_id, first.at, first.before, first.reason) == ("record", seated.ou.id, THEN, {}, "")
    assert (second.verb, second.actor_id, second.at) == ("correct", seated.chen.id, THEN + HOUR)
    assert second.before == first.after
    assert second.after == {
        "attendance": "late", "minutes": 100, "minutes_late": 20, "evidence": "organizer_tick", "note": "",
        "is_final": True, "recorded_by_id": seated.chen.id, "countersigned_by_id": None,
    }  # fmt: skip
    assert second.reason == "来晚了"


def test_nobody_records_their_own_not_even_among_others(seated):
    sign_up(seated.ou.id, make_more_room(seated).id, NOW)
    marks = {seated.lin.id: FULL, seated.ou.id: FULL}
    with pytest.raises(OwnRecord) as refused:
        record_attendance(seated.ou.id, seated.slot.id, marks, THEN)
    assert refused.value.name == "欧阳慧敏"
    assert records() == []
    record_attendance(seated.chen.id, seated.slot.id, marks, THEN)
    with pytest.raises(OwnRecord):
        record_attendance(seated.ou.id, seated.slot.id, {seated.ou.id: Mark(ABSENT)}, THEN, reason="no")


def make_more_room(cast):
    cast.slot.capacity = 3
    db.session.add(cast.slot)
    db.session.commit()
    return cast.slot


def test_the_database_itself_refuses_an_own_record_and_minutes_without_presence(seated):
    record_attendance(seated.ou.id, seated.slot.id, {seated.lin.id: FULL}, THEN)
    for wrong in ({"recorded_by_id": seated.lin.id}, {"attendance": ABSENT}):
        with pytest.raises(IntegrityError):
            db.session.execute(sa.update(Record).values(wrong))
        db.session.rollback()


@pytest.mark.parametrize(
    ("now", "state", "refusal"),
    [(NOW, SlotState.OPEN, NotStarted), (THEN, SlotState.CANCELLED, SlotWasCancelled)],
)
def test_nothing_is_recorded_of_a_slot_that_has_not_begun_or_was_cancelled(seated, now, state, refusal):
    seated.slot.state = state
    db.session.add(seated.slot)
    db.session.commit()
    with pytest.raises(refusal):
        record_attendance(seated.ou.id, seated.slot.id, {seated.lin.id: FULL}, now)
    assert records() == []


def test_minutes_are_held_against_the_slots_length(seated):
    with pytest.raises(MinutesOutOfRange):
        record_attendance(seated.ou.id, seated.slot.id, {seated.lin.id: Mark(PRESENT, 121)}, THEN)


def test_only_the_slots_people_are_recorded(seated):
    with pytest.raises(NotExpected) as refused:
        record_attendance(seated.ou.id, seated.slot.id, {seated.zhao.id: FULL}, THEN)
    assert refused.value.name == "赵明"
    for unknown in (0, -1, 10**9):
        with pytest.raises(NotFound):
            record_attendance(seated.ou.id, seated.slot.id, {unknown: FULL}, THEN)
    with pytest.raises(NotFound):
        record_attendance(seated.ou.id, 0, {seated.lin.id: FULL}, THEN)


def test_who_has_withdrawn_or_waits_is_not_expected(seated):
    withdraw(seated.wang.id, seated.slot.id, NOW)
    with pytest.raises(NotExpected):
        record_attendance(seated.ou.id, seated.slot.id, {seated.wang.id: FULL}, THEN)


def test_who_came_without_having_signed_up_is_added_by_number(seated):
    extra = make_member("2301009", "冯欣悦", seated.first)
    db.session.commit()
    walk_in = WalkIn("2301009", Mark(LATE, 90, 30))
    assert record_attendance(seated.ou.id, seated.slot.id, {}, THEN, walk_in=walk_in) == Saved(1, 0)
    assert [(r.member_id, r.minutes) for r in records()] == [(extra.id, 90)]
    assert [line.name for line in sheets.sheet(seated.slot.id)] == ["林可欣", "王一诺", "冯欣悦"]
    marks = {extra.id: FULL}  # from now on a line like the others
    assert record_attendance(seated.ou.id, seated.slot.id, marks, THEN, reason="was on time") == Saved(0, 1)


def test_an_activity_keeps_its_kind_though_only_somebody_without_a_sign_up_came(cast):
    record_attendance(cast.ou.id, cast.slot.id, {}, THEN, walk_in=WalkIn("2301001", FULL))
    with pytest.raises(KindInUse):
        edit_activity(cast.ou.id, cast.sweeping.id, 0, {"kind_key": "study"}, THEN)


def test_who_is_refused_draws_no_ticket(cast):
    with pytest.raises(NobodyByNumber):
        record_attendance(cast.ou.id, cast.slot.id, {}, THEN, walk_in=WalkIn("2302001", FULL))
    edit_activity(cast.ou.id, cast.sweeping.id, 0, {"kind_key": "study"}, THEN)


@pytest.mark.parametrize("number", ["2302001", "nobody", ""])
def test_who_may_not_see_the_activity_cannot_be_added_and_is_not_named(seated, number):
    with pytest.raises(NobodyByNumber) as refused:
        record_attendance(seated.ou.id, seated.slot.id, {}, THEN, walk_in=WalkIn(number, FULL))
    assert "赵明" not in str(refused.value)


def test_who_is_on_the_list_is_not_added_again_and_nobody_adds_themselves(seated):
    with pytest.raises(AlreadyOnList):
        record_attendance(seated.ou.id, seated.slot.id, {}, THEN, walk_in=WalkIn("2301001", FULL))
    with pytest.raises(OwnRecord):
        record_attendance(seated.ou.id, seated.slot.id, {}, THEN, walk_in=WalkIn("T001", FULL))


def test_members_are_told_of_absence_and_of_corrections(seated):
    record_attendance(seated.ou.id, seated.slot.id, {seated.lin.id: Mark(ABSENT), seated.wang.id: FULL}, THEN)
    record_attendance(seated.ou.id, seated.slot.id, {seated.lin.id: Mark(EXCUSED)}, THEN, reason="请了假")
    told = db.session.scalars(sa.select(Notice).where(Notice.topic.startswith("records.")).order_by(Notice.id)).all()
    assert [(n.member_id, n.topic) for n in told] == [
        (seated.lin.id, "records.absent"), (seated.lin.id, "records.corrected"),
    ]  # fmt: skip
    record = records()[0]
    assert {n.params["record"] for n in told} == {record.public_id}
    letters = [render(notice, seated.lin).get_content() for notice in told]
    assert all(f"/records/{record.public_id}" in letter for letter in letters)
    assert "请了假" in letters[1]


def test_an_imported_record_keeps_its_evidence_until_an_organizer_changes_it(seated):
    record_attendance(seated.ou.id, seated.slot.id, {seated.lin.id: FULL}, THEN)
    db.session.execute(sa.update(Record).values(evidence=Evidence.IMPORTED, is_final=False))
    db.session.commit()
    record_attendance(seated.ou.id, seated.slot.id, {seated.lin.id: FULL}, THEN)
    assert records()[0].evidence is Evidence.IMPORTED
    record_attendance(seated.ou.id, seated.slot.id, {seated.lin.id: Mark(ABSENT)}, THEN, reason="was not there")
    [record] = records()
    assert record.evidence is Evidence.ORGANIZER_TICK
    assert queries.trail(record)[-1][0].before["evidence"] == "imported"


def test_who_lost_the_role_since_the_page_was_opened_records_nothing(seated):
    revoke(seated.chen.id, seated.ou.id, Role.ORGANIZER, seated.first.id, NOW)
    with pytest.raises(NotAllowed):
        record_attendance(seated.ou.id, seated.slot.id, {seated.lin.id: FULL}, THEN)
    assert records() == []


def test_saving_six_hundred_takes_a_fixed_number_of_statements(cast, statements):
    slot = make_slot(make_post(cast.sweeping, "大礼堂", capacity=600), NOW + DAY)
    members = [make_member(f"8{n:06}", f"某{n}", cast.first) for n in range(600)]
    seat(slot, members)
    people = [member.id for member in members]
    counts = []
    for marks in (dict.fromkeys(people[:10], Mark(ABSENT)), dict.fromkeys(people[10:], Mark(ABSENT))):
        with statements.count() as sent:
            record_attendance(cast.ou.id, slot.id, marks, THEN)
        counts.append(len(sent))
    with statements.count() as sent:
        marks = {who: Mark(PRESENT, n % 60) for n, who in enumerate(people)}
        assert record_attendance(cast.ou.id, slot.id, marks, THEN, reason="they all came") == Saved(0, 600)
    assert max(*counts, len(sent)) <= 11
