"""Reads of series."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, selectinload

from activities.duties.models import Activity, Post, Series, Slot
from activities.duties.queries import must_organize, visible_to
from activities.duties.rules import ByHand, SlotState
from activities.kit.db import db
from activities.kit.refusal import NotFound
from activities.people.models import Member
from activities.people.users import Viewer
from activities.series.rules import Edit
from activities.signups.facts import ACTIVE_STATES
from activities.signups.models import SignUp

MOST_SHOWN = 50


def series_to_organize(member: Viewer, public_id: str) -> Series:
    """The series, if this member organizes its activity: not visible is NotFound, visible but another's NotAllowed."""
    query = (
        sa.select(Series)
        .join(Series.activity)
        .join(Activity.unit)
        .options(contains_eager(Series.activity).contains_eager(Activity.unit), selectinload(Series.posts))
        .where(Series.public_id == public_id, visible_to(member))
    )
    series = db.session.execute(query).unique().scalar_one_or_none()
    if series is None:
        raise NotFound
    must_organize(member, series.activity)
    return series


class Count(NamedTuple):
    """How many slots a series has, how many of them are open and to come, with how many sign-ups on those, and in how
    many somebody has ever been."""

    slots: int
    coming: int
    sign_ups: int
    used: int


def count(series_id: int, now: datetime) -> Count:
    is_coming = sa.and_(Slot.state == SlotState.OPEN, Slot.starts_at > now)
    query = sa.select(
        sa.func.count(),
        sa.func.coalesce(sa.func.sum(sa.case((is_coming, 1), else_=0)), 0),
        sa.func.coalesce(sa.func.sum(sa.case((is_coming, Slot.taken + Slot.waiting + Slot.asked), else_=0)), 0),
        sa.func.coalesce(sa.func.sum(sa.case((Slot.tickets > 0, 1), else_=0)), 0),
    ).where(Slot.series_id == series_id)
    return Count._make(db.session.execute(query).one())


def post_count(activity_id: int) -> int:
    return db.session.scalar(sa.select(sa.func.count()).where(Post.activity_id == activity_id)) or 0


def changed_by_hand(series_id: int, now: datetime) -> list[Slot]:
    """The first slots to come that were changed by hand, in order of time."""
    query = (
        sa.select(Slot)
        .join(Slot.post)
        .options(contains_eager(Slot.post))
        .where(Slot.series_id == series_id, Slot.by_hand != ByHand(0), Slot.starts_at > now)
        .order_by(Slot.starts_at, Slot.post_id)
        .limit(MOST_SHOWN)
    )
    return list(db.session.scalars(query))


def people_told(change: Edit) -> int:
    """How many people a change is told to, each counted once."""
    query = sa.select(sa.func.count(SignUp.member_id.distinct()))
    return db.session.scalar(query.where(_on(_told(change)))) or 0


def slots_told(change: Edit) -> dict[int, list[str]]:
    """Who is on the first slots that a change moves or cancels, by slot, in the order in which they were accepted."""
    shown = [move.slot.id for move in change.change if move.told][:MOST_SHOWN]
    shown += [slot.id for slot in change.cancel if slot.people][:MOST_SHOWN]
    query = sa.select(SignUp.slot_id, Member.name).join(SignUp.member).where(_on(shown)).order_by(SignUp.ticket)
    names: dict[int, list[str]] = {}
    for slot_id, name in db.session.execute(query):
        names.setdefault(slot_id, []).append(name)
    return names


def _told(change: Edit) -> list[int]:
    moved = [move.slot.id for move in change.change if move.told]
    return moved + [slot.id for slot in change.cancel if slot.people]


def _on(slot_ids: Collection[int]) -> sa.ColumnElement[bool]:
    return sa.and_(SignUp.slot_id.in_(slot_ids), SignUp.state.in_(ACTIVE_STATES))
