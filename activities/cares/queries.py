"""Reads of whom somebody cares for in a review, and of what is written: for who writes, and for whom it is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased, contains_eager, joinedload, selectinload

from activities.cares.models import CareOpinion
from activities.cares.rules import ASSESSED, is_over
from activities.cycles.models import Cycle, CycleStep
from activities.cycles.rules import CycleState
from activities.kit.db import db
from activities.kit.refusal import NotFound
from activities.pairings import queries as pairings
from activities.pairings.rules import IN_CARE, Sort
from activities.people.models import Member, Unit

Top = aliased(Unit)


@dataclass(frozen=True)
class Line:
    """Somebody in a carer's care in a review, and what the carer has written of them."""

    cycle: Cycle
    person: Member
    sort: Sort
    written: CareOpinion | None

    def is_over(self, today: date) -> bool:
        return is_over(self.cycle.windows, today)


def pairs(carer_id: int | None = None) -> tuple[sa.Select[Any], Any]:
    """Who, or this one, cares for which activist in which review, with what is written, to be narrowed; and the columns
    of the pair. A review is of people of its unit and those below."""
    pair = pairings.in_care(ASSESSED, carer_id)
    query = (
        sa.select(Cycle, Member, pair.c.sort, CareOpinion)
        .select_from(pair)
        .join(Member, Member.id == pair.c.person_id)
        .join(Unit, Unit.id == Member.unit_id)
        .join(Top, Unit.path.startswith(Top.path))
        .join(Cycle, Cycle.unit_id == Top.id)
        .outerjoin(
            CareOpinion,
            sa.and_(
                CareOpinion.cycle_id == Cycle.id, CareOpinion.member_id == Member.id,
                CareOpinion.by_id == pair.c.carer_id,
            ),
        )
    )  # fmt: skip
    return query, pair.c


def mine(carer_id: int) -> list[Line]:
    """Whom somebody cares for in open reviews, by review, class and number. Two statements."""
    query = (
        pairs(carer_id)[0]
        .where(Cycle.state == CycleState.OPEN)
        .options(joinedload(Cycle.unit, innerjoin=True), selectinload(Cycle.steps), joinedload(Member.unit))
        .order_by(Cycle.year.desc(), Cycle.id, Unit.path, Member.class_name, Member.number)
    )
    return [Line(*row) for row in db.session.execute(query)]


def one_of_mine(carer_id: int, cycle: str, person: str) -> Line:
    """The same of one person in one review, by their public ids."""
    which = (Cycle.public_id == cycle, Member.public_id == person, Cycle.state == CycleState.OPEN)
    query = pairs(carer_id)[0].where(*which).options(selectinload(Cycle.steps), joinedload(Member.unit))
    found = db.session.execute(query).one_or_none()
    if found is None:
        raise NotFound
    return Line(*found)


def left(carer_id: int, today: date) -> list[tuple[Cycle, int]]:
    """The open reviews in which somebody has opinions still to hand in, and how many. Two statements."""
    which = (Cycle.state == CycleState.OPEN, CareOpinion.handed_in_at.is_(None))
    counted = pairs(carer_id)[0].with_only_columns(Cycle.id, sa.func.count()).where(*which).group_by(Cycle.id)
    counts = dict(db.session.execute(counted).all())
    if not counts:
        return []
    cycles = sa.select(Cycle).where(Cycle.id.in_(counts)).options(joinedload(Cycle.steps)).order_by(Cycle.year)
    found = db.session.scalars(cycles).unique()
    return [(cycle, counts[cycle.id]) for cycle in found if not is_over(cycle.windows, today)]


def to_tell(cycle_id: int) -> list[int]:
    """Who has opinions still to hand in, in one review. One statement."""
    query, pair = pairs()
    query = query.with_only_columns(pair.carer_id).where(Cycle.id == cycle_id, CareOpinion.handed_in_at.is_(None))
    return sorted(db.session.scalars(query.distinct()))


def open_cycles(today: date) -> list[Cycle]:
    """Open reviews in which opinions can still be written."""
    query = (
        sa.select(Cycle)
        .join(CycleStep, sa.and_(CycleStep.cycle_id == Cycle.id, CycleStep.key == "grade"))
        .where(Cycle.state == CycleState.OPEN, CycleStep.last >= today)
        .options(selectinload(Cycle.steps))
    )
    return list(db.session.scalars(query))


def wards(carer_id: int) -> list[tuple[Member, Sort]]:
    """Whom somebody cares for, by unit, class and number. One statement."""
    pair = pairings.in_care(IN_CARE, carer_id)
    query = (
        sa.select(Member, pair.c.sort)
        .join(pair, pair.c.person_id == Member.id)
        .join(Member.unit)
        .options(contains_eager(Member.unit))
        .order_by(Unit.path, Member.class_name, Member.number)
    )
    return [(member, sort) for member, sort in db.session.execute(query)]


# ── whom it is about ────────────────────────────────────────────────────────


def _about(member_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        CareOpinion.member_id == member_id, CareOpinion.handed_in_at.is_not(None), Cycle.id == CareOpinion.cycle_id,
        Cycle.state == CycleState.CLOSED,
    )  # fmt: skip


def about(member_id: int) -> list[tuple[int, Sort, str, datetime | None]]:
    """What was handed in of somebody in reviews that are closed, the latest first: year, as what, text and when."""
    query = (
        sa.select(Cycle.year, CareOpinion.sort, CareOpinion.text, CareOpinion.handed_in_at)
        .where(*_about(member_id))
        .order_by(Cycle.year.desc(), CareOpinion.sort, CareOpinion.id)
    )
    return [(year, sort, text, at) for year, sort, text, at in db.session.execute(query)]


def is_guided(member_id: int) -> bool:
    """Whether somebody is on the way to becoming a member, or something was written of them when they were."""
    written = sa.exists().where(*_about(member_id))
    query = sa.select(Member.id).where(Member.id == member_id, sa.or_(Member.stage.in_(IN_CARE), written))
    return db.session.scalar(query) is not None
