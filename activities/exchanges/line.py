"""Where people wait for a slot in which cover is wanted they come first: one after another, in the order of the line,
they are asked to take the seat over, and while it is somebody's turn nobody else may. Who asked for cover stays
responsible until somebody has accepted. A team that stays whole is not asked, since one seat is none for it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from activities.exchanges import notices, queries, rules
from activities.exchanges.handing import hand_over
from activities.exchanges.models import CoverTurn
from activities.exchanges.queries import Wanted
from activities.exchanges.rules import CoverEnd, Way
from activities.invitations import service as invitations
from activities.kit.db import db, lock, transactional
from activities.outbox.jobs import every
from activities.people.models import Member
from activities.signups import engagements, facts, waiters
from activities.signups import notices as signup_notices
from activities.signups.moving_up import let_go, lock_waiters, ready, seat_freed
from activities.signups.rules import Offer
from activities.signups.rules_offered import is_unasked, offered_until
from activities.signups.rules_places import Guest, Places
from activities.signups.waiters import Waiter


def serve(slot_id: int, now: datetime) -> list[int]:
    """Ask who is next in line in each search for cover in which it is nobody's turn; who is not to be asked gets the
    seat. Return who is free now."""
    givers = [wanted.giver_id for wanted in queries.wanted_in(slot_id, now) if wanted.turn is None]
    freed = [giver_id for giver_id in givers if _serve(giver_id, slot_id, now)]
    if freed:
        seat_freed(freed, now)
    return freed


@every(60, "serve who waits where cover is wanted")
def serve_waiting(now: datetime) -> None:
    for slot_id in queries.slots_with_waiters(now):
        serve(slot_id, now)


def decline(member_id: int, slot_id: int, now: datetime) -> None:
    """Say “not this time” and keep one's place in line: the next is asked. Raises NoCoverWanted where it is not the
    member's turn any more."""
    _decline(member_id, slot_id, now)
    serve(slot_id, now)


@transactional
def _decline(member_id: int, slot_id: int, now: datetime) -> None:
    lock(Member, member_id)
    facts.offer_locked(slot_id)
    turn = next((one.turn for one in queries.wanted_in(slot_id, now) if one.asked_id == member_id), None)
    if turn is None:
        raise rules.NoCoverWanted
    turn.until = now


@transactional
def _serve(giver_id: int, slot_id: int, now: datetime) -> bool:
    """Return whether somebody else has the giver's seat now."""
    lock_waiters([slot_id], giver_id)
    offer, all_wanted = facts.offer_locked(slot_id), queries.wanted_in(slot_id, now)
    wanted = next((one for one in all_wanted if one.giver_id == giver_id), None)
    if wanted is None or wanted.turn or not offer.waiting:
        return False
    asked = {one.turn.sign_up_id for one in all_wanted if one.turn} | queries.had_turns(wanted.cover.id)
    given, _ = engagements.around(giver_id, offer)
    assert given is not None  # cover is wanted only by who has a seat
    found = _next(offer.without(given.arrives_after), asked, now)
    if found is None:
        return False
    waiter, places = found
    until = offered_until(offer.starts_at, offer.offer_minutes, now)
    if until and not is_unasked(offer, waiter.at_once, now):
        db.session.add(CoverTurn(cover_id=wanted.cover.id, sign_up_id=waiter.id, asked_at=now, until=until))
        notices.your_turn(offer, waiter.member_id, until, now)
        return False
    hand_over(places, given, waiter.member_id, Way.COVER, now, actor_id=None, waits_by=waiter.id)
    relieve(offer, wanted, waiter.wish_id, now)
    signup_notices.promoted(offer, [waiter], places.minutes, now)
    return True


def _next(offer: Offer, asked: Collection[int], now: datetime) -> tuple[Waiter, Places] | None:
    """Who is first in line of those who have not been asked and of whom nothing stands in the way, and their place.
    `offer`: the slot without who gives the seat."""
    line, busy = ready(offer, waiters.waiters_locked(offer.id), now)
    alone = (party[0] for party in line if len(party) == 1 and party[0].id not in asked)
    for waiter in alone:
        places = Places(offer)
        if places.seat(Guest(waiter.member_id, waiter.person, busy[waiter.member_id])):
            return waiter, places
    return None


# ── what covers shares, inside its transactions ─────────────────────────────


def relieve(offer: Offer, wanted: Wanted, wish_id: int | None, now: datetime) -> None:
    """What follows when somebody who waited has taken over: who gave the seat is free, and what else stands in the wish
    of who has it now is let go."""
    let_go([wish_id] if wish_id else [], now)
    wanted.cover.end(CoverEnd.WAITING_LIST, now)
    call_off(offer.id, now)
    notices.to_waiting_list(offer, wanted.giver_id, now)


def give_up(offer: Offer, wanted: Wanted, how: CoverEnd, now: datetime) -> None:
    """What follows when nobody has to be relieved any more: whose turn it is, and who was asked and has not answered,
    are told, each once."""
    wanted.cover.end(how, now)
    if wanted.asked_id:
        notices.turn_over(offer, wanted.asked_id, now)
    notices.called_off(offer, [who for who in call_off(offer.id, now) if who != wanted.asked_id], now)


def call_off(slot_id: int, now: datetime) -> list[int]:
    """Where no search for cover is left in the slot nobody is asked to take over any more. Return of whom an answer was
    awaited."""
    return [] if queries.wanted_in(slot_id, now) else invitations.call_off(slot_id, now)
