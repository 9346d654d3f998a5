"""Reads of missed duties and pauses."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from activities.duties.models import Slot
from activities.kit import clock
from activities.kit.db import db
from activities.kit.refusal import NotFound
from activities.kit.roles import Permission
from activities.norms.rules import Norms
from activities.pauses.rules import SETTLES
from activities.people.models import Member
from activities.people.queries import within
from activities.people.users import Viewer
from activities.records.models import Record
from activities.records.rules import Attendance
from activities.signups.models import Pause

PAGE = 100


class Misses(NamedTuple):
    """How many duties a person has missed that have counted for nothing yet, and the slot of the last one."""

    member_id: int
    times: int
    last_slot_id: int


def missed(norms: Norms, since: datetime, now: datetime, member_id: int | None = None) -> list[Misses]:
    """Who has missed duties that began `since` then within the days that count, as far as the marks are settled and no
    pause has come of them. One statement."""
    began = sa.select(sa.func.max(Pause.begun_at)).where(Pause.member_id == Record.member_id).scalar_subquery()
    query = (
        sa.select(Record.member_id, Record.slot_id, Record.recorded_at, began)
        .join(Slot, Slot.id == Record.slot_id)
        .where(
            Record.attendance == Attendance.ABSENT, Record.changed_at <= now - SETTLES,
            Record.day > clock.local_day(now) - timedelta(days=norms.miss_days), Slot.starts_at >= since,
        )
        .order_by(Record.member_id, Slot.starts_at, Record.id)
    )  # fmt: skip
    if member_id is not None:
        query = query.where(Record.member_id == member_id)
    found: dict[int, Misses] = {}
    for who, slot_id, recorded_at, begun_at in db.session.execute(query):
        if begun_at is None or recorded_at > begun_at - SETTLES:
            before = found.get(who)
            found[who] = Misses(who, before.times + 1 if before else 1, slot_id)
    return list(found.values())


def holding(keeper: Viewer, page: int, now: datetime) -> tuple[list[Pause], bool]:
    """A page of the pauses that hold of people in the keeper's units, the latest first; and whether more follow."""
    query = _kept(keeper).where(Pause.lifted_at.is_(None), Pause.until > now).offset((page - 1) * PAGE).limit(PAGE + 1)
    found = list(db.session.scalars(query).unique())
    return found[:PAGE], len(found) > PAGE


def over(keeper: Viewer, now: datetime) -> list[Pause]:
    """The latest of those that are over."""
    query = _kept(keeper).where(sa.or_(Pause.lifted_at.is_not(None), Pause.until <= now)).limit(PAGE)
    return list(db.session.scalars(query).unique())


def _kept(keeper: Viewer) -> sa.Select[Pause]:
    return (
        sa.select(Pause)
        .join(Pause.member)
        .join(Member.unit)
        .where(within(keeper.paths(Permission.LIFT_PAUSES)))
        .options(contains_eager(Pause.member).contains_eager(Member.unit), joinedload(Pause.lifted_by))
        .order_by(Pause.begun_at.desc(), Pause.id.desc())
    )


def pause(keeper: Viewer, public_id: str) -> Pause:
    """The pause, if it is of somebody in the keeper's units."""
    query = sa.select(Pause).join(Pause.member).join(Member.unit).where(Pause.public_id == public_id)
    found = db.session.scalars(query.where(within(keeper.paths(Permission.LIFT_PAUSES)))).one_or_none()
    if found is None:
        raise NotFound
    return found
