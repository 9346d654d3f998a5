"""An entry of a feed as a message to one person: scheduling by iTIP (RFC 5546), as mail carries it (RFC 6047).

A REQUEST puts the entry into the person's calendar, a CANCEL takes it out. Which of two messages about one UID holds is
told by SEQUENCE first and DTSTAMP second (RFC 5546, 2.1.5), in whatever order they arrive. The person is the only
attendee named: who else comes is nobody's business here. They have signed up already, so they are asked for no answer.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from urllib.parse import quote

from activities.calendars.rules import line, moment_utc, time_zone
from activities.kit.text import clean_line

# RFC 6068: what the part of an address before the @ may hold as it is.
_PLAIN = "@!$'*+="


class Method(StrEnum):
    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


class Party(NamedTuple):
    """Who invites, or is invited."""

    name: str
    email: str


def organizer_of(mailbox: str, activity: str, school: Party, attendee: str) -> Party:
    """Who invites: the activity from its own mailbox, or the school. Nobody is invited by themselves: programs take
    that for a copy of one's own event, and offer nothing."""
    return Party(activity, mailbox) if mailbox and mailbox.lower() != attendee.lower() else school


def message(method: Method, event: bytes, organizer: Party, attendee: Party, zone: str, now: datetime) -> bytes:
    """The calendar that is mailed: a feed's VEVENT, stamped anew and addressed. `now` is when it is made, which is what
    DTSTAMP says where there is a METHOD (RFC 5545, 3.8.7.2)."""
    stamp, lines = line("DTSTAMP", moment_utc(now)), event.splitlines(keepends=True)
    lines = [stamp if one.startswith(b"DTSTAMP:") else one for one in lines]
    people = (
        line(f"ORGANIZER;CN={_quoted(organizer.name)}", _mailto(organizer.email)),
        line(
            f"ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;RSVP=FALSE;CN={_quoted(attendee.name)}",
            _mailto(attendee.email),
        ),
    )
    head = (
        line("BEGIN", "VCALENDAR"), line("PRODID", "-//activities//invitation//EN"), line("VERSION", "2.0"),
        line("CALSCALE", "GREGORIAN"), line("METHOD", method), time_zone(zone),
    )  # fmt: skip
    return b"".join((*head, lines[0], *people, *lines[1:], line("END", "VCALENDAR")))


def _quoted(name: str) -> str:
    """A parameter's value. It may hold anything but a quotation mark, for which there is no escape that programs
    know."""
    return '"' + clean_line(name).replace('"', "'") + '"'


def _mailto(email: str) -> str:
    return "mailto:" + quote(email, safe=_PLAIN)
