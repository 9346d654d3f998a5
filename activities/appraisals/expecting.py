"""What would come of the ballots of a cycle that are not there yet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, time
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from activities.appraisals.models import CycleBallot
from activities.appraisals.queries import GONE
from activities.ballots.models import Ballot
from activities.ballots.prospects import Prospect, prospects
from activities.ballots.rules import DEFAULT_CHOICES, Plan
from activities.cycles import queries
from activities.cycles.models import Cycle, CycleUnit, Participant
from activities.kit.clock import at
from activities.kit.db import db, run
from activities.kit.i18n import gettext as _
from activities.people.models import Unit
from activities.people.queries import within
from activities.terms.rules import ONE


class UnitProspect(NamedTuple):
    """A unit without a ballot: how many would be on the form, who could vote, and what speaks against it."""

    unit: Unit
    on_form: int
    prospect: Prospect


def expected(cycle: Cycle, paths: Collection[str], now: datetime) -> list[UnitProspect]:
    """What would come of opening now, of the units at these paths and below that have no ballot that stands, in tree
    order. A fixed number of statements."""
    people, plan = people_of(cycle.id), plan_for(cycle)
    units = [unit for unit in without_ballot(cycle.id, CycleUnit.unit_id.in_(_at(paths))) if people[unit.id]]
    if not units:
        return []
    asked = [(Ballot(unit=unit, **plan._asdict()), people[unit.id]) for unit in units]
    found = prospects(asked, min(now, plan.ends_at - ONE))
    return [
        UnitProspect(unit, len(form), prospect)
        for unit, (_, form), prospect in zip(units, asked, found, strict=True)
    ]  # fmt: skip


def _at(paths: Collection[str]) -> sa.Select[int]:
    return sa.select(Unit.id).where(within(paths))


def without_ballot(cycle_id: int, *which: sa.ColumnElement[bool], even_cancelled: bool = False) -> list[Unit]:
    """The units of a cycle that have no ballot, or none that stands, in tree order."""
    there = sa.select(CycleBallot.unit_id).join(CycleBallot.ballot).where(CycleBallot.cycle_id == cycle_id)
    if not even_cancelled:
        there = there.where(Ballot.state.not_in(GONE))
    query = (
        sa.select(Unit)
        .join(CycleUnit, CycleUnit.unit_id == Unit.id)
        .where(CycleUnit.cycle_id == cycle_id, Unit.id.not_in(there), *which)
        .order_by(Unit.path)
    )
    return list(db.session.scalars(query))


def people_of(cycle_id: int) -> dict[int, list[int]]:
    """By unit, who takes part."""
    found: dict[int, list[int]] = defaultdict(list)
    parts = sa.select(Participant.unit_id, Participant.member_id).where(
        Participant.cycle_id == cycle_id, Participant.removed_at.is_(None)
    )
    for unit_id, member_id in run(parts.order_by(Participant.id)):
        found[unit_id].append(member_id)
    return found


def plan_for(cycle: Cycle) -> Plan:
    """What each of its ballots asks, as the cycle goes by now."""
    settings = queries.settings_of(cycle.id)
    return Plan(
        title=_("Annual review of %(year)s", year=cycle.year), below=False, choices=DEFAULT_CHOICES,
        asks_masses=settings.asks_masses, least=settings.papers, shows_own=True,
        ends_at=at(cycle.windows["ballot"].last + ONE, time()),
    )  # fmt: skip


def of_unit(cycle: Cycle, unit: Unit, now: datetime) -> tuple[list[Participant], Prospect]:
    """Who would be on the form of a unit, by class and name, and who could vote."""
    form = list(
        db.session.scalars(
            sa.select(Participant)
            .join(Participant.member)
            .where(
                Participant.cycle_id == cycle.id, Participant.unit_id == unit.id, Participant.removed_at.is_(None)
            )
            .options(contains_eager(Participant.member))
            .order_by(Participant.class_name, Participant.id)
        )
    )  # fmt: skip
    plan = plan_for(cycle)
    asked = [(Ballot(unit=unit, **plan._asdict()), [part.member_id for part in form])]
    [prospect] = prospects(asked, min(now, plan.ends_at - ONE))
    return form, prospect
