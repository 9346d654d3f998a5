"""A calendar as bytes (RFC 5545, RFC 7986), and for how long a slot stands in one. Plain values only.

Written by hand because one malformed line loses a client the whole feed, and because it is twenty times faster than
building a tree of objects: lines end in CRLF and hold at most 75 octets, folded neither inside a character nor inside
an escape; text is cleaned of everything a line may not hold.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from activities.duties.rules import SlotState
from activities.kit.text import clean_line, clean_text
from activities.signups.rules import SignUpState

# Cancelled slots stay this long, so that whoever fetches seldom still learns of it; past slots stay as long, so that
# nothing vanishes from a calendar while its hours are being recorded and may be disputed, and no feed grows for ever.
DAYS_KEPT = 60
SHANGHAI = "Asia/Shanghai"
# China has had one time since 1991. The full list of older rules garbles Chinese in Google's calendar.
_AHEAD = timedelta(hours=8)
_TIME_ZONE = (
    b"BEGIN:VTIMEZONE\r\nTZID:Asia/Shanghai\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n"
    b"TZOFFSETFROM:+0800\r\nTZOFFSETTO:+0800\r\nTZNAME:CST\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
)
CALENDAR_END = b"END:VCALENDAR\r\n"
_OCTETS = 75
_FREE = b"TRANSP:TRANSPARENT\r\n"
# Numbers with their zero, looked up: feeds write moments by the ten thousand.
_TWO = tuple(f"{number:02}" for number in range(60))
_ESCAPES = {"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"}
_ESCAPED = re.compile(r"[\\;,\n]")
_BACKSLASH = ord("\\")


class Status(StrEnum):
    CONFIRMED = "CONFIRMED"
    TENTATIVE = "TENTATIVE"
    CANCELLED = "CANCELLED"


class Event(NamedTuple):
    """One slot as a calendar shows it. `sequence` is the sum of the revisions shown, `changed_at` their latest time.
    Where it `is_free` it takes nobody's time; its `alarm` is rendered already, and empty where it has none."""

    uid: UUID | str
    url: str
    starts_at: datetime
    ends_at: datetime
    sequence: int
    changed_at: datetime
    status: Status
    is_free: bool = False
    alarm: bytes = b""


def status_of(slot: SlotState, seat: SignUpState | None) -> Status:
    """What a slot is to the person whose `seat` it is, or to anyone where there is none."""
    if slot is SlotState.CANCELLED:
        return Status.CANCELLED
    return Status.CONFIRMED if seat in (None, SignUpState.SEATED) else Status.TENTATIVE


# ── for how long ────────────────────────────────────────────────────────────


def shown_since(now: datetime, zone: ZoneInfo) -> datetime:
    """The midnight before which what started or was cancelled is no longer shown. Feeds forget by whole days."""
    return _midnight(now.astimezone(zone).date() - timedelta(days=DAYS_KEPT), zone)


def forgotten_at(moment: datetime, zone: ZoneInfo) -> datetime:
    """The midnight at which what happened at this moment left the feeds."""
    return _midnight(moment.astimezone(zone).date() + timedelta(days=DAYS_KEPT + 1), zone)


@lru_cache(maxsize=256)
def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """Every fetch asks for that of the day, and those of what its feed has lost last."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)


# ── bytes ───────────────────────────────────────────────────────────────────


def render_calendar(name: str, zone: str, events: list[bytes]) -> bytes:
    """A whole calendar around rendered events."""
    return b"".join((calendar_head(name, zone), *events, CALENDAR_END))


def calendar_head(name: str, zone: str) -> bytes:
    """What stands before the events. It has no METHOD: that would make a subscription an invitation."""
    head = (
        line("BEGIN", "VCALENDAR"), line("VERSION", "2.0"), line("PRODID", "-//activities//feed//EN"),
        line("CALSCALE", "GREGORIAN"), line("NAME", text(name)), line("X-WR-CALNAME", text(name)),
        line("REFRESH-INTERVAL;VALUE=DURATION", "PT1H"), line("X-PUBLISHED-TTL", "PT1H"), line("COLOR", "brown"),
        time_zone(zone),
    )  # fmt: skip
    return b"".join(head)


def time_zone(zone: str) -> bytes:
    """The definition that local times ask for."""
    return _TIME_ZONE if zone == SHANGHAI else b""


def render_event(event: Event, words: bytes, zone: str) -> bytes:
    """One VEVENT. Its times are the school's own in Asia/Shanghai, and UTC in every other zone."""
    uid, url, starts_at, ends_at, sequence, changed_at, status, is_free, alarm = event
    stamp = moment_utc(changed_at)
    head = (
        f"BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:{stamp}\r\n"
        f"DTSTART{_moment(starts_at, zone)}\r\nDTEND{_moment(ends_at, zone)}\r\n"
        f"SEQUENCE:{sequence}\r\nLAST-MODIFIED:{stamp}\r\nSTATUS:{status}\r\n"
    )
    link = line("URL", url) if url else b""
    return b"%b%b%b%b%bEND:VEVENT\r\n" % (head.encode(), words, _FREE if is_free else b"", link, alarm)


def render_alarm(what: str) -> bytes:
    """A reminder a day before, for the calendars that let a feed bring one."""
    says = line("DESCRIPTION", text(what))
    return b"".join((b"BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-P1D\r\n", says, b"END:VALARM\r\n"))


def render_words(summary: str, location: str, description: str, category: str, geo: str = "") -> bytes:
    """The lines of an event that all slots of a post have in common. `geo` is latitude and longitude, and no text."""
    lines = (("SUMMARY", summary), ("LOCATION", location), ("DESCRIPTION", description), ("CATEGORIES", category))
    texts = [line(name, text(value, name == "DESCRIPTION")) for name, value in lines if value]
    return b"".join([*texts, line("GEO", geo)] if geo else texts)


def _moment(moment: datetime, zone: str) -> str:
    if zone == SHANGHAI:
        return f";TZID=Asia/Shanghai:{_digits(moment + _AHEAD)}"
    return f":{moment_utc(moment)}"


@lru_cache(maxsize=64)
def moment_utc(moment: datetime) -> str:
    """Slots that were planned together have changed together."""
    return _digits(moment.astimezone(UTC)) + "Z"


def _digits(moment: datetime) -> str:
    """Moments come in UTC, so that eight hours later is what clocks in China show."""
    two = _TWO
    return (
        f"{moment.year}{two[moment.month]}{two[moment.day]}T{two[moment.hour]}{two[moment.minute]}{two[moment.second]}"
    )


def text(value: str, lines: bool = False) -> str:
    """A TEXT value: cleaned, on one line unless it may have several, escaped."""
    return escape(clean_text(value) if lines else clean_line(value))


def escape(value: str) -> str:
    """Backslash, semicolon, comma and line end as TEXT has them."""
    return _ESCAPED.sub(lambda found: _ESCAPES[found[0]], value)


def line(name: str, value: str) -> bytes:
    """One content line with its CRLF. What is no character in UTF-8 becomes a question mark."""
    return fold(f"{name}:{value}".encode("utf-8", "replace")) + b"\r\n"


def fold(content: bytes) -> bytes:
    """Lines of at most 75 octets, each after the first begun by a space, cut between characters and between escapes."""
    if len(content) <= _OCTETS:
        return content
    pieces = []
    start, room = 0, _OCTETS
    while len(content) - start > room:
        cut = start + room
        while content[cut] & 0xC0 == 0x80:
            cut -= 1
        slash = cut
        while slash > start and content[slash - 1] == _BACKSLASH:
            slash -= 1
        cut -= (cut - slash) % 2
        pieces.append(content[start:cut])
        start, room = cut, _OCTETS - 1
    pieces.append(content[start:])
    return b"\r\n ".join(pieces)
