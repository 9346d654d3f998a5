"""What is odd about a record, so that a secretary looks at it; nothing here says that it is wrong. Plain values."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar, NamedTuple

from activities.kit.refusal import N_, Refusal, refusal
from activities.norms.rules import Norms

DAY = 24 * 60
# Who has a duty until shortly before the night records it at night, and nothing is odd about that.
AFTER_DUTY = 120


class Odd(StrEnum):
    """Why somebody should look."""

    LATE = "late"
    MANY = "many"
    NIGHT = "night"
    ONE_HAND = "one_hand"
    LONG_DAY = "long_day"
    OVERLAP = "overlap"


ODD_NAMES = {
    Odd.LATE: N_("Typed in later"),
    Odd.MANY: N_("Typed in with many others"),
    Odd.NIGHT: N_("Recorded at night"),
    Odd.ONE_HAND: N_("Often the same hand for one person"),
    Odd.LONG_DAY: N_("Many hours on one day"),
    Odd.OVERLAP: N_("In two places at one time"),
}


class Minutes(NamedTuple):
    """A stretch of the day in minutes after midnight, UTC; where it begins after it ends, midnight lies in it."""

    first: int
    end: int


@refusal
class OwnOddity(Refusal):
    sentence: ClassVar[str] = N_("These are your own hours, or you recorded them: somebody else looks at them.")


@refusal
class NoteMissing(Refusal):
    sentence: ClassVar[str] = N_("Say what you found.")


@refusal
class LookedAt(Refusal):
    sentence: ClassVar[str] = N_("Somebody has looked at this already, or it is not odd any more.")


def night(norms: Norms, offset: int, before: int = 0) -> Minutes:
    """The hours of the night where the clock shows so many minutes more than UTC, begun that much earlier."""
    first, end = (hour * 60 - offset for hour in (norms.odd_from, norms.odd_until))
    return Minutes((first - before) % DAY, end % DAY)


def why_not_note(is_own: bool, is_there: bool, note: str) -> Refusal | None:
    """The first reason against putting an oddity aside, or None."""
    if not is_there:
        return LookedAt()
    if is_own:
        return OwnOddity()
    return None if note else NoteMissing()
