"""Time beyond a slot's own: it counts only where an organizer says afterwards that it ran on, and why. Plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import ClassVar

from activities.duties.rules import SlotState
from activities.kit.refusal import N_, Refusal, refusal
from activities.records.rules import SlotWasCancelled

MOST = timedelta(hours=12)


@dataclass(frozen=True, kw_only=True)
class Ran:
    """What the rules ask of a slot that ran on: when it was to end, and until which day who came is recorded in time,
    where that day is over."""

    state: SlotState
    ends_at: datetime
    overdue: date | None = None


@refusal
class NotEnded(Refusal):
    ends_at: datetime
    sentence: ClassVar[str] = N_("This slot ends on %(ends_at)s; before that nobody knows whether it runs on.")
    remedy: ClassVar[str] = N_("Come back when it is over.")


@refusal
class NotYetGiven(Refusal):
    most: timedelta
    sentence: ClassVar[str] = N_("Only time that is over can have been given: at most %(most)s until now.")


@refusal
class TooMuch(Refusal):
    most: timedelta
    sentence: ClassVar[str] = N_("A slot is extended by %(most)s at most.")
    remedy: ClassVar[str] = N_("Plan another slot for what was another day's work.")


@refusal
class WhyExtended(Refusal):
    sentence: ClassVar[str] = N_("Say why it ran on.")


@refusal
class TooLateToExtend(Refusal):
    due: date
    sentence: ClassVar[str] = N_("Who came was to be recorded by %(due)s, so the slot cannot be extended any more.")
    remedy: ClassVar[str] = N_("Whose hours are not right can ask for a correction.")


@refusal
class StillCounted(Refusal):
    names: str
    sentence: ClassVar[str] = N_("More than that is recorded already: %(names)s.")
    remedy: ClassVar[str] = N_("Correct these first, on the attendance list.")


def why_not_extend(ran: Ran, extra: timedelta, reason: str, now: datetime) -> Refusal | None:
    """The first reason against counting so much beyond the slot's end, or None. Nothing at all takes it back."""
    if ran.state is SlotState.CANCELLED:
        return SlotWasCancelled()
    if now < ran.ends_at:
        return NotEnded(ran.ends_at)
    if ran.overdue:
        return TooLateToExtend(ran.overdue)
    if extra > MOST:
        return TooMuch(MOST)
    if ran.ends_at + extra > now:
        return NotYetGiven(timedelta(minutes=(now - ran.ends_at) // timedelta(minutes=1)))
    return None if reason else WhyExtended()
