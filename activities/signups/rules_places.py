"""Seats given out one after another, and with each the earliest time at which its person can come, where people come to
a slot at times of their own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from activities.kit.refusal import Refusal
from activities.signups.rules import Offer, why_no_visit
from activities.signups.rules_arrivals import ArrivalFull, ArrivalMissing, Quarter
from activities.signups.rules_person import Person
from activities.signups.rules_time import Busy


class Guest(NamedTuple):
    """Somebody who is to get a seat, by their member id, and what they have taken on around it."""

    id: int
    person: Person
    busy: Collection[Busy]


class Places:
    """The places of a slot, given out in the order in which they are asked for. `given`: the time of each who has got
    one; nothing where nobody comes at a time of their own."""

    def __init__(self, offer: Offer) -> None:
        self.offer = offer
        self.given: dict[int, Quarter] = {}
        self._left = Counter({one.id: one.left for one in offer.quarters})

    def seat(self, *party: Guest) -> bool:
        """Give each the earliest time that is free and at which no rule stands in the way. Return whether everybody of
        them has one; otherwise nobody has."""
        if not self.offer.quarters:
            return True
        left, found = self._left.copy(), {}
        for guest in party:
            one = next((q for q in self.offer.quarters if left[q.id] > 0 and self._suits(q, guest)), None)
            if one is None:
                return False
            left[one.id] -= 1
            found[guest.id] = one
        self._left = left
        self.given |= found
        return True

    def minutes_for(self, guest: Guest) -> tuple[int, ...]:
        """When there are places left at which somebody could come, in minutes after the start, the earliest first."""
        return tuple(q.minute for q in self.offer.quarters if self._left[q.id] > 0 and self._suits(q, guest))

    def may_come(self, guest: Guest) -> tuple[int | None, ...]:
        """When the person comes or, before they have a place, may once come, in minutes after the start; None: all the
        time."""
        if not self.offer.quarters:
            return (None,)
        if guest.id in self.given:
            return (self.given[guest.id].minute,)
        return tuple(q.minute for q in self.offer.quarters if q.quota and self._suits(q, guest))

    def put(self, minutes: Mapping[int, int | None]) -> None:
        """Let people come when they do already, or when was chosen elsewhere; None: all the time."""
        by_minute = {one.minute: one for one in self.offer.quarters}
        self.given |= {guest_id: by_minute[minute] for guest_id, minute in minutes.items() if minute is not None}

    def choose(self, guest: Guest, arrival_id: int) -> Refusal | None:
        """Give somebody the time they have chosen, or return the reason against it."""
        if not arrival_id:
            return ArrivalMissing()
        one = next((q for q in self.offer.quarters if q.id == arrival_id), None)
        if one is None or self._left[one.id] <= 0:
            return ArrivalFull()
        if refusal := why_no_visit(self.offer, one.minute, guest.busy, guest.person):
            return refusal
        self._left[one.id] -= 1
        self.given[guest.id] = one
        return None

    def _suits(self, quarter: Quarter, guest: Guest) -> bool:
        return why_no_visit(self.offer, quarter.minute, guest.busy, guest.person) is None

    def at(self, guest_id: int) -> datetime | None:
        """When somebody comes who has a time of their own."""
        one = self.given.get(guest_id)
        return self.offer.starts_at + timedelta(minutes=one.minute) if one else None

    @property
    def minutes(self) -> dict[int, int]:
        """When each comes, in minutes after the start."""
        return {guest_id: one.minute for guest_id, one in self.given.items()}

    def duty(self, guest_id: int) -> Busy:
        """The time that the seat takes of somebody's day."""
        return self.offer.duty_at(self.given[guest_id].minute if guest_id in self.given else None)
