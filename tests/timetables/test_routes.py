"""The page of one's own timetable."""

from __future__ import annotations

from io import BytesIO

import pytest
import time_machine

from activities.timetables import service
from tests.cast import NOW, english
from tests.timetables.calendars import calendar

AT_TEN = "DTSTART:20261125T100000\nDTEND:20261125T113000\nSUMMARY:Mathematics"


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(NOW, tick=False):
        yield


def upload(visitor, data, name="timetable.ics"):
    return visitor.submit("/timetable/file", file=(BytesIO(data), name))


def test_who_has_brought_none_is_told_what_it_is_for(app, cast):
    page = english(app, cast.lin).get("/timetable").text
    assert "No timetable is here yet." in page
    assert "no titles" in page


def test_a_file_is_brought_shown_and_deleted(app, cast):
    lin = english(app, cast.lin)
    answer = upload(lin, calendar(AT_TEN))
    assert (answer.status_code, answer.location) == (303, "/timetable")
    page = lin.get("/timetable").text
    assert "10:00–11:30" in page
    assert "Busy in this week: 1 hour 30 minutes" in page
    assert "Mathematics" not in page
    assert "10:00–11:30" not in english(app, cast.wang).get("/timetable").text
    assert lin.submit("/timetable/delete").status_code == 303
    assert "No timetable is here yet." in lin.get("/timetable").text


def test_another_week_is_a_step_away(app, cast):
    lin = english(app, cast.lin)
    upload(lin, calendar(AT_TEN))
    assert "Busy in this week: nothing" in lin.get("/timetable?week=2026-12-02").text
    assert "10:00–11:30" in lin.get("/timetable?week=2026-11-29").text


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"hello", "This is no calendar"),
        (calendar(AT_TEN, "DTSTART:soon"), "Event 2, which begins in line 9: DTSTART cannot be read."),
        (b"", "This is no calendar"),
    ],
)
def test_a_broken_file_says_what_is_wrong_and_leaves_what_was_there(app, cast, data, sentence):
    lin = english(app, cast.lin)
    upload(lin, calendar(AT_TEN))
    answer = upload(lin, data)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "10:00–11:30" in lin.get("/timetable").text


def test_what_is_wrong_is_said_in_the_persons_language(app, cast):
    lin = english(app, cast.lin)
    lin.environ_base["HTTP_ACCEPT_LANGUAGE"] = "zh-CN"
    assert upload(lin, b"hello").status_code == 422


def test_no_file_at_all(app, cast):
    answer = english(app, cast.lin).submit("/timetable/file")
    assert answer.status_code == 422
    assert "Choose the file that holds your timetable." in answer.text


def test_a_page_takes_a_fixed_number_of_statements(app, cast, statements):
    lin = english(app, cast.lin)
    with app.app_context():
        service.bring_file(cast.lin.id, calendar(AT_TEN), NOW)
    lin.get("/timetable")
    with statements.count() as few:
        lin.get("/timetable")
    with app.app_context():
        service.bring_file(cast.lin.id, calendar(AT_TEN + "\nRRULE:FREQ=HOURLY;INTERVAL=3"), NOW)
    with statements.count() as many:
        lin.get("/timetable")
    assert len(many) == len(few)
