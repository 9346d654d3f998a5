"""A seat that goes from one person to another, inside a transaction that has locked both and the slot."""

from __future__ import annotations

from datetime import datetime

from activities.audit import service as audit
from activities.exchanges.models import Handover
from activities.exchanges.rules import Way
from activities.kit.db import db
from activities.signups import arrivals
from activities.signups.engagements import Engagement
from activities.signups.models import SignUp
from activities.signups.rules import Offer, SignUpState
from activities.signups.rules_arrivals import ArrivalFull
from activities.signups.rules_places import Guest, Places
from activities.signups.writing import become, enter, give_back


def place(offer: Offer, given: Engagement, taker: Guest) -> Places:
    """A place for who takes a seat over: they come when the other would have, or else at the earliest time that suits.
    Raises ArrivalFull."""
    places = Places(offer.without(given.arrives_after))
    if not places.seat(taker):
        raise ArrivalFull
    return places


def hand_over(
    places: Places, given: Engagement, taker_id: int, way: Way, now: datetime, *, actor_id: int | None,
    waits_by: int | None = None, risks_version: int | None = None,
) -> int | None:  # fmt: skip
    """End one sign-up and begin another at the taker's place, so that no seat is free between, and keep who was first.
    Return when the taker comes, in minutes after the start, where people come one after another. `waits_by`: the
    sign-up by which the taker waits for the slot, which becomes the seat. `risks_version`: of the risks that who has
    none has confirmed to have read."""
    offer = places.offer
    give_back(given, actor_id, now, reason=way)
    if waits_by is None:
        taken_id = enter(
            offer, taker_id, SignUpState.SEATED, now, actor_id=actor_id, risks_version=risks_version, verb="take over"
        )
    else:
        taken_id = _seat_waiter(waits_by, offer.id, actor_id, now)
    db.session.add(Handover(slot_id=offer.id, given_id=given.id, taken_id=taken_id, way=way, at=now))
    arrivals.give(places)
    return places.minutes.get(taker_id)


def _seat_waiter(sign_up_id: int, slot_id: int, actor_id: int | None, now: datetime) -> int:
    before, after = SignUpState.WAITING, SignUpState.SEATED
    become([sign_up_id], slot_id, before, after, now)
    audit.leave(now, actor_id, "promote", SignUp, sign_up_id, before={"state": before}, after={"state": after})
    return sign_up_id
