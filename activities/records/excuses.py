"""Whoever was given leave is excused by itself once the slot has begun: leave asked in time is no absence."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from activities.duties.kinds import Evidence
from activities.duties.models import Slot
from activities.duties.queries import WITH_ALL
from activities.duties.rules import SlotState
from activities.kit.db import db, transactional
from activities.leaves.models import Leave
from activities.leaves.rules import Answer
from activities.outbox.jobs import every
from activities.records.models import Record
from activities.records.rules import Attendance, Mark
from activities.records.rules_evidence import Known
from activities.records.service import LONGEST, record_marks
from activities.signups.models import SignUp
from activities.signups.rules import SignUpState

AT_ONCE = 200


@every(300, "excuse who was given leave")
@transactional
def excuse(now: datetime) -> int:
    """Record as excused, in the name of who accepted their leave, those who have no seat any more and no record. Return
    how many. They are told nothing new: they know that their leave was accepted."""
    recorded = sa.exists().where(Record.slot_id == SignUp.slot_id, Record.member_id == SignUp.member_id)
    query = (
        sa.select(SignUp.slot_id, SignUp.member_id, sa.func.max(Leave.answered_by_id))
        .join(Leave, Leave.sign_up_id == SignUp.id)
        .join(SignUp.slot)
        .where(
            Leave.answer == Answer.ACCEPTED, Leave.answered_by_id.is_not(None),
            SignUp.state == SignUpState.WITHDRAWN, Slot.state == SlotState.OPEN,
            Slot.starts_at <= now, Slot.starts_at > now - LONGEST, ~recorded,
        )
        .group_by(SignUp.slot_id, SignUp.member_id)
        .order_by(SignUp.slot_id, SignUp.member_id)
        .limit(AT_ONCE)
    )  # fmt: skip
    found = list(db.session.execute(query))
    locked = sa.select(Slot).where(Slot.id.in_({row.slot_id for row in found})).order_by(Slot.id)
    locked = locked.options(WITH_ALL).with_for_update(of=Slot)
    slots = {slot.id: slot for slot in db.session.scalars(locked).unique()}
    done = sa.select(Record.slot_id, Record.member_id).where(Record.slot_id.in_(slots))
    there = {tuple(row) for row in db.session.execute(done)}
    for slot_id, member_id, answered_by_id in found:
        if (slot_id, member_id) not in there:
            known = Known(Evidence.ORGANIZER_TICK, slots[slot_id].post.activity.kind.evidence)
            mark = {member_id: Mark(Attendance.EXCUSED)}
            assert answered_by_id is not None  # asked for above
            record_marks(answered_by_id, slots[slot_id], mark, known, now, verb="excuse")
    return len(found)
