"""Feeds read as a calendar program reads them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import icalendar
import time_machine
from flask import Flask
from werkzeug.test import TestResponse

from activities.calendars import service
from activities.duties.models import Activity, Post, Slot
from activities.duties.rules import SlotState
from activities.kit.db import Base, db, revise, transaction
from activities.people.models import Member
from tests.cast import NOW, Visitor

SECOND = timedelta(seconds=1)


def token_of(app: Flask, member: Member) -> str:
    with app.app_context():
        return service.feed_of(member.id, NOW)


def address_of(app: Flask, member: Member) -> str:
    return f"/calendars/{token_of(app, member)}.ics"


def fetch(client: Visitor, address: str, at: datetime = NOW, **headers: str) -> TestResponse:
    """GET as a program without log-in does, at a moment."""
    with time_machine.travel(at, tick=False):
        return client.get(address, headers={name.replace("_", "-"): value for name, value in headers.items()})


def events(answer: TestResponse) -> dict[str, dict[str, str]]:
    """The entries by UID, each property as text."""
    assert answer.status_code == 200
    calendar = icalendar.Calendar.from_ical(answer.data)
    return {
        str(event["UID"]): {name: event[name].to_ical().decode() for name in event} for event in calendar.walk("VEVENT")
    }


def blocks(answer: TestResponse) -> dict[str, list[str]]:
    """The entries' own lines by UID, and those around them under the empty name."""
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


def change(app: Flask, row: Base, now: datetime, **values: Any) -> None:
    """Change a row as the verbs do: its revision rises, and with a post's or slot's its activity's schedule."""
    with app.app_context(), transaction():
        present = db.session.get(type(row), row.id)
        revise(present, values, now)
        if isinstance(present, (Post, Slot)):
            post = present if isinstance(present, Post) else present.post
            activity = db.session.get(Activity, post.activity_id)
            assert activity is not None
            activity.schedule_revision += 1
            activity.schedule_changed_at = now


def cancel(app: Flask, slot: Slot, now: datetime) -> None:
    change(app, slot, now, state=SlotState.CANCELLED, cancelled_at=now, cancel_reason="王一诺老师生病")
