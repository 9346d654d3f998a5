"""What people on slots are told by their organizers in their own words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from activities.board.models import Message
from activities.kit.refusal import N_
from activities.outbox import service as outbox
from activities.outbox.words import Page, words


def _page(params: Mapping[str, Any]) -> Page:
    """The slot where it is about one, else the reader's own duties."""
    return ("signups.slot", {"public_id": params["slot"]}) if params.get("slot") else ("home.my_duties", {})


words(
    "board.message",
    N_("%(name)s writes: %(subject)s"),
    N_("%(text)s\n\nThis is about: %(what)s."),
    _page,
)


def message(message: Message, name: str, about: str, slot: str, people: Iterable[int], now: datetime) -> None:
    """`slot` is the public id of the only slot it is about, else empty."""
    params = {"name": name, "subject": message.subject, "text": message.text, "what": about, "slot": slot}
    outbox.post(now, people, "board.message", **params)
