"""The year's figures, on every database."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

import pytest

from activities.duties.kinds import Ledger
from activities.kit.db import db
from activities.kit.refusal import NotFound
from activities.people.models import Member
from activities.people.rules import Stage, Standing
from activities.reviews import queries
from activities.reviews.rules import KEYS, Figures, Filters, Order
from tests.cast import DAY, HOUR, NOW, make_member, make_slot
from tests.reviews.year import mark

pytestmark = pytest.mark.usefixtures("ctx")

LEARNING, SERVICE, DUTY = Ledger.LEARNING, Ledger.SERVICE, Ledger.DUTY


@pytest.fixture
def year(cast):
    """Lin did a bit of everything, Wang came late once, Zhao of the second branch came once, the others did nothing."""
    put = partial(mark, by=cast.ou, post=cast.lake)
    put(cast.lin, "2026-01-01", minutes=90)
    put(cast.lin, "2026-03-04", "late", minutes=30)
    put(cast.lin, "2026-03-04", minutes=45, ledger=DUTY)
    put(cast.lin, "2026-05-06", minutes=100, ledger=LEARNING)
    put(cast.lin, "2026-12-31", "excused")
    put(cast.lin, "2026-10-01", "absent", ledger=DUTY)
    put(cast.lin, "2025-12-31", minutes=600)
    put(cast.lin, "2027-01-01", minutes=600)
    put(cast.wang, "2026-03-04", "late", minutes=50)
    put(cast.zhao, "2026-02-02", minutes=120)
    db.session.commit()
    return cast


def read(cast, *, path=None, order="number", limit=None, offset=0, **filters):
    asked = Filters(**filters)
    scope = queries.scope([path or cast.school.path], 2026, asked, NOW)
    way = Order(order.removesuffix("-down"), order.endswith("-down"))
    return list(queries.lines(scope.chosen, 2026, asked, way, limit=limit, offset=offset))


def names(lines) -> list[str]:
    return [line.name for line in lines]


def figures(lines) -> dict[str, Figures]:
    return {line.name: line.figures for line in lines}


@pytest.mark.parametrize(
    ("who", "service", "duty", "learning", "attended", "late", "excused", "absent", "last_seen"),
    [
        ("林可欣", 120, 45, 100, 4, 1, 1, 1, date(2026, 5, 6)),
        ("王一诺", 50, 0, 0, 1, 1, 0, 0, date(2026, 3, 4)),
        ("赵明", 120, 0, 0, 1, 0, 0, 0, date(2026, 2, 2)),
        ("顾云", 0, 0, 0, 0, 0, 0, 0, None),
    ],
)
def test_one_row_a_member(year, who, service, duty, learning, attended, late, excused, absent, last_seen):
    found = figures(read(year))[who]
    assert found == Figures(
        (service, duty, learning, 0), attended, late, excused, absent, last_seen, weights=(100 * duty,)
    )
    assert all(type(number) is int for number in (*found.minutes, found.attended))


def test_the_page_is_cut_the_same_way_for_every_order(year):
    for key in KEYS:
        for order in (key, f"{key}-down"):
            whole = read(year, order=order)
            assert len(whole) == 6
            assert read(year, order=order, limit=2, offset=2) == whole[2:4], order


@pytest.mark.parametrize(
    ("order", "first", "last"),
    [
        ("number", "林可欣", "顾云"), ("number-down", "顾云", "林可欣"), ("learning-down", "林可欣", "顾云"),
        ("service", "欧阳慧敏", "赵明"), ("attended-down", "林可欣", "顾云"), ("absent", "王一诺", "林可欣"),
        ("last_seen-down", "林可欣", "顾云"), ("last_seen", "欧阳慧敏", "林可欣"),
    ],
)  # fmt: skip
def test_order_and_the_order_of_adding_where_equal(year, order, first, last):
    found = names(read(year, order=order))
    assert (found[0], found[-1]) == (first, last)


def test_the_scope_is_the_unit_and_all_below(year):
    assert names(read(year, path=year.first.path)) == ["林可欣", "王一诺", "欧阳慧敏"]
    assert names(read(year, path=year.second.path)) == ["赵明"]
    assert len(read(year)) == 6


def test_a_unit_outside_the_scope_is_not_found(year):
    with pytest.raises(NotFound):
        queries.scope([year.first.path], 2026, Filters(unit=year.second.public_id), NOW)
    with pytest.raises(NotFound):
        queries.scope([year.first.path], 2026, Filters(unit=year.school.public_id), NOW)
    assert names(read(year, unit=year.second.public_id)) == ["赵明"]


def test_two_roles_are_one_scope(year):
    scope = queries.scope([year.first.path, year.second.path, year.first.path], 2026, Filters(), NOW)
    assert [branch.name for branch in scope.branches] == ["第一支部", "第二支部"]
    assert scope.people == 4


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"class_name": "营销2301"}, ["林可欣", "王一诺"]),
        ({"class_name": "营销"}, []),
        ({"stage": Stage.ACTIVIST}, ["王一诺"]),
        ({"standing": Standing.TEACHER}, ["欧阳慧敏", "顾云"]),
        ({"search": "王"}, ["王一诺"]),
        ({"search": "2302"}, ["赵明"]),
        ({"search": "t00"}, ["欧阳慧敏", "陈静", "顾云"]),
        ({"search": "%"}, []),
        ({"search": "_"}, []),
        ({"search": "2301", "stage": Stage.FULL}, ["林可欣"]),
    ],
)
def test_filters_narrow_rows_and_sums_alike(year, filters, expected):
    asked = Filters(**filters)
    scope = queries.scope([year.school.path], 2026, asked, NOW)
    assert names(read(year, **filters)) == expected
    assert scope.people == len(expected)
    sums = queries.minutes(scope.branches, 2026, asked)
    rows = figures(read(year, **filters)).values()
    for ledger in range(4):
        assert sum(unit.minutes[ledger] for unit in sums.values()) == sum(row.minutes[ledger] for row in rows)
    assert sum(queries.attendances(scope.chosen, 2026, asked).values()) == sum(row.attended for row in rows)


def test_who_has_left_is_shown_when_asked_for(year):
    year.wang.active = False
    db.session.commit()
    assert "王一诺" not in names(read(year))
    assert figures(read(year, gone=True))["王一诺"].attended == 1
    assert queries.scope([year.school.path], 2026, Filters(), NOW).people == 5
    assert queries.scope([year.school.path], 2026, Filters(gone=True), NOW).people == 6


def test_sums_keep_units_and_ledgers_apart(year):
    scope = queries.scope([year.school.path], 2026, Filters(), NOW)
    sums = queries.minutes(scope.branches, 2026, Filters())
    final = {unit: figures.minutes for unit, figures in sums.items()}
    assert final == {year.school.id: (0, 0, 0, 0), year.first.id: (170, 45, 100, 0), year.second.id: (120, 0, 0, 0)}
    assert not any(any((*figures.provisional, *figures.weighed)) for figures in sums.values())


def test_days_count_who_came_late_or_not(year):
    scope = queries.scope([year.first.path], 2026, Filters(), NOW)
    days = queries.attendances(scope.chosen, 2026, Filters())
    assert days == {date(2026, 1, 1): 1, date(2026, 3, 4): 3, date(2026, 5, 6): 1}


def test_years_reach_from_this_one_back_to_the_first_slot(year):
    assert queries.scope([year.school.path], 2026, Filters(), NOW).years == [2026, 2025]


def test_without_slots_there_are_no_years(cast):
    db.session.delete(db.session.merge(cast.slot))
    db.session.commit()
    assert queries.scope([cast.school.path], 2026, Filters(), NOW).years == []


@pytest.mark.parametrize(
    ("starts", "fields", "counts"),
    [
        (-DAY, {"taken": 1}, True),
        (-DAY, {"taken": 0}, False),
        (-DAY, {"taken": 1, "state": "cancelled"}, False),
        (DAY, {"taken": 1}, False),
        (-HOUR / 2, {"taken": 1}, False),
        (-400 * DAY, {"taken": 1}, False),
    ],
)
def test_unmarked_slots_are_those_that_ended_with_people_and_no_record(year, starts, fields, counts):
    make_slot(year.lake, NOW + starts + timedelta(minutes=7), **fields)
    db.session.commit()
    assert queries.scope([year.school.path], 2026, Filters(), NOW).unmarked == int(counts)
    assert queries.scope([year.second.path], 2026, Filters(), NOW).unmarked == 0


def test_member_and_secretary_see_the_same_figures(year):
    rows = figures(read(year))
    for member in db.session.query(Member):
        own = queries.own_year(member.id, 2026)
        assert own.total == rows[member.name]
        assert sum(own.months.values(), Figures()) == rows[member.name]
    own = queries.own_year(year.lin.id, 2026)
    assert own.attended == {date(2026, 1, 1): 1, date(2026, 3, 4): 2, date(2026, 5, 6): 1}
    assert sorted(own.months) == [1, 3, 5, 10, 12]


def test_many_are_asked_for_at_once_and_have_the_same_figures(year, statements):
    people = db.session.query(Member).all()
    with statements.count() as sent:
        found = queries.figures([member.id for member in people], 2026)
    assert len(sent) == 1
    assert {member.name: found.get(member.id, Figures()) for member in people} == figures(read(year))


def test_a_unit_without_people_is_in_the_scope(year):
    assert queries.scope([year.second.path], 2026, Filters(stage=Stage.CANDIDATE), NOW).people == 0


def test_statements_do_not_grow_with_rows(year, statements):
    def count() -> int:
        with statements.count() as sent:
            read(year, limit=100)
        return len(sent)

    few = count()
    for n in range(200):
        make_member(f"9{n:03}", f"某{n}", year.first)
    db.session.commit()
    assert count() == few == 2
