"""Who may ask for cover, who may take over, when people are asked, and who may swap with whom."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, NamedTuple

from activities.kit.refusal import N_, Refusal, refusal
from activities.signups import rules, rules_leaving, rules_offered
from activities.signups.rules import Mine, Offer, SignUpState, why_over
from activities.signups.rules_person import Person, why_paused
from activities.signups.rules_time import Busy

# How many people are asked at once, and how long before the start others are asked beside them.
WAVE = 5
WAVES = tuple(timedelta(hours=hours) for hours in (72, 48, 24, 12, 6, 3))
# For how long a proposal to swap stands at most.
STANDS = timedelta(days=5)
# How long before the start the organizers are told that nobody has taken over.
TELL_BEFORE = timedelta(hours=6)


class Way(StrEnum):
    """How a seat went from one person to another."""

    COVER = "cover"
    SWAP = "swap"


class CoverEnd(StrEnum):
    TAKEN_OVER = "taken over"
    WAITING_LIST = "waiting list"
    TAKEN_BACK = "taken back"
    SWAPPED = "swapped"
    SEAT_GONE = "seat gone"


class SwapEnd(StrEnum):
    AGREED = "agreed"
    DECLINED = "declined"
    TAKEN_BACK = "taken back"
    LAPSED = "lapsed"
    SEAT_GONE = "seat gone"


# ── refusals ────────────────────────────────────────────────────────────────


@refusal
class CoverAsked(Refusal):
    sentence: ClassVar[str] = N_("You have asked for cover in this slot already.")
    remedy: ClassVar[str] = N_("You stay responsible until somebody takes over, and are told then.")


@refusal
class NoCoverWanted(Refusal):
    sentence: ClassVar[str] = N_("Nobody looks for cover in this slot any more.")
    remedy: ClassVar[str] = N_("Somebody else has taken over, or it is not needed any more.")


@refusal
class OthersWaited(Refusal):
    sentence: ClassVar[str] = N_("People wait for this slot, and they come first.")
    remedy: ClassVar[str] = N_("Join the waiting list, or look again later.")


@refusal
class AnswerFirst(Refusal):
    sentence: ClassVar[str] = N_("A seat is held for you in another of the slots you wait for together with this one.")
    remedy: ClassVar[str] = N_("Accept or decline that one first.")


@refusal
class SwapOffered(Refusal):
    sentence: ClassVar[str] = N_("You offer this seat for a swap already.")


@refusal
class NotOnOffer(Refusal):
    sentence: ClassVar[str] = N_("This seat is not offered for a swap any more.")
    remedy: ClassVar[str] = N_("Look at what else is offered.")


@refusal
class SwapProposed(Refusal):
    sentence: ClassVar[str] = N_("This swap has been proposed already, by you or to you.")
    remedy: ClassVar[str] = N_("The page of your swaps shows it.")


@refusal
class SwapOver(Refusal):
    sentence: ClassVar[str] = N_("This proposal has been answered, taken back or has expired.")
    remedy: ClassVar[str] = N_("The page of your swaps shows what became of it.")


@refusal
class SeatGone(Refusal):
    sentence: ClassVar[str] = N_("One of the two seats is given back or has gone to somebody else.")
    remedy: ClassVar[str] = N_("Look at what else is offered.")


@refusal
class SlotMoved(Refusal):
    sentence: ClassVar[str] = N_("The time of one of the two slots has changed since the swap was proposed.")
    remedy: ClassVar[str] = N_("If it still suits you, propose it again.")


@refusal
class WaitsThere(Refusal):
    sentence: ClassVar[str] = N_("You are on the waiting list of the slot that you would take.")
    remedy: ClassVar[str] = N_("Leave the waiting list on the slot's page first; then you can swap.")


@refusal
class OtherCannot(Refusal):
    sentence: ClassVar[str] = N_("The other person cannot take your seat: a rule speaks against it.")
    remedy: ClassVar[str] = N_("Look at what else is offered.")


# ── cover ───────────────────────────────────────────────────────────────────


def why_not_ask_cover(offer: Offer, mine: SignUpState | None, is_asked: bool, now: datetime) -> Refusal | None:
    """The first reason against looking for cover. That it is too late to withdraw is none: then it is needed most."""
    if mine is not SignUpState.SEATED:
        return rules_leaving.NotIn()
    return why_over(offer, now) or (CoverAsked() if is_asked else None)


def why_nothing_wanted(offer: Offer, mine: Mine | None, others_first: bool, now: datetime) -> Refusal:
    """The reason why somebody finds nothing to take over: they may have the seat already, or people who wait come
    first."""
    if over := why_over(offer, now):
        return over
    if mine and mine.state in rules.HOLDING:
        return mine.why_not_again()
    return OthersWaited() if others_first else NoCoverWanted()


def why_not_take_over(
    offer: Offer, person: Person, mine: Mine | None, busy: Collection[Busy], now: datetime, *, is_turn: bool = False
) -> Refusal | None:  # fmt: skip
    """The first reason against taking over a seat. That sign-up has closed since is none. `is_turn`: the person waits
    for the slot and it is their turn, of which no more is asked than of who gets a free seat."""
    if is_turn:
        return rules_offered.why_not_promote(offer, person, busy, now)
    return (mine.why_not_again() if mine else None) or why_not_fit(offer, person, busy, now)


def why_not_fit(offer: Offer, person: Person, busy: Collection[Busy], now: datetime) -> Refusal | None:
    """The first reason against a person in the place of somebody who has a seat."""
    return why_over(offer, now) or why_paused(person, now) or rules_offered.why_not_promote(offer, person, busy, now)


def next_wave_at(starts_at: datetime, now: datetime) -> datetime | None:
    """When more people are asked, if nobody has taken over by then."""
    return next((starts_at - before for before in WAVES if starts_at - before > now), None)


def is_wave_due(planned: datetime | None, starts_at: datetime, now: datetime) -> bool:
    """Whether more people are to be asked: because it is time, or because the slot has moved since that was planned, so
    that others may have time and it would come too early, too late or never."""
    if planned is None:
        return next_wave_at(starts_at, now) is not None
    return planned <= now or all(planned != starts_at - before for before in WAVES)


def is_to_be_told(told_at: datetime | None, starts_at: datetime, now: datetime) -> bool:
    """Whether organizers are to be told that nobody has taken over. Once for each time at which a slot starts."""
    tell_at = starts_at - TELL_BEFORE
    return tell_at <= now and (told_at is None or told_at < tell_at)


# ── swap ────────────────────────────────────────────────────────────────────


class Side(NamedTuple):
    """One of two who swap. `has_seat`: the seat they give is still theirs; `sees`: they see the activity of the slot
    they take; `there`: what that slot is to them already; `busy`: all that they have taken on beside the seat they
    give."""

    person: Person
    gives: Offer
    takes: Offer
    has_seat: bool
    sees: bool
    there: Mine | None
    busy: Collection[Busy]

    def why_not(self, now: datetime) -> Refusal | None:
        """The first reason against taking the other's seat in exchange."""
        if not self.sees:
            return OtherCannot()
        if self.there and self.there.state is SignUpState.WAITING:
            return WaitsThere()
        again = self.there.why_not_again() if self.there else None
        return again or why_not_fit(self.takes, self.person, self.busy, now)


def why_not_swap(own: Side, other: Side, now: datetime) -> Refusal | None:
    """The first reason against a swap, as one of the two reads it: of the other's duties they learn nothing."""
    if not (own.has_seat and other.has_seat):
        return SeatGone()
    return (
        why_over(own.gives, now)
        or why_over(own.takes, now)
        or own.why_not(now)
        or (OtherCannot() if other.why_not(now) else None)
    )


def expires_at(gives: Offer, takes: Offer, now: datetime) -> datetime:
    """Until when a proposal stands: at most until the first of the two slots starts."""
    return min(gives.starts_at, takes.starts_at, now + STANDS)
