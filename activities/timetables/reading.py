"""A calendar file, read: all its parts put together."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import tzinfo
from typing import Any, NamedTuple

from icalendar import Timezone
from icalendar.timezone import tzp

from activities.timetables.events import ZERO, Event, read_event
from activities.timetables.ics import Block, parts
from activities.timetables.recurrences import Budget, Occurrence, occurrences
from activities.timetables.rules import MISSING, MOST_SPANS, BadEvent, BadZone, Span, TooManySpans, merged

PORTION = 10_000


class Found(NamedTuple):
    """What takes place, in order, and the events that cannot be read."""

    occurrences: list[Occurrence]
    wrong: list[BadEvent]


def busy(data: bytes, window: Span, zone: tzinfo, budget: Budget | None = None) -> list[Span]:
    """When somebody with this calendar is busy within the window. Raises the refusal of a file of which anything
    cannot be read: half a timetable would say that there is time where there is none."""
    with _zones_of_its_own():
        found = parts(data)
        _know(found.zones)
        events = [read_event(block, zone) for block in found.events]
        spans = _merged(one.span for one in occurrences(events, window, budget))
    if len(spans) > MOST_SPANS:
        raise TooManySpans(MOST_SPANS)
    return spans


def listed(data: bytes, window: Span, zone: tzinfo, most: int, budget: Budget | None = None) -> Found:
    """What takes place within the window, with title and place, at most so much and one more; and which events cannot
    be read. Raises the refusal of a file that is no calendar."""
    with _zones_of_its_own():
        found = parts(data, titled=True)
        _know(found.zones)
        events, wrong = _read_each(found.events, zone)
        wrong += [_endless(event) for event in events if _is_endless(event, window)]
        several: list[Occurrence] = []
        for one in occurrences(events, window, budget):
            several.append(one)
            if len(several) > most:
                break
    wrong.sort(key=lambda refusal: refusal.number)
    return Found(sorted(several, key=lambda one: (one.span, one.event.number)), wrong)


def _is_endless(event: Event, window: Span) -> bool:
    """Whether an event says when it starts within the window and not how long it takes: nobody is busy by it, but
    nothing can be planned of it either."""
    is_seen = event.rule is not None or window.starts_at <= event.starts < window.ends_at
    return is_seen and not event.is_free and event.lasts == ZERO


def _endless(event: Event) -> BadEvent:
    return BadEvent(event.number, event.line, "DTEND", MISSING)


def _read_each(blocks: Iterable[Block], zone: tzinfo) -> tuple[list[Event], list[BadEvent]]:
    events: list[Event] = []
    wrong: list[BadEvent] = []
    for block in blocks:
        try:
            events.append(read_event(block, zone))
        except BadEvent as refusal:
            wrong.append(refusal)
    return events, wrong


def _merged(spans: Iterable[Span]) -> list[Span]:
    """The same as `merged`, holding few of them at once: many events at one time are still one span."""
    held: list[Span] = []
    for span in spans:
        held.append(span)
        if len(held) > PORTION + MOST_SPANS:
            held = merged(held)
            if len(held) > MOST_SPANS:
                raise TooManySpans(MOST_SPANS)
    return merged(held)


def _know(zones: Iterable[Block]) -> None:
    """Let times in these zones be read. Those of the IANA and of Windows are known without."""
    for block in zones:
        try:
            zone: Any = Timezone.from_ical(block.text)
            if zone.errors or not zone.tz_name:
                raise BadZone(block.line)
            zone.to_tz()
        except BadZone:
            raise
        except Exception:  # whatever a stranger's rules for summer time come to
            raise BadZone(block.line) from None


@contextmanager
def _zones_of_its_own() -> Iterator[None]:
    """Zones that a file explains are known to that file alone: `icalendar` remembers them for all."""
    tzp.use_zoneinfo()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of guesses: what cannot be read is told as a refusal
        try:
            yield
        finally:
            tzp.use_zoneinfo()
