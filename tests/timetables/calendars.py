"""Calendars for the tests: written down by their lines."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from activities.timetables.rules import Span

SCHOOL = ZoneInfo("Asia/Shanghai")
WINDOW = Span(datetime(2026, 11, 23, tzinfo=SCHOOL), datetime(2026, 12, 21, tzinfo=SCHOOL))
INDIA = """\
BEGIN:VTIMEZONE
TZID:Our own
BEGIN:STANDARD
DTSTART:19700101T000000
TZOFFSETFROM:+0530
TZOFFSETTO:+0530
END:STANDARD
END:VTIMEZONE
"""


def event(*lines: str) -> str:
    return "\n".join(("BEGIN:VEVENT", *lines, "END:VEVENT", ""))


def calendar(*parts: str, ends: str = "\r\n") -> bytes:
    """A file of these parts, of which single lines are an event."""
    text = "".join(part if part.startswith("BEGIN:") else event(*part.split("\n")) for part in parts)
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//x//\n{text}END:VCALENDAR\n".replace("\n", ends).encode()


def said(spans: list[Span]) -> list[str]:
    """Spans as the school's wall clock shows them: 25 10:00–11:00."""
    found = []
    for starts, ends in spans:
        first, last = starts.astimezone(SCHOOL), ends.astimezone(SCHOOL)
        day = f"{last:%d }" if last.date() != first.date() else ""
        found.append(f"{first:%d %H:%M}–{day}{last:%H:%M}")
    return found
