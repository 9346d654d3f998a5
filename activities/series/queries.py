"""Reads of series."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from activities.duties.models import Post, Slot
from activities.duties.planning import monday_of
from activities.duties.rules import ByHand, SlotState
from activities.kit.db import db, run
from activities.people.models import Member
from activities.series.rules import Edit
from activities.signups.facts import ACTIVE_STATES
from activities.signups.models import SignUp

MOST_SHOWN = 50


class Count(NamedTuple):
    """How many slots a series has, how many of them are open and to come, with how many sign-ups on those, and in how
    many somebody has ever been."""

    slots: int
    coming: int
    sign_ups: int
    used: int


# All who have a seat, are offered one, wait, or have asked.
SIGN_UPS = Slot.taken - Slot.gathered + Slot.waiting + Slot.asked


def count(series_id: int, now: datetime) -> Count:
    is_coming = sa.and_(Slot.state == SlotState.OPEN, Slot.starts_at > now)
    query = sa.select(
        sa.func.count(),
        sa.func.coalesce(sa.func.sum(sa.case((is_coming, 1), else_=0)), 0),
        sa.func.coalesce(sa.func.sum(sa.case((is_coming, SIGN_UPS), else_=0)), 0),
        sa.func.coalesce(sa.func.sum(sa.case((Slot.tickets > 0, 1), else_=0)), 0),
    ).where(Slot.series_id == series_id)
    return Count._make(db.session.execute(query).one())


class Week(NamedTuple):
    """What a series has in one week: its open slots, their seats, and how many of these are taken."""

    monday: date
    slots: int
    capacity: int
    taken: int


def weeks(series_id: int) -> list[Week]:
    """The weeks of the series' open slots, each slot in that of its day. One statement."""
    query = (
        sa.select(Slot.series_day, sa.func.count(), sa.func.sum(Slot.capacity), sa.func.sum(Slot.taken - Slot.gathered))
        .where(Slot.series_id == series_id, Slot.state == SlotState.OPEN)
        .group_by(Slot.series_day)
        .order_by(Slot.series_day)
    )
    found: dict[date, Week] = {}
    for day, *numbers in run(query):
        monday = monday_of(day)
        before = found.get(monday, Week(monday, 0, 0, 0))
        found[monday] = Week(monday, *(a + b for a, b in zip(before[1:], numbers, strict=True)))
    return list(found.values())


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
