"""A feed broken by hand: whoever breaks ours in one of these ways is told so by every test that reads a feed."""

from __future__ import annotations

import re
import uuid

import pytest

from activities.calendars import rules
from activities.calendars.rules import Event, Status
from tests.calendars.faults import faults
from tests.cast import DAY, HOUR, NOW

ZONE = "Asia/Shanghai"
LONG = "东湖责任区清扫，" * 12


def good() -> bytes:
    """Two entries, with everything that can go wrong still right."""
    events = []
    for n in range(2):
        starts_at = NOW + n * DAY
        event = Event(
            uuid.UUID(int=n + 1), f"https://activities.example.edu/slots/{n}", starts_at, starts_at + 2 * HOUR,
            n, NOW, Status.CONFIRMED,
        )  # fmt: skip
        words = rules.render_words(
            "清扫·东湖, 北岸", "东湖; 北岸", LONG + "\n" + "\\" * 80, "清扫", "43.886800;125.324500"
        )
        events.append(rules.render_event(event, words, ZONE))
    return rules.render_calendar("我的岗位", ZONE, events)


def folded_anew(content: bytes, before: bytes) -> bytes:
    """Folded once more, just before the first of these octets."""
    assert before in content
    return content.replace(before, b"\r\n " + before, 1)


def without(content: bytes, *lines: bytes) -> bytes:
    for line in lines:
        assert line in content
        content = content.replace(line + b"\r\n", b"", 1)
    return content


def swapped(content: bytes) -> bytes:
    """The first entry's two ends in each other's place."""
    return content.replace(b"DTSTART;", b"X;", 2).replace(b"DTEND;", b"DTSTART;", 1).replace(b"X;", b"DTEND;", 2)


TABLE = {
    "LF for CRLF": (lambda c: c.replace(b"\r\n", b"\n"), "a line does not end in CRLF"),
    "one LF for CRLF": (lambda c: c.replace(b"SEQUENCE:0\r\n", b"SEQUENCE:0\n"), "a line does not end in CRLF"),
    "CR for CRLF": (lambda c: c.replace(b"\r\n", b"\r"), "a line does not end in CRLF"),
    "cut off": (lambda c: c[:-2], "the last line has no end"),
    "nothing": (lambda c: b"", "not one calendar"),
    "an error page": (lambda c: b"<!doctype html>\r\n", "no content line: '<!doctype html>'"),
    "76 octets": (lambda c: c.replace(b"DESCRIPTION:", b"DESCRIPTION:" + b"x" * 64, 1), "octets in a line"),
    "folded inside a character": (lambda c: folded_anew(c, "扫".encode()[1:]), "folded inside a character"),
    "folded inside an escape": (lambda c: folded_anew(c, b", "), "folded inside an escape"),
    "no END of an entry": (lambda c: without(c, b"END:VEVENT"), "VEVENT inside VEVENT"),
    "no END of the calendar": (lambda c: without(c, b"END:VCALENDAR"), "VCALENDAR has no end"),
    "no BEGIN of an entry": (lambda c: without(c, b"BEGIN:VEVENT"), "END:VEVENT ends something else"),
    "two calendars": (lambda c: c + c, "not one calendar"),
    "one UID twice": (
        lambda c: c.replace(str(uuid.UUID(int=2)).encode(), str(uuid.UUID(int=1)).encode()), "UID .* 2 times"
    ),
    "one URL twice": (lambda c: c.replace(b"/slots/1", b"/slots/0"), "URL .* 2 times"),
    "no UID": (lambda c: without(c, b"UID:" + str(uuid.UUID(int=1)).encode()), "VEVENT without UID"),
    "a UID that tells something": (
        lambda c: c.replace(str(uuid.UUID(int=2)).encode(), b"2@example.edu"), "UID cannot be '2@example.edu'"
    ),
    "DTEND before DTSTART": (swapped, "DTEND is not after DTSTART"),
    "no length": (lambda c: c.replace(b"20261125T140000", b"20261125T120000"), "DTEND is not after DTSTART"),
    "no DTEND": (lambda c: re.sub(rb"DTEND.*\r\n", b"", c), "VEVENT without DTEND"),
    "a zone that is not explained": (
        lambda c: c.replace(b"DTSTART;TZID=Asia/Shanghai", b"DTSTART;TZID=China Standard Time"),
        "TZID China Standard Time is not explained",
    ),
    "no zone": (lambda c: c.replace(b";TZID=Asia/Shanghai", b""), "'20261125T120000' is no moment"),
    "the explanation lost": (
        lambda c: re.sub(rb"BEGIN:VTIMEZONE.*END:VTIMEZONE\r\n", b"", c, flags=re.DOTALL),
        "TZID Asia/Shanghai is not explained",
    ),
    "a whole day": (lambda c: c.replace(b"20261125T120000", b"20261125"), "'20261125' is no moment"),
    "a control character": (lambda c: c.replace("东湖".encode(), b"\x07", 1), r"a line holds '\\x07'"),
    "NUL": (lambda c: c.replace("东湖".encode(), b"\x00", 1), r"a line holds '\\x00'"),
    "U+0085": (lambda c: c.replace("东湖".encode(), "\x85".encode(), 1), r"a line holds '\\x85'"),
    "U+2028": (lambda c: c.replace("东湖".encode(), "\u2028".encode(), 1), r"a line holds '\\u2028'"),
    "U+2029": (lambda c: c.replace("东湖".encode(), "\u2029".encode(), 1), r"a line holds '\\u2029'"),
    "a mark of the order of octets": (lambda c: b"\xef\xbb\xbf" + c, "a mark of the order of octets"),
    "GBK": (lambda c: c.replace("清扫·东湖".encode(), "清扫·东湖".encode("gbk"), 1), "not UTF-8"),
    "half a surrogate pair": (lambda c: c.replace("东湖".encode(), b"\xed\xa0\xbd", 1), "not UTF-8"),
    "METHOD": (lambda c: c.replace(b"VERSION:2.0", b"VERSION:2.0\r\nMETHOD:PUBLISH"), "METHOD makes an invitation"),
    "no DTSTAMP": (lambda c: re.sub(rb"DTSTAMP.*\r\n", b"", c, count=1), "VEVENT without DTSTAMP"),
    "two DTSTAMP": (lambda c: re.sub(rb"(DTSTAMP.*\r\n)", rb"\1\1", c, count=1), "DTSTAMP 2 times"),
    "a local DTSTAMP": (lambda c: re.sub(rb"(DTSTAMP:.*)Z", rb"\1", c), "DTSTAMP cannot be"),
    "no SEQUENCE": (lambda c: without(c, b"SEQUENCE:0"), "VEVENT without SEQUENCE"),
    "no SUMMARY": (lambda c: re.sub(rb"SUMMARY.*\r\n", b"", c, count=1), "VEVENT without SUMMARY"),
    "an unknown STATUS": (lambda c: c.replace(b"CONFIRMED", b"WAITING", 1), "STATUS cannot be 'WAITING'"),
    "an escaped GEO": (lambda c: c.replace(b"800;125", rb"800\;125", 1), "GEO cannot be"),
    "a GEO beyond the poles": (lambda c: c.replace(b"GEO:43", b"GEO:93", 1), "GEO cannot be"),
    "no VERSION": (lambda c: without(c, b"VERSION:2.0"), "VCALENDAR without VERSION"),
    "a bare comma": (lambda c: c.replace(rb"\,", b",", 1), "SUMMARY is not escaped"),
    "a bare semicolon": (lambda c: c.replace(rb"\;", b";", 1), "LOCATION is not escaped"),
    "an unknown escape": (lambda c: c.replace(rb"\,", rb"\t", 1), "SUMMARY is not escaped"),
    "a line without a name": (lambda c: c.replace(b"SUMMARY:", b"", 1), "no content line"),
    "an empty line": (lambda c: c.replace(b"BEGIN:VEVENT", b"\r\nBEGIN:VEVENT", 1), "no content line: ''"),
}  # fmt: skip


def test_ours_is_without_fault():
    assert faults(good()) == []


@pytest.mark.parametrize("way", TABLE)
def test_what_is_broken_is_told(way):
    break_it, told = TABLE[way]
    broken = break_it(good())
    assert broken != good()
    assert [fault for fault in faults(broken) if re.search(told, fault)], faults(broken)
