"""Opening a cycle: in a fixed number of statements, however many people it has."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from activities.audit import service as audit
from activities.cycles import notices, queries, rules
from activities.cycles.models import Cycle, CycleStep, CycleUnit, CycleVersion, Participant
from activities.cycles.rules import Window
from activities.cycles.rules_refusals import NobodyToReview, Overlaps
from activities.cycles.rules_settings import Settings, most_excellent, say_share
from activities.kit.db import db, lock, run, transactional, unless_there
from activities.kit.refusal import NotFound, Refusal
from activities.kit.roles import Permission
from activities.people.models import Member, Unit
from activities.people.rules import Stage
from activities.people.service import acting
from activities.terms import queries as terms

# As far as the windows of a template can reach, holidays included.
REACH = timedelta(days=2 * 366)


def windows_from(
    starts: date, days: Mapping[str, int], settings: Settings
) -> tuple[dict[str, Window], Refusal | None]:  # fmt: skip
    """The template's windows by the school's calendar, and what speaks against them. One statement."""
    specials = terms.special_days(starts - REACH, starts + REACH)
    windows = rules.planned(starts, days, specials)
    return windows, rules.why_not_windows(windows, settings.notice_days, specials)


@transactional
def open_cycle(
    actor_id: int, unit_id: int, year: int, starts: date, days: Mapping[str, int], settings: Settings, now: datetime
) -> str:
    """Open the review of a year for a unit and all below. Return its public id. Raises the rules' Refusal, NotFound for
    a unit whose review the actor does not hold."""
    unit = db.session.get(Unit, unit_id)
    if unit is None or not acting(actor_id).may(Permission.HOLD_REVIEW, unit.path):
        raise NotFound
    # Whoever opens one in this tree takes turns, wherever in it they do.
    lock(Unit, int(unit.path.split("/")[0]))
    windows, refusal = windows_from(starts, days, settings)
    if refusal:
        raise refusal
    if other := queries.overlapping(unit, year):
        raise Overlaps(other.unit.name)
    cycle = Cycle(unit_id=unit_id, year=year, opened_at=now, opened_by_id=actor_id)
    refused = Overlaps(unit.name)
    with unless_there(lambda: refused):
        db.session.add(cycle)
        db.session.flush()
        _take_in(cycle.id, unit, year)
    counts = dict(queries.counted(cycle.id))
    if not counts:
        raise NobodyToReview
    _write(cycle.id, actor_id, windows, settings, now)
    units = [
        {
            "cycle_id": cycle.id, "unit_id": where, "full_members": one.full, "everyone": one.everyone,
            "most": most_excellent(settings, one), "excellent": 0,
        }
        for where, one in counts.items()
    ]  # fmt: skip
    run(sa.insert(CycleUnit), units)
    everyone, full = sum(one.everyone for one in counts.values()), sum(one.full for one in counts.values())
    after: dict[str, Any] = {"unit": unit_id, "year": year, "people": everyone, "full": full, "units": len(counts)}
    after |= {"share": say_share(settings.share), "first": windows["evidence"].first, "last": windows["notice"].last}
    audit.leave(now, actor_id, "open", Cycle, cycle.id, after=after)
    ids = db.session.scalars(sa.select(Participant.member_id).where(Participant.cycle_id == cycle.id))
    notices.opened(ids, unit.name, year, windows["evidence"].first, windows["notice"].last, now)
    return cycle.public_id


def _take_in(cycle_id: int, unit: Unit, year: int) -> None:
    """Everyone who would take part, as they are now. One statement."""
    columns = ("cycle_id", "member_id", "unit_id", "year", "stage", "class_name", "graded", "reason")
    people = (
        sa.select(
            sa.literal(cycle_id), Member.id, Member.unit_id, sa.literal(year), Member.stage, Member.class_name,
            Member.stage == Stage.FULL, sa.literal(""),
        )
        .join(Unit, Unit.id == Member.unit_id)
        .where(queries.would_take_part(unit.path, year))
    )  # fmt: skip
    run(sa.insert(Participant).from_select(columns, people))


def _write(cycle_id: int, actor_id: int, windows: Mapping[str, Window], settings: Settings, now: datetime) -> None:
    steps = [CycleStep(cycle_id=cycle_id, key=key, first=one.first, last=one.last) for key, one in windows.items()]
    version = CycleVersion(cycle_id=cycle_id, settings=settings, set_at=now, set_by_id=actor_id, reason="")
    db.session.add_all([*steps, version])
    db.session.flush()
