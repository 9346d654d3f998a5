"""A fair guess of how far a waiting list will move: what became of those before it, in plain counts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

# So many past slots are looked at, and of fewer than so many nobody should draw a conclusion.
LAST = 20
LEAST = 3


class PastLine(NamedTuple):
    """A past slot's waiting list: how many got a seat as late before the start as it is now before this one, and how
    many were left when it began."""

    seated: int
    left: int


class Chance(NamedTuple):
    """In `got` of `of` past slots who stood at this place got a seat."""

    place: int
    got: int
    of: int

    @property
    def tenths(self) -> int:
        return round(10 * self.got / self.of)


def chance(place: int, lines: Iterable[PastLine]) -> Chance | None:
    """The chance of who stands at this place, 1 for who is next; None without enough experience. A list that moved this
    far tells of a seat, one with people left who stood further ahead tells of none; one that was shorter tells
    nothing."""
    told = [line.seated >= place for line in lines if line.seated >= place or line.left]
    return Chance(place, sum(told), len(told)) if len(told) >= LEAST else None
