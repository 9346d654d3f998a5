"""A search for cover and a proposal to swap are over once the seat is given back, its slot cancelled or moved: by verbs
of lower rooms, which know of neither. So it is looked for what is over, and whoever was asked is told, once."""

from __future__ import annotations

from datetime import datetime

from activities.exchanges import notices, queries, swap_queries
from activities.exchanges.models import Cover, Swap
from activities.exchanges.rules import CoverEnd, SwapEnd
from activities.exchanges.swap_queries import Ends
from activities.invitations import service as invitations
from activities.kit.db import db, lock, transactional
from activities.outbox.jobs import every
from activities.people.models import Member
from activities.signups import engagements, facts


@every(60, "end searches for cover whose seat is gone")
def end_lost_covers(now: datetime) -> None:
    for cover_id in queries.lost(now):
        _end_lost(cover_id, now)


@transactional
def _end_lost(cover_id: int, now: datetime) -> None:
    """Where the seat is free, whoever could sign up for it stays asked: to do that, instead of taking over."""
    slot_id = queries.slot_of_cover(cover_id)
    assert slot_id is not None  # no search is ever deleted
    offer, cover = facts.offer_locked(slot_id), lock(Cover, cover_id)
    if not queries.is_lost(cover_id, now):
        return
    turn = queries.whose_turn(cover_id, now)
    cover.end(CoverEnd.SEAT_GONE, now)
    db.session.flush()
    if turn:
        notices.turn_over(offer, turn, now)
    if queries.wanted_in(slot_id, now):
        return
    able, others = invitations.ask_instead(slot_id, now)
    notices.seat_free(offer, [who for who in able if who != turn], now)
    notices.called_off(offer, [who for who in others if who != turn], now)


@every(60, "end swaps of which nothing can come")
def end_void_swaps(now: datetime) -> None:
    for swap_id in swap_queries.void(now):
        _end_void(swap_id, now)


@transactional
def _end_void(swap_id: int, now: datetime) -> None:
    ends = swap_queries.ends_of(swap_id)
    assert ends is not None  # no proposal is ever deleted
    lock(Member, ends.giver_id)
    swap = lock(Swap, swap_id)
    if swap_queries.is_void(swap_id, now):
        swap.end(SwapEnd.SEAT_GONE, now)
        tell_keeper(swap.given_id, ends.giver_id, ends.given_slot_id, now)
        tell_asked(swap, ends, now)


def tell_asked(swap: Swap, ends: Ends, now: datetime) -> None:
    """Inside a transaction: tell who was asked, and has not answered, that there is nothing to answer any more."""
    tell_keeper(swap.wanted_id, ends.taker_id, ends.wanted_slot_id, now)


def tell_keeper(sign_up_id: int, member_id: int, slot_id: int, now: datetime) -> None:
    """Inside a transaction: tell somebody that nothing comes of a swap of this seat, if they have it still."""
    seat, _ = engagements.around(member_id, offer := facts.offer(slot_id))
    if seat and seat.id == sign_up_id:
        notices.swap_off(offer, member_id, now)
