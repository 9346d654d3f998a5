"""Reads of sign-ups: what the rules need to know, and what pages show."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased, contains_eager, joinedload

from activities.duties import queries as duties
from activities.duties.models import Activity, Post, Slot
from activities.duties.rules import SlotState
from activities.kit.db import db
from activities.kit.refusal import NotFound
from activities.people.models import Member
from activities.signups.models import SignUp
from activities.signups.rules import Busy, Offer, Person, SignUpState

ACTIVE_STATES = (SignUpState.SEATED, SignUpState.WAITING)


def person(member: Member) -> Person:
    return Person(stage=member.stage, standing=member.standing, unit_path=member.unit.path)


def offer(slot: Slot) -> Offer:
    """The slot and its activity as the rules want them."""
    activity = slot.post.activity
    eligible = activity.eligible_unit
    return Offer(
        state=slot.state, starts_at=slot.starts_at, ends_at=slot.ends_at, capacity=slot.capacity, taken=slot.taken,
        opens_at=activity.sign_up_opens_at, closes_at=activity.sign_up_closes_at,
        withdraw_minutes=activity.withdraw_minutes, stages=activity.stages, standings=activity.standings,
        eligible_path=eligible.path if eligible else "", eligible_unit=eligible.name if eligible else "",
    )  # fmt: skip


def my_state(member_id: int, slot_id: int) -> SignUpState | None:
    """Seated, waiting, or None."""
    query = sa.select(SignUp.state).where(
        SignUp.slot_id == slot_id, SignUp.member_id == member_id, SignUp.state.in_(ACTIVE_STATES)
    )
    return db.session.scalar(query)


def my_states(member_id: int, slot_ids: Collection[int]) -> dict[int, SignUp]:
    """The member's active sign-ups among these slots, by slot."""
    query = sa.select(SignUp).where(
        SignUp.member_id == member_id, SignUp.slot_id.in_(slot_ids), SignUp.state.in_(ACTIVE_STATES)
    )
    return {row.slot_id: row for row in db.session.scalars(query)}


def busy(member_ids: Collection[int], starts: datetime, ends: datetime) -> dict[int, list[Busy]]:
    """The seats these members hold in open slots that touch the span, by member. One statement."""
    query = (
        sa.select(SignUp.member_id, Slot.starts_at, Slot.ends_at, Activity.name, Post.name)
        .join(Slot, Slot.id == SignUp.slot_id)
        .join(Post, Post.id == Slot.post_id)
        .join(Activity, Activity.id == Post.activity_id)
        .where(
            SignUp.member_id.in_(member_ids), SignUp.state == SignUpState.SEATED,
            Slot.state == SlotState.OPEN, Slot.starts_at < ends, Slot.ends_at > starts,
        )
        .order_by(Slot.starts_at)
    )  # fmt: skip
    found: dict[int, list[Busy]] = {member_id: [] for member_id in member_ids}
    for member_id, starts_at, ends_at, activity, post in db.session.execute(query):
        found[member_id].append(Busy(starts_at, ends_at, duty_name(activity, post)))
    return found


def busy_of(sign_ups: Iterable[SignUp]) -> list[Busy]:
    """The seats among these sign-ups as the rules want them."""
    return [
        Busy(s.slot.starts_at, s.slot.ends_at, duty_name(s.slot.post.activity.name, s.slot.post.name))
        for s in sign_ups
        if s.state is SignUpState.SEATED
    ]


def duty_name(activity: str, post: str) -> str:
    """A duty as sentences name it."""
    return activity if activity == post else f"{activity}·{post}"


def waiters_locked(slot_id: int) -> list[SignUp]:
    """Those on the waiting list, who waits longest first, with member and unit; the members' rows are locked, so that
    none of them takes another seat meanwhile."""
    query = (
        sa.select(SignUp)
        .join(SignUp.member)
        .join(Member.unit)
        .where(SignUp.slot_id == slot_id, SignUp.state == SignUpState.WAITING, Member.active)
        .options(contains_eager(SignUp.member).contains_eager(Member.unit))
        .order_by(SignUp.ticket)
        .with_for_update(of=Member)
    )
    return list(db.session.scalars(query, execution_options={"populate_existing": True}))


def waited_for_beside_free_seats(member_ids: Collection[int], now: datetime) -> list[int]:
    """The slots to come in which any of them waits although seats are free: something stood in the way."""
    query = (
        sa.select(Slot.id)
        .join(SignUp, SignUp.slot_id == Slot.id)
        .where(
            SignUp.member_id.in_(member_ids), SignUp.state == SignUpState.WAITING, Slot.state == SlotState.OPEN,
            Slot.starts_at > now, Slot.taken < Slot.capacity,
        )
        .distinct()
        .order_by(Slot.id)
    )  # fmt: skip
    return list(db.session.scalars(query))


def sign_ups_to_come(member_id: int, now: datetime) -> list[SignUp]:
    """The member's seats and places in line in open slots to come, as they are now."""
    query = (
        sa.select(SignUp)
        .join(SignUp.slot)
        .where(
            SignUp.member_id == member_id, SignUp.state.in_(ACTIVE_STATES), Slot.state == SlotState.OPEN,
            Slot.starts_at > now,
        )
        .order_by(Slot.id)
    )  # fmt: skip
    return list(db.session.scalars(query, execution_options={"populate_existing": True}))


def slot_of(member: Member, public_id: str) -> Slot:
    """The slot, if this member may see it or is on it: who has moved to another unit can still give a seat back."""
    on_it = sa.select(SignUp.slot_id).where(SignUp.member_id == member.id, SignUp.state.in_(ACTIVE_STATES))
    query = duties.slots().where(Slot.public_id == public_id, sa.or_(duties.visible_to(member), Slot.id.in_(on_it)))
    slot = db.session.execute(query).unique().scalar_one_or_none()
    if slot is None:
        raise NotFound
    return slot


def places_in_line(waiting: Collection[SignUp]) -> dict[int, int]:
    """The place of each of these waiting sign-ups, by its id; 1 for who is next. One statement."""
    if not waiting:
        return {}
    ahead = aliased(SignUp)
    before = (
        sa.select(sa.func.count())
        .where(ahead.slot_id == SignUp.slot_id, ahead.state == SignUpState.WAITING, ahead.ticket <= SignUp.ticket)
        .scalar_subquery()
    )
    query = sa.select(SignUp.id, before.label("place")).where(SignUp.id.in_([s.id for s in waiting]))
    return {row.id: row.place for row in db.session.execute(query)}


def people_on(slot_id: int, *states: SignUpState) -> list[int]:
    """The members who have a seat in a slot or wait for one, in the order in which they were accepted; with `states`,
    only those who are in one of them."""
    query = sa.select(SignUp.member_id).where(SignUp.slot_id == slot_id, SignUp.state.in_(states or ACTIVE_STATES))
    return list(db.session.scalars(query.order_by(SignUp.ticket)))


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


def people_to_come(post_id: int, now: datetime) -> dict[Slot, list[int]]:
    """Who has a seat or waits in each of the post's open slots to come. One statement."""
    query = coming(post_id, now).options(contains_eager(SignUp.slot)).order_by(Slot.starts_at, Slot.id, SignUp.ticket)
    people: dict[Slot, list[int]] = {}
    for sign_up in db.session.scalars(query):
        people.setdefault(sign_up.slot, []).append(sign_up.member_id)
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
