"""The class periods of a school's day, and the rows in which a week's grid shows them. Decided on plain values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time, timedelta
from functools import lru_cache
from hashlib import sha256
from itertools import pairwise
from typing import ClassVar, NamedTuple

from activities.kit.refusal import N_, Refusal, refusal

MOST_PERIODS = 20
LONGEST_NAME = 20
# Two periods with at most this between them are the halves of one lesson; this long a break has a row of its own.
BETWEEN_HALVES = timedelta(minutes=15)
BREAK = timedelta(minutes=60)


class Period(NamedTuple):
    """From when to when. A period without a name is called by its number, counted among those without."""

    starts: time
    ends: time
    name: str = ""


def _usual(*times: str) -> tuple[Period, ...]:
    return tuple(Period(time.fromisoformat(span[:5]), time.fromisoformat(span[6:])) for span in times)


# One school's day, for whoever has not entered their own.
USUAL = (
    *_usual("08:00-08:45", "08:50-09:35", "10:05-10:50", "10:55-11:40", "14:00-14:45", "14:50-15:35"),
    *_usual("16:05-16:50", "16:55-17:40", "19:00-19:45", "19:50-20:35"),
    Period(time(20, 35), time(22, 30), N_("Self-study")),
)


# ── the rows of the grid ────────────────────────────────────────────────────


@dataclass(frozen=True)
class Stretch:
    """A stretch of the day, from its start until the next one's. `first` and `last` are numbers of periods; without
    them it has a name, or lies between the periods."""

    starts: time
    first: int = 0
    last: int = 0
    name: str = ""


@lru_cache(maxsize=256)
def stretches(periods: tuple[Period, ...]) -> tuple[Stretch, ...]:
    """The day in rows: lessons of one or two periods, what has a name, long breaks, and the time after the last."""
    rows: list[Stretch] = []
    number, ended = 0, None
    for period in periods:
        pause = _from_to(ended, period.starts) if ended else timedelta(0)
        if ended and pause >= BREAK:
            rows.append(Stretch(ended))
        number += not period.name
        if rows and not period.name and pause <= BETWEEN_HALVES and rows[-1].first == rows[-1].last == number - 1 > 0:
            rows[-1] = Stretch(rows[-1].starts, number - 1, number)
        else:
            counted = 0 if period.name else number
            rows.append(Stretch(period.starts, counted, counted, period.name))
        ended = period.ends
    return (*rows, Stretch(ended)) if ended else ()


def _from_to(first: time, last: time) -> timedelta:
    return timedelta(hours=last.hour - first.hour, minutes=last.minute - first.minute)


def stretch_of(rows: Sequence[Stretch], moment: time) -> int:
    """The last row that has begun; before the first, the first."""
    return max((n for n, row in enumerate(rows) if row.starts <= moment), default=0)


# ── what they can be ────────────────────────────────────────────────────────


@refusal
class NoPeriods(Refusal):
    most: int
    sentence: ClassVar[str] = N_("A day has 1 to %(most)s periods.")


@refusal
class PeriodBackwards(Refusal):
    row: int
    sentence: ClassVar[str] = N_("The period ends before it begins.")


@refusal
class PeriodsOverlap(Refusal):
    row: int
    sentence: ClassVar[str] = N_("The period begins before the one above it has ended.")


@refusal
class PeriodNameTooLong(Refusal):
    row: int
    most: int
    sentence: ClassVar[str] = N_("The name of a period has at most %(most)s characters.")


@refusal
class PeriodsThere(Refusal):
    sentence: ClassVar[str] = N_("There are class periods from this day on already.")
    remedy: ClassVar[str] = N_("Edit those, or choose another day.")


def why_not_periods(periods: Sequence[Period]) -> Refusal | None:
    """The reason against these periods, in the order in which they are typed; `row` counts them from 0."""
    if not 1 <= len(periods) <= MOST_PERIODS:
        return NoPeriods(MOST_PERIODS)
    for row, period in enumerate(periods):
        if len(period.name) > LONGEST_NAME:
            return PeriodNameTooLong(row, LONGEST_NAME)
        if period.ends <= period.starts:
            return PeriodBackwards(row)
    return next((PeriodsOverlap(n) for n, (one, two) in enumerate(pairwise(periods), 1) if two.starts < one.ends), None)


def fingerprint(periods: Sequence[Period]) -> str:
    """Equal for equal periods: what a form that shows them gives back, to say what it showed."""
    return sha256(repr(tuple(periods)).encode()).hexdigest()[:32]
