"""Reads of what is asked, of whom, and of exemptions."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from activities.kit.db import db
from activities.people.models import Unit
from activities.people.users import Viewer
from activities.requirements import rules, statements
from activities.requirements.models import Exemption, RequirementSet, RequirementVersion
from activities.requirements.rules import Owed


@dataclass(frozen=True)
class OwnYear:
    """What is asked of one person in a year, by which version, and how each line stands."""

    year: int
    version: RequirementVersion
    lines: list[Owed]
    exemptions: list[Exemption]

    @property
    def is_settled(self) -> bool:
        return all(line.is_settled for line in self.lines)


_NEWEST = (
    sa.select(sa.func.max(RequirementVersion.id))
    .where(RequirementVersion.set_id == RequirementSet.id)
    .correlate(RequirementSet)
    .scalar_subquery()
)


def _in_force() -> sa.Select[RequirementVersion]:
    """The versions that hold, with their sets and units, to be narrowed."""
    return (
        sa.select(RequirementVersion)
        .join(RequirementVersion.of)
        .join(RequirementSet.unit)
        .where(RequirementVersion.id == _NEWEST)
        .options(contains_eager(RequirementVersion.of).contains_eager(RequirementSet.unit))
    )


def concerning(year: int, paths: Collection[str]) -> list[RequirementVersion]:
    """The versions in force of a year that can concern people at these paths: of their units and those above. One
    statement."""
    above = {int(part) for path in paths for part in path.split("/") if part}
    query = _in_force().where(RequirementSet.year == year, Unit.id.in_(above))
    return list(db.session.scalars(query.order_by(Unit.path, RequirementSet.id)))


def holding_for(member: Viewer, year: int) -> RequirementVersion | None:
    """The version by which somebody is asked, by where they stand today. A version without lines asks for nothing."""
    sets = [(version.of.whom, version) for version in concerning(year, [member.unit.path])]
    found = rules.nearest(sets, member.unit.path, member.stage, member.standing)
    return found if found and found.asked.lines else None


def own_year(member: Viewer, year: int, now: datetime) -> OwnYear | None:
    """How each line that is asked of somebody stands; None where nothing is asked. Five statements, or one."""
    version = holding_for(member, year)
    if version is None:
        return None
    keys = {line.key for line in version.asked.lines}
    did = statements.figures(statements.of_member(member.id), year, keys, now)[member.id]
    exemptions = exemptions_of(member.id, year)
    lines = rules.owed_of(version.asked, did, [one.facts for one in exemptions if not one.taken_back])
    return OwnYear(year, version, lines, exemptions)


def exemptions_of(member_id: int, year: int) -> list[Exemption]:
    """Somebody's exemptions that touch a year, those that were taken back too."""
    query = (
        sa.select(Exemption)
        .where(Exemption.member_id == member_id, *_touches(year))
        .options(joinedload(Exemption.given_by, innerjoin=True), joinedload(Exemption.ended_by))
        .order_by(Exemption.first, Exemption.id)
    )
    return list(db.session.scalars(query))


def _touches(year: int) -> Sequence[sa.ColumnElement[bool]]:
    return Exemption.first <= date(year, 12, 31), Exemption.last >= date(year, 1, 1)


def years_of(member: Viewer) -> list[int]:
    """The years in which the person's unit or one above asks for something, newest first."""
    above = [int(part) for part in member.unit.path.split("/") if part]
    query = sa.select(RequirementSet.year).where(RequirementSet.unit_id.in_(above)).distinct()
    return sorted(db.session.scalars(query), reverse=True)
