"""Closing a cycle: one person asks, another confirms, and from then on nothing of it changes. The worker finishes it: a
portion of people after the other is frozen, each in a transaction of its own, and the last transaction closes it. What
is frozen counts for nothing before that, and who is killed meanwhile goes on where they were."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from activities.audit import service as audit
from activities.closings import freezing, notices, queries, rules
from activities.cycles.locking import held, units_locked
from activities.cycles.models import Cycle, FrozenPart, Participant, Snapshot
from activities.cycles.plugs import BESIDE
from activities.cycles.rules import CycleState, hash_of
from activities.kit.db import db, lock, run, transactional
from activities.kit.sql import Among
from activities.outbox.jobs import every
from activities.people.persons import same_person

# So many are frozen at a time.
PORTION = 1000


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
    """Let it stay open after all, though it be confirmed, as long as it is not closed."""
    cycle = held(actor_id, cycle_id, confirmed_too=True)
    if cycle.close_asked_by_id is None:
        raise rules.NotAsked
    cycle.close_asked_at = cycle.close_asked_by_id = None
    cycle.close_confirmed_at = cycle.close_confirmed_by_id = None
    db.session.execute(sa.delete(FrozenPart).where(FrozenPart.cycle_id == cycle_id))
    audit.leave(now, actor_id, "stay open", Cycle, cycle_id)


@transactional
def confirm(actor_id: int, cycle_id: int, now: datetime) -> None:
    """Confirm the close, as a second person. Raises the rules' Refusal."""
    cycle = held(actor_id, cycle_id)
    if cycle.close_asked_by_id is None:
        raise rules.NotAsked
    if same_person(actor_id, cycle.close_asked_by_id):
        raise rules.SecondPerson
    # Whoever is about to grade waits for these, and finds that nothing changes any more.
    units_locked(cycle_id)
    if refusal := rules.why_not_close(queries.facts_of(cycle, now)):
        raise refusal
    cycle.close_confirmed_at, cycle.close_confirmed_by_id = now, actor_id
    audit.leave(now, actor_id, "confirm to close", Cycle, cycle_id)


# ── finishing what two people have confirmed ────────────────────────────────


@every(1, "freeze reviews whose close is confirmed")
def go_on(now: datetime) -> None:
    """A portion of each: then other jobs have their turn."""
    for cycle in queries.confirmed():
        if portion := queries.next_to_freeze(cycle, PORTION):
            keep(cycle.id, portion.now, freezing.parts(portion))
        if portion is None or len(portion.members) < PORTION:
            close(cycle.id, now)


@transactional
def keep(cycle_id: int, confirmed_at: datetime, parts: dict[int, str]) -> None:
    """Keep what is frozen of people, unless the cycle is to stay open after all, or another worker was first."""
    cycle = lock(Cycle, cycle_id)
    if not cycle.is_being_frozen or cycle.close_confirmed_at != confirmed_at:
        return
    there = set(db.session.scalars(sa.select(FrozenPart.participant_id).where(Among(FrozenPart.participant_id, parts))))
    rows = [
        {"cycle_id": cycle_id, "participant_id": part_id, "text": text, "hash": hash_of(text)}
        for part_id, text in parts.items()
        if part_id not in there
    ]
    if rows:
        db.session.execute(sa.insert(FrozenPart), rows)


@transactional
def close(cycle_id: int, now: datetime) -> None:
    """Close a cycle of which everyone is frozen, in the name of who confirmed it."""
    cycle = lock(Cycle, cycle_id)
    if not cycle.is_being_frozen or queries.next_to_freeze(cycle, 1):
        return
    by_id, text = cycle.close_confirmed_by_id, freezing.whole(cycle)
    snapshot = Snapshot(cycle_id=cycle_id, text=text, hash=hash_of(text), made_at=now)
    db.session.add(snapshot)
    db.session.flush()
    cycle.state, cycle.ended_at, cycle.ended_by_id = CycleState.CLOSED, now, by_id
    db.session.flush()
    there = (Participant.cycle_id == cycle_id, Participant.removed_at.is_(None))
    given = run(sa.select(Participant.member_id, Participant.grade).where(*there))
    grades = {member_id: grade for member_id, grade in given if grade}
    audit.leave(now, by_id, "close", Cycle, cycle_id, after={"hash": snapshot.hash, "people": len(grades)})
    notices.closed(grades, cycle, now)
    for beside in BESIDE.values():
        beside.closed(cycle, now)
