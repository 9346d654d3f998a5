"""The bench of feeds, with few entries: it measures what it says."""

from __future__ import annotations

import icalendar
import pytest

from activities.calendars import rules
from activities.kit.db import db
from bench import calendars
from bench.capture import Request
from bench.forgetful import forgetting, restarting
from tests.cast import DAY, NOW, make_slot

pytestmark = pytest.mark.any_database


@pytest.fixture
def request_of_feed(app, cast, monkeypatch) -> Request:
    """Three entries to come."""
    monkeypatch.setattr(calendars.clock, "now", lambda: NOW)
    with app.app_context():
        for days in (2, 3):
            make_slot(db.session.merge(cast.lake), NOW + days * DAY)
        db.session.commit()
    return Request(f"/activities/{cast.sweeping.public_id}.ics")


def test_icalendar_builds_the_same_entries(app, request_of_feed):
    body = calendars._body(app, request_of_feed)
    values = calendars._values(body)
    assert [entry["UID"] for entry in values] == [str(e["UID"]) for e in icalendar.Calendar.from_ical(body).events]
    assert {"DTSTAMP", "DTSTART", "DTEND", "SEQUENCE", "SUMMARY", "DESCRIPTION", "URL"} <= values[0].keys()
    assert calendars._built_by_icalendar(values) > 0


def test_one_slot_moved_is_one_entry_put_into_words(app, cast, request_of_feed):
    write = rules.render_event
    seconds, entries, written = calendars._changed(app, cast.ou.id, cast.sweeping.public_id, request_of_feed)
    assert seconds > 0
    assert entries == 1
    assert written >= 1
    assert rules.render_event is write


def test_a_process_that_keeps_nothing_puts_all_into_words_again(app, request_of_feed):
    calendars._body(app, request_of_feed)
    with calendars._put_into_words() as entries:
        calendars._body(app, request_of_feed)
    assert entries == []
    with forgetting(app), calendars._put_into_words() as entries:
        calendars._body(app, request_of_feed)
    assert len(entries) == 3


def test_a_process_that_was_restarted_finds_what_is_large_on_disk(app, request_of_feed, monkeypatch):
    monkeypatch.setattr(app.extensions["feeds_shelf"], "least", 0)
    with forgetting(app):
        body = calendars._body(app, request_of_feed)
    with restarting(app):
        assert calendars._body(app, request_of_feed) == body
    with restarting(app), calendars._put_into_words() as entries:
        assert calendars._body(app, request_of_feed) == body
    assert entries == []
