"""What verbs of a review lock, so that nothing about it changes under them.

Locks are taken in one order: the cycle, then units, then people."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from activities.cycles.models import Cycle, CycleUnit, Participant
from activities.cycles.rules_refusals import NotOpen
from activities.kit.db import db, lock
from activities.kit.refusal import NotFound
from activities.kit.roles import Permission
from activities.people.service import acting


def held(actor_id: int, cycle_id: int, *, confirmed_too: bool = False) -> Cycle:
    """A locked cycle that is open and the actor's to change. NotFound where it is not theirs, NotOpen once it is not
    open, or, unless `confirmed_too`, its close is confirmed."""
    cycle = lock(Cycle, cycle_id)
    if not acting(actor_id).may(Permission.HOLD_REVIEW, cycle.unit.path):
        raise NotFound
    if not (cycle.is_open or (confirmed_too and cycle.is_being_frozen)):
        raise NotOpen
    return cycle


def units_locked(cycle_id: int) -> list[CycleUnit]:
    """All of them, in one statement: there are as many as there are units."""
    query = sa.select(CycleUnit).where(CycleUnit.cycle_id == cycle_id).order_by(CycleUnit.id)
    found = db.session.execute(query.with_for_update(key_share=True), execution_options={"populate_existing": True})
    return list(found.scalars())


def unit_locked(cycle_id: int, unit_id: int) -> CycleUnit | None:
    which = sa.select(CycleUnit.id).where(CycleUnit.cycle_id == cycle_id, CycleUnit.unit_id == unit_id)
    row_id = db.session.scalar(which)
    return lock(CycleUnit, row_id) if row_id else None


def part_to_keep(actor_id: int, cycle_id: int, member_id: int) -> tuple[CycleUnit, Participant]:
    """A participant of an open cycle and their unit's counter, both locked. NotFound for who is not of the actor's
    units, NotOpen once the cycle is not open."""
    which = (Participant.cycle_id == cycle_id, Participant.member_id == member_id)
    part = db.session.scalars(sa.select(Participant).where(*which)).one_or_none()
    if part is None or not acting(actor_id).may(Permission.HOLD_REVIEW, part.unit.path):
        raise NotFound
    unit = unit_locked(cycle_id, part.unit_id)
    part = part_locked(cycle_id, member_id)
    if unit is None or part is None or part.removed_at is not None:
        raise NotFound
    if not part.cycle.is_open:
        raise NotOpen
    return unit, part


def part_locked(cycle_id: int, member_id: int) -> Participant | None:
    """Somebody's part in a cycle, locked and as it is now, with the cycle."""
    which = sa.select(Participant.id).where(Participant.cycle_id == cycle_id, Participant.member_id == member_id)
    part_id = db.session.scalar(which)
    if part_id is None:
        return None
    part = lock(Participant, part_id)
    fresh = sa.select(Cycle).where(Cycle.id == cycle_id).options(selectinload(Cycle.steps))
    db.session.execute(fresh, execution_options={"populate_existing": True}).scalars().one()
    return part
