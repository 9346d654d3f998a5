"""The ten working days within which it is recorded who came: said on the page, and reminded of once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
import time_machine

from activities.kit.db import db
from activities.outbox.models import Notice
from activities.records.reminders import remind_to_record
from activities.records.rules import Attendance, Mark
from activities.records.service import record_attendance
from activities.terms.models import SpecialDay
from tests.cast import DAY, english, store

LAST = timedelta(days=14)  # from a Thursday, ten working days


@pytest.fixture(autouse=True)
def _texts_of_the_code(monkeypatch):
    monkeypatch.setattr("activities.kit.i18n.DEFAULT", "en")


def told() -> list[int]:
    return list(db.session.scalars(sa.select(Notice.member_id).where(Notice.topic == "records.to_record")))


@pytest.mark.parametrize(("before", "count"), [(4, 0), (3, 1), (0, 1), (-1, 0)])
def test_organizers_are_reminded_three_days_before(ctx, cast, past, before, count):
    assert remind_to_record(past.ends_at + LAST - before * DAY) == count
    assert bool(told()) == bool(count)


def test_it_is_said_once_and_not_when_all_are_marked(ctx, cast, past):
    near = past.ends_at + LAST - 2 * DAY
    remind_to_record(near)
    people = told()
    remind_to_record(near + DAY)
    assert told() == people
    marks = dict.fromkeys((cast.lin.id, cast.wang.id), Mark(Attendance.ABSENT))
    record_attendance(cast.chen.id, past.id, {**marks, cast.ou.id: Mark(Attendance.ABSENT)}, near)
    assert remind_to_record(near) == 0


@pytest.mark.parametrize(
    ("after", "sentence"),
    [
        (2 * DAY, "12 days are left"),
        (LAST - DAY, "1 day is left"),
        (LAST, "To be recorded today"),
        (LAST + DAY, "Now it needs a reason"),
    ],
)
def test_the_page_counts_down(app, cast, past, after, sentence):
    with time_machine.travel(past.ends_at + after, tick=False):
        assert sentence in english(app, cast.ou).get(f"/slots/{past.public_id}/attendance").text


def test_a_day_counted_in_a_year_that_is_unconfirmed_says_so(app, cast, past):
    year = past.ends_at.year

    def said() -> bool:
        with time_machine.travel(past.ends_at + DAY, tick=False):
            return f"{year} is unconfirmed." in english(app, cast.ou).get(f"/slots/{past.public_id}/attendance").text

    assert said()
    with app.app_context():
        store(SpecialDay(day=date(year, 1, 1), name="元旦", off=True, confirmed=True))
        db.session.commit()
    assert not said()
