"""Reads of requests to correct a record."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from activities.corrections.models import Correction
from activities.corrections.rules import OPEN, TO_DECIDE, CorrectionState
from activities.duties.models import Activity, Post, Slot
from activities.duties.queries import organized_by
from activities.kit.db import db
from activities.kit.refusal import NotFound
from activities.kit.roles import PERMISSIONS, Permission
from activities.people.models import Member, RoleGrant
from activities.people.persons import is_account_of
from activities.people.queries import within
from activities.people.users import Viewer
from activities.records.models import Record

PAGE = 50
LATEST = 20


class Case(NamedTuple):
    """A request, and the record as it stands; none where it was taken back."""

    request: Correction
    record: Record | None


def _cases() -> sa.Select[Correction, Record]:
    """Requests with slot, post, activity and people, to be narrowed."""
    its = sa.and_(Record.slot_id == Correction.slot_id, Record.member_id == Correction.member_id)
    return (
        sa.select(Correction, Record)
        .join(Correction.slot)
        .join(Slot.post)
        .join(Post.activity)
        .join(Activity.unit)
        .outerjoin(Record, its)
        .options(
            contains_eager(Correction.slot).contains_eager(Slot.post).contains_eager(Post.activity)
            .contains_eager(Activity.unit),
            joinedload(Correction.member, innerjoin=True).joinedload(Member.unit, innerjoin=True),
            joinedload(Correction.answered_by), joinedload(Correction.decided_by),
        )
    )  # fmt: skip


def _all(query: sa.Select[Correction, Record]) -> list[Case]:
    return [Case(request, record) for request, record in db.session.execute(query)]


def mine(member_id: int, page: int) -> list[Case]:
    """What somebody has asked for, what is open and the latest first; one more than a page holds. One statement."""
    query = _cases().where(Correction.member_id == member_id)
    query = query.order_by(Correction.state.not_in(OPEN), Correction.id.desc())
    return _all(query.limit(PAGE + 1).offset((page - 1) * PAGE))


def to_answer(organizer: Viewer) -> list[Case]:
    """What waits for this organizer, what is due first; one more than a page shows."""
    query = _cases().where(_runs(organizer), Correction.state == CorrectionState.ASKED)
    return _all(query.order_by(Correction.due, Correction.id).limit(PAGE + 1))


def answered(organizer: Viewer) -> list[Case]:
    """What has gone on from this organizer's activities, the latest first."""
    query = _cases().where(_runs(organizer), Correction.state != CorrectionState.ASKED)
    return _all(query.order_by(Correction.id.desc()).limit(LATEST))


def to_decide(secretary: Viewer) -> list[Case]:
    """What waits for this secretary, what is due first; one more than a page shows."""
    query = _cases().where(_reviews(secretary), Correction.state.in_(TO_DECIDE))
    return _all(query.order_by(Correction.due, Correction.id).limit(PAGE + 1))


def how_many_to_decide(secretary: Viewer) -> sa.Select[int]:
    """The same as a number."""
    return (
        sa.select(sa.func.count(Correction.id))
        .join(Correction.slot)
        .join(Slot.post)
        .join(Post.activity)
        .join(Activity.unit)
        .where(_reviews(secretary), Correction.state.in_(TO_DECIDE))
    )


def decided(secretary: Viewer) -> list[Case]:
    """What ended in this secretary's units, the latest first."""
    query = _cases().where(_reviews(secretary), Correction.ended_at.is_not(None))
    return _all(query.order_by(Correction.ended_at.desc(), Correction.id).limit(LATEST))


def request_to_answer(organizer: Viewer, public_id: str) -> Correction:
    return _one(_runs(organizer), public_id)


def request_to_decide(secretary: Viewer, public_id: str) -> Correction:
    return _one(_reviews(secretary), public_id)


def own_request(member_id: int, public_id: str) -> Correction:
    return _one(Correction.member_id == member_id, public_id)


def _one(mine: sa.ColumnElement[bool], public_id: str) -> Correction:
    row = db.session.execute(_cases().where(mine, Correction.public_id == public_id)).first()
    if row is None:
        raise NotFound
    request: Correction = row[0]
    return request


def _runs(organizer: Viewer) -> sa.ColumnElement[bool]:
    return sa.and_(organized_by(organizer), ~is_account_of(Correction.member_id, organizer.id))


def _reviews(secretary: Viewer) -> sa.ColumnElement[bool]:
    is_own = is_account_of(Correction.member_id, secretary.id)
    return sa.and_(within(secretary.paths(Permission.REVIEW)), ~is_own)


def open_request(slot_id: int, member_id: int) -> Correction | None:
    """The request about this participation that has not ended."""
    query = sa.select(Correction).where(
        Correction.slot_id == slot_id, Correction.member_id == member_id, Correction.state.in_(OPEN)
    )
    return db.session.scalars(query).one_or_none()


def due_by(day: date) -> list[int]:
    """The open requests whose step ends on this day or did before."""
    query = sa.select(Correction.id).where(Correction.state.in_(OPEN), Correction.due <= day).order_by(Correction.id)
    return list(db.session.scalars(query))


def holders_above(path: str, permission: Permission, but: Collection[int | None]) -> list[tuple[int, int]]:
    """Who has a permission for the unit at `path`, as (member, how deep the unit of the role is), the nearest first."""
    roles = [role for role, permitted in PERMISSIONS.items() if permission in permitted]
    above = [int(part) for part in path.split("/") if part]
    query = (
        sa.select(RoleGrant.member_id, RoleGrant.unit_id)
        .join(RoleGrant.member)
        .where(RoleGrant.role.in_(roles), RoleGrant.unit_id.in_(above), Member.active)
        .distinct()
    )
    found = [(who, above.index(unit_id)) for who, unit_id in db.session.execute(query) if who not in but]
    return sorted(found, key=lambda one: (-one[1], one[0]))
