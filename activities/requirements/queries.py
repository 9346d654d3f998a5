"""Reads of what is asked, of whom, and of exemptions."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from activities.kit.db import db, run
from activities.kit.refusal import NotFound
from activities.kit.roles import Permission
from activities.outbox.models import Notice
from activities.people.models import Member, Unit
from activities.people.persons import is_account_of
from activities.people.queries import within
from activities.people.rules import Stage, Standing
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
        .where(Exemption.member_id == member_id, *touches(year))
        .options(joinedload(Exemption.given_by, innerjoin=True), joinedload(Exemption.ended_by))
        .order_by(Exemption.first, Exemption.id)
    )
    return list(db.session.scalars(query))


def touches(year: int) -> Sequence[sa.ColumnElement[bool]]:
    return Exemption.first <= date(year, 12, 31), Exemption.last >= date(year, 1, 1)


def years_of(member: Viewer) -> list[int]:
    """The years in which the person's unit or one above asks for something, newest first."""
    above = [int(part) for part in member.unit.path.split("/") if part]
    query = sa.select(RequirementSet.year).where(RequirementSet.unit_id.in_(above)).distinct()
    return sorted(db.session.scalars(query), reverse=True)


# ── sets ────────────────────────────────────────────────────────────────────


def newest(set_id: int) -> RequirementVersion:
    """The version of a set that holds."""
    return db.session.scalars(_in_force().where(RequirementSet.id == set_id)).one()


def versions(set_id: int) -> list[RequirementVersion]:
    """All versions of a set with who set them, the newest first."""
    query = (
        sa.select(RequirementVersion)
        .where(RequirementVersion.set_id == set_id)
        .options(joinedload(RequirementVersion.set_by, innerjoin=True))
        .order_by(RequirementVersion.id.desc())
    )
    return list(db.session.scalars(query))


def set_seen_by(member: Viewer, public_id: str) -> RequirementVersion:
    """The version in force of a set that asks something in the person's own unit, or in one that they review."""
    above = [int(part) for part in member.unit.path.split("/") if part]
    seen = sa.or_(Unit.id.in_(above), within(member.paths(Permission.REVIEW)))
    return _one(public_id, seen)


def set_to_change(secretary: Viewer, public_id: str) -> RequirementVersion:
    return _one(public_id, within(secretary.paths(Permission.SET_REQUIREMENTS)))


def _one(public_id: str, seen: sa.ColumnElement[bool]) -> RequirementVersion:
    found = db.session.scalars(_in_force().where(RequirementSet.public_id == public_id, seen)).one_or_none()
    if found is None:
        raise NotFound
    return found


def around(paths: Collection[str], year: int) -> list[RequirementVersion]:
    """The versions in force of a year in the units at these paths, above and below them, in tree order. One
    statement."""
    above = {int(part) for path in paths for part in path.split("/") if part}
    query = _in_force().where(RequirementSet.year == year, sa.or_(Unit.id.in_(above), within(paths)))
    return list(db.session.scalars(query.order_by(Unit.path, RequirementSet.id)))


def is_told_of(one: RequirementSet, since: datetime) -> bool:
    """Whether anybody for whom the set holds was told since then what they owe of its year. Two statements."""
    told = (
        sa.select(Unit.path, Member.stage, Member.standing)
        .join(Member, Member.unit_id == Unit.id)
        .join(Notice, Notice.member_id == Member.id)
        .where(
            within([one.unit.path]), Notice.key.startswith("owed "), Notice.created_at >= since,
            Notice.params["year"].as_integer() == one.year,
        )
        .distinct()
    )  # fmt: skip
    sets = [(version.of.whom, version.set_id) for version in around([one.unit.path], one.year)]
    return any(rules.nearest(sets, *who) == one.id for who in run(told))


class People(NamedTuple):
    """So many people of a unit, of a stage and a standing."""

    unit: str
    path: str
    stage: Stage
    standing: Standing
    people: int


def people_below(path: str) -> list[People]:
    """The active people of the unit at `path` and below, in groups. One statement."""
    query = (
        sa.select(Unit.name, Unit.path, Member.stage, Member.standing, sa.func.count())
        .join(Member, Member.unit_id == Unit.id)
        .where(within([path]), Member.active)
        .group_by(Unit.name, Unit.path, Member.stage, Member.standing)
        .order_by(Unit.path)
    )
    return [People._make(row) for row in db.session.execute(query)]


# ── exemptions ──────────────────────────────────────────────────────────────

PAGE = 50


def _exemptions(secretary: Viewer) -> sa.Select[Exemption]:
    """Those of people in the secretary's units, and not of the secretary."""
    return (
        sa.select(Exemption)
        .join(Exemption.member)
        .join(Member.unit)
        .where(within(secretary.paths(Permission.EXEMPT)), ~is_account_of(Exemption.member_id, secretary.id))
        .options(
            contains_eager(Exemption.member).contains_eager(Member.unit), joinedload(Exemption.unit, innerjoin=True),
            joinedload(Exemption.given_by, innerjoin=True), joinedload(Exemption.ended_by),
        )
    )  # fmt: skip


def all_exemptions(secretary: Viewer, page: int) -> list[Exemption]:
    """A page of them, those that end last first; one more where there is a next."""
    query = _exemptions(secretary).order_by(Exemption.taken_back, Exemption.last.desc(), Exemption.id)
    return list(db.session.scalars(query.offset((page - 1) * PAGE).limit(PAGE + 1)))


def exemption_to_keep(secretary: Viewer, public_id: str) -> Exemption:
    found = db.session.scalars(_exemptions(secretary).where(Exemption.public_id == public_id)).one_or_none()
    if found is None:
        raise NotFound
    return found
