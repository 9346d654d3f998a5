"""Who is told that they are asked for an opinion."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from activities.kit.refusal import N_
from activities.outbox import service as outbox
from activities.outbox.rules import Group
from activities.outbox.words import Page, words


def _opinion(params: Mapping[str, Any]) -> Page:
    return "grades.opinion", {"public_id": params["opinion"]}


words(
    "cycles.opinion_asked",
    N_("You are asked for an opinion on %(name)s"),
    N_("You know %(name)s: please write a few sentences for the annual review, until the end of %(day)s."),
    _opinion,
    Group.ANSWERS,
)


def opinion_asked(member_id: int, opinion: str, name: str, day: date, now: datetime) -> None:
    outbox.post(now, [member_id], "cycles.opinion_asked", opinion=opinion, name=name, day=day.isoformat())
