"""Who is told that they review others."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from activities.cycles.models import Cycle
from activities.kit.refusal import N_
from activities.outbox import service as outbox
from activities.outbox.rules import Group
from activities.outbox.words import Page, words


def _peers(params: Mapping[str, Any]) -> Page:
    return "peers.mine", {"public_id": params["cycle"]}


words(
    "cycles.peers_drawn",
    N_("Peer review of %(year)s: you review others"),
    N_(
        "Your page shows whom, from %(first)s to %(last)s. They see how often each mark was given, and comments without"
        " names, once enough have written."
    ),
    _peers,
    Group.OWED,
)
words(
    "cycles.peers_due",
    N_("Peer reviews of %(year)s are still to be written"),
    N_("They can be handed in until the end of %(last)s. Drafts are kept."),
    _peers,
    Group.OWED,
)


def drawn(member_ids: Collection[int], cycle: Cycle, now: datetime) -> None:
    """Whoever is told of an earlier draw is told of this one, which took its place."""
    first, last = cycle.windows["peers"]
    days = {"first": first.isoformat(), "last": last.isoformat()}
    outbox.post(now, member_ids, "cycles.peers_drawn", cycle=cycle.public_id, year=cycle.year, **days)


def due_soon(member_ids: Collection[int], cycle: Cycle, now: datetime) -> None:
    """Once for each last day: a step that is reopened has another."""
    facts = {"cycle": cycle.public_id, "year": cycle.year, "last": cycle.windows["peers"].last.isoformat()}
    key = f"peer reviews due {cycle.public_id} {facts['last']}"
    outbox.post_once(now, "cycles.peers_due", [(member_id, key, facts) for member_id in member_ids])
