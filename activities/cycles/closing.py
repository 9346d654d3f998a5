"""Closing a cycle: one person asks, another confirms, and all of it is frozen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import sqlalchemy as sa

from activities.audit import service as audit
from activities.audit.models import AuditEntry
from activities.cycles import freezing, notices, rules, rules_closing
from activities.cycles.models import Cycle, GradeObjection, GradeVersion, Participant, Snapshot
from activities.cycles.rules import CycleState, Standing
from activities.cycles.rules_notice import Verdict
from activities.cycles.service import held, units_locked
from activities.kit.clock import local_day
from activities.kit.db import db, transactional
from activities.people.persons import same_person


def facts_of(cycle: Cycle, now: datetime) -> rules_closing.Facts:
    """How far a cycle is. Three statements."""
    undecided = sa.select(sa.func.count()).select_from(Participant).where(
        Participant.cycle_id == cycle.id, Participant.removed_at.is_(None), Participant.grade.is_(None)
    )  # fmt: skip
    objections = sa.select(sa.func.count()).select_from(GradeObjection).where(
        GradeObjection.cycle_id == cycle.id, GradeObjection.verdict == Verdict.OPEN
    )  # fmt: skip
    latest = db.session.scalar(sa.select(sa.func.max(GradeVersion.given_at)).where(GradeVersion.cycle_id == cycle.id))
    return rules_closing.Facts(
        is_over=rules.standing("close", cycle.windows, local_day(now)) is Standing.OPEN,
        undecided=db.session.scalar(undecided) or 0,
        objections=db.session.scalar(objections) or 0,
        decided_since=latest is not None and local_day(latest) > cycle.windows["notice"].last,
    )


@transactional
def ask(actor_id: int, cycle_id: int, now: datetime) -> None:
    """Ask to close it. Raises the rules' Refusal."""
    cycle = held(actor_id, cycle_id)
    if cycle.close_asked_by_id is not None:
        raise rules_closing.AskedToClose
    if refusal := rules_closing.why_not_close(facts_of(cycle, now)):
        raise refusal
    cycle.close_asked_at, cycle.close_asked_by_id = now, actor_id
    audit.leave(now, actor_id, "ask to close", Cycle, cycle_id)


@transactional
def take_back(actor_id: int, cycle_id: int, now: datetime) -> None:
    """Let it stay open after all."""
    cycle = held(actor_id, cycle_id)
    if cycle.close_asked_by_id is None:
        raise rules_closing.NotAsked
    cycle.close_asked_at = cycle.close_asked_by_id = None
    audit.leave(now, actor_id, "stay open", Cycle, cycle_id)


@transactional
def confirm(actor_id: int, cycle_id: int, now: datetime) -> None:
    """Close it, as a second person, and freeze it. Raises the rules' Refusal."""
    cycle = held(actor_id, cycle_id)
    if cycle.close_asked_by_id is None:
        raise rules_closing.NotAsked
    if same_person(actor_id, cycle.close_asked_by_id):
        raise rules_closing.SecondPerson
    # Whoever is about to grade waits for these, and finds the cycle closed.
    units_locked(cycle_id)
    if refusal := rules_closing.why_not_close(facts_of(cycle, now)):
        raise refusal
    text = freezing.written(cycle, now)
    snapshot = Snapshot(cycle_id=cycle_id, text=text, hash=rules_closing.hash_of(text), made_at=now)
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


# ── verifying ───────────────────────────────────────────────────────────────


def hash_on_trail(cycle_id: int) -> str | None:
    """The hash as it stands on the trail, under the trail's own chain."""
    query = sa.select(AuditEntry.after).where(
        AuditEntry.subject == Cycle.__tablename__, AuditEntry.subject_id == cycle_id, AuditEntry.verb == "close"
    )
    after = db.session.scalars(query).one_or_none()
    return after["hash"] if after else None


def wrong_with(cycle: Cycle) -> str:
    """What does not fit about a closed cycle; empty where all of it does."""
    snapshot = freezing.snapshot_of(cycle.id)
    if snapshot is None:
        return "hash"
    return freezing.wrong_with(cycle.id, snapshot, hash_on_trail(cycle.id))


def verify_all() -> Iterator[tuple[Cycle, str]]:
    """All closed cycles, each with what does not fit about it."""
    closed = sa.select(Cycle).where(Cycle.state == CycleState.CLOSED).order_by(Cycle.year, Cycle.id)
    for cycle in db.session.scalars(closed).all():
        yield cycle, wrong_with(cycle)
