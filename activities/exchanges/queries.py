"""Reads of cover that is wanted, and of seats that went from one person to another."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased, contains_eager

from activities.duties.models import Activity, Arrival, Slot
from activities.duties.queries import sight_of, visible
from activities.duties.rules import SlotState
from activities.exchanges.models import Cover, Handover
from activities.exchanges.rules import Way
from activities.kit.db import db, run
from activities.people.models import Member, Unit
from activities.people.users import Viewer
from activities.signups.facts import NOW, OFFERS
from activities.signups.models import SignUp
from activities.signups.rules import Offer, SignUpState

MOST_SHOWN = 200


def _wanted(*columns: Any) -> sa.Select[Any]:
    """The searches for cover that hold: the seat is still held, and its slot is to come."""
    return (
        sa.select(*columns)
        .select_from(Cover)
        .join(Cover.sign_up)
        .join(Slot, Slot.id == SignUp.slot_id)
        .where(
            Cover.ended_at.is_(None), SignUp.state == SignUpState.SEATED, Slot.state == SlotState.OPEN,
            Slot.starts_at > NOW,
        )
        .order_by(Cover.id)
    )  # fmt: skip


_WANTED = _wanted(Cover).options(contains_eager(Cover.sign_up)).execution_options(populate_existing=True)


def wanted_in(slot_id: int, now: datetime) -> list[Cover]:
    """The searches for cover in a slot that hold, who asked first comes first."""
    return list(db.session.scalars(_WANTED.where(SignUp.slot_id == slot_id), {"now": now}))


def slots_wanted(viewer: Viewer, now: datetime) -> list[Offer]:
    """The slots to come that somebody sees in which others want cover, in order of time."""
    others = _wanted(SignUp.slot_id).order_by(None).where(SignUp.member_id != viewer.id)
    query = (
        OFFERS.join(Unit, Unit.id == Activity.unit_id)
        .where(visible(sight_of(viewer)), Slot.state == SlotState.OPEN, Slot.starts_at > NOW, Slot.id.in_(others))
        .order_by(Slot.starts_at, Slot.id)
        .limit(MOST_SHOWN)
    )
    return [Offer._make(row) for row in run(query, {"now": now})]


def minutes(slot_ids: Collection[int], now: datetime) -> dict[int, int]:
    """When who has asked first for cover in each of these slots comes, in minutes after its start, where people come
    one after another. One statement, none without slots."""
    if not slot_ids:
        return {}
    query = _wanted(SignUp.slot_id, Arrival.minute).join(Arrival, Arrival.id == SignUp.arrival_id)
    return dict(reversed(run(query.where(SignUp.slot_id.in_(slot_ids)), {"now": now}).all()))


def due_waves(now: datetime) -> list[int]:
    """The searches for which more people are to be asked."""
    return list(db.session.scalars(_wanted(Cover.id).where(Cover.next_wave_at <= now), {"now": now}))


def untold(until: datetime, now: datetime) -> list[int]:
    """The searches in slots that start until then of which no organizer has been told."""
    query = _wanted(Cover.id).where(Cover.told_at.is_(None), Slot.starts_at <= until)
    return list(db.session.scalars(query, {"now": now}))


def slots_with_waiters(now: datetime) -> list[int]:
    """The slots in which cover is wanted although people wait there."""
    return sorted(set(db.session.scalars(_wanted(SignUp.slot_id).where(Slot.waiting > 0), {"now": now})))


def slot_of_cover(cover_id: int) -> int | None:
    query = sa.select(SignUp.slot_id).join(Cover, Cover.sign_up_id == SignUp.id).where(Cover.id == cover_id)
    return db.session.scalar(query)


# ── the record ──────────────────────────────────────────────────────────────


class Before(NamedTuple):
    """Who had a seat before its holder, and since when the holder has it."""

    name: str
    way: Way
    at: datetime


def before(slot_id: int) -> dict[int, Before]:
    """By sign-up that holds, who had the seat before. One statement."""
    given, taken = aliased(SignUp), aliased(SignUp)
    query = (
        sa.select(Handover.taken_id, Member.name, Handover.way, Handover.at)
        .join(given, given.id == Handover.given_id)
        .join(Member, Member.id == given.member_id)
        .join(taken, taken.id == Handover.taken_id)
        .where(Handover.slot_id == slot_id, taken.state == SignUpState.SEATED)
    )
    return {taken_id: Before(name, way, at) for taken_id, name, way, at in db.session.execute(query)}
