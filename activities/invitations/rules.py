"""Who is asked to help where people are missing: nobody too often, and first who was asked least recently."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from activities.kit.refusal import Refusal
from activities.signups import rules
from activities.signups.rules import Offer
from activities.signups.rules_person import Person
from activities.signups.rules_time import Busy

# Over how long it is counted how often a person was asked.
WINDOW = timedelta(days=7)

# The first reason against a person in a slot, or None.
Fits = Callable[[Offer, Person, Collection[Busy], datetime], Refusal | None]


def why_not_sign_up(offer: Offer, person: Person, busy: Collection[Busy], now: datetime) -> Refusal | None:
    """Who is asked to fill a free seat must be able to sign up at this moment."""
    return rules.why_not_sign_up(offer, person, None, busy, now)
