"""A mail program that keeps a calendar: it finds the invitation in a letter as programs do, and applies it by the rules
of RFC 5546."""

from __future__ import annotations

from datetime import datetime
from email.message import EmailMessage
from typing import NamedTuple

import icalendar
from icalendar import Event


class Shown(NamedTuple):
    """What a calendar shows of an entry."""

    starts_at: datetime
    ends_at: datetime
    summary: str
    sequence: int


def invitations(letter: EmailMessage) -> list[EmailMessage]:
    """The parts that a program reads as scheduling messages (RFC 6047, 2.4): they name their method."""
    return [part for part in letter.walk() if part.get_content_type() == "text/calendar" and _method(part)]


def calendar_of(part: EmailMessage) -> icalendar.Calendar:
    return icalendar.Calendar.from_ical(part.get_payload(decode=True))


def event_of(part: EmailMessage) -> Event:
    (event,) = calendar_of(part).walk("VEVENT")
    return event


def shown(event: Event) -> Shown:
    return Shown(event.start, event.end, str(event["SUMMARY"]), int(event["SEQUENCE"]))


class MailProgram:
    """One person's. What was taken out is remembered, so that an older message does not bring it back."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.known: dict[str, tuple[int, datetime]] = {}
        self.entries: dict[str, Shown] = {}

    def receive(self, letter: EmailMessage) -> None:
        for part in invitations(letter):
            calendar = calendar_of(part)
            assert _method(part) == str(calendar["METHOD"])
            self._apply(str(calendar["METHOD"]), event_of(part))

    def _apply(self, method: str, event: Event) -> None:
        """RFC 5546, 2.1.5: the higher SEQUENCE holds; of two that are equal, the later DTSTAMP."""
        uid, stamp = str(event["UID"]), (int(event["SEQUENCE"]), event["DTSTAMP"].dt)
        assert str(event["ATTENDEE"]).lower() == f"mailto:{self.address}"
        if self.known.get(uid, stamp) > stamp:
            return
        self.known[uid] = stamp
        if method == "REQUEST":
            self.entries[uid] = shown(event)
        elif method == "CANCEL":
            assert str(event["STATUS"]) == "CANCELLED"
            self.entries.pop(uid, None)


def _method(part: EmailMessage) -> str:
    return str(part["Content-Type"].params.get("method", ""))
