"""When the events of a calendar take place within a window, recurrences and their exceptions included."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from typing import NamedTuple

from activities.timetables.events import ZERO, Event
from activities.timetables.rules import MOST_STEPS, UNREADABLE, BadEvent, RepeatsTooOften, Span

DAYS = timedelta(days=1)


class Occurrence(NamedTuple):
    """One time at which an event takes place."""

    span: Span
    event: Event


class Budget:
    """How many occurrences are gone through at most, over all events of a calendar."""

    def __init__(self, steps: int = MOST_STEPS) -> None:
        self.steps = steps

    def spend(self, event: Event) -> None:
        self.steps -= 1
        if self.steps < 0:
            raise RepeatsTooOften(event.number, event.line)


def occurrences(events: Iterable[Event], window: Span, budget: Budget | None = None) -> Iterator[Occurrence]:
    """What takes place within the window and takes time, event by event. Raises RepeatsTooOften where there is no end
    to it, BadEvent for a rule that leads beyond the calendar."""
    budget = budget or Budget()
    by_uid: dict[str, list[Event]] = {}
    for event in events:
        by_uid.setdefault(event.uid, []).append(event)
    for same in by_uid.values():
        masters, replacing = _latest([e for e in same if e.replaces is None]), _replacing(same)
        for master in masters:
            yield from _of(master, replacing, window, budget)
        for event in replacing:
            yield from _placed(event, event.starts, event.lasts, window)


def _of(master: Event, replacing: list[Event], window: Span, budget: Budget) -> Iterator[Occurrence]:
    """The occurrences of an event that are its own: neither left out nor replaced, nor moved with all that follow."""
    replaced = {_replaced(event, master): event for event in replacing}
    turns = sorted((start for start, event in replaced.items() if event.and_later), reverse=True)
    try:
        for starts, lasts in _starts(master, window, budget):
            moment = starts.astimezone(UTC)
            if moment in master.left_out or starts.date() in master.left_out or moment in replaced:
                continue
            since = next((turn for turn in turns if turn <= moment), None)
            if since is None:
                yield from _placed(master, starts, master.lasts if lasts is None else lasts, window)
            else:
                event, zone = replaced[since], starts.tzinfo
                shift = event.starts.astimezone(zone).replace(tzinfo=None) - since.astimezone(zone).replace(tzinfo=None)
                yield from _placed(event, starts + shift, event.lasts, window)
    except (ValueError, OverflowError):
        raise BadEvent(master.number, master.line, "RRULE", UNREADABLE) from None


def _starts(event: Event, window: Span, budget: Budget) -> Iterator[tuple[datetime, timedelta | None]]:
    """The starts before the window's end, each once, in order: the event's own is the first whatever its rule says."""
    listed = sorted([(event.starts, None), *event.more], key=lambda one: one[0])
    by_rule: Iterable[tuple[datetime, timedelta | None]] = ((moment, None) for moment in event.rule or ())
    last: datetime | None = None
    # Where a rule and a list meet, what the list says of the length counts.
    for starts, lasts in heapq.merge(listed, by_rule, key=lambda one: one[0]):
        budget.spend(event)
        if starts >= window.ends_at + _margin(event):
            return
        if starts != last:
            yield starts, lasts
        last = starts


def _margin(event: Event) -> timedelta:
    """How far beyond the window an occurrence can begin that is moved into it by another."""
    return 31 * DAYS if event.rule else ZERO


def _placed(event: Event, starts: datetime, lasts: timedelta, window: Span) -> Iterator[Occurrence]:
    """The occurrence, where it takes time within the window. Whole days are days of the wall clock, hours are hours."""
    if event.is_free or lasts <= ZERO:
        return
    begins = starts.astimezone(UTC)
    ends = (starts + lasts).astimezone(UTC) if lasts % DAYS == ZERO else begins + lasts
    if begins < window.ends_at and ends > window.starts_at:
        yield Occurrence(Span(begins, ends), event)


def _latest(events: list[Event]) -> list[Event]:
    """Those of the highest sequence; the standard has one of them, some programs several."""
    highest = max((event.sequence for event in events), default=0)
    return [event for event in events if event.sequence == highest]


def _replacing(events: list[Event]) -> list[Event]:
    """What stands for single occurrences, the latest of each."""
    by_id: dict[datetime | date, list[Event]] = {}
    for event in events:
        if event.replaces is not None:
            by_id.setdefault(event.replaces, []).append(event)
    return list(chain.from_iterable(map(_latest, by_id.values())))


def _replaced(event: Event, master: Event) -> datetime:
    """The start that an event stands for. One that is said as a day is that of its master's occurrence on it."""
    if isinstance(event.replaces, datetime):
        return event.replaces
    assert event.replaces  # or it would stand for none
    return datetime.combine(event.replaces, master.starts.timetz()).astimezone(UTC)
