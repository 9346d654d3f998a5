"""What the pages show of the slots on days that change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from activities.duties.kinds import Kind, kind_of
from activities.rescheduling.rules import Touched, people_on

MOST_SHOWN = 50  # of an activity's slots


@dataclass(frozen=True)
class OfActivity:
    """The slots of one activity."""

    name: str
    kind: Kind
    slots: tuple[Touched, ...]

    @property
    def first(self) -> tuple[Touched, ...]:
        """Those that are listed: where there are very many the first ones stand for all."""
        return self.slots[:MOST_SHOWN]

    @property
    def people(self) -> int:
        return people_on(self.slots)


def by_activity(slots: Iterable[Touched]) -> list[OfActivity]:
    """Slots by activity, those with the most people first."""
    in_order = sorted(slots, key=lambda slot: (slot.activity_id, slot.offer.starts_at))
    groups = [tuple(some) for _, some in groupby(in_order, key=lambda slot: slot.activity_id)]
    found = [OfActivity(some[0].offer.activity, kind_of(some[0].offer.kind_key), some) for some in groups]
    return sorted(found, key=lambda one: (-one.people, -len(one.slots), one.name))
