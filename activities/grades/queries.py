"""Reads of a cycle's people, for those who hold the review of their units, and of opinions for who is asked."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from activities.cycles.models import Cycle, CycleUnit, Participant
from activities.cycles.rules import CycleState
from activities.essays.models import Essay
from activities.grades.models import GradeVersion, Opinion
from activities.kit.db import db, run
from activities.kit.refusal import NotFound
from activities.kit.roles import Permission
from activities.people.models import Member, Unit
from activities.people.persons import is_account_of
from activities.people.queries import within
from activities.people.users import Viewer

PAGE = 50
ORDERS = ("number", "name", "class", "grade")


@dataclass(frozen=True)
class Asked:
    """What of a unit's people is asked for: whose name or number has this in it, who waits for what, in which order."""

    search: str = ""
    only: str = ""
    sort: str = "number"
    page: int = 1


@dataclass(frozen=True)
class Line:
    """A person of a unit as they stand; of oneself neither grade nor opinions are shown."""

    part: Participant
    handed_in: bool
    asked: int
    written: int
    is_own: bool


def unit_for(holder: Viewer, cycle: Cycle, public_id: str) -> CycleUnit:
    """A unit of a cycle whose review the holder holds."""
    query = (
        sa.select(CycleUnit)
        .join(CycleUnit.unit)
        .where(
            CycleUnit.cycle_id == cycle.id, Unit.public_id == public_id,
            within(holder.paths(Permission.HOLD_REVIEW)),
        )
        .options(contains_eager(CycleUnit.unit))
    )  # fmt: skip
    found = db.session.scalars(query).one_or_none()
    if found is None:
        raise NotFound
    return found


def lines(holder: Viewer, unit: CycleUnit, asked: Asked) -> list[Line]:
    """A page of a unit's people; one more where there is a next. One statement."""
    opinions = (
        sa.select(
            Opinion.participant_id, sa.func.count().label("asked"), sa.func.count(Opinion.written_at).label("written")
        )
        .where(Opinion.cycle_id == unit.cycle_id)
        .group_by(Opinion.participant_id)
        .subquery()
    )
    handed_in = Essay.handed_in_at.is_not(None)
    own = is_account_of(Participant.member_id, holder.id)
    # One's own place among the grades would tell one's own grade.
    grade = sa.case((own, None), else_=Participant.grade)
    orders = {"name": Member.name, "class": Participant.class_name, "grade": grade}
    query = (
        sa.select(
            Participant, sa.func.coalesce(handed_in, sa.false()), sa.func.coalesce(opinions.c.asked, 0),
            sa.func.coalesce(opinions.c.written, 0), own,
        )
        .join(Participant.member)
        .outerjoin(Essay, Essay.participant_id == Participant.id)
        .outerjoin(opinions, opinions.c.participant_id == Participant.id)
        .where(
            Participant.cycle_id == unit.cycle_id, Participant.unit_id == unit.unit_id,
            Participant.removed_at.is_(None),
        )
        .options(contains_eager(Participant.member))
        .order_by(orders.get(asked.sort, Member.number), Member.number)
    )  # fmt: skip
    if asked.search:
        text = asked.search.replace("/", "//").replace("%", "/%").replace("_", "/_")
        query = query.where(sa.or_(*(c.ilike(f"%{text}%", escape="/") for c in (Member.name, Member.number))))
    if asked.only == "essay":
        query = query.where(sa.or_(Essay.id.is_(None), Essay.handed_in_at.is_(None)))
    elif asked.only == "grade":
        query = query.where(Participant.grade.is_(None), ~own)
    rows = db.session.execute(query.offset((asked.page - 1) * PAGE).limit(PAGE + 1))
    return [Line(*row) for row in rows]


def part_for(holder: Viewer, cycle: Cycle, member_public_id: str) -> Participant:
    """Somebody of the holder's units who takes part, and is not the holder."""
    query = (
        sa.select(Participant)
        .join(Participant.member)
        .join(Participant.unit)
        .where(
            Participant.cycle_id == cycle.id, Member.public_id == member_public_id, Participant.removed_at.is_(None),
            within(holder.paths(Permission.HOLD_REVIEW)), ~is_account_of(Participant.member_id, holder.id),
        )
        .options(contains_eager(Participant.member), contains_eager(Participant.unit))
    )  # fmt: skip
    found = db.session.scalars(query).one_or_none()
    if found is None:
        raise NotFound
    return found


def next_undecided(holder: Viewer, part: Participant) -> str | None:
    """The member's public id of who follows in the same unit, by number and from the top again, on whom nobody has
    decided; not the holder. One statement."""
    query = _undecided(sa.select(Member.public_id), holder, part).where(Participant.id != part.id)
    query = query.order_by(Member.number <= part.member.number, Member.number).limit(1)
    found: str | None = db.session.scalar(query)
    return found


def how_many_undecided(holder: Viewer, part: Participant) -> int:
    """On how many of a participant's unit nobody has decided; the holder aside. One statement."""
    return db.session.scalar(_undecided(sa.select(sa.func.count()), holder, part)) or 0


def _undecided(select: sa.Select[Any], holder: Viewer, part: Participant) -> sa.Select[Any]:
    return (
        select.select_from(Participant)
        .join(Participant.member)
        .where(
            Participant.cycle_id == part.cycle_id, Participant.unit_id == part.unit_id,
            Participant.removed_at.is_(None), Participant.grade.is_(None), ~is_account_of(Member.id, holder.id),
        )
    )  # fmt: skip


def of_school(number: str, path: str) -> Member | None:
    """Somebody active with this number, of the school that the unit at `path` belongs to."""
    root = f"{path.split('/')[0]}/"
    query = sa.select(Member).join(Member.unit).where(Member.number == number, Member.active, within([root]))
    return db.session.scalars(query).one_or_none()


def counter_of(part: Participant) -> CycleUnit:
    which = (CycleUnit.cycle_id == part.cycle_id, CycleUnit.unit_id == part.unit_id)
    return db.session.scalars(sa.select(CycleUnit).where(*which)).one()


def versions_of(participant_id: int) -> list[GradeVersion]:
    """How it was decided on somebody, the newest first."""
    query = (
        sa.select(GradeVersion)
        .where(GradeVersion.participant_id == participant_id)
        .options(joinedload(GradeVersion.given_by, innerjoin=True))
        .order_by(GradeVersion.count.desc())
    )
    return list(db.session.scalars(query))


def givers(part_ids: Collection[int]) -> dict[int, set[int]]:
    """By participant, who has given them a grade, one that was changed or taken away since too. One statement."""
    which = (GradeVersion.participant_id.in_(part_ids), GradeVersion.grade.is_not(None))
    found: dict[int, set[int]] = {}
    for part_id, member_id in run(sa.select(GradeVersion.participant_id, GradeVersion.given_by_id).where(*which)):
        found.setdefault(part_id, set()).add(member_id)
    return found


def has_graded(member_id: int) -> sa.ColumnElement[bool]:
    """Whether a participant was ever given a grade by this person, in SQL."""
    return sa.exists().where(
        GradeVersion.participant_id == Participant.id, GradeVersion.grade.is_not(None),
        is_account_of(GradeVersion.given_by_id, member_id),
    )  # fmt: skip


def opinions_on(participant_id: int) -> list[Opinion]:
    query = (
        sa.select(Opinion)
        .where(Opinion.participant_id == participant_id)
        .options(joinedload(Opinion.by, innerjoin=True))
        .order_by(Opinion.id)
    )
    return list(db.session.scalars(query))


def graded(cycle_id: int) -> dict[int, int]:
    """By unit, on how many it is decided. One statement."""
    query = (
        sa.select(Participant.unit_id, sa.func.count())
        .where(
            Participant.cycle_id == cycle_id, Participant.removed_at.is_(None), Participant.grade.is_not(None)
        )
        .group_by(Participant.unit_id)
    )  # fmt: skip
    return dict(db.session.execute(query).all())


# ── for who is asked for an opinion ─────────────────────────────────────────


def _asked_of(member_id: int) -> sa.Select[Opinion]:
    return (
        sa.select(Opinion)
        .join(Opinion.participant)
        .join(Participant.cycle)
        .join(Participant.member)
        .where(Opinion.by_id == member_id, Participant.removed_at.is_(None), Cycle.state == CycleState.OPEN)
        .options(
            contains_eager(Opinion.participant).contains_eager(Participant.member),
            contains_eager(Opinion.participant).contains_eager(Participant.cycle).selectinload(Cycle.steps),
        )
        .order_by(Opinion.id)
    )


def opinions_asked_of(member_id: int) -> list[Opinion]:
    """The opinions that somebody is asked for in open cycles."""
    return list(db.session.scalars(_asked_of(member_id)))


def opinion_of(member_id: int, public_id: str) -> Opinion:
    found = db.session.scalars(_asked_of(member_id).where(Opinion.public_id == public_id)).one_or_none()
    if found is None:
        raise NotFound
    return found
