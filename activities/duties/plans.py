"""Rows of slots: what would be created, and what falls out. Decided on plain values."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple

from activities.duties import rules
from activities.kit.moments import wall
from activities.kit.refusal import Refusal
from activities.terms.rules import Special


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What an organizer asks for: one slot on `first` or, with `last`, one on each of these weekdays (0: Monday).

    Where `ends` is not after `starts`, the slot ends on the next day.
    """

    first: date
    last: date | None = None
    weekdays: frozenset[int] = frozenset()
    starts: time
    ends: time
    capacity: int


@dataclass(frozen=True)
class Planned:
    """A slot that would be created. `day` is the school's day it starts on, `special` what that day is."""

    post_id: int
    day: date
    starts_at: datetime
    ends_at: datetime
    capacity: int
    special: Special | None = None


class Span(NamedTuple):
    """A slot as the school's wall clock shows it."""

    post_id: int
    day: date
    starts: time
    end_day: date
    ends: time
    capacity: int


@dataclass(frozen=True)
class Stretch:
    """Days of a plan, `first` to `last`, whose copy begins on `start`."""

    first: date
    last: date
    start: date

    @property
    def shift(self) -> int:
        """How many days later the copy is."""
        return (self.start - self.first).days


class Why(StrEnum):
    """Why a day falls out of a row."""

    HOLIDAY = "holiday"
    OTHER_TIMETABLE = "other_timetable"
    EXISTS = "exists"
    PAST = "past"
    NO_SUCH_TIME = "no_such_time"


@dataclass(frozen=True)
class FallsOut:
    day: date
    why: Why
    special: Special | None = None


@dataclass(frozen=True)
class Plan:
    """Exactly what would be created, and what falls out and why, in the order of time."""

    slots: tuple[Planned, ...]
    falls_out: tuple[FallsOut, ...]

    @property
    def digest(self) -> str:
        """The same for the same slots, so that what is confirmed is what was shown."""
        lines = (f"{s.post_id} {s.starts_at.isoformat()} {s.ends_at.isoformat()} {s.capacity}" for s in self.slots)
        return sha256("\n".join(lines).encode()).hexdigest()


def why_not_wish(wish: Wish, today: date) -> Refusal | None:
    """The first reason against planning this at all, or None."""
    if wish.first < today:
        return rules.InThePast()
    if (wish.last or wish.first) < wish.first:
        return rules.LastBeforeFirst()
    if (wish.last or wish.first) > today + rules.HORIZON:
        return rules.TooFar(today + rules.HORIZON)
    if wish.last and not wish.weekdays:
        return rules.NoWeekday()
    if wish.weekdays and not wish.last:
        return rules.NoLastDay()
    return rules.NoLength() if wish.starts == wish.ends else None


def why_not_plan(plan: Plan) -> Refusal | None:
    many = len(plan.slots) + len(plan.falls_out)
    return rules.TooManySlots(rules.MOST_SLOTS) if many > rules.MOST_SLOTS else None


def weekly(
    post_id: int,
    wish: Wish,
    special_days: Mapping[date, Special],
    existing: Collection[tuple[int, datetime]],
    zone: tzinfo,
    now: datetime,
) -> Plan:
    """The slots a wish makes, and the days that fall out. `existing` are (post, start) of the post's open slots.

    On a make-up workday the timetable of another day is taught: a row "every Thursday" includes the Saturday that
    acts as a Thursday, and "every Saturday" leaves it out. A single slot is placed where the organizer says.
    """
    days = [wish.first]
    outs: list[FallsOut] = []
    if wish.last:
        span = [wish.first + timedelta(n) for n in range((wish.last - wish.first).days + 1)]
        days, outs = _days_of_row(span, wish.weekdays, special_days)
    overnight = timedelta(wish.ends <= wish.starts)
    spans = [Span(post_id, day, wish.starts, day + overnight, wish.ends, wish.capacity) for day in days]
    return _place(spans, outs, special_days, existing, zone, now)


def copies(
    originals: Sequence[Span],
    shifts: Sequence[int],
    special_days: Mapping[date, Special],
    existing: Collection[tuple[int, datetime]],
    zone: tzinfo,
    now: datetime,
) -> Plan:
    """Slots repeated so many days later at the same times of the wall clock. Holidays fall out."""
    spans = [
        span._replace(day=span.day + timedelta(shift), end_day=span.end_day + timedelta(shift))
        for shift in shifts
        for span in originals
    ]
    off = {day: special for day, special in special_days.items() if special.off}
    outs = [FallsOut(span.day, Why.HOLIDAY, off[span.day]) for span in spans if span.day in off]
    return _place([span for span in spans if span.day not in off], outs, special_days, existing, zone, now)


def _days_of_row(
    span: Iterable[date], weekdays: Collection[int], special_days: Mapping[date, Special]
) -> tuple[list[date], list[FallsOut]]:
    days: list[date] = []
    outs: list[FallsOut] = []
    for day in span:
        special = special_days.get(day)
        acts_as = special.acts_as if special and special.acts_as else day
        if special and special.off:
            if day.weekday() in weekdays:
                outs.append(FallsOut(day, Why.HOLIDAY, special))
        elif acts_as.weekday() in weekdays:
            days.append(day)
        elif day.weekday() in weekdays:
            outs.append(FallsOut(day, Why.OTHER_TIMETABLE, special))
    return days, outs


def _place(
    spans: Iterable[Span],
    outs: list[FallsOut],
    special_days: Mapping[date, Special],
    existing: Collection[tuple[int, datetime]],
    zone: tzinfo,
    now: datetime,
) -> Plan:
    slots: list[Planned] = []
    seen = set(existing)
    for span in spans:
        starts_at, ends_at = wall(span.day, span.starts, zone), wall(span.end_day, span.ends, zone)
        if starts_at is None or ends_at is None or ends_at <= starts_at:
            outs.append(FallsOut(span.day, Why.NO_SUCH_TIME))
        elif starts_at <= now:
            outs.append(FallsOut(span.day, Why.PAST))
        elif (span.post_id, starts_at) in seen:
            outs.append(FallsOut(span.day, Why.EXISTS))
        else:
            seen.add((span.post_id, starts_at))
            special = special_days.get(span.day)
            slots.append(Planned(span.post_id, span.day, starts_at, ends_at, span.capacity, special))
    slots.sort(key=lambda slot: (slot.starts_at, slot.post_id))
    return Plan(tuple(slots), tuple(sorted(outs, key=lambda out: out.day)))
