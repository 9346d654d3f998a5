"""Timed arrivals: people of one slot come a quarter of an hour after another, so many at a time."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import ClassVar, NamedTuple

from activities.duties.rules import spread
from activities.kit.refusal import N_, Refusal, refusal

# How long somebody who comes at a time is taken to be there.
STAY = timedelta(hours=1)


class Quarter(NamedTuple):
    """A time at which people come to a slot, so many minutes after its start: how many may, and how many do."""

    id: int
    minute: int
    quota: int
    taken: int

    @property
    def left(self) -> int:
        return self.quota - self.taken


@refusal
class ArrivalMissing(Refusal):
    sentence: ClassVar[str] = N_("Choose when you come.")
    remedy: ClassVar[str] = N_("Times at which all places are taken cannot be chosen.")


@refusal
class ArrivalFull(Refusal):
    sentence: ClassVar[str] = N_("All places at this time are taken by now.")
    remedy: ClassVar[str] = N_("Choose another time.")


@refusal
class FewerThanCome(Refusal):
    at: datetime
    taken: int
    sentence: ClassVar[str] = N_("%(taken)s people come at %(at)s already.")
    remedy: ClassVar[str] = N_("Choose a larger number there.")


@refusal
class ComeLater(Refusal):
    at: datetime
    taken: int
    sentence: ClassVar[str] = N_("%(taken)s people come at %(at)s already.")
    remedy: ClassVar[str] = N_("Choose another time.")


@refusal
class NoPlaces(Refusal):
    sentence: ClassVar[str] = N_("Enter how many people come, at least at one time.")


@refusal
class SeatsByTime(Refusal):
    sentence: ClassVar[str] = N_("People come to this slot one after another: its seats are the places at its times.")
    remedy: ClassVar[str] = N_("Change how many come at each time instead.")


def visit(starts_at: datetime, ends_at: datetime, minute: int | None) -> tuple[datetime, datetime]:
    """From when to when somebody is taken to be at a slot who comes so many minutes after its start; None: all the
    time."""
    if minute is None:
        return starts_at, ends_at
    at = starts_at + timedelta(minutes=minute)
    return at, min(at + STAY, ends_at)


def why_not_quotas(
    quotas: Mapping[int, int], taken: Mapping[int, int], starts: Mapping[int, datetime]
) -> Refusal | None:
    """The first reason against these places, by minute after the start, beside those who come already."""
    for minute, count in sorted(taken.items()):
        if count > quotas.get(minute, 0):
            return FewerThanCome(starts[minute], count)
    return None if any(quotas.values()) else NoPlaces()


def to_choose_from(quarters: Collection[Quarter]) -> list[Quarter]:
    """The times that have places left; where none has, those at which somebody who waits could come one day."""
    return [one for one in quarters if one.left > 0] or [one for one in quarters if one.quota]


def freed(quarters: Collection[Quarter], minute: int) -> tuple[Quarter, ...]:
    """The same times without somebody who comes at this one: first of all the time that is given back, so that who
    takes a seat over comes at it if they can."""
    ordered = sorted(quarters, key=lambda one: (one.minute != minute, one.minute))
    return tuple(one._replace(taken=one.taken - 1) if one.minute == minute else one for one in ordered)


def follows_seats(tickets: int, capacity: int, length: int, quarters: Collection[Quarter]) -> bool:
    """Whether a slot's places are spread over its time as they were when it was planned, and nobody has ever been on
    it: then they are spread anew with other seats or another length."""
    places = {one.minute: one.quota for one in quarters if one.quota}
    return not tickets and places == {minute: seats for minute, seats in spread(capacity, length).items() if seats}


def seats_within(length: int, quarters: Collection[Quarter]) -> int:
    """How many places there are at times before the end of a slot of so many minutes."""
    return sum(one.quota for one in quarters if one.minute < length)


def why_not_length(starts_at: datetime, length: int, quarters: Collection[Quarter]) -> Refusal | None:
    """The reason against a slot of so many minutes: that people come later, or that nobody could come any more."""
    for one in sorted(quarters, key=lambda one: one.minute):
        if one.taken and one.minute >= length:
            return ComeLater(starts_at + timedelta(minutes=one.minute), one.taken)
    return NoPlaces() if quarters and not seats_within(length, quarters) else None


def why_not_seats(capacity: int, present: int, quarters: Collection[Quarter]) -> Refusal | None:
    """The reason against other seats than there are: where people come one after another, their places decide."""
    is_by_time = bool(quarters) and capacity not in (present, sum(one.quota for one in quarters))
    return SeatsByTime() if is_by_time else None
