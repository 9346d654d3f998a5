"""Who is told what of a review."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from activities.cycles.models import Cycle
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


def _mine(params: Mapping[str, Any]) -> Page:
    return "cycles.my_part", {"public_id": params["cycle"]}


words(
    "cycles.removed",
    N_("You take part in the annual review of %(year)s no more"),
    N_("Reason: %(reason)s"),
    _all_mine,
    Group.RECORDS,
)
words(
    "cycles.called_off",
    N_("The annual review of %(year)s is called off"),
    N_("%(unit)s has called it off. Reason: %(reason)s"),
    _all_mine,
    Group.RECORDS,
)
words(
    "cycles.due_soon",
    N_("Your self-review of %(year)s is not handed in"),
    N_("It can be handed in until the end of %(day)s. What you have written is kept."),
    _mine,
    Group.OWED,
)


def _opinion(params: Mapping[str, Any]) -> Page:
    return "cycles.opinion", {"public_id": params["opinion"]}


words(
    "cycles.opinion_asked",
    N_("You are asked for an opinion on %(name)s"),
    N_("You know %(name)s: please write a few sentences for the annual review, until the end of %(day)s."),
    _opinion,
    Group.ANSWERS,
)


def opened(member_ids: Iterable[int], unit: str, year: int, first: date, last: date, now: datetime) -> None:
    days = {"first": first.isoformat(), "last": last.isoformat()}
    outbox.post(now, member_ids, "cycles.opened", unit=unit, year=year, **days)


def removed(member_id: int, year: int, reason: str, now: datetime) -> None:
    outbox.post(now, [member_id], "cycles.removed", year=year, reason=reason)


def called_off(member_ids: Iterable[int], unit: str, year: int, reason: str, now: datetime) -> None:
    outbox.post(now, member_ids, "cycles.called_off", unit=unit, year=year, reason=reason)


def due_soon(member_ids: Iterable[int], cycle: Cycle, day: date, now: datetime) -> None:
    """Once for each last day: a step that is reopened has another."""
    params = {"cycle": cycle.public_id, "year": cycle.year, "day": day.isoformat()}
    key = f"essay {cycle.id} {day.isoformat()}"
    outbox.post_once(now, "cycles.due_soon", [(member_id, key, params) for member_id in member_ids])


def opinion_asked(member_id: int, opinion: str, name: str, day: date, now: datetime) -> None:
    outbox.post(now, [member_id], "cycles.opinion_asked", opinion=opinion, name=name, day=day.isoformat())
