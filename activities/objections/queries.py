"""Reads of grades on notice and of objections to them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from activities.certificates.rules_notice import Verdict
from activities.corrections.uninvolved import Matter, Uninvolved, matter, uninvolved
from activities.cycles.models import Cycle, CycleUnit, Participant
from activities.cycles.rules import CycleState
from activities.grades.models import GradeVersion
from activities.grades.queries import givers, has_graded
from activities.kit.db import db
from activities.kit.refusal import NotFound
from activities.kit.roles import Permission
from activities.objections.models import GradeObjection
from activities.people.models import Member, Unit
from activities.people.persons import is_account_of
from activities.people.queries import within
from activities.people.users import Viewer

PAGE = 100
LATEST = 20


def units_seen(viewer: Viewer, cycle_id: int) -> list[int]:
    """The units whose grades somebody sees on notice: in which they take part, and to which they belong."""
    own = Participant.member_id == viewer.id
    query = sa.select(Participant.unit_id).where(
        Participant.cycle_id == cycle_id, own, Participant.removed_at.is_(None)
    )
    return [*db.session.scalars(query), int(viewer.unit.path.rstrip("/").split("/")[-1])]


def cycle_for(viewer: Viewer, public_id: str) -> tuple[Cycle, list[int]]:
    """An open cycle with people of a unit whose grades the viewer may see on notice, and these units. Two
    statements."""
    query = sa.select(Cycle).where(Cycle.public_id == public_id, Cycle.state == CycleState.OPEN)
    cycle = db.session.scalars(query.options(selectinload(Cycle.steps), joinedload(Cycle.unit))).one_or_none()
    units = units_seen(viewer, cycle.id) if cycle else []
    there = sa.exists().where(CycleUnit.cycle_id == cycle.id, CycleUnit.unit_id.in_(units)) if cycle else sa.false()
    if cycle is None or not db.session.scalar(sa.select(there)):
        raise NotFound
    return cycle, units


def on_notice(cycle_id: int, units: list[int], page: int) -> list[Participant]:
    """Whose grades stand on notice in these units; one more than a page where there are more."""
    query = _standing(cycle_id, units).order_by(Unit.path, Member.number)
    return list(db.session.scalars(query.offset((page - 1) * PAGE).limit(PAGE + 1)))


def standing(cycle_id: int, units: list[int], member: str) -> Participant:
    found = db.session.scalars(_standing(cycle_id, units).where(Member.public_id == member)).one_or_none()
    if found is None:
        raise NotFound
    return found


def _standing(cycle_id: int, units: list[int]) -> sa.Select[Participant]:
    return (
        sa.select(Participant)
        .join(Participant.member)
        .join(Participant.unit)
        .where(
            Participant.cycle_id == cycle_id, Participant.unit_id.in_(units), Participant.removed_at.is_(None),
            Participant.grade.is_not(None),
        )
        .options(contains_eager(Participant.member), contains_eager(Participant.unit))
    )  # fmt: skip


def raised_by(member_id: int, cycle_id: int) -> list[GradeObjection]:
    """What somebody has objected to in a cycle."""
    query = sa.select(GradeObjection).where(GradeObjection.member_id == member_id, GradeObjection.cycle_id == cycle_id)
    with_person = joinedload(GradeObjection.participant).joinedload(Participant.member)
    return list(db.session.scalars(query.options(with_person).order_by(GradeObjection.id.desc())))


def objected_to(member_id: int, cycle_id: int) -> set[int]:
    """The participants of a cycle to whose grade, as it is, somebody has objected: of one that was decided anew since
    the answer they may say again what is wrong. One statement."""
    anew = sa.exists().where(
        GradeVersion.participant_id == GradeObjection.participant_id, GradeVersion.grade.is_not(None),
        GradeVersion.given_at >= GradeObjection.answered_at,
    )  # fmt: skip
    query = sa.select(GradeObjection.participant_id).where(
        GradeObjection.member_id == member_id, GradeObjection.cycle_id == cycle_id,
        sa.or_(GradeObjection.verdict == Verdict.OPEN, ~anew),
    )  # fmt: skip
    return set(db.session.scalars(query))


def _to_judge(holder: Viewer) -> sa.Select[GradeObjection]:
    """Objections to grades of the holder's people, except those that they have to do with."""
    return _of_people(holder).where(~_involves(holder))


def of_others(holder: Viewer) -> list[GradeObjection]:
    """Open objections to grades of the holder's people that the holder has to do with, so that others answer."""
    query = _of_people(holder).where(_involves(holder), GradeObjection.verdict == Verdict.OPEN)
    return list(db.session.scalars(query.order_by(GradeObjection.id).limit(PAGE)))


def judges(objections: Sequence[GradeObjection]) -> dict[int, Uninvolved]:
    """By objection, who may answer it."""
    given = givers({one.participant_id for one in objections})
    matters = [_matter(one, one.participant, given.get(one.participant_id, ())) for one in objections]
    return uninvolved(Permission.HOLD_REVIEW, matters)


def _matter(objection: GradeObjection, part: Participant, given: Collection[int]) -> Matter:
    return matter(objection.id, part.unit.path, part.member_id, objection.member_id, *given)


def _involves(holder: Viewer) -> sa.ColumnElement[bool]:
    own = is_account_of(Participant.member_id, holder.id), is_account_of(GradeObjection.member_id, holder.id)
    return sa.or_(has_graded(holder.id), *own)


def _of_people(holder: Viewer) -> sa.Select[GradeObjection]:
    """Who takes part no more has no grade, so that nothing is answered about it any more."""
    is_settled = GradeObjection.verdict != Verdict.OPEN
    return (
        sa.select(GradeObjection)
        .join(GradeObjection.participant)
        .join(Participant.cycle)
        .join(Participant.member)
        .join(Participant.unit)
        .where(
            within(holder.paths(Permission.HOLD_REVIEW)), Cycle.state == CycleState.OPEN,
            sa.or_(is_settled, Participant.removed_at.is_(None)),
        )
        .options(
            contains_eager(GradeObjection.participant).contains_eager(Participant.member),
            contains_eager(GradeObjection.participant).contains_eager(Participant.unit),
            contains_eager(GradeObjection.participant).contains_eager(Participant.cycle),
            joinedload(GradeObjection.member, innerjoin=True), joinedload(GradeObjection.answered_by),
        )
    )  # fmt: skip


def to_judge(holder: Viewer) -> list[GradeObjection]:
    """The oldest first."""
    query = _to_judge(holder).where(GradeObjection.verdict == Verdict.OPEN)
    return list(db.session.scalars(query.order_by(GradeObjection.id).limit(PAGE)))


def how_many_to_judge(holder: Viewer) -> sa.Select[int]:
    """The same as a number."""
    query = _to_judge(holder).where(GradeObjection.verdict == Verdict.OPEN)
    return query.with_only_columns(sa.func.count(GradeObjection.id), maintain_column_froms=True)


def how_many_open(holder: Viewer, cycle_id: int) -> int:
    """Objections of a cycle to grades of the holder's people that nobody has answered, those too that others answer.
    One statement."""
    query = _of_people(holder).where(GradeObjection.cycle_id == cycle_id, GradeObjection.verdict == Verdict.OPEN)
    return db.session.scalar(query.with_only_columns(sa.func.count(GradeObjection.id), maintain_column_froms=True)) or 0


def judged(holder: Viewer) -> list[GradeObjection]:
    """Those that are answered, the latest first."""
    query = _to_judge(holder).where(GradeObjection.verdict != Verdict.OPEN)
    return list(db.session.scalars(query.order_by(GradeObjection.answered_at.desc()).limit(LATEST)))


def objection_to_judge(holder: Viewer, public_id: str) -> GradeObjection:
    found = db.session.scalars(_to_judge(holder).where(GradeObjection.public_id == public_id)).one_or_none()
    if found is None:
        raise NotFound
    return found
