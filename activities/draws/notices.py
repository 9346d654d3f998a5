"""Who is told what became of their wish in a draw."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from activities.kit.refusal import N_
from activities.outbox import service as outbox
from activities.outbox.words import Page, of_slot, words
from activities.signups.notices import SOON, Minutes, facts, seat, way_out
from activities.signups.rules import Offer


def _draw(params: Mapping[str, Any]) -> Page:
    return "draws.draw", {"public_id": params["draw"]}


words(
    "draws.seated",
    N_("Drawn, you have a seat: %(what)s"),
    N_("%(when)s, %(where)s. Your number was %(number)s. %(way_out)s"),
    _draw,
    urgent=SOON,
    duties=of_slot,
    said=way_out,
)
words(
    "draws.waiting",
    N_("Not drawn: %(what)s"),
    N_("%(when)s, %(where)s. Your number was %(number)s. You are number %(place)s on the waiting list."),
    _draw,
)


def seated(draw: str, offer: Offer, numbers: Mapping[int, int], minutes: Minutes, now: datetime) -> None:
    """`numbers` by member."""
    about = {
        who: {**seat(offer, minutes.get(who), now), "draw": draw, "number": number} for who, number in numbers.items()
    }
    outbox.post_each(now, "draws.seated", about)


def waiting(draw: str, offer: Offer, line: Iterable[tuple[int, int]], now: datetime) -> None:
    """`line` are members and their numbers, who waits first first."""
    about = {**facts(offer), "draw": draw}
    params = {who: {**about, "number": number, "place": place} for place, (who, number) in enumerate(line, start=1)}
    outbox.post_each(now, "draws.waiting", params)
