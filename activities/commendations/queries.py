"""Reads of rounds of commendation."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import aliased, contains_eager, joinedload

from activities.certificates.notice_queries import school_of
from activities.certificates.rules_notice import Verdict
from activities.commendations.models import CommitteeMember, Nomination, NoticeObjection, Round
from activities.commendations.rules import BEFORE_COMMITTEE, Nominators, RoundState, State, Whom, may_be_commended
from activities.duties.models import Activity, Post, Slot
from activities.kit.db import db
from activities.kit.refusal import NotFound
from activities.kit.roles import Permission
from activities.people.models import HoldsRoles, Member, Unit
from activities.people.queries import within
from activities.people.rules import Stage, Standing
from activities.people.users import Viewer
from activities.records.models import Record
from activities.records.rules import CAME

LATEST = 30
PUBLIC = {RoundState.NOTICE: (State.CHOSEN,), RoundState.AWARDED: (State.AWARDED,)}


# ── rounds ──────────────────────────────────────────────────────────────────


def _rounds() -> sa.Select[Round]:
    return sa.select(Round).join(Round.unit).options(contains_eager(Round.unit))


def rounds_for(viewer: Viewer, page: int) -> list[Round]:
    """The rounds of the viewer's school, the latest first, without those called off; one more than a page holds."""
    school = Unit.path.startswith(f"{school_of(viewer.unit.path)}/")
    query = _rounds().where(school, Round.state != RoundState.CALLED_OFF)
    return _page(query, page)


def round_seen(viewer: Viewer, public_id: str) -> Round:
    """A round of the viewer's school."""
    return _one(public_id, Unit.path.startswith(f"{school_of(viewer.unit.path)}/"))


def rounds_kept(keeper: Viewer, page: int) -> list[Round]:
    """The rounds of the keeper's units, the latest first; one more than a page holds."""
    return _page(_rounds().where(within(keeper.paths(Permission.COMMEND))), page)


def _page(query: sa.Select[Round], page: int) -> list[Round]:
    ordered = query.order_by(Round.year.desc(), Round.id.desc())
    return list(db.session.scalars(ordered.limit(LATEST + 1).offset((page - 1) * LATEST)))


def round_kept(keeper: Viewer, public_id: str) -> Round:
    return _one(public_id, within(keeper.paths(Permission.COMMEND)))


def _one(public_id: str, seen: sa.ColumnElement[bool]) -> Round:
    found = db.session.scalars(_rounds().where(Round.public_id == public_id, seen)).one_or_none()
    if found is None:
        raise NotFound
    return found


def under_way(unit_id: int, title: str, year: int) -> bool:
    """Whether a round of this name and year goes on in a unit."""
    which = (Round.unit_id == unit_id, Round.title == title, Round.year == year)
    there = sa.exists().where(*which, Round.state.in_((RoundState.OPEN, RoundState.NOTICE)))
    return bool(db.session.scalar(sa.select(there)))


def eligible(path: str, whom: Whom) -> int:
    """How many people of a unit and below may be commended, of whom the quota is a share."""
    fits = Member.stage == Stage.FULL if whom is Whom.FULL else Member.standing != Standing.STUDENT
    query = sa.select(sa.func.count(Member.id)).join(Unit, Unit.id == Member.unit_id)
    return db.session.scalar(query.where(within([path]), Member.active, fits)) or 0


def committee(round_id: int) -> list[CommitteeMember]:
    query = sa.select(CommitteeMember).where(CommitteeMember.round_id == round_id)
    with_names = joinedload(CommitteeMember.member, innerjoin=True).joinedload(Member.unit, innerjoin=True)
    return list(db.session.scalars(query.options(with_names).order_by(CommitteeMember.id)))


def on_committee(round_id: int, member: str) -> CommitteeMember:
    """Somebody of a round's committee, by the public id of the person."""
    found = next((one for one in committee(round_id) if one.member.public_id == member), None)
    if found is None:
        raise NotFound
    return found


def decides(member_id: int, round_id: int) -> bool:
    """Whether somebody is on a round's committee."""
    which = (CommitteeMember.round_id == round_id, CommitteeMember.member_id == member_id)
    return db.session.scalar(sa.select(CommitteeMember.id).where(*which)) is not None


# ── nominations ─────────────────────────────────────────────────────────────


def _nominations(round_id: int) -> sa.Select[Nomination]:
    return (
        sa.select(Nomination)
        .join(Nomination.member)
        .join(Member.unit)
        .where(Nomination.round_id == round_id)
        .options(
            contains_eager(Nomination.member).contains_eager(Member.unit), joinedload(Nomination.by, innerjoin=True),
            joinedload(Nomination.decided_by), joinedload(Nomination.round, innerjoin=True),
        )
        .order_by(Unit.path, Member.class_name, Member.number)
    )  # fmt: skip


def nominations(round_id: int, states: Collection[State] = tuple(State)) -> list[Nomination]:
    """In the order of units, classes and numbers, by which nobody comes before anybody. One statement."""
    return list(db.session.scalars(_nominations(round_id).where(Nomination.state.in_(states))))


def published(one: Round) -> list[Nomination]:
    """Who stands on notice, or was commended; whose data are restricted or erased is shown no more."""
    found = nominations(one.id, PUBLIC.get(one.state, ()))
    return [each for each in found if each.member.restricted_at is None and each.member.erased_at is None]


def before_committee(round_id: int) -> list[Nomination]:
    return nominations(round_id, BEFORE_COMMITTEE)


def made_by(member_id: int, round_id: int) -> list[Nomination]:
    return list(db.session.scalars(_nominations(round_id).where(Nomination.by_id == member_id)))


def _of_person(member_id: int) -> sa.Select[Nomination]:
    query = sa.select(Nomination).join(Nomination.round).where(Nomination.member_id == member_id)
    return query.options(contains_eager(Nomination.round), joinedload(Nomination.by, innerjoin=True))


def of_person(member_id: int) -> list[Nomination]:
    """The latest nominations of somebody, the last one first."""
    return list(db.session.scalars(_of_person(member_id).order_by(Nomination.id.desc()).limit(LATEST)))


def own_nomination(member_id: int, public_id: str) -> Nomination:
    found = db.session.scalars(_of_person(member_id).where(Nomination.public_id == public_id)).one_or_none()
    if found is None:
        raise NotFound
    return found


def made_nomination(member_id: int, one: Round, public_id: str) -> Nomination:
    """One that somebody made themselves."""
    found = nomination_in(one, public_id)
    if found.by_id != member_id:
        raise NotFound
    return found


def nomination_in(one: Round, public_id: str, states: Sequence[State] = tuple(State)) -> Nomination:
    query = _nominations(one.id).where(Nomination.public_id == public_id, Nomination.state.in_(states))
    found = db.session.scalars(query).one_or_none()
    if found is None:
        raise NotFound
    return found


def nominee(nominator: HoldsRoles, unit: Unit, one: Round, number: str) -> Member | None:
    """Whom somebody may nominate by their number: people of the round's unit and below whom it is for, and where only
    secretaries nominate, those of their units."""
    paths = nominator.paths(Permission.COMMEND) if one.nominators is Nominators.SECRETARIES else [unit.path]
    query = (
        sa.select(Member)
        .join(Member.unit)
        .where(Member.number == number, Member.active, within([unit.path]), within(paths))
        .options(contains_eager(Member.unit))
    )
    found = db.session.scalars(query).one_or_none()
    return found if found and may_be_commended(one.whom, found.stage, found.standing) else None


def may_nominate(viewer: Viewer | Member, one: Round) -> bool:
    """Whether it is for this person to nominate: members of the round's unit and below, or its secretaries."""
    if one.nominators is Nominators.SECRETARIES:
        paths = viewer.paths(Permission.COMMEND)
        return any(one.unit.path.startswith(path) or path.startswith(one.unit.path) for path in paths)
    is_member = viewer.stage in (Stage.FULL, Stage.PROBATIONARY)
    return is_member and viewer.unit.path.startswith(one.unit.path)


def sees_records(nominator: HoldsRoles, member: Member) -> bool:
    """Whether somebody sees the records of a person anyway."""
    return nominator.may(Permission.REVIEW, member.unit.path)


def known_of(nominator_id: int, member_id: int, year: int, *, sees_all: bool) -> list[str]:
    """What can be picked as evidence: the activities of a year in which the person came. Who may not see the person's
    records picks of those slots to which they came themselves. One statement."""
    days = Record.day.between(date(year, 1, 1), date(year, 12, 31))
    query = (
        sa.select(Activity.name)
        .join(Post, Post.activity_id == Activity.id)
        .join(Slot, Slot.post_id == Post.id)
        .join(Record, Record.slot_id == Slot.id)
        .where(Record.member_id == member_id, days, Record.attendance.in_(CAME), Record.is_final)
        .group_by(Activity.name)
        .order_by(Activity.name)
    )
    if not sees_all:
        own = aliased(Record)
        together = sa.exists().where(
            own.slot_id == Record.slot_id, own.member_id == nominator_id, own.attendance.in_(CAME)
        )
        query = query.where(together)
    return list(db.session.scalars(query))


# ── objections ──────────────────────────────────────────────────────────────


def objections(round_id: int) -> list[NoticeObjection]:
    """The oldest first. One statement."""
    query = (
        sa.select(NoticeObjection)
        .join(NoticeObjection.nomination)
        .where(Nomination.round_id == round_id)
        .options(
            contains_eager(NoticeObjection.nomination).joinedload(Nomination.member, innerjoin=True),
            joinedload(NoticeObjection.member, innerjoin=True), joinedload(NoticeObjection.answered_by),
        )
        .order_by(NoticeObjection.id)
    )  # fmt: skip
    return list(db.session.scalars(query))


def objection_in(one: Round, public_id: str) -> NoticeObjection:
    found = next((each for each in objections(one.id) if each.public_id == public_id), None)
    if found is None:
        raise NotFound
    return found


def open_objections(round_id: int) -> int:
    query = (
        sa.select(sa.func.count(NoticeObjection.id))
        .join(NoticeObjection.nomination)
        .where(Nomination.round_id == round_id, NoticeObjection.verdict == Verdict.OPEN)
    )
    return db.session.scalar(query) or 0


def objected_by(member_id: int, round_id: int) -> list[NoticeObjection]:
    return [one for one in objections(round_id) if one.member_id == member_id]


def is_upheld(nomination_id: int) -> bool:
    which = NoticeObjection.nomination_id == nomination_id, NoticeObjection.verdict == Verdict.UPHELD
    return db.session.scalar(sa.select(NoticeObjection.id).where(*which)) is not None
