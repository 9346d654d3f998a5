"""Who is told that their self-review is missing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from activities.cycles.models import Cycle
from activities.cycles.notices import mine
from activities.kit.refusal import N_
from activities.outbox import service as outbox
from activities.outbox.rules import Group
from activities.outbox.words import words

words(
    "cycles.due_soon",
    N_("Your self-review of %(year)s is not handed in"),
    N_("It can be handed in until the end of %(day)s. What you have written is kept."),
    mine,
    Group.OWED,
)


def due_soon(member_ids: Iterable[int], cycle: Cycle, day: date, now: datetime) -> None:
    """Once for each last day: a step that is reopened has another."""
    params = {"cycle": cycle.public_id, "year": cycle.year, "day": day.isoformat()}
    key = f"essay {cycle.id} {day.isoformat()}"
    outbox.post_once(now, "cycles.due_soon", [(member_id, key, params) for member_id in member_ids])
