"""What rooms above this one add to a slot's pages: each declares how, this room shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from activities.duties.models import Slot
from activities.people.users import Viewer
from activities.signups.cards import Card


@dataclass(frozen=True)
class Panel:
    """A template of the room's own, shown with `panel.values` in reach. `is_first`: right below the slot's head.
    `button`: the template of a button that stands in that one's place."""

    template: str
    values: dict[str, Any]
    is_first: bool = False
    button: str = ""


Show = Callable[[Viewer, Slot, Card, datetime], Panel | None]
SHOWS: list[Show] = []


def panel(show: Show) -> Show:
    """Declare the function below as one that may add to a slot's page, for this viewer and at this moment."""
    SHOWS.append(show)
    return show


def of(viewer: Viewer, slot: Slot, card: Card, now: datetime) -> list[Panel]:
    return [found for show in SHOWS if (found := show(viewer, slot, card, now))]


# What a roster says of sign-ups, each with its id, in the reader's language.
Note = Callable[[Slot, datetime], Iterable[tuple[int, str]]]
NOTES: list[Note] = []


def roster_note(note: Note) -> Note:
    """Declare the function below as one that may say something of the people on a slot to its organizers."""
    NOTES.append(note)
    return note


def notes_on(slot: Slot, now: datetime) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for note in NOTES:
        for sign_up_id, sentence in note(slot, now):
            found.setdefault(sign_up_id, []).append(sentence)
    return found
