"""Time beyond a slot's own: only afterwards, with a reason, and for nobody without evidence."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
import time_machine

from activities.audit.models import AuditEntry
from activities.duties.kinds import Evidence
from activities.duties.models import Slot
from activities.duties.rules import SlotState
from activities.kit.db import db
from activities.kit.refusal import ChangedMeanwhile, NotAllowed
from activities.outbox.models import Notice
from activities.records import checking
from activities.records.countersigning import countersign
from activities.records.extending import extend
from activities.records.models import Record
from activities.records.rules import Attendance, Mark, MinutesOutOfRange, SlotWasCancelled
from activities.records.rules_codes import Scan
from activities.records.rules_extend import (
    NotEnded,
    NotYetGiven,
    Ran,
    StillCounted,
    TooLateToExtend,
    TooMuch,
    WhyExtended,
    why_not_extend,
)
from activities.records.service import record_attendance
from tests.cast import HOUR, NOW, english, make_activity, make_post, make_slot
from tests.records.conftest import seat

PRESENT, LATE, LEFT_EARLY, *_ = Attendance
MINUTE = timedelta(minutes=1)
END = NOW + 2 * HOUR
RAN = Ran(state=SlotState.OPEN, ends_at=END)


@pytest.mark.parametrize(
    ("ran", "extra", "reason", "later", "refusal"),
    [
        pytest.param(RAN, 30, "rain", 30, None, id="to-this-minute"),
        pytest.param(RAN, 31, "rain", 30, NotYetGiven(30 * MINUTE), id="into-the-future"),
        pytest.param(RAN, 30, "", 30, WhyExtended(), id="without-a-reason"),
        pytest.param(RAN, 30, "rain", -1, NotEnded(END), id="before-it-is-over"),
        pytest.param(RAN, 721, "rain", 9999, TooMuch(12 * HOUR), id="longer-than-a-day's-work"),
        pytest.param(
            Ran(state=SlotState.OPEN, ends_at=END, overdue=date(2026, 12, 9)), 30, "rain", 9999,
            TooLateToExtend(date(2026, 12, 9)), id="after-the-ten-working-days",
        ),
        pytest.param(
            Ran(state=SlotState.CANCELLED, ends_at=END), 30, "rain", 60, SlotWasCancelled(), id="cancelled"
        ),
    ],
)  # fmt: skip
def test_when_a_slot_is_extended(ran, extra, reason, later, refusal):
    assert why_not_extend(ran, extra * MINUTE, reason, END + later * MINUTE) == refusal


@pytest.fixture
def visit(ctx, cast) -> Slot:
    """A visit to old people of two hours that began now, with Lin, Wang and Ou; they check out."""
    slot = make_slot(
        make_post(make_activity("看望老人", cast.first, "elder_care"), "护理中心", capacity=9), NOW, hours=2
    )
    seat(slot, [cast.lin, cast.wang, cast.ou])
    return slot


def come_and_go(cast, slot, member, minute: int, host=None, evidence=Evidence.ROTATING_CODE) -> None:
    for verb, at in ((checking.check_in, 0), (checking.check_out, minute)):
        scan = Scan(
            slot=slot.public_id, host=(host or cast.ou).public_id, at=NOW + at * MINUTE, evidence=evidence
        )  # fmt: skip
        verb(member.id, scan, NOW + at * MINUTE)


def kept(slot) -> dict[int, Mark]:
    query = sa.select(Record.member_id, Record.attendance, Record.minutes, Record.minutes_late)
    return {who: Mark(*mark) for who, *mark in db.session.execute(query.where(Record.slot_id == slot.id))}


def test_who_checked_out_later_gets_the_time_until_then_and_nobody_else(cast, visit):
    come_and_go(cast, visit, cast.lin, 140)
    come_and_go(cast, visit, cast.wang, 60)
    assert extend(cast.ou.id, visit.id, 30, 0, "电梯坏了", NOW + 3 * HOUR) == 1
    assert kept(visit) == {cast.lin.id: Mark(PRESENT, 140), cast.wang.id: Mark(LEFT_EARLY, 60)}
    entry = db.session.scalars(
        sa.select(AuditEntry).where(AuditEntry.subject == "slot", AuditEntry.verb == "extend")
    ).one()
    assert (entry.before, entry.after, entry.reason) == ({"extra_minutes": 0}, {"extra_minutes": 30}, "电梯坏了")
    assert db.session.scalars(sa.select(Notice.member_id).where(Notice.topic == "records.corrected")).all() == [
        cast.lin.id
    ]


def test_more_counts_on_the_list_only_once_it_is_extended(cast, visit):
    longer = {cast.lin.id: Mark(PRESENT, 150)}
    with pytest.raises(MinutesOutOfRange):
        record_attendance(cast.ou.id, visit.id, longer, NOW + 3 * HOUR)
    extend(cast.ou.id, visit.id, 30, 0, "电梯坏了", NOW + 3 * HOUR)
    record_attendance(cast.ou.id, visit.id, longer, NOW + 3 * HOUR)
    assert kept(visit) == longer


def test_it_is_taken_back_unless_somebody_has_the_time(cast, visit):
    come_and_go(cast, visit, cast.lin, 140)
    extend(cast.ou.id, visit.id, 30, 0, "x", NOW + 3 * HOUR)
    extend(cast.ou.id, visit.id, 0, 30, "a mistake", NOW + 3 * HOUR)
    assert kept(visit) == {cast.lin.id: Mark(PRESENT, 120)}
    extend(cast.ou.id, visit.id, 30, 0, "x", NOW + 3 * HOUR)
    record_attendance(cast.ou.id, visit.id, {cast.wang.id: Mark(PRESENT, 150)}, NOW + 3 * HOUR)
    with pytest.raises(StillCounted, match="王一诺"):
        extend(cast.ou.id, visit.id, 0, 30, "a mistake", NOW + 3 * HOUR)
    assert db.session.get_one(Slot, visit.id, populate_existing=True).extra_minutes == 30


def test_nobody_extends_their_own_hours(cast, visit):
    come_and_go(cast, visit, cast.ou, 150, host=cast.chen)
    come_and_go(cast, visit, cast.lin, 150)
    assert extend(cast.ou.id, visit.id, 30, 0, "x", NOW + 3 * HOUR) == 1
    assert {who: mark.minutes for who, mark in kept(visit).items()} == {cast.ou.id: 120, cast.lin.id: 150}


def test_a_signature_was_under_what_was(cast, visit):
    come_and_go(cast, visit, cast.lin, 140, evidence=Evidence.POSTED_CODE)
    record = db.session.scalars(sa.select(Record)).one()
    countersign(cast.chen.id, visit.id, {record.public_id: record.changed_at}, NOW + 3 * HOUR)
    extend(cast.ou.id, visit.id, 30, 0, "x", NOW + 3 * HOUR)
    record = db.session.scalars(sa.select(Record).execution_options(populate_existing=True)).one()
    assert (record.minutes, record.is_final, record.countersigned_by_id) == (140, False, None)


def test_an_organizers_word_over_a_code_holds(cast, visit):
    come_and_go(cast, visit, cast.lin, 140)
    record_attendance(cast.ou.id, visit.id, {cast.lin.id: Mark(PRESENT, 90)}, NOW + 3 * HOUR, reason="x")
    assert extend(cast.ou.id, visit.id, 30, 0, "x", NOW + 3 * HOUR) == 0
    assert kept(visit) == {cast.lin.id: Mark(PRESENT, 90)}


def test_what_counts_in_the_next_slot_does_not_count_here_too(cast, visit):
    after = make_slot(cast.lake, NOW + 2 * HOUR, hours=1)
    seat(after, [cast.lin])
    record_attendance(cast.ou.id, after.id, {cast.lin.id: Mark(PRESENT, 60)}, NOW + 3 * HOUR)
    come_and_go(cast, visit, cast.lin, 140)
    extend(cast.ou.id, visit.id, 30, 0, "x", NOW + 3 * HOUR)
    assert kept(visit)[cast.lin.id].minutes == 120


def test_of_two_who_extend_it_the_second_sees_the_first(cast, visit):
    extend(cast.ou.id, visit.id, 30, 0, "x", NOW + 3 * HOUR)
    with pytest.raises(ChangedMeanwhile):
        extend(cast.chen.id, visit.id, 40, 0, "x", NOW + 3 * HOUR)


def test_who_does_not_organize_it_does_not_extend_it(cast, visit):
    with pytest.raises(NotAllowed):
        extend(cast.lin.id, visit.id, 30, 0, "x", NOW + 3 * HOUR)


def test_the_page_says_what_is_missing_and_the_list_why_it_counts_longer(app, cast, past):
    with time_machine.travel(NOW + HOUR, tick=False):
        ou, address = english(app, cast.ou), f"/slots/{past.public_id}/extend"
        assert ou.submit(address, minutes="many", reason="x", seen="0").status_code == 422
        assert "Say why it ran on" in ou.submit(address, minutes="20", reason=" ", seen="0").text
        assert ou.submit(address, minutes="20", reason="rain", seen="0").status_code == 303
        page = ou.get(f"/slots/{past.public_id}/attendance").text
        assert "Extended by 20 min" in page
        assert "rain" in page
