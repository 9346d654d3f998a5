"""A calendar file as its parts: the time zones it explains, and its events, each with its number and line.

Only what says when an event is goes further, so that a title is never read; and what is wrong is known by its line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from activities.timetables.rules import MOST_EVENTS, BadLine, EndsEarly, NotACalendar, TooManyEvents

WHEN = frozenset(
    {
        "UID", "SEQUENCE", "DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID", "STATUS",
        "TRANSP",
    }
)  # fmt: skip
WHAT = frozenset({"SUMMARY", "LOCATION"})
_END = re.compile(rb"\r\n|\n|\r")
_NAME = re.compile(r"([A-Za-z0-9-]+)[;:]")


class Block(NamedTuple):
    """A component as text, the line it begins in, and which one of its kind it is."""

    number: int
    line: int
    text: str


class Parts(NamedTuple):
    zones: list[Block]
    events: list[Block]


def parts(data: bytes, *, titled: bool = False) -> Parts:
    """The parts of a calendar file; with `titled` events keep title and place. Raises the refusal of one that is
    none."""
    found: dict[str, list[Block]] = {"VTIMEZONE": [], "VEVENT": []}
    for component, line, text in _components(data, WHEN | WHAT if titled else WHEN):
        if component in found:
            found[component].append(Block(len(found[component]) + 1, line, text))
        if len(found["VEVENT"]) > MOST_EVENTS:
            raise TooManyEvents(MOST_EVENTS)
    return Parts(found["VTIMEZONE"], found["VEVENT"])


def _components(data: bytes, kept: frozenset[str]) -> Iterator[tuple[str, int, str]]:
    """What stands directly in a calendar: which component it is, where it begins, and the text of it that is read."""
    stack: list[tuple[str, int]] = []
    lines: list[str] = []
    for number, line in _logical_lines(data):
        name, value = _split(number, line)
        if not stack and (name, value) != ("BEGIN", "VCALENDAR"):
            raise NotACalendar if number == 1 else BadLine(number)
        if name == "BEGIN":
            stack.append((value, number))
            lines = [] if len(stack) == 2 else lines
        if _is_kept(name, [component for component, _ in stack[1:3]], kept):
            lines.append(line)
        if name == "END":
            component, began = stack.pop()
            if component != value:
                raise BadLine(number)
            if len(stack) == 1:
                yield component, began, "\r\n".join([*lines, ""])
    if stack:
        raise EndsEarly(stack[-1][1])


def _is_kept(name: str, within: list[str], kept: frozenset[str]) -> bool:
    """Whether a line is read: all of a time zone, and of an event itself when it is, but nothing of its alarms."""
    if within[:1] == ["VTIMEZONE"]:
        return True
    return within == ["VEVENT"] and (name in kept or name in ("BEGIN", "END"))


def _split(number: int, line: str) -> tuple[str, str]:
    """A line's name, and of the beginning and end of a component which one; raises for what has no name."""
    match = _NAME.match(line)
    if match is None:
        raise (NotACalendar() if number == 1 else BadLine(number))
    name = match[1].upper()
    return name, line[match.end() :].strip().upper() if name in ("BEGIN", "END") else ""


def _logical_lines(data: bytes) -> Iterator[tuple[int, str]]:
    """The lines with the number of the first of those that they are folded into. They are put together before they are
    decoded, since a character may be folded in the middle."""
    data = data.removeprefix(b"\xef\xbb\xbf")
    if b"\0" in data[:1024] or not data.strip():
        raise NotACalendar
    began, pieces = 0, list[bytes]()
    for number, line in enumerate(_END.split(data), 1):
        if line[:1] in (b" ", b"\t") and pieces:
            pieces.append(line[1:])
            continue
        if pieces:
            yield began, _decoded(b"".join(pieces))
        began, pieces = number, [line] if line.strip() else []
    if pieces:
        yield began, _decoded(b"".join(pieces))


def _decoded(line: bytes) -> str:
    """UTF-8 as the standard asks, or what Chinese programs write in its stead."""
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("gb18030", errors="replace")
