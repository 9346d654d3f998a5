"""Strangers' calendars are read in a process of their own (`kit.apart`): no rule, however it was thought up, holds the
service up. What comes back is times, and of a timetable no title.

Run as a program this module is that process: JSON goes out.
"""

from __future__ import annotations

import json
import sys
from datetime import datetime, tzinfo
from threading import BoundedSemaphore
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from activities.kit.apart import SECONDS, Unread, ask, asked
from activities.kit.refusal import Refusal
from activities.timetables.rules import MOST_BYTES, BadEvent, Span, TooHard, TooLarge, TooManyAtOnce, kept, read_back

# So many are read at once, and so long one waits for its turn: whoever brings a file holds one of the server's few
# threads, and nobody's files may hold them all.
AT_ONCE, PATIENCE = BoundedSemaphore(2), 5.0


class Event(NamedTuple):
    """One occurrence of a calendar that is to become slots: `number` and `line` are its event's."""

    number: int
    line: int
    uid: str
    starts_at: datetime
    ends_at: datetime
    is_all_day: bool
    title: str
    place: str


def read_busy(data: bytes, window: Span, zone: ZoneInfo, seconds: int = SECONDS) -> list[Span]:
    """`reading.busy` in a process of its own; TooHard where that takes longer than so many seconds of computing."""
    return [_span(*pair) for pair in _ask(data, window, zone, seconds, most=0)["spans"]]


def read_listed(
    data: bytes, window: Span, zone: ZoneInfo, most: int, seconds: int = SECONDS
) -> tuple[list[Event], list[BadEvent]]:
    """`reading.listed` in a process of its own."""
    found = _ask(data, window, zone, seconds, most)
    events = [
        Event(number, line, uid, *_span(starts, ends), day, title, place)
        for number, line, uid, starts, ends, day, title, place in found["events"]
    ]
    return events, [refusal for told in found["wrong"] if isinstance(refusal := read_back(told), BadEvent)]


def _ask(data: bytes, window: Span, zone: ZoneInfo, seconds: int, most: int) -> dict[str, Any]:
    if len(data) > MOST_BYTES:
        raise TooLarge(MOST_BYTES // 1024 // 1024)
    first, last = (moment.isoformat() for moment in window)
    question = {"first": first, "last": last, "zone": zone.key, "most": most}
    if not AT_ONCE.acquire(timeout=PATIENCE):
        raise TooManyAtOnce
    try:
        answer: dict[str, Any] = json.loads(ask("activities.timetables.apart", data, seconds, **question))
    except Unread:
        raise TooHard from None
    finally:
        AT_ONCE.release()
    if "refusal" in answer:
        raise read_back(answer["refusal"])
    return answer


def _span(starts: str, ends: str) -> Span:
    return Span(datetime.fromisoformat(starts), datetime.fromisoformat(ends))


# ── the process ─────────────────────────────────────────────────────────────


def _main() -> None:
    question, data = asked()
    window = _span(question["first"], question["last"])
    try:
        answer = _answer(data, window, ZoneInfo(question["zone"]), question["most"])
    except Refusal as refusal:
        answer = {"refusal": kept(refusal)}
    json.dump(answer, sys.stdout)


def _answer(data: bytes, window: Span, zone: tzinfo, most: int) -> dict[str, Any]:
    from activities.timetables import reading  # only here: the service itself does not load it

    if not most:
        return {"spans": [[one.isoformat() for one in span] for span in reading.busy(data, window, zone)]}
    found = reading.listed(data, window, zone, most)
    events = [
        [e.number, e.line, e.uid, *(one.isoformat() for one in span), e.is_all_day, e.title, e.place]
        for span, e in found.occurrences
    ]
    return {"events": events, "wrong": [kept(refusal) for refusal in found.wrong]}


if __name__ == "__main__":
    _main()
