"""Who planned the ballots of a cycle is told that they opened."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from activities.cycles.models import Cycle
from activities.kit.refusal import N_
from activities.outbox import service as outbox
from activities.outbox.rules import Group
from activities.outbox.words import Page, words


def _ballots(params: Mapping[str, Any]) -> Page:
    return "appraisals.keep", {"public_id": params["cycle"]}


words(
    "cycles.ballots_opened",
    N_("The ballots of %(year)s have opened by themselves"),
    N_(
        "Open: %(opened)s; everybody who has a vote is told. Only prepared, because a rule speaks against them:"
        " %(prepared)s."
        " Those can be changed and opened by hand."
    ),
    _ballots,
    Group.ORGANIZING,
)


def opened(member_id: int, cycle: Cycle, open_now: int, prepared: int, now: datetime) -> None:
    facts = {"cycle": cycle.public_id, "year": cycle.year, "opened": open_now, "prepared": prepared}
    outbox.post(now, [member_id], "cycles.ballots_opened", **facts)
