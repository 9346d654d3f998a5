"""libical, the C library of GNOME's and KDE's calendars, called where it is."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from ctypes import c_char_p, c_int, c_long, c_void_p
from ctypes.util import find_library
from datetime import UTC, datetime
from functools import cache

from tests.calendars.clients import Entry, fetch

HOW = "no libical here: on Debian `apt-get install libical3`"


class Time(ctypes.Structure):
    """`struct icaltimetype` of libical 3."""

    _fields_ = [
        *((name, c_int) for name in ("year", "month", "day", "hour", "minute", "second", "is_date", "is_daylight")),
        ("zone", c_void_p),
    ]


SIGNATURES: dict[str, tuple[object, ...]] = {
    "icalparser_parse_string": (c_void_p, c_char_p),
    "icalcomponent_count_errors": (c_int, c_void_p),
    "icalcomponent_string_to_kind": (c_int, c_char_p),
    "icalcomponent_get_first_component": (c_void_p, c_void_p, c_int),
    "icalcomponent_get_next_component": (c_void_p, c_void_p, c_int),
    "icalcomponent_get_uid": (c_char_p, c_void_p),
    "icalcomponent_get_summary": (c_char_p, c_void_p),
    "icalcomponent_get_dtstart": (Time, c_void_p),
    "icalcomponent_get_dtend": (Time, c_void_p),
    "icaltime_as_timet_with_zone": (c_long, Time, c_void_p),
    "icalcomponent_free": (None, c_void_p),
}


def is_here() -> bool:
    return find_library("ical") is not None


@cache
def library() -> ctypes.CDLL:
    found = ctypes.CDLL(find_library("ical"))
    for name, (result, *arguments) in SIGNATURES.items():
        function = getattr(found, name)
        function.restype, function.argtypes = result, arguments
    return found


def read(address: str) -> set[Entry]:
    ical = library()
    calendar = ical.icalparser_parse_string(fetch(address))
    assert calendar, "libical finds no calendar"
    try:
        assert ical.icalcomponent_count_errors(calendar) == 0, "libical finds errors"
        return {_entry(ical, event) for event in _events(ical, calendar)}
    finally:
        ical.icalcomponent_free(calendar)


def _events(ical: ctypes.CDLL, calendar: int) -> Iterator[int]:
    kind = ical.icalcomponent_string_to_kind(b"VEVENT")
    event = ical.icalcomponent_get_first_component(calendar, kind)
    while event:
        yield event
        event = ical.icalcomponent_get_next_component(calendar, kind)


def _entry(ical: ctypes.CDLL, event: int) -> Entry:
    return Entry(
        ical.icalcomponent_get_uid(event).decode(),
        _moment(ical, ical.icalcomponent_get_dtstart(event)),
        _moment(ical, ical.icalcomponent_get_dtend(event)),
        ical.icalcomponent_get_summary(event).decode(),
    )


def _moment(ical: ctypes.CDLL, time: Time) -> datetime:
    assert time.zone, "libical takes a time for one of nowhere"
    return datetime.fromtimestamp(ical.icaltime_as_timet_with_zone(time, time.zone), UTC)
