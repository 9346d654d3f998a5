"""Who is told what of a review."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from activities.kit.refusal import N_
from activities.outbox import service as outbox
from activities.outbox.rules import Group
from activities.outbox.words import Page, words


def _all_mine(_: Mapping[str, Any]) -> Page:
    return "cycles.mine", {}


words(
    "cycles.opened",
    N_("The annual review of %(year)s begins"),
    N_("%(unit)s reviews its members of %(first)s to %(last)s. Your page shows what is asked of you, and by when."),
    _all_mine,
    Group.RECORDS,
)


def opened(member_ids: Iterable[int], unit: str, year: int, first: date, last: date, now: datetime) -> None:
    days = {"first": first.isoformat(), "last": last.isoformat()}
    outbox.post(now, member_ids, "cycles.opened", unit=unit, year=year, **days)
