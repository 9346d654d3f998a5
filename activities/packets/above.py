"""What rooms above keep that belongs into a packet: they declare it, because a lower room may not know an upper one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from typing import NamedTuple, TypeAlias

from activities.packets.rules import Figures
from activities.packets.rules_packet import Kept

Tells: TypeAlias = Callable[[Collection[int], int], Mapping[int, Kept]]
TOLD: list[Tells] = []
NOTHING = Kept()


def tells(read: Tells) -> Tells:
    """Declare a read that says what is kept of these people for the packet of a year, in a number of statements that
    does not grow with them. Of what two reads say, that of the one declared first counts."""
    TOLD.append(read)
    return read


def kept(member_ids: Collection[int], year: int) -> Mapping[int, Kept]:
    """Nothing of anybody, as long as no room above keeps any."""
    found: dict[int, Kept] = {}
    for read in TOLD:
        for member_id, one in read(member_ids, year).items():
            there = found.get(member_id, NOTHING)
            found[member_id] = Kept(
                one.opinion if there.opinion is None else there.opinion,
                one.ballot if there.ballot is None else there.ballot,
            )
    return found


class Change(NamedTuple):
    """That a figure is another one than was frozen, in words."""

    what: str
    then: str
    now: str


class Closed(NamedTuple):
    """That the review of a year is closed: since when, and what of its frozen figures is another one today."""

    day: date
    changes: Sequence[Change]


Closes: TypeAlias = Callable[[int, Figures, int], Closed | None]
CLOSES: list[Closes] = []


def closes(read: Closes) -> Closes:
    """Declare a read that says of somebody, with today's figures of a year, how these stand to a review that is
    closed."""
    CLOSES.append(read)
    return read


def closed(member_id: int, figures: Figures, year: int) -> Closed | None:
    """None where no review of the year is closed for this person."""
    return next((found for read in CLOSES if (found := read(member_id, figures, year))), None)
