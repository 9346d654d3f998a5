"""Rows of slots: what would be created, and what falls out. Decided on plain values."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from functools import lru_cache, partial
from hashlib import sha256
from typing import NamedTuple

from activities.duties import rules
from activities.duties.recurrence import ONE, Rule
from activities.kit.moments import wall
from activities.kit.refusal import Refusal
from activities.terms.rules import Special


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What an organizer asks for: a slot of each of these posts on each day of a rule. Where `ends` is not after
    `starts`, the slot ends on the next day. Without a capacity each post's own counts."""

    post_ids: tuple[int, ...]
    rule: Rule
    starts: time
    ends: time
    capacity: int | None


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


class Part(NamedTuple):
    """Slots of a plan that are planned together: as a series that asks for this, or with None each by itself."""

    wish: Wish | None
    slots: tuple[Planned, ...]


class Why(StrEnum):
    """Why a day falls out of a row."""

    HOLIDAY = "holiday"
    EXCLUDED = "excluded"
    OTHER_TIMETABLE = "other_timetable"
    BY_HAND = "by_hand"
    EXISTS = "exists"
    PAST = "past"
    NO_SUCH_TIME = "no_such_time"


@dataclass(frozen=True)
class FallsOut:
    """A day that falls out, for one post or, where none is named, for all."""

    day: date
    why: Why
    special: Special | None = None
    post_id: int | None = None


class Together(NamedTuple):
    """The slots of a plan that are at one time: the first of them, all their posts, and all their seats."""

    slot: Planned
    post_ids: tuple[int, ...]
    seats: int


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

    @property
    def together(self) -> list[Together]:
        """The slots by time."""
        found: dict[tuple[datetime, datetime], list[Planned]] = {}
        for slot in self.slots:
            found.setdefault((slot.starts_at, slot.ends_at), []).append(slot)
        return [
            Together(slots[0], tuple(slot.post_id for slot in slots), sum(slot.capacity for slot in slots))
            for slots in found.values()
        ]

    @property
    def outs(self) -> list[tuple[FallsOut, int]]:
        return by_day(self.falls_out)


def by_day(falls_out: Iterable[FallsOut]) -> list[tuple[FallsOut, int]]:
    """What falls out by day and reason, and for how many posts."""
    found: dict[tuple[date, Why], list[FallsOut]] = {}
    for out in falls_out:
        found.setdefault((out.day, out.why), []).append(out)
    return [(outs[0], len(outs)) for outs in found.values()]


def why_not_wish(wish: Wish, today: date) -> Refusal | None:
    """The first reason against planning this at all, or None."""
    return rules.InThePast() if wish.rule.first < today else why_not_series(wish, today)


def why_not_series(wish: Wish, today: date) -> Refusal | None:
    """The first reason against a series that may have begun, or None."""
    rule = wish.rule
    if not wish.post_ids:
        return rules.NoPost()
    if rule.last < rule.first:
        return rules.LastBeforeFirst()
    if rule.last > today + rules.HORIZON:
        return rules.TooFar(today + rules.HORIZON)
    if rule.last > rule.first and not rule.is_row:
        return rules.NoWeekday()
    if len(rule.days()) * len(wish.post_ids) > rules.MOST_SLOTS:
        return rules.TooManySlots(rules.MOST_SLOTS)
    return rules.NoLength() if wish.starts == wish.ends else None


def moved(wish: Wish, stretch: Stretch) -> Wish:
    """The same of the stretch's days in its new place. Days left out were those of the old one."""
    rule = wish.rule
    first, last = max(rule.first, stretch.first), min(rule.last, stretch.last)
    shift = timedelta(stretch.shift)
    return replace(wish, rule=replace(rule, first=first + shift, last=last + shift, excluded=frozenset()))


def why_not_plan(plan: Plan) -> Refusal | None:
    many = len(plan.slots) + len(plan.falls_out)
    return rules.TooManySlots(rules.MOST_SLOTS) if many > rules.MOST_SLOTS else None


def weekly(
    wish: Wish,
    capacities: Mapping[int, int],
    special_days: Mapping[date, Special],
    existing: Collection[tuple[int, datetime]],
    zone: tzinfo,
    now: datetime,
) -> Plan:
    """The slots a wish makes, and the days that fall out. `capacities` are the posts' own, `existing` (post, start) of
    their open slots.

    On a make-up workday the timetable of another day is taught: a row "every Thursday" includes the Saturday that
    acts as a Thursday, and "every Saturday" leaves it out. A single slot is placed where the organizer says.
    """
    days, outs = _days_of_row(wish.rule, special_days) if wish.rule.is_row else (wish.rule.days(), [])
    overnight = timedelta(wish.ends <= wish.starts)
    spans = (
        Span(post_id, day, wish.starts, day + overnight, wish.ends, wish.capacity or capacities[post_id])
        for day in days
        for post_id in wish.post_ids
    )
    return _place(spans, outs, special_days, existing, zone, now)


def in_turn(
    wishes: Iterable[Wish],
    capacities: Mapping[int, int],
    special_days: Mapping[date, Special],
    existing: Collection[tuple[int, datetime]],
    zone: tzinfo,
    now: datetime,
) -> tuple[Plan, list[Part]]:
    """Wishes one after the other, each beside what those before it make: all of it, and what belongs to each."""
    there, found, parts = set(existing), [], []
    for wish in wishes:
        plan = weekly(wish, capacities, special_days, there, zone, now)
        there |= {(slot.post_id, slot.starts_at) for slot in plan.slots}
        found.append(plan)
        parts.append(Part(wish, plan.slots))
    return merged(found), parts


def merged(several: Sequence[Plan]) -> Plan:
    """Several plans as one, in the order of time. A day that falls out of several for all posts is told once."""
    slots = sorted((slot for plan in several for slot in plan.slots), key=lambda slot: (slot.starts_at, slot.post_id))
    days = dict.fromkeys(out for plan in several for out in plan.falls_out if out.post_id is None)
    outs = [*days, *(out for plan in several for out in plan.falls_out if out.post_id is not None)]
    return Plan(tuple(slots), tuple(sorted(outs, key=lambda out: out.day)))


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


def in_series(plan: Plan, first: date, last: date, zone: tzinfo) -> list[Part]:
    """The slots of copied weeks, `first` to `last`, as series: together those of the same posts at the same time with
    as many seats, on whichever weekdays; each by itself what lasts beyond the next day."""
    alone: list[Planned] = []
    by_time: dict[tuple[time, time, int], dict[int, list[Planned]]] = {}
    for slot in plan.slots:
        starts, ends = slot.starts_at.astimezone(zone), slot.ends_at.astimezone(zone)
        if (ends.date() - slot.day).days == (ends.time() <= starts.time()):
            key = starts.time(), ends.time(), slot.capacity
            by_time.setdefault(key, {}).setdefault(slot.day.weekday(), []).append(slot)
        else:
            alone.append(slot)
    parts = [Part(None, tuple(alone))]
    for (starts_on, ends_on, capacity), by_weekday in by_time.items():
        alike: dict[tuple[int, ...], list[int]] = {}
        for weekday, slots in by_weekday.items():
            alike.setdefault(tuple(sorted({slot.post_id for slot in slots})), []).append(weekday)
        for post_ids, weekdays in alike.items():
            rule = Rule(first=first, last=last, weekdays=frozenset(weekdays), plain_days=True)
            wish = Wish(post_ids=post_ids, rule=rule, starts=starts_on, ends=ends_on, capacity=capacity)
            parts.append(Part(wish, tuple(slot for weekday in weekdays for slot in by_weekday[weekday])))
    return parts


def _days_of_row(rule: Rule, special_days: Mapping[date, Special]) -> tuple[list[date], list[FallsOut]]:
    days: list[date] = []
    outs: list[FallsOut] = []
    by_weekday = set(rule.days())
    for day in (rule.first + n * ONE for n in range((rule.last - rule.first).days + 1)):
        special = special_days.get(day)
        is_one = rule.counts_as(day, special_days) in rule.weekdays
        if special and special.off and not rule.on_holidays:
            if day in by_weekday:
                outs.append(FallsOut(day, Why.HOLIDAY, special))
        elif is_one and day in rule.excluded:
            outs.append(FallsOut(day, Why.EXCLUDED, special))
        elif is_one:
            days.append(day)
        elif day in by_weekday:
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
    moment = lru_cache(maxsize=None)(partial(wall, zone=zone))  # many posts have the same times
    for span in spans:
        starts_at, ends_at = moment(span.day, span.starts), moment(span.end_day, span.ends)
        if starts_at is None or ends_at is None or ends_at <= starts_at:
            outs.append(FallsOut(span.day, Why.NO_SUCH_TIME, post_id=span.post_id))
        elif starts_at <= now:
            outs.append(FallsOut(span.day, Why.PAST, post_id=span.post_id))
        elif (span.post_id, starts_at) in seen:
            outs.append(FallsOut(span.day, Why.EXISTS, post_id=span.post_id))
        else:
            seen.add((span.post_id, starts_at))
            special = special_days.get(span.day)
            slots.append(Planned(span.post_id, span.day, starts_at, ends_at, span.capacity, special))
    slots.sort(key=lambda slot: (slot.starts_at, slot.post_id))
    return Plan(tuple(slots), tuple(sorted(outs, key=lambda out: out.day)))
