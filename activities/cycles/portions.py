"""A portion of a review's people, of whom everything is frozen together, so that freezing takes as much memory for ten
thousand people as for one thousand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from activities.cycles.models import Cycle
from activities.packets import queries
from activities.packets.rules_packet import Packet


@dataclass(frozen=True)
class Portion:
    """Some people of a cycle: by participant, which member they are. `now` is as of when they are frozen."""

    cycle: Cycle
    members: Mapping[int, int]
    now: datetime

    @cached_property
    def packets(self) -> dict[int, Packet]:
        """By participant, of whom anything is known. As many statements as packets take."""
        found = queries.packets(self.members.values(), self.cycle.year, self.now)
        return {part_id: found[member_id] for part_id, member_id in self.members.items() if member_id in found}
