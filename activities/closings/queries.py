"""How far a cycle is before its close, and how far it is frozen."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from activities.certificates.rules_notice import Verdict
from activities.closings import rules
from activities.cycles import queries as cycles
from activities.cycles.models import Cycle, FrozenPart, Participant
from activities.cycles.portions import Portion
from activities.cycles.rules import CycleState, Standing, Window, standing, working_days
from activities.cycles.waits import takes_part
from activities.grades.models import GradeVersion
from activities.kit.clock import local_day
from activities.kit.db import db, run
from activities.objections.models import GradeObjection
from activities.terms import queries as terms
from activities.terms.rules import ONE


def facts_of(cycle: Cycle, now: datetime) -> rules.Facts:
    """How far a cycle is, without those who take part no more. Five statements."""
    there = takes_part(cycle.id)
    undecided = sa.select(sa.func.count(Participant.id)).where(*there, Participant.grade.is_(None))
    objections = (
        sa.select(sa.func.count(GradeObjection.id))
        .join(GradeObjection.participant)
        .where(*there, GradeObjection.verdict == Verdict.OPEN)
    )
    given = (
        sa.select(sa.func.max(GradeVersion.given_at))
        .join(Participant, Participant.id == GradeVersion.participant_id)
        .where(*there, GradeVersion.grade.is_not(None))
    )
    return rules.Facts(
        is_over=standing("close", cycle.windows, local_day(now)) is Standing.OPEN,
        undecided=db.session.scalar(undecided) or 0,
        objections=db.session.scalar(objections) or 0,
        days_on_notice=_days_on_notice(cycle, db.session.scalar(given)),
        must_stand=cycles.settings_of(cycle.id).notice_days,
    )


def _days_on_notice(cycle: Cycle, latest: datetime | None) -> int:
    """For how many working days what was decided then stands on notice, from the day after."""
    notice = cycle.windows["notice"]
    first = max(notice.first, local_day(latest) + ONE) if latest else notice.first
    return working_days(Window(first, notice.last), terms.special_days(first, notice.last))


# ── freezing ────────────────────────────────────────────────────────────────


def _with_frozen(cycle_id: int, *columns: Any) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(*columns)
        .select_from(Participant)
        .outerjoin(FrozenPart, FrozenPart.participant_id == Participant.id)
        .where(*takes_part(cycle_id))
    )


def confirmed() -> list[Cycle]:
    """Those that are being frozen."""
    query = sa.select(Cycle).where(Cycle.state == CycleState.OPEN, Cycle.close_confirmed_at.is_not(None))
    return list(db.session.scalars(query))


def next_to_freeze(cycle: Cycle, size: int) -> Portion | None:
    """Of a cycle whose close is confirmed, so many who are to be frozen next, unit by unit; None once everyone is. One
    statement."""
    assert cycle.close_confirmed_at is not None
    query = _with_frozen(cycle.id, Participant.id, Participant.member_id).where(FrozenPart.id.is_(None))
    members = dict(run(query.order_by(Participant.unit_id, Participant.id).limit(size)).all())
    return Portion(cycle, members, cycle.close_confirmed_at) if members else None


def progress(cycle_id: int) -> tuple[int, int]:
    """How many people are frozen, of how many. One statement."""
    done, of_all = run(_with_frozen(cycle_id, sa.func.count(FrozenPart.id), sa.func.count())).one()
    return done, of_all
