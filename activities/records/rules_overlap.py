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
    others = [one for one in others if one.minutes]
    starts = {spell.starts_at, *(one.starts_at for one in others if one.starts_at < spell.starts_at)}
    ends = {spell.ends_at, *(one.ends_at for one in others if one.ends_at > spell.ends_at)}
    return max(0, min(_left(start, end, others) for start in starts for end in ends))


def _left(start: datetime, end: datetime, others: list[Spell]) -> int:
    """The minutes of a stretch that those which lie in it leave."""
    within = sum(one.minutes for one in others if start <= one.starts_at and one.ends_at <= end)
    return (end - start) // MINUTE - within
