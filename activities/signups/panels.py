"""What rooms above this one add to a slot's page: each declares how, this room shows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from activities.duties.models import Slot
from activities.people.users import Viewer
from activities.signups.cards import Card


@dataclass(frozen=True)
class Panel:
    """A template of the room's own, shown with `panel.values` in reach. `is_first`: before the sign-up button."""

    template: str
    values: dict[str, Any]
    is_first: bool = False


Show = Callable[[Viewer, Slot, Card, datetime], Panel | None]
SHOWS: list[Show] = []


def panel(show: Show) -> Show:
    """Declare the function below as one that may add to a slot's page, for this viewer and at this moment."""
    SHOWS.append(show)
    return show


def of(viewer: Viewer, slot: Slot, card: Card, now: datetime) -> list[Panel]:
    return [found for show in SHOWS if (found := show(viewer, slot, card, now))]
