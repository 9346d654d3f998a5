"""Timed arrivals: people of one slot come a quarter of an hour after another, so many at a time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import ClassVar

from activities.kit.refusal import N_, Refusal, refusal

STEP = 15  # minutes
# How long somebody who comes at a time is taken to be there.
STAY = timedelta(hours=1)
MOST_ARRIVALS = 24 * 60 // STEP


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


def visit(starts_at: datetime, ends_at: datetime, minute: int | None) -> tuple[datetime, datetime]:
    """From when to when somebody is taken to be at a slot who comes so many minutes after its start; None: all the
    time."""
    if minute is None:
        return starts_at, ends_at
    at = starts_at + timedelta(minutes=minute)
    return at, min(at + STAY, ends_at)


def minutes_of(length: int) -> range:
    """At which minutes after its start people may come to a slot of so many minutes: one every quarter of an hour."""
    return range(0, min(length, MOST_ARRIVALS * STEP), STEP)


def spread(capacity: int, length: int) -> dict[int, int]:
    """So many places spread over the quarters of an hour as evenly as can be, the earlier ones taking what is over."""
    minutes = minutes_of(length)
    each, over = divmod(capacity, len(minutes))
    return {minute: each + (n < over) for n, minute in enumerate(minutes)}


def why_not_quotas(
    quotas: Mapping[int, int], taken: Mapping[int, int], starts: Mapping[int, datetime]
) -> Refusal | None:
    """The first reason against these places, by minute after the start, beside those who come already."""
    for minute, count in sorted(taken.items()):
        if count > quotas.get(minute, 0):
            return FewerThanCome(starts[minute], count)
    return None if any(quotas.values()) else NoPlaces()


def why_not_shorter(starts_at: datetime, ends_at: datetime, coming: Mapping[int, int]) -> Refusal | None:
    """The reason against such an end: that people come then or later. `coming` by minute after the start."""
    for minute, count in sorted(coming.items()):
        at = starts_at + timedelta(minutes=minute)
        if count and at >= ends_at:
            return ComeLater(at, count)
    return None
