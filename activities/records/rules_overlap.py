"""No minute of a person counts twice, however their records overlap. Plain values only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Spell:
    """Minutes that were given at some time between two moments."""

    starts_at: datetime
    ends_at: datetime
    minutes: int = 0


def most_counted(spell: Spell, others: Iterable[Spell]) -> int:
    """How many minutes a spell can count beside others so that every minute has a place of its own.

    That is so as long as no stretch from the start of one to the end of one is asked to hold more than it is long (the
    test by which jobs that may be interrupted fit one machine before their deadlines), so it is asked of each stretch
    that this spell lies in.
    """
    by_end = sorted((one for one in others if one.minutes), key=lambda one: one.ends_at)
    starts = {spell.starts_at, *(one.starts_at for one in by_end if one.starts_at < spell.starts_at)}
    return max(0, min(_left(start, spell.ends_at, by_end) for start in starts))


def _left(start: datetime, end: datetime, by_end: list[Spell]) -> int:
    """The least that is left of a stretch from here to this end or a later one by those that lie in it."""
    left, taken = (end - start) // MINUTE, 0
    for one in by_end:
        if one.starts_at >= start:
            taken += one.minutes
            left = min(left, (max(end, one.ends_at) - start) // MINUTE - taken)
    return left
