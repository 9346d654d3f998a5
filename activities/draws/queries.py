"""Reads of draws: what is to be announced, what is to be held and among whom, and what pages show."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload, undefer

from activities.draws.models import Draw, DrawEntry
from activities.duties.models import Activity, Post, Slot
from activities.duties.queries import visible_to
from activities.duties.rules import SlotState, WayIn
from activities.kit.db import db
from activities.kit.refusal import NotFound
from activities.people.models import Member
from activities.people.users import Viewer
from activities.signups.facts import PERSON, Home
from activities.signups.models import SignUp
from activities.signups.rules import SignUpState
from activities.signups.rules_person import Person

# ── what is to be done ──────────────────────────────────────────────────────


def unannounced(now: datetime) -> list[int]:
    """The activities with slots to come whose draw is not announced."""
    query = sa.select(Activity.id).join(Post).join(Slot).where(Activity.way_in == WayIn.DRAW, _waits(now)).distinct()
    return list(db.session.scalars(query.order_by(Activity.id)))


def slots_unannounced(activity_id: int, now: datetime) -> list[Slot]:
    """The slots of an activity whose draw is not announced, locked."""
    query = sa.select(Slot).join(Slot.post).where(Post.activity_id == activity_id, _waits(now)).order_by(Slot.id)
    return list(db.session.scalars(query.with_for_update(of=Slot), execution_options={"populate_existing": True}))


def _waits(now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(Slot.draws_at.is_(None), Slot.drawn_at.is_(None), Slot.state == SlotState.OPEN, Slot.starts_at > now)


def draw_at(activity_id: int, moment: datetime) -> Draw | None:
    """The activity's draw at this moment."""
    return db.session.scalar(sa.select(Draw).where(Draw.activity_id == activity_id, Draw.draws_at == moment))


def due(now: datetime) -> list[int]:
    """The draws whose moment has come. One look into an index."""
    query = sa.select(Draw.id).where(Draw.drawn_at.is_(None), Draw.draws_at <= now).order_by(Draw.draws_at, Draw.id)
    return list(db.session.scalars(query))


def slot_ids(draw: Draw, now: datetime) -> list[int]:
    """The slots that are drawn in it, as far as they still take place."""
    query = (
        sa.select(Slot.id)
        .join(Slot.post)
        .join(Post.activity)
        .where(
            Post.activity_id == draw.activity_id, Activity.way_in == WayIn.DRAW, Slot.draws_at == draw.draws_at,
            Slot.drawn_at.is_(None), Slot.state == SlotState.OPEN, Slot.starts_at > now,
        )
        .order_by(Slot.id)
    )  # fmt: skip
    return list(db.session.scalars(query))


def lock_entrants(slots: Collection[int]) -> set[int]:
    """Lock everyone who has asked for one of these slots."""
    asked = sa.select(SignUp.member_id).where(SignUp.slot_id.in_(slots), SignUp.state == SignUpState.ASKED)
    query = (
        sa.select(Member.id).where(Member.id.in_(asked)).order_by(Member.id).with_for_update(of=Member, key_share=True)
    )
    return set(db.session.scalars(query))


class Entrant(NamedTuple):
    """Somebody who has asked for a slot. `id` and `number` are the sign-up's: its ticket is its number."""

    id: int
    slot_id: int
    number: int
    member_id: int
    person: Person


def entrants(slots: Collection[int]) -> list[Entrant]:
    query = (
        sa.select(SignUp.id, SignUp.slot_id, SignUp.ticket, SignUp.member_id, *PERSON)
        .join(Member, Member.id == SignUp.member_id)
        .join(Home, Home.id == Member.unit_id)
        .where(SignUp.slot_id.in_(slots), SignUp.state == SignUpState.ASKED)
        .order_by(SignUp.slot_id, SignUp.ticket)
    )
    return [Entrant._make((*row[:4], Person._make(row[4:]))) for row in db.session.execute(query)]


# ── what pages show ─────────────────────────────────────────────────────────


def draw_for(member: Viewer, public_id: str) -> Draw:
    """The draw, if the member may see its activity."""
    query = (
        sa.select(Draw)
        .join(Draw.activity)
        .join(Activity.unit)
        .where(Draw.public_id == public_id, visible_to(member))
        .options(contains_eager(Draw.activity).contains_eager(Activity.unit))
    )
    draw = db.session.execute(query).unique().scalar_one_or_none()
    if draw is None:
        raise NotFound
    return draw


def seed_of(draw: Draw) -> str | None:
    """The seed of a draw that was held. Until then nobody reads it."""
    if draw.drawn_at is None:
        return None
    return db.session.scalar(sa.select(Draw.seed).where(Draw.id == draw.id))


def slots_of(draw: Draw) -> list[Slot]:
    """The slots that are to be drawn in it, in order of time."""
    query = (
        sa.select(Slot)
        .join(Slot.post)
        .where(Post.activity_id == draw.activity_id, Slot.draws_at == draw.draws_at, Slot.state == SlotState.OPEN)
        .options(contains_eager(Slot.post))
        .order_by(Slot.starts_at, Slot.id)
    )
    return list(db.session.scalars(query))


def entries_of(draw: Draw) -> list[tuple[DrawEntry, str]]:
    """All entries of a draw that was held, each with its slot's public id, in the order of their lots."""
    query = (
        sa.select(DrawEntry, Slot.public_id)
        .join(Slot, Slot.id == DrawEntry.slot_id)
        .where(DrawEntry.draw_id == draw.id)
        .order_by(DrawEntry.lot)
    )
    return [(entry, slot) for entry, slot in db.session.execute(query)]


class Mine(NamedTuple):
    """The member's own entry: before the draw without tickets and outcome."""

    slot: str
    number: int
    tickets: int | None
    place: int | None
    outcome: SignUpState | None


def mine(member: Viewer, draw: Draw) -> list[Mine]:
    """What the member has asked for in this draw, or what became of it."""
    of_it = sa.and_(Post.activity_id == draw.activity_id, Slot.draws_at == draw.draws_at)
    drawn: tuple[Any, ...] = (DrawEntry.number, DrawEntry.tickets, DrawEntry.place, DrawEntry.outcome)
    nothing = sa.null()
    columns = drawn if draw.drawn_at else (SignUp.ticket, nothing, nothing, nothing)
    query = (
        sa.select(Slot.public_id, *columns)
        .select_from(SignUp)
        .join(Slot, Slot.id == SignUp.slot_id)
        .join(Slot.post)
        .where(SignUp.member_id == member.id, of_it)
        .order_by(Slot.starts_at)
    )
    if draw.drawn_at:
        query = query.join(DrawEntry, sa.and_(DrawEntry.sign_up_id == SignUp.id, DrawEntry.draw_id == draw.id))
    else:
        query = query.where(SignUp.state == SignUpState.ASKED)
    return [Mine._make(row) for row in db.session.execute(query)]


def locked(draw_id: int) -> Draw:
    """The draw with its seed, locked for the rest of the transaction."""
    query = sa.select(Draw).where(Draw.id == draw_id).options(joinedload(Draw.activity), undefer(Draw.seed))
    found = db.session.execute(query.with_for_update(of=Draw), execution_options={"populate_existing": True})
    return found.scalar_one()
