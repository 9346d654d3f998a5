"""What rooms above this one add to the pages of a review: each declares how, this room shows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from activities.people.users import Viewer


class Place(StrEnum):
    """The pages that others add to, with what each is about."""

    CYCLES = "all cycles of those who hold them"
    CYCLE = "a Cycle, for those who hold it"
    MINE = "all cycles in which somebody takes part"
    OUTCOME = "a Participant, for themselves, before all else: what came of it"
    PART = "a Participant, for themselves"


@dataclass(frozen=True)
class Panel:
    """A template of the room's own, shown with `panel.values` in reach, beside what the page itself shows."""

    template: str
    values: dict[str, Any]


# Given who looks, what the page is about – None where it is about all of them – and when.
Show = Callable[[Viewer, Any, datetime], Panel | None]
SHOWS: dict[Place, list[Show]] = {place: [] for place in Place}


def panel(place: Place) -> Callable[[Show], Show]:
    """Declare the function below as one that may add to a page."""

    def declare(show: Show) -> Show:
        SHOWS[place].append(show)
        return show

    return declare


def of(place: Place, viewer: Viewer, about: Any, now: datetime) -> list[Panel]:
    return [found for show in SHOWS[place] if (found := show(viewer, about, now))]
