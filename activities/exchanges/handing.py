"""A seat that goes from one person to another, inside a transaction that has locked both and the slot."""

from __future__ import annotations

from datetime import datetime

from activities.exchanges.models import Handover
from activities.exchanges.rules import Way
from activities.kit.db import db
from activities.signups.facts import Engagement
from activities.signups.rules import Offer, SignUpState
from activities.signups.service import enter, give_back


def hand_over(
    offer: Offer, given: Engagement, taker_id: int, way: Way, now: datetime, *, actor_id: int,
    risks_version: int | None = None,
) -> None:  # fmt: skip
    """End one sign-up and begin another in its place, so that no seat is free between, and keep who was first.
    `risks_version`: of the risks that the taker has confirmed to have read."""
    give_back(given, actor_id, now, reason=way)
    taken_id = enter(offer, taker_id, SignUpState.SEATED, now, actor_id=actor_id, risks_version=risks_version)
    db.session.add(Handover(slot_id=offer.id, given_id=given.id, taken_id=taken_id, way=way, at=now))
