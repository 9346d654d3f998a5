"""icalendar, the library of Plone, Home Assistant and many others."""

from __future__ import annotations

import icalendar

from tests.calendars.clients import Entry, fetch, in_utc

HOW = "`make test` installs icalendar"


def is_here() -> bool:
    return True


def read(address: str) -> set[Entry]:
    calendar = icalendar.Calendar.from_ical(fetch(address))
    return {
        Entry(str(event["UID"]), in_utc(event["DTSTART"].dt), in_utc(event["DTEND"].dt), str(event["SUMMARY"]))
        for event in calendar.walk("VEVENT")
    }
