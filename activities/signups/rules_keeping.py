"""What a change of a slot owes to those who keep their seats in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import ClassVar, NamedTuple

from activities.kit.refusal import N_, Refusal, refusal
from activities.signups.rules_arrivals import visit

Times = tuple[datetime, datetime]


@refusal
class FewerThanSeated(Refusal):
    taken: int
    sentence: ClassVar[str] = N_("%(taken)s people already have a seat, so the capacity cannot be smaller.")
    remedy: ClassVar[str] = N_("Choose a larger capacity, or cancel the slot.")


@refusal
class NoTimeToWithdraw(Refusal):
    sentence: ClassVar[str] = N_("People have a seat, and it would be too late for them to withdraw from the new time.")
    remedy: ClassVar[str] = N_("Choose a later start, or cancel the slot and plan a new one.")


@refusal
class SeatedElsewhere(Refusal):
    sentence: ClassVar[str] = N_("Somebody with a seat has another duty then.")
    remedy: ClassVar[str] = N_("Choose another time, or cancel the slot and plan a new one.")


def why_not_capacity(taken: int, capacity: int) -> Refusal | None:
    return FewerThanSeated(taken) if capacity < taken else None


def why_not_withdrawable(taken: int, starts_at: datetime, withdraw_minutes: int, now: datetime) -> Refusal | None:
    """The reason against moving a slot's start to where those who have its seats could not withdraw any more."""
    return NoTimeToWithdraw() if taken and is_bound(starts_at, withdraw_minutes, now) else None


def is_bound(starts_at: datetime, withdraw_minutes: int, now: datetime) -> bool:
    """Whether no time is left to withdraw from a seat."""
    return now >= starts_at - timedelta(minutes=withdraw_minutes)


# ── nobody in two places at once ────────────────────────────────────────────


class Duty(NamedTuple):
    """Somebody's seat in a slot, and how long after its start they come, where people come one after another."""

    member_id: int
    slot_id: int
    starts_at: datetime
    ends_at: datetime
    minute: int | None = None


def in_two_places(duties: Collection[Duty], wanted: Mapping[int, Times]) -> set[int]:
    """Which slots cannot have the times that are wanted for them, by slot, because somebody with a seat would be in two
    places at once. All are looked at where they will be: what stays because of that is where it was, and may be in the
    way of another."""
    going = dict(wanted)
    while found := _in_two_places(duties, going):
        for slot_id in found:
            del going[slot_id]
    return wanted.keys() - going.keys()


def _in_two_places(duties: Collection[Duty], going: Mapping[int, Times]) -> set[int]:
    """Those of the slots that go to other times which somebody would be at while at another."""
    visits: defaultdict[int, list[tuple[datetime, datetime, int]]] = defaultdict(list)
    for duty in duties:
        times = going.get(duty.slot_id, (duty.starts_at, duty.ends_at))
        visits[duty.member_id].append((*visit(*times, duty.minute), duty.slot_id))
    found: set[int] = set()
    for own in visits.values():
        under_way: list[tuple[datetime, int]] = []
        for starts_at, ends_at, slot_id in sorted(own):
            under_way = [(until, other) for until, other in under_way if until > starts_at]
            if under_way:
                found |= {slot_id, *(other for _, other in under_way)}
            under_way.append((ends_at, slot_id))
    return found & going.keys()
