"""Change and cancel slots that may have people: however many, in about as many statements as one. Inside transactions
that have locked who is on the slots, their activities, and the slots themselves."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa

from activities.audit import service as audit
from activities.duties import schedule
from activities.duties.models import Activity, Arrival, Post, Slot
from activities.duties.rules import ByHand, SlotState, SlotThere, why_not_move, why_not_touch
from activities.duties.visits import Stay, must_fit
from activities.kit.db import Among, Latest, UtcDateTime, run, unless_there
from activities.kit.refusal import Refusal
from activities.signups import arrivals, engagements, facts, notices, notices_together, queries, rules_keeping
from activities.signups.facts import ACTIVE_STATES, NOW, OFFERS
from activities.signups.models import SignUp
from activities.signups.moving_up import promote
from activities.signups.rules import Offer
from activities.signups.rules_arrivals import (
    Quarter,
    follows_seats,
    seats_within,
    why_not_length,
    why_not_seats,
)

STARTS = sa.bindparam("starts", type_=UtcDateTime())
ENDS = sa.bindparam("ends", type_=UtcDateTime())
MARKED = sa.type_coerce(Slot.by_hand, sa.Integer).bitwise_or(sa.bindparam("mark", type_=sa.Integer()))
_BECOME = {
    "revision": Slot.revision + 1,
    "changed_at": Latest(Slot.changed_at, NOW),
    "schedule_revision": schedule.NEXT_REVISION,
    "by_hand": sa.case((Slot.series_id.is_not(None), MARKED), else_=Slot.by_hand),
}
_STANDING = OFFERS.add_columns(Post.id, Activity.id).where(Among(Slot.id)).order_by(Slot.starts_at, Slot.id)
_GOING = (
    sa.select(Slot.id, Slot.state, Slot.starts_at, Post.activity_id)
    .join(Post, Post.id == Slot.post_id)
    .where(Among(Slot.id))
    .order_by(Slot.starts_at, Slot.id)
)
_PEOPLE = (
    sa.select(SignUp.slot_id, SignUp.member_id, Arrival.minute)
    .outerjoin(Arrival, Arrival.id == SignUp.arrival_id)
    .where(Among(SignUp.slot_id), SignUp.state.in_(ACTIVE_STATES))
    .order_by(SignUp.slot_id, SignUp.ticket)
)
_CANCEL = (
    sa.update(Slot)
    .where(Among(Slot.id))
    .values(state=SlotState.CANCELLED, cancel_reason=sa.bindparam("reason"), cancelled_at=NOW, **_BECOME)
)
_CHANGE = (
    sa.update(Slot)
    .where(Slot.id == sa.bindparam("slot"))
    .values(
        starts_at=STARTS, ends_at=ENDS, capacity=sa.bindparam("seats"), taken=Slot.taken - Slot.gathered, gathered=0,
        # A draw at another moment is announced anew.
        draws_at=sa.case(
            (sa.and_(Slot.drawn_at.is_(None), Slot.starts_at != STARTS), None), else_=Slot.draws_at
        ),
        **_BECOME,
    )
)  # fmt: skip
_THERE = sa.select(Slot.id, Slot.post_id, Slot.starts_at).where(
    Among(Slot.post_id), Slot.state == SlotState.OPEN,
    Slot.starts_at.between(sa.bindparam("first", type_=UtcDateTime()), sa.bindparam("last", type_=UtcDateTime())),
)  # fmt: skip


class Standing(NamedTuple):
    """A slot as it stands."""

    offer: Offer
    post_id: int
    activity_id: int


class Gone(NamedTuple):
    """A slot that is to be cancelled: as little as that takes, where nobody is on it."""

    id: int
    state: SlotState
    starts_at: datetime
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


Aftermath = Callable[[Collection[int], Collection[int], int, str, datetime], None]
_AFTERMATHS: list[Aftermath] = []


def afterwards(verb: Aftermath) -> Aftermath:
    """Declare what a room above does about slots that change, in the same transaction: it is given those that are
    cancelled or begin at another time, those that only end at another, who did it, why, and when."""
    _AFTERMATHS.append(verb)
    return verb


def cancel(
    slot_ids: Collection[int], actor_id: int, reason: str, now: datetime, *, by_series: bool = False
) -> set[int]:
    """Cancel slots. Where no series does it (`by_series`) their days of a series do not come back. Return who was
    told."""
    slots = [Gone._make(row) for row in run(_GOING, {"ids": list(slot_ids)})]
    _refuse(why_not_touch(slot.state, slot.starts_at, now) for slot in slots)
    people = _people(slot_ids)
    with_people = _standing(people)
    mark = ByHand(0) if by_series else ByHand.CANCELLED
    run(_CANCEL, {"ids": list(slot_ids), "reason": reason, "now": now, "mark": int(mark)})
    after = {"state": SlotState.CANCELLED, "cancel_reason": reason, "cancelled_at": now}
    trail = [(slot.id, {"state": slot.state}, after) for slot in slots]
    _leave(trail, {slot.activity_id for slot in slots}, actor_id, "cancel slot", now, reason)
    _follow(slot_ids, (), actor_id, reason, now)
    notices.cancelled([(offer, people[offer.id]) for offer, *_ in with_people], reason, now)
    tell_gathering(slot_ids, now)
    return {member_id for some in people.values() for member_id in some}


def change(wanted: Iterable[Wanted], actor_id: int, now: datetime, *, by_series: bool = False) -> set[int]:
    """Change time and capacity of slots, which their series leaves alone from now on where it is not the series that
    does it (`by_series`: its own rules have been asked then). More seats go to who waits longest, after all slots have
    changed. Return who was told of a new time. Raises the first reason against it, in the order of time."""
    changes = _changes(wanted)
    if not by_series:
        _refuse(_why_not(changes, now))
    changes = [one._replace(capacity=one.seats) for one in changes]
    changes = [one for one in changes if one.is_any]
    if not changes:
        return set()
    if not by_series:
        must_fit(
            [Stay(c.slot.post_id, *c[1:]) for c in changes if c.is_moved or c.capacity > c.slot.offer.capacity],
            without=[c.slot.offer.id for c in changes],
        )
    with unless_there(lambda: SlotThere(changes[0].starts_at)):
        run(_CHANGE, [_row(one, now, marks=not by_series) for one in _in_turn(changes)])
    _follow(
        [c.slot.offer.id for c in changes if c.is_other_start],
        [c.slot.offer.id for c in changes if c.is_moved and not c.is_other_start], actor_id, "", now,
    )  # fmt: skip
    arrivals.close_after({c.slot.offer.id: c.ends_at - c.starts_at for c in changes if c.quarters})
    arrivals.spread_anew([
        (c.slot.offer.id, c.capacity, c.minutes) for c in changes if c.slot.offer.quarters and not c.quarters
    ])  # fmt: skip
    # Of slots on which nobody has ever been the trail of the series tells.
    told_of = [c for c in changes if c.slot.offer.tickets or not by_series]
    trail = [(c.slot.offer.id, *_trail(c)) for c in told_of]
    _leave(trail, {c.slot.activity_id for c in told_of}, actor_id, "edit slot", now)
    waited_for = [c.slot.offer.id for c in changes if c.slot.offer.waiting]
    seated = {slot_id: promote(slot_id, now) for slot_id in waited_for}  # which also gathers seats for teams anew
    return _tell_moved([c.slot.offer.id for c in changes if c.is_moved], seated, now)


def _follow(
    gone: Collection[int], other_end: Collection[int], actor_id: int, reason: str, now: datetime
) -> None:  # fmt: skip
    if gone or other_end:
        for verb in _AFTERMATHS:
            verb(gone, other_end, actor_id, reason, now)


def tell_gathering(
    slot_ids: Collection[int], now: datetime, tell: Callable[..., None] = notices_together.team_without_slot
) -> None:  # fmt: skip
    """Tell the teams that gather for these slots that they are no more, or with `team_moved` that they have changed:
    they are on no slot, so nothing else does."""
    if teams := queries.gathering_for(slot_ids):
        offers = facts.offers([team.slot_id for team in teams])
        for team, people in teams.items():
            tell(offers[team.slot_id], team.name, people, now)


# ── what stands ─────────────────────────────────────────────────────────────


def _standing(slot_ids: Collection[int]) -> list[Standing]:
    """These slots as they are now, in the order of time. One statement."""
    rows = run(_STANDING, {"ids": list(slot_ids)})
    return [Standing(Offer._make(offer), post_id, activity_id) for *offer, post_id, activity_id in rows]


def _people(slot_ids: Collection[int]) -> defaultdict[int, dict[int, int | None]]:
    """Who is on each of these slots, in the order in which they were accepted, and when they come after its start,
    where people come one after another. One statement."""
    people: defaultdict[int, dict[int, int | None]] = defaultdict(dict)
    for slot_id, member_id, minute in run(_PEOPLE, {"ids": list(slot_ids)}):
        people[slot_id][member_id] = minute
    return people


def _changes(wanted: Iterable[Wanted]) -> list[Change]:
    looks = {one.slot_id: one for one in wanted}
    return [Change(slot, *looks[slot.offer.id][1:]) for slot in _standing(looks)]


# ── what stands in the way ──────────────────────────────────────────────────


def _refuse(reasons: Iterable[Refusal | None]) -> None:
    if refusal := next(filter(None, reasons), None):
        raise refusal


def _why_not(changes: Sequence[Change], now: datetime) -> Iterator[Refusal | None]:
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


# ── what is done ────────────────────────────────────────────────────────────


def _in_turn(changes: Iterable[Change]) -> list[Change]:
    """In an order in which slots of one post do not get into each other's way: those that begin earlier than before
    from the first one on, those that begin later from the last one on."""
    later = [c for c in changes if c.starts_at > c.slot.offer.starts_at]
    return [*(c for c in changes if c.starts_at <= c.slot.offer.starts_at), *reversed(later)]


def _row(change: Change, now: datetime, *, marks: bool) -> dict[str, Any]:
    mark = (ByHand.TIME * change.is_moved) | (ByHand.SEATS * (change.capacity != change.slot.offer.capacity))
    return {
        "slot": change.slot.offer.id, "starts": change.starts_at, "ends": change.ends_at, "seats": change.capacity,
        "now": now, "mark": int(mark) if marks else 0,
    }  # fmt: skip


def _trail(change: Change) -> tuple[dict[str, Any], dict[str, Any]]:
    """What was and what is of a slot, as far as it differs."""
    names = ("starts_at", "ends_at", "capacity")
    changed = [name for name in names if getattr(change, name) != getattr(change.slot.offer, name)]
    before = {name: getattr(change.slot.offer, name) for name in changed}
    return before, {name: getattr(change, name) for name in changed}


def _leave(
    trail: Iterable[tuple[int, dict[str, Any], dict[str, Any]]], activity_ids: Collection[int], actor_id: int,
    verb: str, now: datetime, reason: str = "",
) -> None:  # fmt: skip
    """Leave a trail of what became of each slot, by its id, and let feeds and pages of their activities notice."""
    audit.leave_all(now, actor_id, verb, Slot, trail, reason=reason)
    schedule.changed(activity_ids, now)


def _tell_moved(slot_ids: Collection[int], seated: Mapping[int, Collection[int]], now: datetime) -> set[int]:
    """Tell all but those who have just been told of a seat at the new time. Return who is on the slots."""
    if not slot_ids:
        return set()
    people = _people(slot_ids)
    untold = {
        slot_id: {who: minute for who, minute in some.items() if who not in seated.get(slot_id, ())}
        for slot_id, some in people.items()
    }
    notices.moved([(slot.offer, untold.get(slot.offer.id, {})) for slot in _standing(slot_ids)], now)
    tell_gathering(slot_ids, now, notices_together.team_moved)
    return {member_id for some in people.values() for member_id in some}
