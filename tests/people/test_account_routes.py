"""What people see of their own account."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from activities.kit.db import db
from activities.people.models import Member
from activities.people.queries import WITH_ROLES
from tests.cast import PASSWORD, Visitor, logged_in

GOOD = "东湖北岸的清扫区真干净"
GARBAGE = ["", "x" * 5000, "9" * 40, "'; --", "<b>&", "\u202e", "\r\n", "-1", "None", "{{ 7*7 }}"]


@pytest.fixture
def gu(app, cast) -> Visitor:
    return logged_in(app, cast.gu)


def stored(app, number: str) -> Member:
    with app.app_context():
        query = sa.select(Member).where(Member.number == number).options(*WITH_ROLES)
        return db.session.execute(query).unique().scalar_one()


def form(cast, **changes) -> dict[str, str]:
    values = {
        "number": "2301009", "name": "何俊杰", "unit": cast.first.public_id, "class_name": "营销2301",
        "stage": "activist", "standing": "student", "email": "He@example.edu",
    }  # fmt: skip
    return {**values, **changes}


# ── my account ──────────────────────────────────────────────────────────────


def test_one_sees_what_is_kept_about_oneself(app, cast):
    page = logged_in(app, cast.ou).get("/account").text
    for kept in ("T001", "欧阳慧敏", "第一支部"):
        assert kept in page
    assert cast.lin.name not in page


def test_a_chosen_language_follows_the_person(app, cast):
    lin = logged_in(app, cast.lin)
    assert lin.submit("/language", language="en").status_code == 303
    assert "My account" in lin.get("/account").text
    assert stored(app, "2301001").language == "en"
    lin.submit("/language", language="xx")
    assert stored(app, "2301001").language == "en"


def test_changing_the_password_keeps_this_device_and_ends_the_others(app, cast):
    here, there = logged_in(app, cast.lin), logged_in(app, cast.lin)
    answer = here.submit("/account/password", old=PASSWORD, password=GOOD, again=GOOD)
    assert answer.status_code == 303
    assert here.get("/account").status_code == 200
    assert there.get("/account").status_code == 302


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"old": "wrong", "password": GOOD, "again": GOOD}, "old"),
        ({"old": PASSWORD, "password": "short", "again": "short"}, "password"),
        ({"old": PASSWORD, "password": "2301001林可欣", "again": "2301001林可欣"}, "password"),
        ({"old": PASSWORD, "password": GOOD, "again": GOOD + "x"}, "again"),
        ({}, "old"),
    ],
)
def test_a_refused_password_says_at_which_field(app, cast, typed, field):
    answer = logged_in(app, cast.lin).submit("/account/password", **typed)
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert GOOD not in answer.text


def test_the_present_password_is_tried_ten_times(app, cast):
    lin = logged_in(app, cast.lin)
    for _ in range(10):
        assert lin.submit("/account/password", old="wrong", password=GOOD, again=GOOD).status_code == 422
    assert lin.submit("/account/password", old=PASSWORD, password=GOOD, again=GOOD).status_code == 429


def test_logging_out_everywhere_ends_every_device(app, cast):
    here, there = logged_in(app, cast.lin), logged_in(app, cast.lin)
    assert here.submit("/account/log-out-everywhere").location == "/login"
    for device in (here, there):
        assert device.get("/account").status_code == 302


def test_a_deactivated_person_is_out_at_once(app, cast, gu):
    lin = logged_in(app, cast.lin)
    assert gu.submit(f"/people/{cast.lin.public_id}/deactivate").status_code == 303
    assert lin.get("/account").status_code == 302
    assert gu.submit(f"/people/{cast.lin.public_id}/reactivate").status_code == 303
