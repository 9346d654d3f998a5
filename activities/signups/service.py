"""Sign up, accept, withdraw. Every verb locks the member, then the slot: two overlapping slots have different
locks, so the member's is what makes the overlap check safe, and one order for all keeps them from waiting for each
other."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from activities.audit import service as audit
from activities.duties.rules import SlotState
from activities.kit.db import transactional
from activities.outbox.jobs import every
from activities.signups import (
    arrivals,
    engagements,
    facts,
    notices,
    parties,
    queries,
    rules,
    rules_leaving,
    rules_offered,
    rules_soft,
    rules_together,
)
from activities.signups.engagements import Engagement
from activities.signups.facts import Seen
from activities.signups.models import SignUp
from activities.signups.moving_up import fill, let_go, lock_waiters, promote, seat_freed
from activities.signups.parties import Companion
from activities.signups.rules import Offer, SignUpState
from activities.signups.rules_arrivals import ArrivalFull
from activities.signups.rules_places import Guest, Places
from activities.signups.rules_soft import Consent
from activities.signups.writing import become, enter, give_back, give_back_all, have_read


def sign_up(
    member_id: int, slot: Seen | int, now: datetime, *, or_wait: bool = False, at_once: bool = False,
    consent: Consent | None = None,
) -> SignUpState:  # fmt: skip
    """Take a seat, or with `or_wait` a place on the waiting list when none is left, or ask for one where an organizer
    or a draw decides, in the slot that somebody sees or that has this id. `at_once`: who waits wants to be seated
    without being asked when the slot starts soon. `consent`: what the person confirms; None: nothing is asked. Raises
    the rules' Refusal.

    Looks first without a lock, so that a slot that is plainly full or closed costs no write.
    """
    offer, person, mine = facts.at_first_sight(member_id, slot)
    if refusal := rules.why_not_sign_up(offer, person, mine, (), now, waiting=or_wait):
        raise refusal
    if offer.waiting and offer.left:
        fill(offer.id, now)  # a waiter whom nothing stops any more comes before who arrives now
    return _sign_up(member_id, offer.id, now, or_wait, at_once, consent)


@transactional
def _sign_up(
    member_id: int, slot_id: int, now: datetime, or_wait: bool, at_once: bool, consent: Consent | None
) -> SignUpState:
    person = facts.person_locked(member_id, slot_id)
    offer = facts.offer_locked(slot_id)
    mine, busy = engagements.around(member_id, offer)
    if refusal := rules.why_not_sign_up(offer, person, mine and mine.mine, busy, now, waiting=or_wait):
        raise refusal
    state, places, guest = offer.entry, Places(offer), Guest(member_id, person, busy)
    if state is SignUpState.SEATED:
        _must_seat(places, guest, consent)
    if consent and (refusal := rules_soft.why_not_consented(places, guest, consent)):
        raise refusal
    enter(offer, member_id, state, now, at_once=at_once, risks_version=consent.risks_version if consent else None)
    arrivals.give(places)
    notices.signed_up(offer, member_id, state, now, places.at(member_id))
    return state


def _must_seat(places: Places, guest: Guest, consent: Consent | None) -> None:
    """Find the time at which somebody comes, where people come one after another: the one they have chosen, or the
    earliest that suits where nothing is asked. Raises the reason against it."""
    if consent and places.offer.quarters:
        if refusal := places.choose(guest, consent.arrival_id):
            raise refusal
    elif not places.seat(guest):
        raise ArrivalFull


@transactional
def accept(member_id: int, slot_id: int, now: datetime, *, consent: Consent | None = None) -> None:
    """Take the seat that is held for the member; of a team that stays whole, one accepts for all. The rules are asked
    once more; raises their Refusal. `consent` as in `sign_up`."""
    people = parties.company_locked(member_id, slot_id)
    offer = facts.offer_locked(slot_id)
    company = parties.around_all(people, offer)
    seats = _acceptable(member_id, company, offer, now)
    if consent:
        _must_know(
            offer,
            seats[member_id],
            Guest(member_id, facts.person_locked(member_id, slot_id), company[member_id].busy),
            consent,
        )
    become([mine.id for mine in seats.values()], slot_id, SignUpState.OFFERED, SignUpState.SEATED, now)
    before, after = {"state": SignUpState.OFFERED}, {"state": SignUpState.SEATED}
    own = seats[member_id].id
    read = {"risks_version": offer.risks_version} if consent and _has_read(offer, consent, own, now) else {}
    changes = [(mine.id, before, after | read if mine.id == own else after) for mine in seats.values()]
    audit.leave_all(now, member_id, "accept", SignUp, changes)
    let_go([mine.wish_id for mine in seats.values() if mine.wish_id], now)
    minutes = {who: mine.arrives_after for who, mine in seats.items()}
    notices.accepted(offer, {who: bool(mine.wish_id) for who, mine in seats.items()}, minutes, now)


def _has_read(offer: Offer, consent: Consent, sign_up_id: int, now: datetime) -> bool:
    """Whether the person confirms with it that they have read the risks as they are now; that is kept."""
    if not offer.risks_version or consent.risks_version != offer.risks_version:
        return False
    have_read([sign_up_id], offer.risks_version, now)
    return True


def _must_know(offer: Offer, mine: Engagement, guest: Guest, consent: Consent) -> None:
    """Raise what speaks against the seat that is held for somebody who does not know of it."""
    places = Places(offer)
    places.put({guest.id: mine.arrives_after})
    if refusal := rules_soft.why_not_known(places, guest, consent):
        raise refusal


def _acceptable(member_id: int, company: Mapping[int, Companion], offer: Offer, now: datetime) -> dict[int, Engagement]:
    """The held seats of the member and, where the member belongs to a team that stays whole, of all of it. Raises the
    reason against the member's own, or names those of the team in whose way something stands."""
    seats, stopped = {}, []
    for who, one in company.items():
        refusal = rules_offered.why_not_accept(offer, one.person, one.mine and one.mine.mine, one.busy, now)
        if who == member_id and refusal:
            raise refusal
        if isinstance(refusal, rules_offered.NotOffered):
            continue  # who has left the team meanwhile
        if refusal:
            stopped.append(one.name)
        elif one.mine:
            seats[who] = one.mine
    if stopped:
        raise rules_together.TeammateCannot(", ".join(stopped))
    return seats


def withdraw(member_id: int, slot_id: int, now: datetime, reason: str = "") -> None:
    """Give back a seat, one that is held for the member, or a place on the waiting list. A freed seat goes to who waits
    longest, in this transaction; then the member, who has time again, is promoted where a seat was free but clashed.
    What was assigned is given back with a `reason`, of which whoever assigned it is told."""
    _withdraw(member_id, slot_id, now, reason)
    seat_freed([member_id], now)


@transactional
def _withdraw(member_id: int, slot_id: int, now: datetime, reason: str) -> None:
    lock_waiters([slot_id], member_id)
    offer = facts.offer_locked(slot_id)
    mine, _ = engagements.around(member_id, offer)
    if refusal := rules_leaving.why_not_withdraw(offer, mine and mine.state, now):
        raise refusal
    assert mine is not None  # the rule refused otherwise
    if refusal := rules_leaving.why_not_unsaid(mine.assigned_by_id is not None, reason):
        raise refusal
    give_back(mine, member_id, now, reason)
    notices.withdrew(offer, member_id, now)
    if mine.assigned_by_id:
        notices.declined(offer, mine.assigned_by_id, queries.name_of(member_id), reason, now)
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
    if offer.state is not SlotState.OPEN:  # whoever has cancelled it meanwhile has told everybody
        return []
    lapsed = engagements.lapsed(slot_id, now)
    give_back_all([mine for _, mine in lapsed], None, now, "offer lapsed")
    people = [member_id for member_id, _ in lapsed]
    notices.lapsed(offer, people, now)
    for member_id, mine in lapsed:
        if mine.assigned_by_id:
            notices.unanswered(offer, mine.assigned_by_id, queries.name_of(member_id), now)
    promote(slot_id, now)
    return people


@every(60, "share gathered seats out")
def share_gathered_out(now: datetime) -> None:
    """Ask anew for whom seats are gathered: the team may have no time any more, or there may be none to gather. Each
    slot in a transaction of its own."""
    for slot_id in queries.slots_gathering(now):
        fill(slot_id, now)
