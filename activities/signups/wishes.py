"""Waiting for any of several slots: the first seat that comes is taken, and the other places are let go in the same
transaction (`service.let_go`). While a seat of one is held for the person, the others hold none for them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from activities.kit.db import db, transactional
from activities.signups import (
    arrivals,
    engagements,
    facts,
    notices,
    notices_together,
    parties,
    queries_together,
    rules_leaving,
    rules_together,
)
from activities.signups.models import Wish
from activities.signups.moving_up import fill, lock_waiters, promote, seat_freed
from activities.signups.rules import SignUpState
from activities.signups.rules_places import Guest, Places
from activities.signups.rules_soft import Consent
from activities.signups.writing import Entry, enter, enter_all, give_back_all


def wait_for_any(
    member_id: int, slot_ids: Collection[int], now: datetime, *, at_once: bool = False, consent: Consent | None = None
) -> SignUpState:
    """Wait for the first seat of any of these slots; where one has a free seat after all, take it. `at_once` and
    `consent` as in `sign_up`, the consent for the risks of them all as they are now. Raises the rules' Refusal."""
    if refusal := rules_together.why_not_several(len(set(slot_ids))):
        raise refusal
    for slot_id in queries_together.waited_for_with_seats_left(slot_ids):
        fill(slot_id, now)
    return _wait_for_any(member_id, slot_ids, now, at_once, consent)


@transactional
def _wait_for_any(
    member_id: int, slot_ids: Collection[int], now: datetime, at_once: bool, consent: Consent | None
) -> SignUpState:
    person = facts.person_locked(member_id)
    offers = facts.offers_locked(slot_ids)
    seen, taken_on = engagements.taken_on(member_id, offers[0].starts_at, max(offer.ends_at for offer in offers))
    person = person._replace(timetable=seen.timetable)
    mine, busy = {one.slot_id: one.mine for one in taken_on}, engagements.busy_of(taken_on)
    if refusal := rules_together.why_not_any(offers, person, mine, busy, now):
        raise refusal
    guest, several = Guest(member_id, person, busy), [Places(offer) for offer in offers]
    if consent and (refusal := rules_together.why_not_consented_to_any(several, guest, consent)):
        raise refusal
    if found := next((one for one in several if one.offer.left and one.seat(guest)), None):
        offer = found.offer
        enter(offer, member_id, SignUpState.SEATED, now, risks_version=offer.risks_version if consent else None)
        arrivals.give(found)
        notices.signed_up(offer, member_id, SignUpState.SEATED, now, found.at(member_id))
        return SignUpState.SEATED
    wish = Wish(member_id=member_id, made_at=now)
    db.session.add(wish)
    db.session.flush()
    read_at = now if consent else None
    places = [
        Entry(offer, member_id, SignUpState.WAITING, read_at if offer.risks_version else None) for offer in offers
    ]
    enter_all(places, now, actor_id=member_id, at_once=at_once, wish_id=wish.id)
    notices_together.waits_for_any(offers, member_id, now)
    return SignUpState.WAITING


def leave_wish(member_id: int, public_id: str, now: datetime) -> None:
    """Give back every place of a wish, and a seat that is held for it. NotFound where it is not the member's."""
    _leave_wish(member_id, public_id, now)
    seat_freed([member_id], now)


@transactional
def _leave_wish(member_id: int, public_id: str, now: datetime) -> None:
    wish_id = queries_together.wish_of(member_id, public_id)
    lock_waiters(queries_together.slots_of_wish(wish_id), member_id)
    rest = parties.rest_of_wishes([wish_id], now)
    if not rest:
        raise rules_leaving.NotIn
    offers = facts.offers_locked([one.slot_id for one in rest])
    give_back_all(rest, member_id, now)
    notices_together.wish_left(offers[0], len(offers), member_id, now)
    for one in rest:
        if one.state is SignUpState.OFFERED:
            promote(one.slot_id, now)
