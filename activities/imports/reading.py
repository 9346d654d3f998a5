"""From a calendar file to events that can become slots, and as what they are kept until they do."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from activities.imports.rules import (
    MOST_BYTES,
    MOST_TIMES,
    Bad,
    Event,
    NothingInIt,
    Time,
    TooManyTimes,
    digest_of,
    to_the_minute,
    why_not_event,
)
from activities.kit.text import clean_line
from activities.timetables import apart
from activities.timetables.rules import BadEvent, Span, TooLarge, kept, read_back

LONGEST_TEXT = 200


class Found(NamedTuple):
    """What a calendar holds from this week on until `until`."""

    events: list[Event]
    bad: list[Bad]
    until: datetime


def read(data: bytes, window: Span, zone: ZoneInfo) -> Found:
    """What stands in a calendar of this time. Raises the refusal of a file that cannot be read."""
    if len(data) > MOST_BYTES:
        raise TooLarge(MOST_BYTES // 1024 // 1024)
    listed, wrong = apart.read_listed(data, window, zone, MOST_TIMES)
    if len(listed) > MOST_TIMES:
        raise TooManyTimes(MOST_TIMES)
    bad = {refusal.number: Bad("", refusal) for refusal in wrong}
    good: dict[str, list[apart.Event]] = {}
    for one in listed:
        span = Span(one.starts_at, one.ends_at)
        if refusal := why_not_event(one.number, one.line, span, is_all_day=one.is_all_day):
            bad.setdefault(one.number, Bad(_line(one.title), refusal))
        elif to_the_minute(one.ends_at) > to_the_minute(one.starts_at):
            good.setdefault(_key(one), []).append(one)
    if not good and not bad:
        raise NothingInIt
    events = [_event(digest_of(key), several) for key, several in good.items()]
    return Found(events, [bad[number] for number in sorted(bad)], window.ends_at)


def _key(one: apart.Event) -> str:
    """What tells an event from others; the reader calls one without a uid by its number, which the next export may
    give to another."""
    return f"{one.title}\n{one.place}" if one.uid == f"#{one.number}" else one.uid


def _event(digest: str, several: Iterable[apart.Event]) -> Event:
    """All of one uid, each start once."""
    times = {
        to_the_minute(one.starts_at): Time(digest, to_the_minute(one.starts_at), to_the_minute(one.ends_at))
        for one in several
    }
    first = next(iter(several))
    return Event(_line(first.title), _line(first.place), tuple(times[moment] for moment in sorted(times)))


def _line(text: str) -> str:
    return clean_line(text)[:LONGEST_TEXT]


# ── between preview and import ──────────────────────────────────────────────


def stored(found: Found) -> dict[str, Any]:
    return {
        "events": [
            [one.title, one.place, [[t.digest, t.starts_at.isoformat(), t.ends_at.isoformat()] for t in one.times]]
            for one in found.events
        ],
        "bad": [[title, kept(why)] for title, why in found.bad],
        "until": found.until.isoformat(),
    }


def restored(values: dict[str, Any]) -> Found:
    events = [
        Event(title, place, tuple(Time(digest, *map(datetime.fromisoformat, span)) for digest, *span in times))
        for title, place, times in values["events"]
    ]
    bad = [Bad(title, why) for title, told in values["bad"] if isinstance(why := read_back(told), BadEvent)]
    return Found(events, bad, datetime.fromisoformat(values["until"]))
