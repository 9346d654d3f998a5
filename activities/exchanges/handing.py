"""A seat that goes from one person to another, inside a transaction that has locked both and the slot."""

from __future__ import annotations

from datetime import datetime

from activities.exchanges.models import Handover
from activities.exchanges.rules import Way
from activities.kit.db import db
from activities.signups.facts import Engagement
from activities.signups.rules import Offer, SignUpState
from activities.signups.service import enter, give_back


def hand_over(offer: Offer, given: Engagement, taker_id: int, actor_id: int, way: Way, now: datetime) -> None:
    """End one sign-up and begin another in its place, so that no seat is free between, and keep who was first."""
    give_back(given, actor_id, now, reason=way)
    taken_id = enter(offer, taker_id, SignUpState.SEATED, now, actor_id=actor_id)
    db.session.add(Handover(slot_id=offer.id, given_id=given.id, taken_id=taken_id, way=way, at=now))
