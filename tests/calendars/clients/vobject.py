"""vobject, the library of Radicale."""

from __future__ import annotations

import vobject

from tests.calendars.clients import Entry, fetch, in_utc

HOW = "`make test` installs vobject"


def is_here() -> bool:
    return True


def read(address: str) -> set[Entry]:
    calendar = vobject.readOne(fetch(address).decode())
    return {
        Entry(event.uid.value, in_utc(event.dtstart.value), in_utc(event.dtend.value), event.summary.value)
        for event in calendar.contents.get("vevent", ())
    }
