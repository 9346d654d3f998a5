"""Sign up, withdraw, promote. Every verb locks the member, then the slot: two overlapping slots have different locks,
so the member's is what makes the overlap check safe, and one order for all keeps them from waiting for each other."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from activities.audit import service as audit
from activities.duties.models import Slot
from activities.kit.db import db, run, transactional
from activities.people.models import Member
from activities.signups import facts, notices, queries, rules
from activities.signups.facts import NOW, SLOT, Engagement, Seen
from activities.signups.models import SignUp
from activities.signups.rules import Offer, SignUpState

_COUNT = (
    sa.update(Slot)
    .where(Slot.id == SLOT)
    .values(
        taken=Slot.taken + sa.bindparam("seated"),
        waiting=Slot.waiting + sa.bindparam("queued"),
        tickets=Slot.tickets + sa.bindparam("drawn"),
    )
)
_ENTER = sa.insert(SignUp).returning(SignUp.id)
_CHANGE = sa.update(SignUp).where(SignUp.id.in_(sa.bindparam("ids", type_=sa.Integer(), expanding=True)))
_LEAVE = _CHANGE.values(state=SignUpState.WITHDRAWN, withdrawn_at=NOW, changed_at=NOW, revision=SignUp.revision + 1)
_MOVE_UP = _CHANGE.values(state=SignUpState.SEATED, seated_at=NOW, changed_at=NOW, revision=SignUp.revision + 1)


def sign_up(member_id: int, slot: Seen | int, now: datetime, *, or_wait: bool = False) -> SignUpState:
    """Take a seat, or with `or_wait` a place on the waiting list when none is left, in the slot that somebody sees or
    that has this id. Raises the rules' Refusal.

    Looks first without a lock, so that a slot that is plainly full or closed costs no write.
    """
    offer, person, mine = facts.at_first_sight(member_id, slot)
    if refusal := rules.why_not_sign_up(offer, person, mine, (), now, waiting=or_wait):
        raise refusal
    if offer.waiting and offer.left:
        fill(offer.id, now)  # a waiter whom nothing stops any more comes before who arrives now
    return _sign_up(member_id, offer.id, now, or_wait)


@transactional
def fill(slot_id: int, now: datetime) -> None:
    """Give free seats to those who wait. A transaction of its own, so that nobody else's refusal takes it back."""
    lock_waiters([slot_id])
    promote(slot_id, now)


@transactional
def _sign_up(member_id: int, slot_id: int, now: datetime, or_wait: bool) -> SignUpState:
    person = facts.person_locked(member_id)
    offer = facts.offer_locked(slot_id)
    mine, busy = facts.around(member_id, slot_id, offer.starts_at, offer.ends_at)
    if refusal := rules.why_not_sign_up(offer, person, mine and mine.state, busy, now, waiting=or_wait):
        raise refusal
    state = SignUpState.SEATED if offer.left else SignUpState.WAITING
    _enter(offer, member_id, state, now)
    notices.signed_up(offer, member_id, state, now)
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
    offer = facts.offer_locked(slot_id)
    mine, _ = facts.around(member_id, slot_id, offer.starts_at, offer.ends_at)
    if refusal := rules.why_not_withdraw(offer, mine and mine.state, now):
        raise refusal
    assert mine is not None  # the rule refused otherwise
    give_back(mine, member_id, now)
    notices.withdrew(offer, member_id, now)
    promote(slot_id, now)


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


def promote(slot_id: int, now: datetime) -> None:
    """Inside a transaction that has locked who waits: seat waiters in order while seats are left and the rules still
    hold for them; the others keep their place."""
    offer = facts.offer_locked(slot_id)
    if not (offer.left and offer.waiting):
        return
    waiting = facts.waiters_locked(slot_id)
    busy = facts.busy([w.member_id for w in waiting], offer.starts_at, offer.ends_at)
    ready = [w for w in waiting if not rules.why_not_promote(offer, w.person, busy[w.member_id], now)][: offer.left]
    if not ready:
        return
    run(_COUNT, {"slot_id": slot_id, "seated": len(ready), "queued": -len(ready), "drawn": 0})
    run(_MOVE_UP, {"ids": [w.id for w in ready], "now": now})
    before, after = {"state": SignUpState.WAITING}, {"state": SignUpState.SEATED}
    audit.leave_all(now, None, "promote", SignUp, [(w.id, before, after) for w in ready])
    notices.promoted(offer, [w.member_id for w in ready], now)


def _enter(offer: Offer, member_id: int, state: SignUpState, now: datetime) -> None:
    seated, ticket = state is SignUpState.SEATED, offer.tickets + 1
    run(_COUNT, {"slot_id": offer.id, "seated": int(seated), "queued": int(not seated), "drawn": 1})
    sign_up_id = run(
        _ENTER,
        {
            "slot_id": offer.id, "member_id": member_id, "state": state, "ticket": ticket, "revision": 0,
            "signed_up_at": now, "changed_at": now, "seated_at": now if seated else None,
        },
    ).scalar_one()  # fmt: skip
    audit.leave(now, member_id, "sign up", SignUp, sign_up_id, after={"state": state, "ticket": ticket})


def give_back(mine: Engagement, actor_id: int, now: datetime, reason: str = "") -> None:
    """Inside a transaction: end a sign-up. Who gets the seat is asked afterwards (`promote`)."""
    seated = mine.state is SignUpState.SEATED
    run(_COUNT, {"slot_id": mine.slot_id, "seated": -int(seated), "queued": -int(not seated), "drawn": 0})
    run(_LEAVE, {"ids": [mine.id], "now": now})
    before, after = {"state": mine.state}, {"state": SignUpState.WITHDRAWN}
    audit.leave(now, actor_id, "withdraw", SignUp, mine.id, before=before, after=after, reason=reason)
