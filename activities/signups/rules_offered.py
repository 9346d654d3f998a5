"""Seats that come free: who of those waiting may have one, for how long it is held, and what accepting asks."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import ClassVar

from activities.kit.refusal import N_, Refusal, refusal
from activities.signups.rules import Mine, Offer, SignUpState, why_ineligible, why_no_time_for, why_no_visit, why_over
from activities.signups.rules_person import Person
from activities.signups.rules_time import Busy


@refusal
class NotOffered(Refusal):
    sentence: ClassVar[str] = N_("No seat of this slot is held for you.")
    remedy: ClassVar[str] = N_("Sign up, or join the waiting list.")


@refusal
class OfferOver(Refusal):
    until: datetime
    sentence: ClassVar[str] = N_("The seat was held for you until %(until)s.")
    remedy: ClassVar[str] = N_("Join the waiting list again if you still want one.")


def why_not_promote(offer: Offer, person: Person, busy: Collection[Busy], now: datetime) -> Refusal | None:
    """The first reason against giving a waiting person a free seat. That sign-up has closed since is none."""
    return why_over(offer, now) or why_ineligible(offer, person) or why_no_time_for(offer, busy, person)


def why_not_accept(
    offer: Offer, person: Person, mine: Mine | None, busy: Collection[Busy], now: datetime
) -> Refusal | None:
    """The first reason against accepting a seat that is held for the person. That sign-up has closed since is none."""
    if mine is None or mine.state is not SignUpState.OFFERED or mine.offered_until is None:
        return NotOffered()
    if over := why_over(offer, now):
        return over
    if now >= mine.offered_until:
        return OfferOver(mine.offered_until)
    if mine.minute is not None:
        return why_ineligible(offer, person) or why_no_visit(offer, mine.minute, busy, person)
    return why_ineligible(offer, person) or why_no_time_for(offer, busy, person)


def offered_until(starts_at: datetime, offer_minutes: int, now: datetime) -> datetime | None:
    """Until when a freed seat is held for who is offered it: for the activity's usual time, but when the slot starts
    soon only for half of what is left. None where people are seated without being asked."""
    usual = timedelta(minutes=offer_minutes)
    return now + min(usual, (starts_at - now) / 2) if usual else None


def is_unasked(offer: Offer, at_once: bool, now: datetime) -> bool:
    """Whether who waits gets a seat without being asked: where nobody is, or because too little time is left to hold it
    for as long as usual and they wished it so (`at_once`)."""
    usual = timedelta(minutes=offer.offer_minutes)
    return not usual or (at_once and offer.starts_at - now < 2 * usual)
