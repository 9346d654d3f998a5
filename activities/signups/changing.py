"""Change and cancel slots that may have people: however many, in about as many statements as one. Inside transactions
that have locked who is on the slots, their activities, and the slots themselves."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from activities.audit import service as audit
from activities.duties import schedule
from activities.duties.models import Post, Slot
from activities.duties.rules import ByHand, SlotState, SlotThere, why_not_touch
from activities.duties.visits import Stay, must_fit
from activities.kit.columns import UtcDateTime
from activities.kit.db import run, unless_there
from activities.kit.refusal import Refusal
from activities.kit.sql import Among, Latest
from activities.signups import (
    arrivals,
    facts,
    notices,
    notices_together,
    queries_together,
)
from activities.signups.changes import Change, Wanted, people_on, read_changes, reasons_against, standing
from activities.signups.facts import NOW
from activities.signups.moving_up import promote

STARTS = sa.bindparam("starts", type_=UtcDateTime())
ENDS = sa.bindparam("ends", type_=UtcDateTime())
MARKED = sa.type_coerce(Slot.by_hand, sa.Integer).bitwise_or(sa.bindparam("mark", type_=sa.Integer()))
_BECOME = {
    "revision": Slot.revision + 1,
    "changed_at": Latest(Slot.changed_at, NOW),
    "schedule_revision": schedule.NEXT_REVISION,
    "by_hand": sa.case((Slot.series_id.is_not(None), MARKED), else_=Slot.by_hand),
}
_GOING = (
    sa.select(Slot.id, Slot.state, Slot.starts_at, Post.activity_id)
    .join(Post, Post.id == Slot.post_id)
    .where(Among(Slot.id))
    .order_by(Slot.starts_at, Slot.id)
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


class Gone(NamedTuple):
    """A slot that is to be cancelled: as little as that takes, where nobody is on it."""

    id: int
    state: SlotState
    starts_at: datetime
    activity_id: int


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
    people = people_on(slot_ids)
    with_people = standing(people)
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
    changes = read_changes(wanted)
    if not by_series:
        _refuse(reasons_against(changes, now))
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
    if teams := queries_together.gathering_for(slot_ids):
        offers = facts.offers([team.slot_id for team in teams])
        for team, people in teams.items():
            tell(offers[team.slot_id], team.name, people, now)


def _refuse(reasons: Iterable[Refusal | None]) -> None:
    if refusal := next(filter(None, reasons), None):
        raise refusal


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
    people = people_on(slot_ids)
    untold = {
        slot_id: {who: minute for who, minute in some.items() if who not in seated.get(slot_id, ())}
        for slot_id, some in people.items()
    }
    notices.moved([(slot.offer, untold.get(slot.offer.id, {})) for slot in standing(slot_ids)], now)
    tell_gathering(slot_ids, now, notices_together.team_moved)
    return {member_id for some in people.values() for member_id in some}
