"""Reads of sign-ups: what the rules need to know, and what pages show."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased, contains_eager, joinedload

from activities.duties import queries as duties
from activities.duties.kinds import KINDS
from activities.duties.models import Activity, Arrival, Post, Slot
from activities.duties.rules import SlotState
from activities.kit.db import db
from activities.kit.refusal import NotFound
from activities.people.models import Member
from activities.people.users import Viewer
from activities.signups.facts import ACTIVE_STATES
from activities.signups.models import SignUp
from activities.signups.rules import HOLDING, SignUpState


def waited_for_beside_free_seats(member_ids: Collection[int], now: datetime) -> list[int]:
    """The slots to come in which any of them waits although seats are free: something stood in the way."""
    query = (
        sa.select(Slot.id)
        .join(SignUp, SignUp.slot_id == Slot.id)
        .where(
            SignUp.member_id.in_(member_ids), SignUp.state == SignUpState.WAITING, Slot.state == SlotState.OPEN,
            Slot.starts_at > now, Slot.taken - Slot.gathered < Slot.capacity,
        )
        .distinct()
        .order_by(Slot.id)
    )  # fmt: skip
    return list(db.session.scalars(query))


def name_of(member_id: int) -> str:
    """A member's name."""
    return db.session.scalars(sa.select(Member.name).where(Member.id == member_id)).one()


def slots_with_lapsed_offers(now: datetime) -> list[int]:
    """The open slots in which a seat is held for somebody who has not accepted it in time: of a cancelled one everybody
    has been told already."""
    query = sa.select(SignUp.slot_id).join(SignUp.slot).where(SignUp.offered_until <= now, Slot.state == SlotState.OPEN)
    return list(db.session.scalars(query.distinct().order_by(SignUp.slot_id)))


def slots_gathering(now: datetime) -> list[int]:
    """The slots to come in which seats are gathered for a team."""
    query = sa.select(Slot.id).where(Slot.gathered > 0, Slot.state == SlotState.OPEN, Slot.starts_at > now)
    return list(db.session.scalars(query.order_by(Slot.id)))


def slot_of(member: Viewer, public_id: str) -> Slot:
    """The slot, if this member may see it or is on it: who has moved to another unit can still give a seat back."""
    on_it = sa.select(SignUp.slot_id).where(SignUp.member_id == member.id, SignUp.state.in_(ACTIVE_STATES))
    query = duties.slots().where(Slot.public_id == public_id, sa.or_(duties.visible_to(member), Slot.id.in_(on_it)))
    slot = db.session.execute(query).unique().scalar_one_or_none()
    if slot is None:
        raise NotFound
    return slot


def sign_up(sign_up_id: int) -> SignUp | None:
    """A sign-up, whatever became of it, with its member and what names its slot."""
    of_what = joinedload(SignUp.slot, innerjoin=True).joinedload(Slot.post, innerjoin=True)
    options = (of_what.joinedload(Post.activity, innerjoin=True), joinedload(SignUp.member, innerjoin=True))
    return db.session.scalar(sa.select(SignUp).where(SignUp.id == sign_up_id).options(*options))


def places_in_line(waiting: Collection[int]) -> dict[int, int]:
    """The place of each of these waiting sign-ups, by their ids; 1 for who is next. One statement."""
    if not waiting:
        return {}
    ahead = aliased(SignUp)
    before = (
        sa.select(sa.func.count())
        .where(ahead.slot_id == SignUp.slot_id, ahead.state == SignUpState.WAITING, ahead.ticket <= SignUp.ticket)
        .scalar_subquery()
    )
    query = sa.select(SignUp.id, before.label("place")).where(SignUp.id.in_(waiting))
    return {row.id: row.place for row in db.session.execute(query)}


def people_on(slot_id: int, *states: SignUpState) -> list[int]:
    """The members who have a seat in a slot or wait for one, in the order in which they were accepted; with `states`,
    only those who are in one of them."""
    query = sa.select(SignUp.member_id).where(SignUp.slot_id == slot_id, SignUp.state.in_(states or ACTIVE_STATES))
    return list(db.session.scalars(query.order_by(SignUp.ticket)))


def seated_at_no_time(slot_id: int) -> list[int]:
    """Who has a seat, or is offered one, and does not come at a time of their own."""
    query = sa.select(SignUp.member_id).where(
        SignUp.slot_id == slot_id, SignUp.state.in_(HOLDING), SignUp.arrival_id.is_(None)
    )
    return list(db.session.scalars(query.order_by(SignUp.ticket)))


def slots_without_times(now: datetime) -> list[int]:
    """The open slots to come to which people come one after another and which have no times for it."""
    timed = [kind.key for kind in KINDS.values() if kind.has_timed_arrival]
    query = (
        sa.select(Slot.id)
        .join(Slot.post)
        .join(Post.activity)
        .where(
            Activity.kind_key.in_(timed), Slot.state == SlotState.OPEN, Slot.starts_at > now, Slot.capacity > 0,
            Slot.id.not_in(sa.select(Arrival.slot_id)),
        )
        .order_by(Slot.id)
    )  # fmt: skip
    return list(db.session.scalars(query))


def coming(post_id: int, now: datetime) -> sa.Select[Any]:
    """The sign-ups that hold for the post's open slots to come, joined with them, to be narrowed."""
    return (
        sa.select(SignUp)
        .join(SignUp.slot)
        .where(
            Slot.post_id == post_id, Slot.state == SlotState.OPEN, Slot.starts_at > now,
            SignUp.state.in_(ACTIVE_STATES),
        )
    )  # fmt: skip


def people_to_come(post_id: int, now: datetime) -> dict[Slot, dict[int, int | None]]:
    """Who has a seat or waits in each of the post's open slots to come, and when they come after its start, where
    people come one after another. One statement."""
    query = (
        coming(post_id, now)
        .add_columns(Arrival.minute)
        .outerjoin(Arrival, Arrival.id == SignUp.arrival_id)
        .options(contains_eager(SignUp.slot))
        .order_by(Slot.starts_at, Slot.id, SignUp.ticket)
    )
    people: dict[Slot, dict[int, int | None]] = {}
    for sign_up, minute in db.session.execute(query):
        people.setdefault(sign_up.slot, {})[sign_up.member_id] = minute
    return people


def roster(slot_id: int) -> list[SignUp]:
    """Who has a seat and who waits, with unit, in the order in which they were accepted."""
    query = (
        sa.select(SignUp)
        .where(SignUp.slot_id == slot_id, SignUp.state.in_(ACTIVE_STATES))
        .options(joinedload(SignUp.member, innerjoin=True).joinedload(Member.unit, innerjoin=True))
        .order_by(SignUp.ticket)
    )
    return list(db.session.scalars(query))
