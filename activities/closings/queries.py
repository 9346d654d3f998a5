"""How far a cycle is before its close, and whether it is as it was closed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import sqlalchemy as sa

from activities.audit.models import AuditEntry
from activities.closings import freezing, rules
from activities.cycles import queries as cycles
from activities.cycles.models import Cycle, Participant
from activities.cycles.rules import CycleState, Standing, standing
from activities.grades.models import GradeVersion
from activities.kit.clock import local_day
from activities.kit.db import db
from activities.objections.models import GradeObjection
from activities.objections.rules import Verdict


def facts_of(cycle: Cycle, now: datetime) -> rules.Facts:
    """How far a cycle is. Three statements."""
    undecided = sa.select(sa.func.count()).select_from(Participant).where(
        Participant.cycle_id == cycle.id, Participant.removed_at.is_(None), Participant.grade.is_(None)
    )  # fmt: skip
    objections = sa.select(sa.func.count()).select_from(GradeObjection).where(
        GradeObjection.cycle_id == cycle.id, GradeObjection.verdict == Verdict.OPEN
    )  # fmt: skip
    latest = db.session.scalar(sa.select(sa.func.max(GradeVersion.given_at)).where(GradeVersion.cycle_id == cycle.id))
    return rules.Facts(
        is_over=standing("close", cycle.windows, local_day(now)) is Standing.OPEN,
        undecided=db.session.scalar(undecided) or 0,
        objections=db.session.scalar(objections) or 0,
        decided_since=latest is not None and local_day(latest) > cycle.windows["notice"].last,
    )


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
    snapshot = cycles.snapshot_of(cycle.id)
    if snapshot is None:
        return "hash"
    return freezing.wrong_with(cycle.id, snapshot, hash_on_trail(cycle.id))


def verify_all() -> Iterator[tuple[Cycle, str]]:
    """All closed cycles, each with what does not fit about it."""
    closed = sa.select(Cycle).where(Cycle.state == CycleState.CLOSED).order_by(Cycle.year, Cycle.id)
    for cycle in db.session.scalars(closed).all():
        yield cycle, wrong_with(cycle)
