"""Who had come before a slot was cancelled or moved: no hour stands of what did not take place."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from activities.audit.models import AuditEntry
from activities.duties.models import Slot
from activities.kit.db import db, transaction
from activities.leaves.models import Leave
from activities.leaves.rules import Answer
from activities.people.models import Member
from activities.records import checking
from activities.records.amending import amend
from activities.records.models import Record
from activities.records.rules import Attendance, Mark
from activities.records.rules_codes import Scan
from activities.records.rules_states import LeaveWasGiven
from activities.records.rules_ticks import How, Tap
from activities.records.ticking import tick
from activities.signups.models import SignUp
from activities.signups.organize import cancel_slot, edit_slot
from activities.signups.service import sign_up
from tests.cast import DAY, HOUR, NOW

PRESENT, _LATE, _LEFT_EARLY, EXCUSED, ABSENT, _DEFERRED = Attendance
MINUTE = timedelta(minutes=1)


@pytest.fixture
def early(ctx, cast) -> Slot:
    """Tomorrow's slot of two hours, to which Lin has checked in ten minutes before it begins, and Wang is ticked."""
    for member in (cast.lin, cast.wang):
        sign_up(member.id, cast.slot.id, NOW)
    soon = cast.slot.starts_at - 10 * MINUTE
    checking.check_in(cast.lin.id, Scan(slot=cast.slot.public_id, host=cast.ou.public_id, at=soon), soon)
    tap = Tap(key="0123456789", who=cast.wang.public_id, how=How.HERE, at=soon)
    tick(cast.ou.id, cast.slot.id, [tap], {}, soon)
    assert kept(cast.slot.id) == {cast.lin.id: Mark(PRESENT, 120), cast.wang.id: Mark(PRESENT, 120)}
    return cast.slot


def kept(slot_id: int) -> dict[int, Mark]:
    query = sa.select(Record.member_id, Record.attendance, Record.minutes, Record.minutes_late)
    return {who: Mark(*mark) for who, *mark in db.session.execute(query.where(Record.slot_id == slot_id))}


def entries(verb: str) -> list[AuditEntry]:
    query = sa.select(AuditEntry).where(AuditEntry.subject == "record", AuditEntry.verb == verb)
    return list(db.session.scalars(query.order_by(AuditEntry.id)))


def change(cast, slot, starts_at, ends_at) -> None:
    slot = db.session.get_one(Slot, slot.id, populate_existing=True)
    edit_slot(cast.ou.id, slot.id, slot.revision, starts_at, ends_at, slot.capacity, slot.starts_at - 5 * MINUTE)


def test_nothing_counts_of_a_slot_that_does_not_take_place(cast, early):
    cancel_slot(cast.ou.id, early.id, "暴雨", early.starts_at - 5 * MINUTE)
    assert kept(early.id) == {}
    assert [(one.reason, one.before["minutes"], one.after) for one in entries("void")] == [("暴雨", 120, {})] * 2


def test_who_came_for_another_time_has_not_come_for_this_one(cast, early):
    change(cast, early, early.starts_at + 3 * DAY, early.ends_at + 3 * DAY)
    assert kept(early.id) == {}
    again = early.starts_at + 3 * DAY - 10 * MINUTE
    checking.check_in(cast.lin.id, Scan(slot=early.public_id, host=cast.ou.public_id, at=again), again)
    assert kept(early.id) == {cast.lin.id: Mark(PRESENT, 120)}


@pytest.mark.parametrize("minutes", [90, 150])
def test_who_has_come_counts_to_the_new_end(cast, early, minutes):
    change(cast, early, early.starts_at, early.starts_at + minutes * MINUTE)
    assert kept(early.id) == {cast.lin.id: Mark(PRESENT, minutes), cast.wang.id: Mark(PRESENT, minutes)}
    assert [(one.before["minutes"], one.after["minutes"]) for one in entries("follow slot")] == [(120, minutes)] * 2


def test_other_seats_alone_change_no_record(cast, early):
    slot = db.session.get_one(Slot, early.id, populate_existing=True)
    edit_slot(cast.ou.id, slot.id, slot.revision, slot.starts_at, slot.ends_at, 5, slot.starts_at - 5 * MINUTE)
    assert len(kept(early.id)) == 2


# ── corrected on request ────────────────────────────────────────────────────


def correct(cast, slot, mark: Mark) -> Mark:
    moment = slot.starts_at + 3 * HOUR
    with transaction():
        member = db.session.get_one(Member, cast.lin.id)
        return amend(cast.ou.id, db.session.get_one(Slot, slot.id), member, mark, cast.ou.id, "x", moment)


def test_a_correction_asks_the_table_of_what_may_follow_what(cast, early):
    assert correct(cast, early, Mark(ABSENT)) == Mark(ABSENT)
    sign_up_id = db.session.scalar(sa.select(SignUp.id).where(SignUp.member_id == cast.lin.id))
    db.session.execute(sa.update(SignUp).where(SignUp.id == sign_up_id).values(state="withdrawn"))
    leave = {
        "reason": "x",
        "asked_at": NOW,
        "answer": Answer.ACCEPTED,
        "answered_at": NOW,
        "answered_by_id": cast.ou.id,
    }
    db.session.add(Leave(sign_up_id=sign_up_id, **leave))
    db.session.commit()
    assert correct(cast, early, Mark(EXCUSED)) == Mark(EXCUSED)
    with pytest.raises(LeaveWasGiven):
        correct(cast, early, Mark(ABSENT))
    assert kept(early.id)[cast.lin.id] == Mark(EXCUSED)
