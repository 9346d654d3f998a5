"""Who may ask for cover, who may take over, when people are asked, and who may swap with whom."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from activities.duties.rules import SlotState
from activities.kit.refusal import N_, Refusal, refusal
from activities.signups import rules
from activities.signups.rules import Mine, Offer, SignUpState
from activities.signups.rules_person import Person, why_paused
from activities.signups.rules_time import Busy

# How many people are asked at once, and how long before the start others are asked beside them.
WAVE = 5
WAVES = tuple(timedelta(hours=hours) for hours in (72, 48, 24, 12, 6, 3))
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
    sentence: ClassVar[str] = N_("People were waiting for this slot, so the seat has gone to them.")
    remedy: ClassVar[str] = N_("Look for another slot.")


# ── cover ───────────────────────────────────────────────────────────────────


def why_not_ask_cover(offer: Offer, mine: SignUpState | None, is_asked: bool, now: datetime) -> Refusal | None:
    """The first reason against looking for cover. That it is too late to withdraw is none: then it is needed most."""
    if mine is not SignUpState.SEATED:
        return rules.NotIn()
    return why_over(offer, now) or (CoverAsked() if is_asked else None)


def why_not_take_over(
    is_wanted: bool, offer: Offer, person: Person, mine: Mine | None, busy: Collection[Busy], now: datetime
) -> Refusal | None:
    """The first reason against taking over a seat. That sign-up has closed since is none."""
    if not is_wanted:
        return why_over(offer, now) or NoCoverWanted()
    return (mine.why_not_again() if mine else None) or why_not_fit(offer, person, busy, now)


def why_not_fit(offer: Offer, person: Person, busy: Collection[Busy], now: datetime) -> Refusal | None:
    """The first reason against a person in the place of somebody who has a seat."""
    return why_over(offer, now) or why_paused(person, now) or rules.why_not_promote(offer, person, busy, now)


def next_wave_at(starts_at: datetime, now: datetime) -> datetime | None:
    """When more people are asked, if nobody has taken over by then."""
    return next((starts_at - before for before in WAVES if starts_at - before > now), None)


def why_over(offer: Offer, now: datetime) -> Refusal | None:
    if offer.state is SlotState.CANCELLED:
        return rules.SlotCancelled()
    return rules.AlreadyStarted() if now >= offer.starts_at else None
