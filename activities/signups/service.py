"""Sign up, withdraw, promote. Every verb locks the member, then the slot: two overlapping slots have different locks,
so the member's is what makes the overlap check safe, and one order for all keeps them from waiting for each other."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from activities.audit import service as audit
from activities.duties.models import Slot
from activities.duties.queries import WITH_ALL
from activities.kit.db import db, lock, transactional
from activities.kit.refusal import NotFound
from activities.people.models import Member
from activities.people.rules import NotActive
from activities.signups import notices, queries, rules
from activities.signups.models import SignUp
from activities.signups.rules import SignUpState

WITH_UNIT = joinedload(Member.unit, innerjoin=True)


def sign_up(member_id: int, slot_id: int, now: datetime, *, or_wait: bool = False) -> SignUpState:
    """Take a seat, or with `or_wait` a place on the waiting list when none is left. Raises the rules' Refusal.

    Looks first without a lock, so that a slot that is plainly full or closed costs no write.
    """
    member = db.session.get(Member, member_id, options=[WITH_UNIT])
    slot = db.session.get(Slot, slot_id, options=[WITH_ALL])
    if member is None or slot is None:
        raise NotFound
    offer, person = queries.offer(slot), queries.person(member)
    if refusal := rules.why_not_sign_up(offer, person, None, (), now, waiting=or_wait):
        mine = queries.my_state(member_id, slot_id)  # who pressed twice is told so, not that the slot is full
        raise rules.why_not_sign_up(offer, person, mine, (), now, waiting=or_wait) or refusal
    if slot.waiting and slot.left:
        fill(slot_id, now)  # a waiter whom nothing stops any more comes before who arrives now
    return _sign_up(member_id, slot_id, now, or_wait)


@transactional
def fill(slot_id: int, now: datetime) -> None:
    """Give free seats to those who wait. A transaction of its own, so that nobody else's refusal takes it back."""
    lock_waiters([slot_id])
    promote(lock(Slot, slot_id, WITH_ALL), now)


@transactional
def _sign_up(member_id: int, slot_id: int, now: datetime, or_wait: bool) -> SignUpState:
    member = lock(Member, member_id, WITH_UNIT)
    if not member.active:
        raise NotActive(member.name)
    slot = lock(Slot, slot_id, WITH_ALL)
    mine = queries.my_state(member_id, slot_id)
    busy = queries.busy([member_id], slot.starts_at, slot.ends_at)[member_id]
    refusal = rules.why_not_sign_up(queries.offer(slot), queries.person(member), mine, busy, now, waiting=or_wait)
    if refusal:
        raise refusal
    state = SignUpState.SEATED if slot.left else SignUpState.WAITING
    _seat(slot, member_id, state, now)
    notices.signed_up(slot, member_id, state, now)
    return state


def withdraw(member_id: int, slot_id: int, now: datetime) -> None:
    """Give a seat or a place on the waiting list back. A freed seat goes to who waits longest, in this transaction;
    then the member, who has time again, is seated where a seat was free but clashed."""
    _withdraw(member_id, slot_id, now)
    seat_freed([member_id], now)


def seat_freed(member_ids: Collection[int], now: datetime) -> None:
    """Seat people who have time again where a seat was free but clashed."""
    for slot_id in queries.waited_for_beside_free_seats(member_ids, now):
        fill(slot_id, now)


@transactional
def _withdraw(member_id: int, slot_id: int, now: datetime) -> None:
    lock_waiters([slot_id], member_id)
    slot = lock(Slot, slot_id, WITH_ALL)
    mine = queries.my_states(member_id, [slot_id]).get(slot_id)
    refusal = rules.why_not_withdraw(queries.offer(slot), mine.state if mine else None, now)
    if refusal:
        raise refusal
    assert mine is not None  # the rule refused otherwise
    give_back(slot, mine, member_id, now)
    notices.withdrew(slot, member_id, now)
    promote(slot, now)


def lock_waiters(slot_ids: Collection[int], member_id: int | None = None) -> None:
    """Lock all who wait for these slots, and the member, before the slots themselves: a freed one may go to them."""
    waiting = sa.select(SignUp.member_id).where(SignUp.slot_id.in_(slot_ids), SignUp.state == SignUpState.WAITING)
    query = (
        sa.select(Member.id)
        .where(sa.or_(Member.id == member_id, Member.id.in_(waiting)))
        .order_by(Member.id)
        .with_for_update(of=Member)
    )
    db.session.execute(query)


def promote(slot: Slot, now: datetime) -> None:
    """Seat waiters in order while seats are left and the rules still hold for them; the others keep their place."""
    if not (slot.left and slot.waiting):
        return
    waiting = queries.waiters_locked(slot.id)
    busy = queries.busy([w.member_id for w in waiting], slot.starts_at, slot.ends_at)
    for waiter in waiting:
        if not slot.left:
            return
        person = queries.person(waiter.member)
        if rules.why_not_promote(queries.offer(slot), person, busy[waiter.member_id], now):
            continue
        waiter.state, waiter.seated_at, waiter.changed_at = SignUpState.SEATED, now, now
        waiter.revision += 1
        slot.taken += 1
        slot.waiting -= 1
        audit.leave(
            now, None, "promote", SignUp, waiter.id,
            before={"state": SignUpState.WAITING}, after={"state": SignUpState.SEATED},
        )  # fmt: skip
        notices.promoted(slot, waiter.member_id, now)


def _seat(slot: Slot, member_id: int, state: SignUpState, now: datetime) -> None:
    seated = state is SignUpState.SEATED
    slot.tickets += 1
    slot.taken += seated
    slot.waiting += not seated
    db.session.flush()
    values: dict[str, Any] = {
        "slot_id": slot.id, "member_id": member_id, "state": state, "ticket": slot.tickets, "revision": 0,
        "signed_up_at": now, "changed_at": now, "seated_at": now if seated else None,
    }  # fmt: skip
    sign_up_id = db.session.scalar(sa.insert(SignUp).values(values).returning(SignUp.id))
    assert sign_up_id is not None
    audit.leave(now, member_id, "sign up", SignUp, sign_up_id, after={"state": state, "ticket": slot.tickets})


def give_back(slot: Slot, mine: SignUp, actor_id: int, now: datetime, reason: str = "") -> None:
    """Inside a transaction: end a sign-up. Who gets the seat is asked afterwards (`promote`)."""
    before, after = mine.state, SignUpState.WITHDRAWN
    if before is SignUpState.SEATED:
        slot.taken -= 1
    else:
        slot.waiting -= 1
    mine.state, mine.withdrawn_at, mine.changed_at = after, now, now
    mine.revision += 1
    audit.leave(
        now, actor_id, "withdraw", SignUp, mine.id, before={"state": before}, after={"state": after}, reason=reason
    )
