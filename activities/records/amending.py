"""A record corrected because somebody asked for it and somebody else decided so."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from activities.audit import service as audit
from activities.duties.kinds import Evidence
from activities.duties.models import Slot
from activities.kit.db import db
from activities.people.models import Member
from activities.people.persons import same_person
from activities.records import rules, sheets
from activities.records.models import Record
from activities.records.rules import Mark, Row
from activities.records.rules_evidence import Known
from activities.records.rules_states import Step, why_not_follow
from activities.records.service import counted_once, facts_of, record_marks


def amend(
    decider_id: int, slot: Slot, member: Member, mark: Mark, recorder_id: int, reason: str, now: datetime
) -> Mark:
    """Inside a transaction in which the person and the slot are locked, and which tells the person: have the record say
    this from now on. Where somebody else recorded it, whoever decides has countersigned. Return what it says, which is
    less where that time counts elsewhere. Raises the rules' Refusal."""
    row = Row(name=member.name, is_own=same_person(member.id, decider_id, recorder_id))
    if refusal := rules.why_not_record(sheets.session(slot), row, mark, now):
        raise refusal
    mark = counted_once(slot, {member.id: mark})[member.id]
    line = sheets.line_of(slot.id, member.id)
    kept = line.kept if line else None
    if kept and kept.mark == mark:
        return mark
    before, step = line.before if line else None, Step.CORRECT if kept else Step.MARK
    if refusal := why_not_follow(member.name, before, mark.attendance, step):
        raise refusal
    if kept and rules.is_about_deferral(kept.mark, mark):
        reason = ""
    known = Known(Evidence.TYPED_LATER, slot.post.activity.kind.evidence, reason)
    if kept is None:
        record_marks(decider_id, slot, {member.id: mark}, known, now)
        return mark
    stated: dict[str, Any] = facts_of(mark, known, recorder_id)
    if not same_person(decider_id, recorder_id):
        stated |= {"is_final": True, "countersigned_by_id": decider_id}
    db.session.execute(sa.update(Record).where(Record.id == kept.id).values(changed_at=now, **stated))
    verb = "correct on request"
    audit.leave(now, decider_id, verb, Record, kept.id, before=kept.facts, after=stated, reason=reason)
    return mark
