"""Let a slot count beyond its end. Who checked out after it gets the time for which there is evidence; of everybody
else an organizer says on the list how long they stayed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa

from activities.audit import service as audit
from activities.audit.models import AuditEntry
from activities.duties.kinds import Evidence
from activities.duties.models import Slot
from activities.duties.queries import WITH_ALL, must_organize
from activities.kit.db import db, lock, transactional
from activities.kit.refusal import ChangedMeanwhile
from activities.norms import queries as norms
from activities.people.models import Member
from activities.people.persons import persons
from activities.people.service import acting
from activities.records import notices, sheets
from activities.records.models import Record
from activities.records.rules import Mark, why_not_mark
from activities.records.rules_codes import left
from activities.records.rules_evidence import Known
from activities.records.rules_extend import Ran, StillCounted, why_not_extend
from activities.records.service import counted_once, facts_of, overdue
from activities.records.sheets import Kept, Line

# What says itself when somebody went; what an organizer wrote over it holds.
BY_CODE = (Evidence.ROTATING_CODE, Evidence.POSTED_CODE)


@transactional
def extend(actor_id: int, slot_id: int, minutes: int, seen: int, reason: str, now: datetime) -> int:
    """Count so many minutes beyond the slot's end, `seen` being how many there were. Return how many records say
    something else now. Raises the rules' Refusal; ChangedMeanwhile where somebody else has extended it."""
    people = sa.select(Record.member_id).where(Record.slot_id == slot_id)
    names = sheets.names_locked({actor_id, *db.session.scalars(people)})
    slot = lock(Slot, slot_id, WITH_ALL)
    must_organize(acting(actor_id), slot.post.activity)
    if slot.extra_minutes != seen:
        raise ChangedMeanwhile
    ran = Ran(state=slot.state, ends_at=slot.ends_at, overdue=overdue(slot, now))
    if refusal := why_not_extend(ran, timedelta(minutes=minutes), reason, now):
        raise refusal
    before, slot.extra_minutes = slot.extra_minutes, minutes
    db.session.flush()
    lines = [line for line in sheets.sheet(slot_id) if line.kept and line.member_id in names]
    changed = _checked_out(slot, actor_id, lines)
    beyond = [
        line.name for line in lines
        if line.kept and why_not_mark("", changed.get(line.member_id, line.kept.mark), slot.counted_minutes)
    ]  # fmt: skip
    if beyond:
        raise StillCounted(", ".join(beyond))
    audit.leave(
        now, actor_id, "extend", Slot, slot.id, before={"extra_minutes": before}, after={"extra_minutes": minutes},
        reason=reason,
    )  # fmt: skip
    _restate(slot, actor_id, changed, {line.member_id: line.kept for line in lines if line.kept}, reason, now)
    return len(changed)


class Extended(NamedTuple):
    """By how much a slot was extended, by whom, and why."""

    length: timedelta
    by: str
    reason: str


def why_extended(slot: Slot) -> Extended | None:
    """None where nobody extended it."""
    if not slot.extra_minutes:
        return None
    query = (
        sa.select(Member.name, AuditEntry.reason)
        .join(Member, Member.id == AuditEntry.actor_id)
        .where(AuditEntry.subject == "slot", AuditEntry.subject_id == slot.id, AuditEntry.verb == "extend")
        .order_by(AuditEntry.id.desc())
        .limit(1)
    )
    name, reason = db.session.execute(query).one()
    return Extended(timedelta(minutes=slot.extra_minutes), name, reason)


def _checked_out(slot: Slot, actor_id: int, lines: list[Line]) -> dict[int, Mark]:
    """What the codes say now of who checked out after the slot's end. Nobody extends their own hours."""
    person, grace = persons({actor_id, *(line.member_id for line in lines)}), norms.in_force()[0].grace
    session = sheets.session(slot)
    marks = {
        line.member_id: left(session, grace, line.kept.mark.minutes_late, line.kept.left_at)
        for line in lines
        if line.kept and line.kept.left_at and line.kept.left_at > slot.ends_at and line.kept.evidence in BY_CODE
        and person[line.member_id] != person[actor_id]
    }  # fmt: skip
    # They were there to the slot's own end, so they have not left early, however long it ran on.
    kept = {line.member_id: line.kept.mark for line in lines if line.kept}
    marks = {who: replace(mark, attendance=kept[who].attendance) for who, mark in marks.items()}
    counted = counted_once(slot, marks)
    return {who: mark for who, mark in counted.items() if mark != kept[who]}


def _restate(
    slot: Slot, actor_id: int, marks: dict[int, Mark], kept: dict[int, Kept], reason: str, now: datetime
) -> None:  # fmt: skip
    """Have records say what their codes say now; a signature was under what was, so it is gone."""
    if not marks:
        return
    needed = slot.post.activity.kind.evidence
    facts = {
        who: facts_of(mark, Known(kept[who].evidence, needed, kept[who].note), kept[who].recorded_by_id)
        for who, mark in marks.items()
    }
    db.session.execute(
        sa.update(Record), [{"id": kept[who].id, "changed_at": now, **stated} for who, stated in facts.items()]
    )
    changes = [(kept[who].id, kept[who].facts, stated) for who, stated in facts.items()]
    audit.leave_all(now, actor_id, "extend", Record, changes, reason=reason)
    notices.corrected(slot, {who: kept[who].public_id for who in marks}, reason, now)
