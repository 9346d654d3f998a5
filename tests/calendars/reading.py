"""Feeds read as a calendar program reads them."""

from __future__ import annotations

from datetime import datetime, timedelta

import icalendar
import time_machine
from flask import Flask
from werkzeug.test import TestResponse

from activities.calendars import queries, service
from activities.calendars.service import Wanted
from activities.people.models import Member
from tests.calendars.faults import faults
from tests.cast import NOW, Visitor

SECOND = timedelta(seconds=1)


def token_of(app: Flask, member: Member) -> str:
    with app.app_context():
        return service.feed_of(member.id, NOW)


def address_of(app: Flask, member: Member) -> str:
    return f"/calendars/{token_of(app, member)}.ics"


def make_feed(app: Flask, member: Member, wanted: Wanted, at: datetime = NOW) -> str:
    """The address of a new feed of the person's."""
    with app.app_context():
        public_id = service.make(member.id, wanted, at)
        return f"/calendars/{service.token_of(queries.feed_for(member.id, public_id))}.ics"


def fetch(client: Visitor, address: str, at: datetime = NOW, **headers: str) -> TestResponse:
    """GET as a program without log-in does, at a moment."""
    with time_machine.travel(at, tick=False):
        return client.get(address, headers={name.replace("_", "-"): value for name, value in headers.items()})


def events(answer: TestResponse) -> dict[str, dict[str, str]]:
    """The entries by UID, each property as text."""
    assert answer.status_code == 200
    assert faults(answer.data) == []
    calendar = icalendar.Calendar.from_ical(answer.data)
    return {
        str(event["UID"]): {name: event[name].to_ical().decode() for name in event} for event in calendar.walk("VEVENT")
    }


def blocks(answer: TestResponse) -> dict[str, list[str]]:
    """The entries' own lines by UID, and those around them under the empty name."""
    assert faults(answer.data) == []
    found: dict[str, list[str]] = {"": []}
    here = found[""]
    for line in answer.data.decode().replace("\r\n ", "").split("\r\n"):
        if line == "BEGIN:VEVENT":
            here = []
        here.append(line)
        if line.startswith("UID:"):
            found[line[4:]] = here
        if line == "END:VEVENT":
            here = found[""]
    return found
