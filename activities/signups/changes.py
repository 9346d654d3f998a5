"""What slots are, what they are to become, and the reasons against it: read for however many in about as many
statements as for one."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa

from activities.duties.models import Activity, Arrival, Post, Slot
from activities.duties.rules import SlotState, SlotThere, why_not_move, why_not_touch
from activities.kit.columns import UtcDateTime
from activities.kit.db import run
from activities.kit.refusal import Refusal
from activities.kit.sql import Among
from activities.signups import arrivals, engagements, rules_keeping
from activities.signups.facts import ACTIVE_STATES, OFFERS
from activities.signups.models import SignUp
from activities.signups.rules import Offer
from activities.signups.rules_arrivals import (
    Quarter,
    follows_seats,
    seats_within,
    why_not_length,
    why_not_seats,
)

_STANDING = OFFERS.add_columns(Post.id, Activity.id).where(Among(Slot.id)).order_by(Slot.starts_at, Slot.id)
_PEOPLE = (
    sa.select(SignUp.slot_id, SignUp.member_id, Arrival.minute)
    .outerjoin(Arrival, Arrival.id == SignUp.arrival_id)
    .where(Among(SignUp.slot_id), SignUp.state.in_(ACTIVE_STATES))
    .order_by(SignUp.slot_id, SignUp.ticket)
)
_THERE = sa.select(Slot.id, Slot.post_id, Slot.starts_at).where(
    Among(Slot.post_id), Slot.state == SlotState.OPEN,
    Slot.starts_at.between(sa.bindparam("first", type_=UtcDateTime()), sa.bindparam("last", type_=UtcDateTime())),
)  # fmt: skip


class Standing(NamedTuple):
    """A slot as it stands."""

    offer: Offer
    post_id: int
    activity_id: int


class Wanted(NamedTuple):
    """Time and seats that a slot is to have."""

    slot_id: int
    starts_at: datetime
    ends_at: datetime
    capacity: int


class Change(NamedTuple):
    """A slot, and what it is to become."""

    slot: Standing
    starts_at: datetime
    ends_at: datetime
    capacity: int

    @property
    def is_any(self) -> bool:
        offer = self.slot.offer
        return (*self[1:],) != (offer.starts_at, offer.ends_at, offer.capacity)

    @property
    def is_other_start(self) -> bool:
        return self.starts_at != self.slot.offer.starts_at

    @property
    def is_moved(self) -> bool:
        return self.is_other_start or self.ends_at != self.slot.offer.ends_at

    @property
    def minutes(self) -> int:
        return (self.ends_at - self.starts_at) // timedelta(minutes=1)

    @property
    def quarters(self) -> tuple[Quarter, ...]:
        """The times at which people come that stay as they are; none where they are spread anew."""
        offer = self.slot.offer
        length = (offer.ends_at - offer.starts_at) // arrivals.MINUTE
        return () if follows_seats(offer.tickets, offer.capacity, length, offer.quarters) else offer.quarters

    @property
    def seats(self) -> int:
        """Where people come one after another, as many as may come at its times before it ends."""
        return seats_within(self.minutes, self.quarters) if self.quarters else self.capacity


def standing(slot_ids: Collection[int]) -> list[Standing]:
    """These slots as they are now, in the order of time. One statement."""
    rows = run(_STANDING, {"ids": list(slot_ids)})
    return [Standing(Offer._make(offer), post_id, activity_id) for *offer, post_id, activity_id in rows]


def people_on(slot_ids: Collection[int]) -> defaultdict[int, dict[int, int | None]]:
    """Who is on each of these slots, in the order in which they were accepted, and when they come after its start,
    where people come one after another. One statement."""
    people: defaultdict[int, dict[int, int | None]] = defaultdict(dict)
    for slot_id, member_id, minute in run(_PEOPLE, {"ids": list(slot_ids)}):
        people[slot_id][member_id] = minute
    return people


def read_changes(wanted: Iterable[Wanted]) -> list[Change]:
    looks = {one.slot_id: one for one in wanted}
    return [Change(slot, *looks[slot.offer.id][1:]) for slot in standing(looks)]


# ── what stands in the way ──────────────────────────────────────────────────


def reasons_against(changes: Sequence[Change], now: datetime) -> Iterator[Refusal | None]:
    """The reasons against each change, each with what it takes to know them read for all at once."""
    clashing = _clashing(changes)
    there = _there(changes)
    for c in changes:
        offer = c.slot.offer
        taken = offer.taken - offer.gathered
        yield (
            why_not_touch(offer.state, offer.starts_at, now)
            or (why_not_move(c.starts_at, c.ends_at, now) if c.is_moved else None)
            or (
                rules_keeping.why_not_withdrawable(taken, c.starts_at, offer.withdraw_minutes, now)
                if c.is_other_start
                else None
            )
            or (rules_keeping.SeatedElsewhere() if offer.id in clashing else None)
            or why_not_length(c.starts_at, c.minutes, c.quarters)
            or why_not_seats(c.capacity, offer.capacity, c.quarters)
            or rules_keeping.why_not_capacity(taken, c.capacity)
            or (SlotThere(c.starts_at) if there[c.slot.post_id, c.starts_at] > 1 else None)
        )


def _clashing(changes: Iterable[Change]) -> set[int]:
    """The slots at whose new time somebody with a seat would have another duty, wherever that will be by then."""
    wanted = {c.slot.offer.id: (c.starts_at, c.ends_at) for c in changes if c.is_moved and c.slot.offer.taken}
    return rules_keeping.in_two_places(engagements.duties_beside(wanted), wanted)


def _there(changes: Collection[Change]) -> Counter[tuple[int, datetime]]:
    """How many open slots each post would have that start at one moment, as far as they matter."""
    there = Counter((c.slot.post_id, c.starts_at) for c in changes)
    if any(c.is_other_start for c in changes):
        own = {c.slot.offer.id for c in changes}
        starts = [c.starts_at for c in changes]
        values = {"ids": sorted({c.slot.post_id for c in changes}), "first": min(starts), "last": max(starts)}
        there.update((post_id, at) for slot_id, post_id, at in run(_THERE, values) if slot_id not in own)
    return there
