"""The finding pages and the two buttons."""

from __future__ import annotations

import pytest
import time_machine

from activities.duties.models import Activity, Slot
from activities.kit.db import db
from activities.people.models import Member, Unit
from activities.signups.rules import SignUpState
from activities.signups.service import sign_up
from tests.cast import DAY, HOUR, NOW, logged_in, make_activity, make_member, make_post, make_slot, my_state


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def lin(app, cast):
    return logged_in(app, cast.lin)


def slots(app, cast, count: int, capacity: int = 1) -> None:
    """Slots of one more post, an hour apart, from an hour from now on."""
    with app.app_context():
        post = make_post(cast.sweeping, "南岸", capacity=capacity)
        for n in range(count):
            make_slot(post, NOW + HOUR + n * HOUR / 2, hours=0.5)
        db.session.commit()


def test_the_week_shows_its_slots_as_cards_and_in_the_grid(lin):
    page = lin.get("/slots").get_data(as_text=True)
    assert page.count('<article class="slot') == 1
    assert 'class="ev' in page


def test_a_full_week_takes_the_same_few_statements_as_an_empty_one(app, cast, lin, statements):
    counts = []
    for more in (0, 10, 60):
        slots(app, cast, more)
        with app.app_context(), db.engine.begin() as connection:
            connection.execute(Slot.__table__.update().values(capacity=9).where(Slot.capacity == 1))
        with statements.count() as sent:
            assert lin.get("/slots").status_code == 200
        counts.append(len(sent))
        with app.app_context(), db.engine.connect().execution_options(write=True) as connection, connection.begin():
            connection.execute(Slot.__table__.delete().where(Slot.capacity == 9))
    assert max(counts) <= 6
    assert len(set(counts)) == 1


def test_long_weeks_come_in_pages(app, cast, lin):
    slots(app, cast, 60)
    first = lin.get("/slots?week=2026-11-23").get_data(as_text=True)
    second = lin.get("/slots?week=2026-11-23&page=2").get_data(as_text=True)
    assert first.count('<article class="slot') == 50
    assert second.count('<article class="slot') == 11
    assert "page=2" in first
    assert "page=3" not in second


@pytest.mark.parametrize(
    "query",
    ["week=x", "day=2026-13-40", "page=-1", "page=999999999999", "kind=nope", "q=%25_'", "part=x", "week=0001-01-01",
     "open=1&part=noon", "open=1&week=9999-12-31", "week=2199-12-31",
     "page=%C2%B2", "week=2026-11-23&day=2026-12-01", "q=" + "x" * 5000],
)  # fmt: skip
def test_any_address_gets_an_answer(lin, query):
    assert lin.get(f"/slots?{query}").status_code == (400 if "%00" in query else 200)


def test_filters_narrow_what_is_shown(app, cast, lin):
    with app.app_context():
        make_slot(make_post(make_activity("晚间关灯", cast.first, "energy"), "301"), NOW + DAY / 2)
        db.session.commit()

    def shown(query: str) -> int:
        return lin.get(f"/slots?{query}").get_data(as_text=True).count('<article class="slot')

    assert shown("") == 2
    assert shown("kind=energy") == 1
    assert shown("kind=energy&kind=cleaning") == 2
    assert shown("q=关灯") == 1
    assert shown("part=noon") == 1
    assert shown("day=2026-11-26") == 2
    assert shown("day=2026-11-27") == 0


def test_an_empty_week_points_to_the_next_with_slots(lin):
    page = lin.get("/slots?week=2026-10-12").get_data(as_text=True)
    assert 'class="empty"' in page
    assert "week=2026-11-26" in page


def test_where_nothing_fits_the_page_points_to_the_next_that_does(app, cast, lin):
    """In this week's slot Lin has a seat, in next week's nothing of the kind is done."""
    with app.app_context():
        make_slot(make_post(make_activity("晚间关灯", cast.first, "energy"), "301"), NOW + 8 * DAY)
        make_slot(cast.lake, NOW + 15 * DAY)
        db.session.commit()
        sign_up(cast.lin.id, cast.slot.id, NOW)
    page = lin.get("/slots?kind=cleaning&open=1").get_data(as_text=True)
    assert 'class="empty"' in page
    assert "/slots?kind=cleaning&amp;open=1&amp;week=2026-12-10" in page
    assert "week=2026-12-10" in lin.get("/slots?kind=cleaning&part=noon&day=2026-11-30").get_data(as_text=True)
    assert "week=2026-12" not in lin.get("/slots?q=nowhere").get_data(as_text=True).partition('class="empty"')[2]


def test_the_button_takes_a_seat_and_says_so(app, cast, lin):
    answer = lin.submit(f"/slots/{cast.slot.public_id}/sign-up")
    assert (answer.status_code, answer.location) == (303, f"/slots/{cast.slot.public_id}")
    assert 'role="status"' in lin.get(answer.location).get_data(as_text=True)
    with app.app_context():
        assert my_state(cast.lin.id, cast.slot.id) is SignUpState.SEATED


def test_a_refusal_is_a_409_with_its_sentence(cast, lin):
    lin.submit(f"/slots/{cast.slot.public_id}/sign-up")
    answer = lin.submit(f"/slots/{cast.slot.public_id}/sign-up", wait="1")
    assert answer.status_code == 409
    assert 'role="alert"' in answer.get_data(as_text=True)


def test_the_page_offers_the_waiting_list_of_a_full_slot(app, cast, lin):
    with app.app_context():
        for member in (cast.wang, cast.ou):
            sign_up(member.id, cast.slot.id, NOW)
    assert 'name="wait"' in lin.get(f"/slots/{cast.slot.public_id}").get_data(as_text=True)
    assert lin.submit(f"/slots/{cast.slot.public_id}/sign-up").status_code == 409
    assert lin.submit(f"/slots/{cast.slot.public_id}/sign-up", wait="1").status_code == 303


def test_withdrawing_gives_the_seat_back(app, cast, lin):
    lin.submit(f"/slots/{cast.slot.public_id}/sign-up")
    assert lin.submit(f"/slots/{cast.slot.public_id}/withdraw").status_code == 303
    with app.app_context():
        assert my_state(cast.lin.id, cast.slot.id) is None


def test_what_cannot_be_undone_is_said_before_it_is_done(app, cast, lin):
    """Who gives a seat back that others wait for does not get it again, nor who leaves the line their place in it."""
    path, waits = f"/slots/{cast.slot.public_id}", logged_in(app, cast.wang)
    with app.app_context():
        for who in (cast.lin.id, cast.ou.id):
            sign_up(who, cast.slot.id, NOW)
    assert 'details class="sure"' not in lin.get(path).text
    with app.app_context():
        sign_up(cast.wang.id, cast.slot.id, NOW, or_wait=True)
        more = make_member("2301009", "马跃", cast.first)
        db.session.commit()
    assert 'details class="sure"' in lin.get(path).text
    assert 'details class="sure"' not in waits.get(path).text  # nobody is behind
    with app.app_context():
        sign_up(more.id, cast.slot.id, NOW, or_wait=True)
    assert 'details class="sure"' in waits.get(path).text


@pytest.mark.parametrize("path", ["", "/sign-up", "/withdraw"])
def test_a_slot_of_another_unit_is_not_there(app, cast, path):
    zhao = logged_in(app, cast.zhao)
    address = f"/slots/{cast.slot.public_id}{path}"
    assert (zhao.submit(address) if path else zhao.get(address)).status_code == 404


def test_who_moves_to_another_unit_can_still_give_the_seat_back(app, cast, lin):
    lin.submit(f"/slots/{cast.slot.public_id}/sign-up")
    with app.app_context():
        db.session.get(Member, cast.lin.id).unit_id = cast.second.id
        db.session.commit()
    assert lin.get(f"/slots/{cast.slot.public_id}").status_code == 200
    assert lin.submit(f"/slots/{cast.slot.public_id}/withdraw").status_code == 303
    assert lin.get(f"/slots/{cast.slot.public_id}").status_code == 404


def test_a_units_name_is_shown_as_it_is(app, cast, lin):
    with app.app_context():
        unit = db.session.get(Unit, cast.first.id)
        unit.name = "100%<b>志愿</b>"
        db.session.get(Activity, cast.sweeping.id).eligible_unit_id = unit.id
        db.session.commit()
    assert "100%&lt;b&gt;志愿" in lin.get(f"/slots/{cast.slot.public_id}").get_data(as_text=True)


def test_the_activity_lists_its_slots(cast, lin):
    page = lin.get(f"/activities/{cast.sweeping.public_id}").get_data(as_text=True)
    assert page.count('<article class="slot') == 1
