"""The pages of approval and assignment."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
import time_machine

from activities.admissions.service import assign
from activities.duties.models import Slot
from activities.kit.db import db
from activities.people.models import Member
from activities.signups.rules import SignUpState
from activities.signups.service import sign_up
from tests.admissions.conftest import counters, sign_up_of
from tests.cast import NOW, logged_in, make_member, my_state


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ou(app, cast):
    return logged_in(app, cast.ou)


def address(app, slot_id: int) -> str:
    with app.app_context():
        return db.session.get(Slot, slot_id).public_id


def public(app, member_id: int) -> str:
    with app.app_context():
        return db.session.get(Member, member_id).public_id


def test_a_member_asks_with_the_button(app, house):
    lin, slot = logged_in(app, house.cast.lin), address(app, house.visit)
    assert "Ask for a seat" in lin.get(f"/slots/{slot}", headers={"Accept-Language": "en"}).get_data(as_text=True)
    assert lin.submit(f"/slots/{slot}/sign-up").status_code == 303
    with app.app_context():
        assert my_state(house.cast.lin.id, house.visit) is SignUpState.ASKED


def test_organizers_decide_on_one_page(app, house, ou):
    with app.app_context():
        for who in (house.cast.lin.id, house.ma, house.hu):
            sign_up(who, house.visit, NOW)
        lin, ma, hu = (sign_up_of(who, house.visit) for who in (house.cast.lin.id, house.ma, house.hu))
    page = ou.get("/organize/requests").get_data(as_text=True)
    assert [name in page for name in ("林可欣", "马跃", "胡悦")] == [True] * 3
    assert ou.submit("/organize/requests/approve", request=[lin, ma]).status_code == 303
    asked = ou.submit("/organize/requests/decline", request=[hu])
    assert asked.status_code == 200
    assert "胡悦" in asked.get_data(as_text=True)
    assert ou.submit("/organize/requests/decline", request=[hu], reason=" ").status_code == 422
    assert ou.submit("/organize/requests/decline", request=[hu], reason="名额已满").status_code == 303
    with app.app_context():
        assert counters(house.visit) == (1, 1, 0)


def test_declining_takes_as_many_statements_for_many_as_for_one(app, house, ou, statements):
    with app.app_context():
        sign_up(house.ma, house.visit, NOW)
        ids = [sign_up_of(house.ma, house.visit)]
    with statements.count() as one:
        ou.submit("/organize/requests/decline", request=ids)
    with app.app_context():
        unit = db.session.get(Member, house.ma).unit
        others = [make_member(f"d{n}", f"某{n}", unit).id for n in range(12)]
        db.session.commit()
        for who in others:
            sign_up(who, house.visit, NOW)
            ids.append(sign_up_of(who, house.visit))
    with statements.count() as many:
        page = ou.submit("/organize/requests/decline", request=ids).get_data(as_text=True)
    assert "某11" in page
    assert len(many) <= len(one)


def test_the_list_takes_as_many_statements_for_many_as_for_one(app, house, ou, statements):
    with app.app_context():
        sign_up(house.ma, house.visit, NOW)
    with statements.count() as one:
        ou.get("/organize/requests")
    with app.app_context():
        for n in range(12):
            someone = make_member(f"m{n}", f"某{n}", db.session.get(Member, house.ma).unit)
            db.session.commit()
            sign_up(someone.id, house.visit, NOW)
    with statements.count() as many:
        ou.get("/organize/requests")
    assert len(one) == len(many)


def test_requests_of_others_activities_are_not_shown(app, house):
    with app.app_context():
        sign_up(house.ma, house.visit, NOW)
    assert logged_in(app, house.cast.zhao).get("/organize/requests").status_code == 404


def test_organizers_choose_people_and_members_answer(app, house, ou):
    slot = address(app, house.watch)
    page = ou.get(f"/organize/slots/{slot}/assign")
    assert "马跃" in page.get_data(as_text=True)
    assert ou.submit(f"/organize/slots/{slot}/assign").status_code == 422
    people = [public(app, house.ma), public(app, house.cast.lin.id)]
    assert ou.submit(f"/organize/slots/{slot}/assign", person=people).status_code == 303
    lin = logged_in(app, house.cast.lin)
    assert "欧阳慧敏" in lin.get(f"/slots/{slot}").get_data(as_text=True)
    assert f"/slots/{slot}/decline" in lin.get("/").get_data(as_text=True)
    assert lin.submit(f"/slots/{slot}/withdraw").status_code == 409
    assert lin.get(f"/slots/{slot}/decline").status_code == 200
    assert lin.submit(f"/slots/{slot}/decline", reason="").status_code == 422
    assert lin.submit(f"/slots/{slot}/decline", reason="那天考试").status_code == 303
    with app.app_context():
        assert counters(house.watch) == (1, 0, 0)


def test_people_beyond_the_seats_come_back_with_what_was_ticked(app, house, ou):
    slot = address(app, house.watch)
    with app.app_context():
        everyone = list(db.session.scalars(sa.select(Member.public_id).where(Member.unit_id == house.cast.first.id)))
    answer = ou.submit(f"/organize/slots/{slot}/assign", person=everyone)
    assert answer.status_code == 422
    assert answer.get_data(as_text=True).count(" checked") == len(everyone)


def test_an_assignment_is_answered_from_the_slots_page(app, house):
    with app.app_context():
        assign(house.cast.ou.id, house.watch, [house.cast.lin.id], NOW)
    lin, slot = logged_in(app, house.cast.lin), address(app, house.watch)
    assert lin.submit(f"/slots/{slot}/accept").status_code == 303
    with app.app_context():
        assert my_state(house.cast.lin.id, house.watch) is SignUpState.SEATED


def test_the_activitys_page_says_how_people_come_to_its_seats(app, house):
    lin = logged_in(app, house.cast.lin)
    with app.app_context():
        activity = db.session.get(Slot, house.visit).post.activity.public_id
    page = lin.get(f"/activities/{activity}", headers={"Accept-Language": "en"}).get_data(as_text=True)
    assert "an organizer approves or declines" in page


def test_the_organizers_door_counts_what_awaits_a_decision(app, house, ou):
    quiet = ou.get("/organize/", headers={"Accept-Language": "en"}).get_data(as_text=True)
    assert "await a decision" not in quiet
    assert "awaits a decision" not in quiet
    with app.app_context():
        for who in (house.ma, house.hu):
            sign_up(who, house.visit, NOW)
    page = ou.get("/organize/", headers={"Accept-Language": "en"}).get_data(as_text=True)
    assert "2 requests await a decision" in page
