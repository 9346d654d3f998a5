"""What becomes of opinions and grades once accounts turn out to be one person's: nobody has either of themselves. What
is frozen stays as it was."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from activities.audit import service as audit
from activities.cycles.locking import part_locked, unit_locked
from activities.cycles.models import Cycle, Participant
from activities.cycles.rules import CycleState
from activities.grades.models import Opinion
from activities.grades.service import take_away
from activities.kit.db import db
from activities.kit.i18n import gettext as _
from activities.people.joining import when_joined

# Of a cycle that may still change. Who confirms its close locks its units: under their lock it is asked again.
CHANGES = (Cycle.state == CycleState.OPEN, Cycle.close_confirmed_at.is_(None))


@when_joined
def take_away_own(actor_id: int, accounts: Collection[int], now: datetime) -> None:
    """A grade that one account of somebody gave another is taken away, and decided anew by somebody else."""
    query = (
        sa.select(Participant.cycle_id, Participant.unit_id, Participant.member_id)
        .join(Participant.cycle)
        .where(Participant.member_id.in_(accounts), Participant.graded_by_id.in_(accounts), *CHANGES)
        .order_by(Participant.cycle_id, Participant.unit_id)
    )
    for cycle_id, unit_id, member_id in db.session.execute(query).all():
        unit, part = unit_locked(cycle_id, unit_id), part_locked(cycle_id, member_id)
        if unit and part and part.cycle.is_open and part.graded_by_id in accounts:
            take_away(unit, part, actor_id, _("It was given by an account of the same person."), now)


@when_joined
def drop_own(actor_id: int, accounts: Collection[int], now: datetime) -> None:
    """An opinion that one account of somebody was asked for, or wrote, on another goes."""
    query = (
        sa.select(Opinion, Participant.unit_id)
        .join(Opinion.participant)
        .join(Participant.cycle)
        .where(Opinion.by_id.in_(accounts), Opinion.member_id.in_(accounts), *CHANGES)
        .order_by(Participant.cycle_id, Participant.unit_id, Opinion.id)
    )
    for one, unit_id in db.session.execute(query).all():
        unit_locked(one.cycle_id, unit_id)
        part = part_locked(one.cycle_id, one.member_id)
        if part is None or not part.cycle.is_open:
            continue
        before = {"cycle": one.cycle_id, "member": one.member_id, "by": one.by_id, "characters": len(one.text)}
        audit.leave(now, actor_id, "drop", Opinion, one.id, before=before)
        db.session.delete(one)
