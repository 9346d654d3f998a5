"""Sign up, accept, withdraw, promote. Every verb locks the member, then the slot: two overlapping slots have different
locks, so the member's is what makes the overlap check safe, and one order for all keeps them from waiting for each
other."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from activities.audit import service as audit
from activities.duties.models import Slot
from activities.kit.db import UtcDateTime, Words, db, run, transactional
from activities.outbox.jobs import every
from activities.people.models import Member
from activities.signups import facts, notices, queries, rules
from activities.signups.facts import NOW, SLOT, Engagement, Seen, Waiter
from activities.signups.models import SignUp
from activities.signups.rules import Consent, Offer, SignUpState

# Which of a slot's counters a sign-up in each state is counted by.
COUNTERS = {
    SignUpState.SEATED: "taken",
    SignUpState.OFFERED: "taken",
    SignUpState.WAITING: "waiting",
    SignUpState.ASKED: "asked",
}
_COUNT = (
    sa.update(Slot)
    .where(Slot.id == SLOT)
    .values(
        taken=Slot.taken + sa.bindparam("d_taken"),
        waiting=Slot.waiting + sa.bindparam("d_waiting"),
        asked=Slot.asked + sa.bindparam("d_asked"),
        tickets=Slot.tickets + sa.bindparam("drawn"),
    )
)
_ENTER = sa.insert(SignUp).returning(SignUp.id)
_BECOME = (
    sa.update(SignUp)
    .where(SignUp.id.in_(sa.bindparam("ids", type_=sa.Integer(), expanding=True)))
    .values(
        state=sa.bindparam("to", type_=Words(SignUpState)),
        seated_at=sa.bindparam("seated_at", type_=UtcDateTime()),
        offered_until=sa.bindparam("until", type_=UtcDateTime()),
        withdrawn_at=sa.bindparam("left_at", type_=UtcDateTime()),
        changed_at=NOW,
        revision=SignUp.revision + 1,
    )
)


def sign_up(
    member_id: int, slot: Seen | int, now: datetime, *, or_wait: bool = False, at_once: bool = False,
    consent: Consent | None = None,
) -> SignUpState:  # fmt: skip
    """Take a seat, or with `or_wait` a place on the waiting list when none is left, in the slot that somebody sees or
    that has this id. `at_once`: who waits wants to be seated without being asked when the slot starts soon. `consent`:
    what the person confirms; None: nothing is asked. Raises the rules' Refusal.

    Looks first without a lock, so that a slot that is plainly full or closed costs no write.
    """
    offer, person, mine = facts.at_first_sight(member_id, slot)
    if refusal := rules.why_not_sign_up(offer, person, mine, (), now, waiting=or_wait):
        raise refusal
    if offer.waiting and offer.left:
        fill(offer.id, now)  # a waiter whom nothing stops any more comes before who arrives now
    return _sign_up(member_id, offer.id, now, or_wait, at_once, consent)


@transactional
def fill(slot_id: int, now: datetime) -> None:
    """Give free seats to those who wait. A transaction of its own, so that nobody else's refusal takes it back."""
    lock_waiters([slot_id])
    promote(slot_id, now)


@transactional
def _sign_up(
    member_id: int, slot_id: int, now: datetime, or_wait: bool, at_once: bool, consent: Consent | None
) -> SignUpState:
    person = facts.person_locked(member_id)
    offer = facts.offer_locked(slot_id)
    mine, busy = facts.around(member_id, offer)
    if refusal := rules.why_not_sign_up(offer, person, mine and mine.mine, busy, now, waiting=or_wait):
        raise refusal
    if consent and (refusal := rules.why_not_consented(offer, person, busy, consent)):
        raise refusal
    state = SignUpState.SEATED if offer.left else SignUpState.WAITING
    enter(offer, member_id, state, now, at_once=at_once, risks_version=consent.risks_version if consent else None)
    notices.signed_up(offer, member_id, state, now)
    return state


@transactional
def accept(member_id: int, slot_id: int, now: datetime) -> None:
    """Take the seat that is held for the member. Raises the rules' Refusal, which are asked once more."""
    person = facts.person_locked(member_id)
    offer = facts.offer_locked(slot_id)
    mine, busy = facts.around(member_id, offer)
    if refusal := rules.why_not_accept(offer, person, mine and mine.mine, busy, now):
        raise refusal
    assert mine is not None  # the rule refused otherwise
    become([mine.id], slot_id, mine.state, SignUpState.SEATED, now)
    audit.leave(now, member_id, "accept", SignUp, mine.id, before={"state": mine.state}, after={"state": "seated"})
    notices.signed_up(offer, member_id, SignUpState.SEATED, now)


def withdraw(member_id: int, slot_id: int, now: datetime, reason: str = "") -> None:
    """Give back a seat, one that is held for the member, or a place on the waiting list. A freed seat goes to who waits
    longest, in this transaction; then the member, who has time again, is promoted where a seat was free but clashed."""
    _withdraw(member_id, slot_id, now, reason)
    seat_freed([member_id], now)


def seat_freed(member_ids: Collection[int], now: datetime) -> None:
    """Promote people who have time again where a seat was free but clashed."""
    for slot_id in queries.waited_for_beside_free_seats(member_ids, now):
        fill(slot_id, now)


@transactional
def _withdraw(member_id: int, slot_id: int, now: datetime, reason: str) -> None:
    lock_waiters([slot_id], member_id)
    offer = facts.offer_locked(slot_id)
    mine, _ = facts.around(member_id, offer)
    if refusal := rules.why_not_withdraw(offer, mine and mine.state, now):
        raise refusal
    assert mine is not None  # the rule refused otherwise
    give_back(mine, member_id, now, reason)
    notices.withdrew(offer, member_id, now)
    promote(slot_id, now)


@every(15, "lapse offers")
def lapse_offers(now: datetime) -> None:
    """Give seats on that were held for somebody until now: each slot in a transaction of its own."""
    for slot_id in queries.slots_with_lapsed_offers(now):
        seat_freed(_lapse(slot_id, now), now)


@transactional
def _lapse(slot_id: int, now: datetime) -> list[int]:
    """Return whose offers lapsed."""
    lock_waiters([slot_id])
    offer = facts.offer_locked(slot_id)
    lapsed = facts.lapsed(slot_id, now)
    for member_id, engagement in lapsed:
        give_back(engagement, None, now, "offer lapsed")
        notices.lapsed(offer, member_id, now)
    promote(slot_id, now)
    return [member_id for member_id, _ in lapsed]


# ── what the verbs of this room share, inside their transactions ────────────


def lock_waiters(slot_ids: Collection[int], *member_ids: int | None) -> None:
    """Lock all who wait for these slots or are offered a seat there, and these members, before the slots themselves: a
    freed seat may go to them."""
    in_line = sa.select(SignUp.member_id).where(
        SignUp.slot_id.in_(slot_ids), SignUp.state.in_((SignUpState.WAITING, SignUpState.OFFERED))
    )
    query = (
        sa.select(Member.id)
        .where(sa.or_(Member.id.in_([m for m in member_ids if m is not None]), Member.id.in_(in_line)))
        .order_by(Member.id)
        .with_for_update(of=Member)
    )
    db.session.execute(query)


def promote(slot_id: int, now: datetime) -> None:
    """Give free seats to waiters in order, as far as the rules still hold for them; the others keep their place. All
    who wait are locked already. A seat is held until its waiter accepts it, unless the activity does not ask, or time
    is short and the waiter wished not to be asked."""
    offer = facts.offer_locked(slot_id)
    if not (offer.left and offer.waiting):
        return
    waiting = facts.waiters_locked(slot_id)
    busy = facts.busy_around([w.member_id for w in waiting], offer)
    ready = [w for w in waiting if not rules.why_not_promote(offer, w.person, busy[w.member_id], now)][: offer.left]
    until = rules.offered_until(offer.starts_at, offer.offer_minutes, now)
    soon = rules.starts_soon(offer.starts_at, offer.offer_minutes, now)
    unasked = [w for w in ready if until is None or (soon and w.at_once)]
    _move_up(offer, unasked, SignUpState.SEATED, None, now)
    _move_up(offer, [w for w in ready if w not in unasked], SignUpState.OFFERED, until, now)


def _move_up(
    offer: Offer, waiters: Collection[Waiter], state: SignUpState, until: datetime | None, now: datetime
) -> None:
    if not waiters:
        return
    become([w.id for w in waiters], offer.id, SignUpState.WAITING, state, now, until=until)
    before, after = {"state": SignUpState.WAITING}, {"state": state}
    audit.leave_all(now, None, "promote", SignUp, [(w.id, before, after) for w in waiters])
    if until:
        notices.offered(offer, waiters, until, now)
    else:
        notices.promoted(offer, [w.member_id for w in waiters], now)


def enter(
    offer: Offer, member_id: int, state: SignUpState, now: datetime, *, at_once: bool = False,
    until: datetime | None = None, actor_id: int | None = None, risks_version: int | None = None,
) -> int:  # fmt: skip
    """Write a new sign-up with the next ticket of the locked slot, by the member or by who else acts. `risks_version`:
    of the risks that the member has confirmed to have read. Return its id."""
    ticket = offer.tickets + 1
    count(offer.id, {state: 1}, drawn=1)
    sign_up_id: int = run(
        _ENTER,
        {
            "slot_id": offer.id, "member_id": member_id, "state": state, "ticket": ticket, "revision": 0,
            "signed_up_at": now, "changed_at": now, "seated_at": now if state is SignUpState.SEATED else None,
            "offered_until": until, "at_once": at_once, "risks_version": risks_version or None,
            "risks_read_at": now if risks_version else None, "risks_asked": 0,
        },
    ).scalar_one()  # fmt: skip
    audit.leave(now, actor_id or member_id, "sign up", SignUp, sign_up_id, after={"state": state, "ticket": ticket})
    return sign_up_id


def become(
    ids: Collection[int], slot_id: int, before: SignUpState, after: SignUpState, now: datetime, *,
    until: datetime | None = None,
) -> None:  # fmt: skip
    """Move sign-ups of one slot from one state to another, and its counters with them. `until`: of an offer."""
    count(slot_id, {before: -len(ids), after: len(ids)})
    values = {
        "ids": list(ids), "to": after, "now": now, "until": until,
        "seated_at": now if after is SignUpState.SEATED else None,
        "left_at": now if after is SignUpState.WITHDRAWN else None,
    }  # fmt: skip
    run(_BECOME, values)


def count(slot_id: int, changes: dict[SignUpState, int], *, drawn: int = 0) -> None:
    """Move a slot's counters by so many sign-ups more or fewer in each state."""
    values = {"slot_id": slot_id, "drawn": drawn, "d_taken": 0, "d_waiting": 0, "d_asked": 0}
    for state, by in changes.items():
        if counter := COUNTERS.get(state):
            values[f"d_{counter}"] += by
    run(_COUNT, values)


def give_back(mine: Engagement, actor_id: int | None, now: datetime, reason: str = "") -> None:
    """End a sign-up. Who gets the seat is asked afterwards (`promote`)."""
    become([mine.id], mine.slot_id, mine.state, SignUpState.WITHDRAWN, now)
    before, after = {"state": mine.state}, {"state": SignUpState.WITHDRAWN}
    audit.leave(now, actor_id, "withdraw", SignUp, mine.id, before=before, after=after, reason=reason)
