"""The pages of an import."""

from __future__ import annotations

import re
from datetime import date
from io import BytesIO

import pytest
import time_machine

from activities.duties.models import Slot
from activities.kit.db import db
from activities.signups.service import sign_up
from activities.terms.models import SpecialDay, Term
from tests.cast import DAY, HOUR, NOW, english, make_post, make_slot
from tests.timetables.calendars import calendar

WEEKLY = (
    "UID:w\nDTSTART;TZID=Asia/Shanghai:20261201T100000\nDURATION:PT2H\nRRULE:FREQ=WEEKLY;COUNT={count}\n"
    "SUMMARY:<b>Lake</b>"
)
HALL = "UID:h\nDTSTART;TZID=Asia/Shanghai:20261203T100000\nDURATION:PT2H\nLOCATION:体育馆\nSUMMARY:Hall"
ALL_DAY = "UID:d\nDTSTART;VALUE=DATE:20261204\nSUMMARY:Sports day"


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ou(app, cast):
    return english(app, cast.ou)


@pytest.fixture
def start(app, cast) -> str:
    with app.app_context():
        db.session.add(Term(name="2026 秋", starts_on=date(2026, 9, 7), weeks=14))
        db.session.add(Term(name="2027 春", starts_on=date(2027, 3, 1), weeks=15))
        db.session.add(SpecialDay(day=date(2026, 12, 8), name="校庆", off=True))
        make_post(cast.sweeping, "体育馆", capacity=7)
        make_slot(cast.lake, NOW + 6 * DAY - 3 * HOUR, hours=2)  # 1 December, 9:00–11:00
        db.session.commit()
    return f"/organize/activities/{cast.sweeping.public_id}/import"


def upload(visitor, start: str, *parts: str) -> str:
    answer = visitor.submit(start, file=(BytesIO(calendar(*parts)), "weeks.ics"))
    assert answer.status_code == 303
    return answer.location


def digest(text: str) -> str:
    return re.search(r'name="digest" value="(\w+)"', text)[1]


def wish(cast, page: str, **more) -> dict:
    return {"post": cast.lake.public_id, "match": "y", "events": ["0", "1"], "digest": digest(page), **more}


def slots(app) -> int:
    with app.app_context():
        return db.session.query(Slot).count()


def test_the_activitys_page_leads_to_it(cast, ou, start):
    assert f'href="{start}"' in ou.get(start.removesuffix("/import")).text


def test_what_would_be_created_is_shown_with_all_that_is_odd(app, cast, ou, start):
    before = slots(app)
    page = ou.get(upload(ou, start, WEEKLY.format(count=3), HALL)).text
    for text in (
        "4 slots would be created", "&lt;b&gt;Lake&lt;/b&gt;", "the post has another slot at this time", "a day off",
        "outside the terms", "体育馆·1 slot·7 seats", "东湖北岸·3 slots·2 seats",
    ):  # fmt: skip
        assert text in page
    assert slots(app) == before


def test_it_is_created_as_shown_and_brought_again_there_is_nothing_new(app, cast, ou, start):
    before, address = slots(app), upload(ou, start, WEEKLY.format(count=3), HALL)
    answer = ou.submit(address, **wish(cast, ou.get(address).text))
    assert answer.status_code == 303
    page = ou.get(answer.location).text
    assert "4 slots are planned." in page
    assert "Delete all 4 slots" in page
    assert slots(app) == before + 4
    again = ou.get(upload(ou, start, WEEKLY.format(count=3), HALL)).text
    assert "Nothing new" in again
    assert "already imported" in again
    assert "Create the slots" not in again


def test_another_wish_is_shown_before_it_is_done(app, cast, ou, start):
    before, address = slots(app), upload(ou, start, WEEKLY.format(count=3), HALL)
    page = ou.get(address).text
    changed = wish(cast, page, capacity="9", events=["1"])
    answer = ou.submit(address, **changed)
    assert answer.status_code == 409
    assert "9 seats" in answer.text
    assert 'value="1" checked' in answer.text
    assert 'value="0" checked' not in answer.text
    looked = ou.submit(address, **changed, look="1")
    assert looked.status_code == 200
    assert slots(app) == before
    assert ou.submit(address, **{**changed, "digest": digest(looked.text)}).status_code == 303
    assert slots(app) == before + 1


def test_bad_events_are_named_and_must_be_left_out(app, cast, ou, start):
    before, address = slots(app), upload(ou, start, WEEKLY.format(count=3), ALL_DAY)
    page = ou.get(address).text
    assert "Sports day" in page
    assert "Event 2, which begins in line" in page
    refused = ou.submit(address, **wish(cast, page, events=["0"]))
    assert refused.status_code == 422
    assert "Some events cannot become slots." in refused.text
    assert slots(app) == before
    assert ou.submit(address, **wish(cast, page, events=["0"], without_bad="y")).status_code == 303
    assert slots(app) == before + 3


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"post": "nobodys"}, "Not a valid choice"),
        ({"capacity": "0"}, "from 1 to"),
        ({"events": ["77"]}, "77"),
        ({"events": []}, "No event is ticked that makes a slot."),
    ],
)
def test_what_is_typed_wrong_comes_back(app, cast, ou, start, changes, sentence):
    before, address = slots(app), upload(ou, start, WEEKLY.format(count=3), HALL)
    answer = ou.submit(address, **wish(cast, ou.get(address).text, **changes))
    assert answer.status_code == 422
    assert sentence in answer.text
    assert slots(app) == before


def test_a_file_that_is_none_says_so(ou, start):
    answer = ou.submit(start, file=(BytesIO(b"hello"), "a.ics"))
    assert answer.status_code == 422
    assert "This is no calendar" in answer.text
    assert ou.submit(start).status_code == 422


def test_it_is_taken_back_with_one_button_unless_somebody_is_in_it(app, cast, ou, start):
    before, address = slots(app), upload(ou, start, WEEKLY.format(count=3), HALL)
    ou.submit(address, **wish(cast, ou.get(address).text))
    undo = re.search(r'action="(/organize/imports/[^"]+/undo)"', ou.get(start).text)[1]
    assert english(app, cast.lin).submit(undo).status_code == 404
    assert english(app, cast.zhao).submit(undo).status_code == 404
    with app.app_context():
        slot = db.session.query(Slot).order_by(Slot.id.desc()).first().id
        sign_up(cast.lin.id, slot, NOW)
    assert ou.submit(undo).status_code == 409
    assert undo not in ou.get(start).text
    assert slots(app) == before + 4


def test_a_preview_that_is_gone_says_so(ou, start):
    assert "This preview is gone" in ou.get(f"{start}/nobodys").text
    assert ou.get(f"{start}/nobodys").status_code == 404


def test_the_pages_take_the_same_few_statements_whatever_there_is(ou, cast, start, statements):
    counts = []
    for count in (2, 5):
        address = upload(ou, start, WEEKLY.format(count=count).replace("UID:w", f"UID:{count}"), HALL)
        page = ou.get(address).text
        with statements.count() as shown:
            ou.get(address)
        ou.submit(address, **wish(cast, page))
        with statements.count() as listed:
            ou.get(start)
        counts.append((len(shown), len(listed)))
    assert counts[0] == counts[1]
    assert max(counts[0]) <= 14
