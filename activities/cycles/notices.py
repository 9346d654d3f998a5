"""Who is told that they take part in a review, or no more.

Topics of the review's rooms begin with the name of this one, under which they were stored before there were others;
those of `cares` came later."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from activities.kit.refusal import N_
from activities.outbox import service as outbox
from activities.outbox.rules import Group
from activities.outbox.words import Page, words


def all_mine(_: Mapping[str, Any]) -> Page:
    """All reviews of whoever is told."""
    return "cycles.mine", {}


def mine(params: Mapping[str, Any]) -> Page:
    """One's own part in the review of which is told."""
    return "cycles.my_part", {"public_id": params["cycle"]}


words(
    "cycles.opened",
    N_("The annual review of %(year)s begins"),
    N_("%(unit)s reviews its members of %(first)s to %(last)s. Your page shows what is asked of you, and by when."),
    all_mine,
    Group.RECORDS,
)
words(
    "cycles.removed",
    N_("You take part in the annual review of %(year)s no more"),
    N_("Reason: %(reason)s"),
    all_mine,
    Group.RECORDS,
)
words(
    "cycles.called_off",
    N_("The annual review of %(year)s is called off"),
    N_("%(unit)s has called it off. Reason: %(reason)s"),
    all_mine,
    Group.RECORDS,
)


def opened(member_ids: Iterable[int], unit: str, year: int, first: date, last: date, now: datetime) -> None:
    days = {"first": first.isoformat(), "last": last.isoformat()}
    outbox.post(now, member_ids, "cycles.opened", unit=unit, year=year, **days)


def removed(member_id: int, year: int, reason: str, now: datetime) -> None:
    outbox.post(now, [member_id], "cycles.removed", year=year, reason=reason)


def called_off(member_ids: Iterable[int], unit: str, year: int, reason: str, now: datetime) -> None:
    outbox.post(now, member_ids, "cycles.called_off", unit=unit, year=year, reason=reason)
