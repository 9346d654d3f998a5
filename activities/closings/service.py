"""Closing a cycle: one person asks, another confirms, and all of it is frozen."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from activities.audit import service as audit
from activities.closings import freezing, notices, queries, rules
from activities.cycles.locking import held, units_locked
from activities.cycles.models import Cycle, Participant, Snapshot
from activities.cycles.rules import CycleState, hash_of
from activities.kit.db import db, transactional
from activities.people.persons import same_person


@transactional
def ask(actor_id: int, cycle_id: int, now: datetime) -> None:
    """Ask to close it. Raises the rules' Refusal."""
    cycle = held(actor_id, cycle_id)
    if cycle.close_asked_by_id is not None:
        raise rules.AskedToClose
    if refusal := rules.why_not_close(queries.facts_of(cycle, now)):
        raise refusal
    cycle.close_asked_at, cycle.close_asked_by_id = now, actor_id
    audit.leave(now, actor_id, "ask to close", Cycle, cycle_id)


@transactional
def take_back(actor_id: int, cycle_id: int, now: datetime) -> None:
    """Let it stay open after all."""
    cycle = held(actor_id, cycle_id)
    if cycle.close_asked_by_id is None:
        raise rules.NotAsked
    cycle.close_asked_at = cycle.close_asked_by_id = None
    audit.leave(now, actor_id, "stay open", Cycle, cycle_id)


@transactional
def confirm(actor_id: int, cycle_id: int, now: datetime) -> None:
    """Close it, as a second person, and freeze it. Raises the rules' Refusal."""
    cycle = held(actor_id, cycle_id)
    if cycle.close_asked_by_id is None:
        raise rules.NotAsked
    if same_person(actor_id, cycle.close_asked_by_id):
        raise rules.SecondPerson
    # Whoever is about to grade waits for these, and finds the cycle closed.
    units_locked(cycle_id)
    if refusal := rules.why_not_close(queries.facts_of(cycle, now)):
        raise refusal
    text = freezing.written(cycle, now)
    snapshot = Snapshot(cycle_id=cycle_id, text=text, hash=hash_of(text), made_at=now)
    db.session.add(snapshot)
    db.session.flush()
    cycle.state, cycle.ended_at, cycle.ended_by_id = CycleState.CLOSED, now, actor_id
    db.session.flush()
    there = (Participant.cycle_id == cycle_id, Participant.removed_at.is_(None))
    rows = db.session.execute(sa.select(Participant.member_id, Participant.grade).where(*there))
    grades = {member_id: grade for member_id, grade in rows if grade}
    after = {"hash": snapshot.hash, "people": len(grades)}
    audit.leave(now, actor_id, "close", Cycle, cycle_id, after=after)
    notices.closed(grades, cycle, now)
