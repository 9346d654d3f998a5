"""Reads of opinions on activists for those who hold the review of their units: how many there are, which are missing,
and what they say. Of whoever looks nothing is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased, contains_eager

from activities.cares.models import CareOpinion
from activities.cares.queries import pairs
from activities.cares.rules import ASSESSED
from activities.cycles.models import Cycle
from activities.cycles.queries import paths_in
from activities.kit.db import db
from activities.kit.refusal import NotFound
from activities.pairings.rules import Sort
from activities.people.models import Member, Unit
from activities.people.persons import is_account_of
from activities.people.queries import within
from activities.people.rules import Stage
from activities.people.users import Viewer

Carer = aliased(Member)
ORDER = list(Sort)


@dataclass(frozen=True)
class Progress:
    """A unit: how many of its people are activists, for how many of them nobody cares, how many opinions are asked for,
    and how many handed in."""

    unit: Unit
    people: int
    alone: int
    asked: int
    written: int

    @property
    def missing(self) -> int:
        return self.asked - self.written


@dataclass(frozen=True)
class Said:
    """An opinion that is asked for or handed in: by whom, as what, and what it says."""

    by: str
    sort: Sort
    at: datetime | None = None
    text: str = ""


@dataclass(frozen=True)
class About:
    """Somebody of whom opinions are asked, or were handed in, with those."""

    person: Member
    class_name: str
    stage: Stage
    opinions: list[Said] = field(default_factory=list)


def progress(holder: Viewer, cycle: Cycle) -> list[Progress]:
    """The units of a review with activists, in tree order; once it is not open, those of whose activists something was
    handed in. Two statements."""
    handed_in = _count_handed_in(holder, cycle)
    if not cycle.is_open:
        units = db.session.scalars(sa.select(Unit).where(Unit.id.in_(handed_in)).order_by(Unit.path))
        return [Progress(unit, *handed_in[unit.id]) for unit in units]
    columns = (Member.id, sa.func.count().label("asked"), sa.func.count(CareOpinion.handed_in_at).label("written"))
    of_cycle = pairs()[0].with_only_columns(*columns).where(Cycle.id == cycle.id)
    per_person = of_cycle.group_by(Member.id).subquery()
    alone = sa.func.count().filter(per_person.c.id.is_(None))
    asked, written = (sa.func.coalesce(sa.func.sum(per_person.c[name]), 0) for name in ("asked", "written"))
    query = (
        sa.select(Unit, sa.func.count(), alone, asked, written)
        .join(Member, Member.unit_id == Unit.id)
        .outerjoin(per_person, per_person.c.id == Member.id)
        .where(*_assessed(holder, cycle))
        .group_by(Unit.id)
        .order_by(Unit.path)
    )
    return [Progress(unit, *map(int, counts)) for unit, *counts in db.session.execute(query)]


def _assessed(holder: Viewer, cycle: Cycle) -> tuple[Any, ...]:
    return (
        within(paths_in(holder, cycle)), Member.active, Member.stage.in_(ASSESSED), ~is_account_of(Member.id, holder.id)
    )  # fmt: skip


def _count_handed_in(holder: Viewer, cycle: Cycle) -> dict[int, tuple[int, int, int, int]]:
    """By unit as of the writing: people, none alone, opinions twice."""
    people = sa.func.count(CareOpinion.member_id.distinct())
    query = sa.select(CareOpinion.unit_id, people, sa.func.count()).join(Unit, Unit.id == CareOpinion.unit_id)
    rows = db.session.execute(query.where(*_handed_in(holder, cycle)).group_by(CareOpinion.unit_id))
    return {unit_id: (some, 0, count, count) for unit_id, some, count in rows}


def _handed_in(holder: Viewer, cycle: Cycle) -> tuple[sa.ColumnElement[bool], ...]:
    """For statements that join the unit as of the writing."""
    return (
        CareOpinion.cycle_id == cycle.id, CareOpinion.handed_in_at.is_not(None), within(paths_in(holder, cycle)),
        ~is_account_of(CareOpinion.member_id, holder.id),
    )  # fmt: skip


def handed_in(holder: Viewer, cycle: Cycle) -> sa.Select[CareOpinion, Member, Member, Unit]:
    """All that was handed in, in the order of units, classes and people: opinion, person, carer, unit."""
    return (
        sa.select(CareOpinion, Member, Carer, Unit)
        .join(Member, Member.id == CareOpinion.member_id)
        .join(Carer, Carer.id == CareOpinion.by_id)
        .join(Unit, Unit.id == CareOpinion.unit_id)
        .where(*_handed_in(holder, cycle))
        .order_by(Unit.path, CareOpinion.class_name, Member.number, CareOpinion.sort, CareOpinion.id)
    )


def of_unit(holder: Viewer, cycle: Cycle, unit: Unit) -> list[About]:
    """The activists of a unit by class and number, each with what is asked for and handed in. Three statements."""
    found: dict[int, About] = {}
    if cycle.is_open:
        query = sa.select(Member).join(Unit, Unit.id == Member.unit_id)
        query = query.where(*_assessed(holder, cycle), Member.unit_id == unit.id)
        for one in db.session.scalars(query):
            found[one.id] = About(one, one.class_name, one.stage)
        for person_id, by, sort in _missing(cycle, unit):
            if person_id in found:
                found[person_id].opinions.append(Said(by, sort))
    _add_written(found, handed_in(holder, cycle).where(CareOpinion.unit_id == unit.id))
    for about in found.values():
        about.opinions.sort(key=lambda one: (ORDER.index(one.sort), one.by))
    return sorted(found.values(), key=lambda one: (one.class_name, one.person.number))


def _add_written(found: dict[int, About], query: sa.Select[CareOpinion, Member, Member, Unit]) -> None:
    for opinion, person, carer, _unit in db.session.execute(query):
        about = found.setdefault(person.id, About(person, opinion.class_name, opinion.stage))
        about.opinions.append(Said(carer.name, opinion.sort, opinion.handed_in_at, opinion.text))


def _missing(cycle: Cycle, unit: Unit) -> Sequence[Any]:
    query, pair = pairs()
    which = (Cycle.id == cycle.id, Member.unit_id == unit.id, CareOpinion.handed_in_at.is_(None))
    query = query.with_only_columns(Member.id, Carer.name, pair.sort).join(Carer, Carer.id == pair.carer_id)
    return db.session.execute(query.where(*which).order_by(pair.sort, Carer.name)).all()


def unit_for(holder: Viewer, cycle: Cycle, public_id: str) -> Unit:
    """A unit of the review that is the holder's."""
    query = sa.select(Unit).where(Unit.public_id == public_id, within(paths_in(holder, cycle)))
    found = db.session.scalars(query).one_or_none()
    if found is None:
        raise NotFound
    return found


def person_for(holder: Viewer, cycle: Cycle, public_id: str) -> tuple[Unit, About]:
    """Somebody of the holder's units of whom opinions are asked, or were handed in, in this review; not the holder."""
    query = (
        sa.select(Member)
        .join(Member.unit)
        .where(Member.public_id == public_id, ~is_account_of(Member.id, holder.id))
        .options(contains_eager(Member.unit))
    )
    person = db.session.scalars(query).one_or_none()
    if person is None:
        raise NotFound
    where = db.session.scalars(
        sa.select(Unit)
        .join(CareOpinion, CareOpinion.unit_id == Unit.id)
        .where(*_handed_in(holder, cycle), CareOpinion.member_id == person.id)
    ).all()
    for unit in {one.id: one for one in (person.unit, *where)}.values():
        if any(unit.path.startswith(path) for path in paths_in(holder, cycle)):
            found = next((one for one in of_unit(holder, cycle, unit) if one.person.id == person.id), None)
            if found:
                return unit, found
    raise NotFound
