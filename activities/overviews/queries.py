"""Reads of a review as a whole, for those who hold it: as many statements for ten units as for a thousand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from activities.cycles.models import Cycle, Participant
from activities.cycles.queries import paths_in
from activities.cycles.rules import CycleState, Grade, Tally
from activities.cycles.waits import Wait
from activities.kit.db import db
from activities.kit.refusal import NotFound
from activities.people.models import Member, Unit
from activities.people.persons import is_account_of
from activities.people.queries import within
from activities.people.users import Viewer

PAGE = 50


def _shown_to(holder: Viewer, cycle: Cycle, state: CycleState) -> tuple[sa.ColumnElement[bool], ...]:
    """Grades of the holder's units; the holder's own only of reviews that are closed, when everybody knows theirs."""
    there = within(paths_in(holder, cycle)), Participant.removed_at.is_(None)
    return there if state is CycleState.CLOSED else (*there, ~is_account_of(Participant.member_id, holder.id))


def tallies(holder: Viewer, cycle: Cycle) -> dict[int, Tally]:
    """By unit, how many have which grade. One statement."""
    query = (
        sa.select(Participant.unit_id, Participant.grade, sa.func.count())
        .join(Unit, Unit.id == Participant.unit_id)
        .where(Participant.cycle_id == cycle.id, *_shown_to(holder, cycle, cycle.state))
        .group_by(Participant.unit_id, Participant.grade)
    )
    found: dict[int, Tally] = defaultdict(dict)
    for unit_id, grade, count in db.session.execute(query):
        found[unit_id][grade] = count
    return found


def closed_years(holder: Viewer, cycle: Cycle) -> dict[int, Tally]:
    """The grades of the same units in years before that were closed here. One statement."""
    query = (
        sa.select(Participant.year, Participant.grade, sa.func.count())
        .join(Unit, Unit.id == Participant.unit_id)
        .join(Cycle, Cycle.id == Participant.cycle_id)
        .where(
            Cycle.state == CycleState.CLOSED, Participant.year < cycle.year,
            *_shown_to(holder, cycle, CycleState.CLOSED),
        )
        .group_by(Participant.year, Participant.grade)
    )  # fmt: skip
    found: dict[int, Tally] = defaultdict(dict)
    for year, grade, count in db.session.execute(query):
        found[year][grade] = count
    return found


# ── who is waited for ───────────────────────────────────────────────────────


def waiting(paths: Sequence[str], cycle_id: int, sorts: Iterable[Wait]) -> dict[str, dict[int | None, int]]:
    """By sort and unit, how many people are waited for; without a unit, how many different people these are. One
    statement."""
    found: dict[str, dict[int | None, int]] = {one.key: {} for one in sorts}
    parts = [_pairs(paths, cycle_id, one) for one in sorts]
    if parts:
        pairs = sa.union_all(*parts).cte("pairs")
        people = sa.func.count(pairs.c.member_id.distinct())
        by_unit = sa.select(pairs.c.key, pairs.c.unit_id, people).group_by(pairs.c.key, pairs.c.unit_id)
        in_all = sa.select(pairs.c.key, sa.null(), people).group_by(pairs.c.key)
        for key, unit_id, count in db.session.execute(sa.union_all(by_unit, in_all)):
            found[key][unit_id] = count
    return found


def _pairs(paths: Sequence[str], cycle_id: int, one: Wait) -> sa.Select[str, int, int]:
    """Units and people who can log in, each once."""
    unit, person = one.who(cycle_id).subquery().c
    return (
        sa.select(sa.literal(one.key).label("key"), unit.label("unit_id"), person.label("member_id"))
        .join(Member, Member.id == person)
        .join(Unit, Unit.id == unit)
        .where(Member.active, within(paths))
        .distinct()
    )


def waited_for(paths: Sequence[str], cycle_id: int, one: Wait) -> list[tuple[str, int, str, str]]:
    """Whom these units wait for: unit, person with name and number, in the order of units and numbers. One
    statement."""
    pairs = _pairs(paths, cycle_id, one).subquery()
    query = (
        sa.select(Unit.name, Member.id, Member.name, Member.number)
        .select_from(pairs)
        .join(Unit, Unit.id == pairs.c.unit_id)
        .join(Member, Member.id == pairs.c.member_id)
        .order_by(Unit.path, Member.number)
    )
    return [(unit, who, name, number) for unit, who, name, number in db.session.execute(query)]


# ── from a bar to the people ────────────────────────────────────────────────


@dataclass(frozen=True)
class Wanted:
    """People with this grade, or on whom nobody has decided; of one unit, or of all."""

    unit: Unit | None
    grade: Grade | None
    page: int


def unit_of(holder: Viewer, cycle: Cycle, public_id: str) -> Unit:
    """A unit of the cycle whose review the holder holds."""
    query = sa.select(Unit).where(Unit.public_id == public_id, within(paths_in(holder, cycle)))
    found = db.session.scalars(query).one_or_none()
    if found is None:
        raise NotFound
    return found


def people(holder: Viewer, cycle: Cycle, wanted: Wanted) -> list[Participant]:
    """A page of them, in the order of units and numbers; one more where there is a next. One statement."""
    is_it = Participant.grade.is_(None) if wanted.grade is None else Participant.grade == wanted.grade
    query = (
        sa.select(Participant)
        .join(Participant.unit)
        .join(Participant.member)
        .where(Participant.cycle_id == cycle.id, is_it, *_shown_to(holder, cycle, cycle.state))
        .options(contains_eager(Participant.unit), contains_eager(Participant.member))
        .order_by(Unit.path, Member.number)
    )
    if wanted.unit:
        query = query.where(Participant.unit_id == wanted.unit.id)
    return list(db.session.scalars(query.offset((wanted.page - 1) * PAGE).limit(PAGE + 1)))
