"""The list of people."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from activities.kit.db import db
from activities.kit.roles import Role
from activities.people.models import Member, Unit
from activities.people.queries import WITH_ROLES
from activities.people.rules import Stage, Standing
from tests.cast import Visitor, grant, logged_in, make_member

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


# ── the list ────────────────────────────────────────────────────────────────


@pytest.fixture
def crowd(app, cast) -> None:
    with app.app_context():
        for n in range(120):
            make_member(f"24{n:03}", f"同学{n:03}", cast.second, class_name=f"会计24{n % 3}", stage=Stage.APPLICANT,
                        standing=Standing.STUDENT, password_hash=None, active=n != 7)  # fmt: skip
        db.session.commit()


def numbers(page: str) -> list[str]:
    return re.findall(r'class="sub num">([^<]+)<', page)


def test_fifty_a_page_in_the_same_number_of_statements(cast, gu, crowd, statements):
    with statements.count() as few:
        assert len(numbers(gu.get("/people?q=2301").text)) == 2
    with statements.count() as many:
        assert len(numbers(gu.get("/people").text)) == 50
    assert len(few) == len(many) == 5
    assert len(numbers(gu.get("/people?page=3").text)) == 26
    assert len(numbers(gu.get("/people?page=999999").text)) == 26


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("q=同学00", 10), ("q=24011", 1), ("q=t00", 3), ("q=%25", 0), ("class=会计241", 40), ("stage=activist", 1),
        ("standing=leader", 1), ("account=inactive", 1), ("account=unused&class=会计241", 39), ("account=active", 6),
        ("stage=applicant&standing=leader", 0),
    ],
)  # fmt: skip
def test_filters_narrow_the_list(cast, gu, crowd, query, count):
    assert len(numbers(gu.get(f"/people?{query}").text)) == count


def test_a_unit_is_narrowed_to_itself_and_below(cast, gu, crowd):
    assert numbers(gu.get(f"/people?unit={cast.first.public_id}").text) == ["2301001", "2301002", "T001"]
    assert len(numbers(gu.get(f"/people?unit={cast.school.public_id}").text)) == 50
    assert numbers(gu.get("/people?unit=nonsense").text) == []


def test_the_list_is_sorted_as_asked(cast, gu, crowd):
    assert numbers(gu.get("/people?sort=newest").text)[0] == "24119"
    assert numbers(gu.get("/people?sort=number").text)[0] == "2301001"


@pytest.mark.parametrize("field", ["q", "unit", "class", "stage", "standing", "account", "sort", "page"])
@pytest.mark.parametrize("value", GARBAGE)
def test_any_search_gets_an_answer(cast, gu, field, value):
    assert gu.get("/people", query_string={field: value}).status_code == 200


def test_an_administrator_of_a_branch_sees_that_branch_only(app, cast):
    with app.app_context():
        grant(db.session.get_one(Member, cast.wang.id), Role.ADMINISTRATOR, db.session.get_one(Unit, cast.first.id))
        db.session.commit()
    wang = logged_in(app, cast.wang)
    assert numbers(wang.get("/people").text) == ["2301001", "2301002", "T001"]
    assert numbers(wang.get(f"/people?unit={cast.second.public_id}").text) == []
    for path in (f"/people/{cast.zhao.public_id}", f"/people/units/{cast.school.public_id}"):
        assert wang.get(path).status_code == 404
    assert cast.second.name not in wang.get("/people/units").text
