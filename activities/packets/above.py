"""What rooms above keep that belongs into a packet: they declare it, because a lower room may not know an upper one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TypeAlias

from activities.packets.rules_packet import Kept

Tells: TypeAlias = Callable[[Collection[int], int], Mapping[int, Kept]]
TOLD: list[Tells] = []


def tells(read: Tells) -> Tells:
    """Declare a read that says what is kept of these people for the packet of a year, in a number of statements that
    does not grow with them."""
    TOLD.append(read)
    return read


def kept(member_ids: Collection[int], year: int) -> Mapping[int, Kept]:
    """Nothing of anybody, as long as no room above keeps any."""
    found: dict[int, Kept] = {}
    for read in TOLD:
        found.update(read(member_ids, year))
    return found
