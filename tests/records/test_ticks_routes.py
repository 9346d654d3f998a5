"""The tick list over HTTP: what a phone is given, what it sends, what the page keeps out."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from activities.kit.db import db
from activities.records.models import Record
from activities.records.rules import Attendance, Mark
from activities.records.service import record_attendance
from tests.cast import DAY, HOUR, NOW, english, make_member
from tests.records.conftest import seat

pytestmark = pytest.mark.usefixtures("at_noon")


def one(member, key="0123456789", how="here", at=NOW) -> dict[str, str]:
    return {"key": key, "who": member.public_id, "how": how, "at": at.isoformat()}


def send(visitor, slot, *ticks, undone=None):
    body = {"ticks": list(ticks), "undone": undone or {}}
    return visitor.post(f"/ticks/{slot.public_id}", json=body, headers={"X-CSRFToken": visitor.token()})


def test_the_page_itself_holds_nobody(app, cast, past):
    page = english(app, cast.ou).get(f"/ticks/{past.public_id}")
    assert "worker-src 'self'" in page.headers["Content-Security-Policy"]
    assert "Tick list" in page.text
    assert cast.lin.name not in page.text


def test_the_list_says_how_names_are_typed(app, cast, past):
    people = english(app, cast.ou).get(f"/ticks/{past.public_id}/people").json["people"]
    assert [who[:3] for who in people] == sorted(
        ([m.public_id, m.name, m.number] for m in (cast.lin, cast.wang, cast.ou)), key=lambda who: who[2]
    )
    assert {who[1]: who[4] for who in people}[cast.ou.name]
    assert "lin" in next(who[3] for who in people if who[1] == cast.lin.name)


def test_a_tick_is_recorded_and_others_see_it(app, cast, past):
    ou, chen = english(app, cast.ou), english(app, cast.chen)
    assert send(ou, past, one(cast.lin)).json == {"answers": [["0123456789", "recorded", ""]]}
    marks = chen.get(f"/ticks/{past.public_id}/marks").json
    assert marks["count"] == 1
    assert marks["marks"][cast.lin.public_id] == ["present", "Present, 1.5 hours", cast.ou.name, "12:00", False]
    assert ou.get(f"/ticks/{past.public_id}/marks").json["marks"][cast.lin.public_id][4]
    (answer,) = send(chen, past, one(cast.lin, how="now")).json["answers"]
    assert answer[1] == "clash"
    assert cast.ou.name in answer[2]


def test_only_what_is_new_is_asked_for(app, cast, past):
    with app.app_context():
        record_attendance(cast.chen.id, past.id, {cast.lin.id: Mark(Attendance.PRESENT, 90)}, NOW - HOUR / 2)
        record_attendance(cast.chen.id, past.id, {cast.wang.id: Mark(Attendance.PRESENT, 90)}, NOW)
    since = (NOW - timedelta(seconds=5)).isoformat()
    said = english(app, cast.ou).get(f"/ticks/{past.public_id}/marks", query_string={"since": since}).json
    assert (list(said["marks"]), said["count"]) == ([cast.wang.public_id], 2)


def test_a_tick_of_the_future_is_one_of_now(app, cast, past):
    send(english(app, cast.ou), past, one(cast.lin, how="now", at=NOW + DAY))
    with app.app_context():
        assert db.session.query(Record).one().minutes_late == 60


@pytest.mark.parametrize(
    "body",
    [
        None, [], {"ticks": []}, {"ticks": [], "undone": {}}, {"ticks": {}, "undone": []},
        {"ticks": ["x"], "undone": {}}, {"ticks": [{"key": "short"}], "undone": {}},
        {"ticks": [], "undone": {"0123456789": 1}}, {"ticks": [], "undone": {"\0" * 10: "x"}},
        {"ticks": [{"key": "0123456789", "who": "x", "how": "absent", "at": "2026-11-25"}], "undone": {}},
        {"ticks": [{"key": "0123456789", "who": "x\0", "how": "here", "at": NOW.isoformat()}], "undone": {}},
        {"ticks": [{"key": "0123456789", "who": "x", "how": "here", "at": NOW.isoformat()}] * 201, "undone": {}},
    ],
    ids=str,
)  # fmt: skip
def test_what_no_page_of_ours_sends_is_not_taken(app, cast, past, body):
    ou = english(app, cast.ou)
    answer = ou.post(f"/ticks/{past.public_id}", json=body, headers={"X-CSRFToken": ou.token()})
    assert answer.status_code == 422


def test_without_its_token_nothing_is_taken(app, cast, past):
    assert english(app, cast.ou).post(f"/ticks/{past.public_id}", json={"ticks": []}).status_code == 400


def test_when_the_day_is_over_so_is_the_list_but_what_waits_on_the_phone_can_still_be_sent(app, cast, past):
    assert "data-over hidden" in english(app, cast.ou).get(f"/ticks/{past.public_id}").text
    with time_machine.travel(NOW + DAY, tick=False):
        page = english(app, cast.ou).get(f"/ticks/{past.public_id}").text
    assert "data-over>" in page
    assert "data-crowd" in page
    assert cast.lin.name not in page


def test_the_worker_is_the_same_for_everyone(client):
    with client.get("/ticks/worker.js") as answer:
        assert (answer.status_code, answer.mimetype) == (200, "text/javascript")
        assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("path", ["", "/people", "/marks"])
def test_statements_do_not_grow_with_the_list(app, cast, past, statements, path):
    ou = english(app, cast.ou)
    counts = []
    for n in (1, 30):
        with app.app_context():
            seat(past, [make_member(f"7{n}{i:02}", f"某{i}", cast.first, password_hash=None) for i in range(n)])
        with statements.count() as sent:
            assert ou.get(f"/ticks/{past.public_id}{path}").status_code == 200
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 6


def test_a_hundred_ticks_take_about_as_many_statements_as_two(app, cast, past, statements):
    with app.app_context():
        people = [make_member(f"7{i:03}", f"某{i}", cast.first, password_hash=None) for i in range(102)]
        seat(past, people)
    ou, counts = english(app, cast.ou), []
    for some in (people[:2], people[2:]):
        with statements.count() as sent:
            answers = send(ou, past, *(one(person, f"key-{person.number}") for person in some)).json["answers"]
        assert {answer[1] for answer in answers} == {"recorded"}
        counts.append(len(sent))
    assert counts[0] == counts[1]
