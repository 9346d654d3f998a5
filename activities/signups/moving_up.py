"""The waiting line moves up: free seats go to who waits longest, as far as the rules still hold for them. Verbs call it
inside their transactions, with all who wait locked before the slot."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from activities.audit import service as audit
from activities.duties.models import Slot
from activities.kit.db import db, run, transactional
from activities.kit.sql import Among
from activities.people.models import Member
from activities.signups import (
    arrivals,
    engagements,
    facts,
    notices,
    parties,
    queries,
    rules_offered,
    rules_together,
)
from activities.signups.models import SignUp
from activities.signups.rules import Offer, SignUpState
from activities.signups.rules_places import Guest, Places
from activities.signups.rules_time import Busy
from activities.signups.waiters import Waiter, waiters_locked
from activities.signups.writing import become, count, give_back_all

_WAITED_FOR = sa.select(Slot.id).where(Among(Slot.id), sa.or_(Slot.waiting > 0, Slot.gathered > 0)).order_by(Slot.id)


@transactional
def fill(slot_id: int, now: datetime) -> None:
    """Give free seats to those who wait. A transaction of its own, so that nobody else's refusal takes it back."""
    lock_waiters([slot_id])
    promote(slot_id, now)


def seat_freed(member_ids: Collection[int], now: datetime) -> None:
    """Promote people who have time again where a seat was free but clashed."""
    for slot_id in queries.waited_for_beside_free_seats(member_ids, now):
        fill(slot_id, now)


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
        .with_for_update(of=Member, key_share=True)
    )
    db.session.execute(query)


def promote(slot_id: int, now: datetime) -> list[int]:
    """Give free seats to waiters in order, as far as the rules still hold for them; the others keep their place. All
    who wait are locked already. A seat is held until its waiter accepts it, unless the activity does not ask, or time
    is short and the waiter wished not to be asked. Seats that are not enough for the whole team whose turn it is are
    gathered for it (`rules_together.share_out`). Return who has been told of a seat."""
    offer = facts.offer_locked(slot_id)
    if not (offer.free and (offer.waiting or offer.gathered)):
        return []
    line, busy = ready(offer, waiters_locked(slot_id), now)
    gathers, places = rules_together.gathers(offer.starts_at, now), Places(offer)
    chosen, gathered = rules_together.share_out(
        line, offer.free, offer.capacity, gathers=gathers,
        admits=lambda party: places.seat(*(Guest(w.member_id, w.person, busy[w.member_id]) for w in party)),
    )  # fmt: skip
    if gathered != offer.gathered:
        count(slot_id, {}, gathered=gathered - offer.gathered)
    until = rules_offered.offered_until(offer.starts_at, offer.offer_minutes, now)
    unasked = [w for w in chosen if rules_offered.is_unasked(offer, w.at_once, now)]
    _move_up(places, unasked, SignUpState.SEATED, None, now)
    _move_up(places, [w for w in chosen if w not in unasked], SignUpState.OFFERED, until, now)
    arrivals.give(places)
    return [w.member_id for w in chosen]


def promote_all(slot_ids: Collection[int], now: datetime) -> None:
    """Give free seats of all these slots to who waits: one statement, and those of `promote` where anybody does."""
    for slot_id in list(run(_WAITED_FOR, {"ids": list(slot_ids)}).scalars()):
        promote(slot_id, now)


def ready(offer: Offer, waiters: Collection[Waiter], now: datetime) -> tuple[list[list[Waiter]], dict[int, list[Busy]]]:
    """The parties in line of whom nothing stands in the way of anybody, and what they have taken on. Who is asked about
    another slot of the same wish answers that first."""
    busy = engagements.busy_around([w.member_id for w in waiters], offer)
    answering = parties.answering([w.wish_id for w in waiters if w.wish_id])
    can = {
        w.id for w in waiters
        if w.wish_id not in answering and not rules_offered.why_not_promote(offer, w.person, busy[w.member_id], now)
    }  # fmt: skip
    return [party for party in parties.in_line(waiters) if can.issuperset(w.id for w in party)], busy


def _move_up(
    places: Places, waiters: Collection[Waiter], state: SignUpState, until: datetime | None, now: datetime
) -> None:
    if not waiters:
        return
    offer, minutes = places.offer, places.minutes
    become([w.id for w in waiters], offer.id, SignUpState.WAITING, state, now, until=until)
    before, after = {"state": SignUpState.WAITING}, {"state": state}
    audit.leave_all(now, None, "promote", SignUp, [(w.id, before, after) for w in waiters])
    if until:
        notices.offered(offer, waiters, minutes, until, now)
    else:
        let_go([w.wish_id for w in waiters if w.wish_id], now)
        notices.promoted(offer, waiters, minutes, now)


def let_go(wish_ids: Collection[int], now: datetime) -> None:
    """End what else stands in these wishes: one seat of each has come. The notice of that seat says so. Whoever changes
    a waiting list has locked all who are on it, so no two meet at its counters without having met at the person."""
    if wish_ids:
        give_back_all(parties.rest_of_wishes(wish_ids, now), None, now, "another slot of the wish came first")
