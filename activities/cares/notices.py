"""What those are told who care for people, and these once the review is closed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from activities.cycles.models import Cycle
from activities.kit.refusal import N_
from activities.outbox import service as outbox
from activities.outbox.rules import Group
from activities.outbox.words import Page, words


def _mine(params: Mapping[str, Any]) -> Page:  # noqa: ARG001
    return "cares.mine", {}


def _reviews(params: Mapping[str, Any]) -> Page:  # noqa: ARG001
    return "cycles.mine", {}


def _about(params: Mapping[str, Any]) -> Page:  # noqa: ARG001
    return "cares.about_me", {}


words(
    "cares.asked",
    N_("Annual review of %(year)s: write on the activists in your care"),
    N_("One opinion on each, until the end of %(last)s. Drafts are kept."),
    _mine,
    Group.OWED,
)
words(
    "cares.due",
    N_("Opinions on activists in your care are still to be handed in"),
    N_("They can be handed in until the end of %(last)s. Drafts are kept."),
    _mine,
    Group.OWED,
)
words(
    "cares.asked_on_members",
    N_("Annual review of %(year)s: your opinion on %(count)s members is asked for"),
    N_("Your page “My review” lists them. You can write until the end of %(last)s."),
    _reviews,
    Group.OWED,
)
words(
    "cares.closed",
    N_("Annual review of %(year)s: you can read what was written of you"),
    N_("By who cares for your class, or for you. It is shown to you and to those who hold the review."),
    _about,
    Group.ANSWERS,
)


def _days(cycle: Cycle) -> dict[str, Any]:
    return {"year": cycle.year, "last": cycle.windows["grade"].last.isoformat()}


def asked(member_ids: Collection[int], cycle: Cycle, now: datetime) -> None:
    """Once each."""
    key = f"cares asked {cycle.public_id}"
    outbox.post_once(now, "cares.asked", [(member_id, key, _days(cycle)) for member_id in member_ids])


def due_soon(member_ids: Collection[int], cycle: Cycle, now: datetime) -> None:
    """Once for each last day: a step that is reopened has another."""
    days = _days(cycle)
    key = f"cares due {cycle.public_id} {days['last']}"
    outbox.post_once(now, "cares.due", [(member_id, key, days) for member_id in member_ids])


def asked_on_members(counts: Mapping[int, int], cycle: Cycle, now: datetime) -> None:
    """By who is asked, on how many."""
    params = {member_id: {**_days(cycle), "count": count} for member_id, count in counts.items()}
    outbox.post_each(now, "cares.asked_on_members", params)


def closed(member_ids: Collection[int], cycle: Cycle, now: datetime) -> None:
    outbox.post(now, member_ids, "cares.closed", year=cycle.year)
