"""Reviews of the cast's school."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from activities.closings import freezing
from activities.cycles.models import Cycle, Participant
from activities.cycles.opening import open_cycle
from activities.cycles.portions import Portion
from activities.cycles.rules import DEFAULT_DAYS
from activities.cycles.rules_settings import Settings
from activities.kit.db import db
from activities.kit.roles import Role
from activities.people.models import Member, RoleGrant, Unit
from tests.cast import DAY, NOW, Cast

STARTS = date(2026, 11, 25)
# While grades are given, by the template from that day on.
GRADING = NOW + 36 * DAY


def opened(cast: Cast, unit: Unit | None = None, year: int = 2026, **more: Any) -> str:
    """The review of this year by the school, from today on. Its public id."""
    starts, days = more.pop("starts", STARTS), {**DEFAULT_DAYS, **more.pop("days", {})}
    by = more.pop("by", cast.chen)
    return open_cycle(by.id, (unit or cast.school).id, year, starts, days, Settings(**more), NOW)


def appoint(member: Member, unit: Unit) -> None:
    """Make somebody a secretary."""
    values = {"role": Role.SECRETARY, "granted_at": NOW}
    db.session.add(RoleGrant(member_id=member.id, unit_id=unit.id, **values))
    db.session.commit()


def change(member: Member, **values: Any) -> None:
    """Let somebody be other than they were."""
    db.session.execute(sa.update(Member).where(Member.id == member.id).values(**values))
    db.session.commit()


def the_cycle() -> Cycle:
    return db.session.execute(sa.select(Cycle), execution_options={"populate_existing": True}).scalars().one()


def frozen_steps(cycle: Cycle, now: datetime) -> dict[str, Any]:
    """By public id, what would be frozen of the steps of everybody."""
    query = sa.select(Participant.id, Participant.member_id).where(Participant.cycle_id == cycle.id)
    parts = freezing.parts(Portion(cycle, dict(db.session.execute(query).all()), now))
    return {one["person"]: one["steps"] for one in map(json.loads, parts.values())}
