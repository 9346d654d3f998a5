"""My duties."""

from __future__ import annotations

import pytest
import time_machine

from activities.exchanges.covers import ask_cover
from activities.kit.db import db
from activities.records.models import Record
from activities.records.rules import Attendance
from activities.signups.models import Pause
from activities.signups.service import sign_up
from tests.cast import DAY, HOUR, NOW, english, logged_in, make_post, make_slot, store
from tests.requirements.asked import SERVICE, asked_by


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def lin(app, cast):
    return logged_in(app, cast.lin)


def duties(app, cast, count: int) -> None:
    """`count` seats on following days, and as many places on waiting lists."""
    with app.app_context():
        for n in range(count):
            mine = make_slot(make_post(cast.sweeping, f"甲{n}", capacity=1), NOW + (2 + n) * DAY)
            full = make_slot(make_post(cast.sweeping, f"乙{n}", capacity=1), NOW + (2 + n) * DAY + 3 * HOUR)
            db.session.commit()
            sign_up(cast.lin.id, mine.id, NOW)
            sign_up(cast.wang.id, full.id, NOW)
            sign_up(cast.lin.id, full.id, NOW, or_wait=True)


def records(app, cast, count: int) -> None:
    with app.app_context():
        for n in range(count):
            slot = make_slot(cast.lake, NOW - (n + 1) * DAY, hours=2)
            db.session.add(
                Record(
                    slot=slot, member_id=cast.lin.id, attendance=Attendance.PRESENT, minutes=90, ledger="service",
                    day=slot.starts_at.date(), evidence="organizer_tick", is_final=True,
                    recorded_by_id=cast.ou.id, recorded_at=NOW, changed_at=NOW,
                )
            )  # fmt: skip
        db.session.commit()


def test_who_has_nothing_ahead_is_shown_the_way_to_a_slot(lin):
    page = lin.get("/").get_data(as_text=True)
    assert 'class="btn btn-go' in page
    assert "/slots?open=1" in page


def test_a_pause_is_told_until_it_is_over(app, cast):
    with app.app_context():
        store(Pause(member_id=cast.lin.id, begun_at=NOW - DAY, until=NOW + HOUR, misses=3, miss_days=90))
        db.session.commit()
    lin, said = english(app, cast.lin), "After missed duties you take on nothing new until"
    assert said in lin.get("/").get_data(as_text=True)
    with time_machine.travel(NOW + 2 * HOUR, tick=False):
        assert said not in lin.get("/").get_data(as_text=True)


def test_the_next_duty_stands_first_and_large(app, cast, lin):
    with app.app_context():
        sign_up(cast.lin.id, cast.slot.id, NOW)
    page = lin.get("/").get_data(as_text=True)
    hero = page.split("board-hero")[1].split("</section>")[0]
    assert "东湖责任区清扫" in hero
    assert f"/slots/{cast.slot.public_id}" in hero


def test_the_place_on_a_waiting_list_is_told(app, cast, lin):
    duties(app, cast, 1)
    assert "乙0" in lin.get("/").get_data(as_text=True)


def test_the_years_hours_and_the_latest_records_are_there(app, cast, lin):
    records(app, cast, 3)
    page = lin.get("/").get_data(as_text=True)
    assert "<b>4.5</b>" in page
    assert page.count("/records/") >= 3


def test_the_page_takes_the_same_few_statements_however_much_there_is(app, cast, lin, statements):
    def sent() -> int:
        with statements.count() as seen:
            assert lin.get("/").status_code == 200
        return len(seen)

    duties(app, cast, 1)
    records(app, cast, 1)
    few = sent()
    with app.app_context():
        for n in range(6):
            slot = make_slot(make_post(cast.sweeping, f"丙{n}"), NOW + (20 + n) * DAY)
            db.session.commit()
            sign_up(cast.lin.id, slot.id, NOW)
    assert sent() == few <= 18


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_the_probes_answer_without_a_log_in(client, path):
    assert client.get(path).status_code == 200


def cover_wanted(app, cast, count: int) -> list[str]:
    """Slots on which somebody looks for cover: in the first it is Lin's turn, in the others Lin is invited."""
    with app.app_context():
        cast.sweeping.offer_minutes = 180
        cast.sweeping.withdraw_minutes = 14 * 24 * 60
        found = []
        for n in range(count):
            slot = make_slot(make_post(cast.sweeping, f"丁{n}", capacity=1), NOW + (3 + n) * DAY)
            db.session.commit()
            sign_up(cast.wang.id, slot.id, NOW)
            if not n:
                sign_up(cast.lin.id, slot.id, NOW, or_wait=True)
            ask_cover(cast.wang.id, slot.id, "", NOW)
            found.append(slot.public_id)
        return found


def test_what_one_is_asked_to_take_over_is_shown_as_an_offer_is(app, cast, lin):
    turn, invited = cover_wanted(app, cast, 2)
    page = lin.get("/").get_data(as_text=True)
    asked = {
        public_id: page.split(f'id="cover-{public_id}"')[1].split("</section>")[0] for public_id in (turn, invited)
    }
    assert f"/slots/{turn}/cover/decline" in asked[turn]
    assert "15:00" in asked[turn]  # until when
    assert f"/slots/{invited}/not-this-time" in asked[invited]
    assert all(f"/slots/{public_id}/take-over" in panel for public_id, panel in asked.items())
    assert "plain checks" not in page  # it is not counted a second time


def test_one_takes_over_right_there_or_says_not_this_time(app, cast, lin):
    turn, invited = cover_wanted(app, cast, 2)
    lin.submit(f"/slots/{turn}/take-over")
    lin.submit(f"/slots/{invited}/not-this-time")
    page = lin.get("/").get_data(as_text=True)
    assert "cover-" not in page
    assert "丁0" in page
    assert "丁1" not in page


def test_however_much_one_is_asked_to_take_over_the_statements_are_the_same(app, cast, lin, statements):
    def sent() -> int:
        with statements.count() as seen:
            assert lin.get("/").status_code == 200
        return len(seen)

    few = sent()
    cover_wanted(app, cast, 4)
    assert sent() <= few + 1  # for places in line, which none was waited in before


def test_what_is_still_owed_stands_there_line_by_line(app, cast):
    with app.app_context():
        asked_by(cast.first, cast.chen, SERVICE)
        db.session.commit()
    page = english(app, cast.lin).get("/").text
    assert "What I still owe this year" in page
    assert "Still owed: <b>20 hours</b>" in page
    assert "/owed/2026" in page
