"""What rooms above keep that belongs into a packet: they declare it, because a lower room may not know an upper one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TypeAlias

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
