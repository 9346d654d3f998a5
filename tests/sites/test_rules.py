"""What a partner's place takes at once."""

from __future__ import annotations

import pytest

from activities.sites.rules import (
    Limits,
    TooManyGroups,
    TooManyVisitors,
    Visit,
    read_point,
    say_point,
    why_not_visits,
)
from tests.cast import HOUR, NOW


def visit(start: float, end: float, people: int = 4, floor: str = "2") -> Visit:
    return Visit(NOW + start * HOUR, NOW + end * HOUR, people, floor)


TEN, ONE = Limits("护理院", 10, None), Limits("护理院", None, 1)
CASES = {
    "no limits": (Limits("护理院", None, None), [visit(0, 1, 999)], [visit(0, 1, 999)], None),
    "one group that fits": (TEN, [visit(0, 2, 10)], [], None),
    "one group that is too large": (TEN, [visit(0, 2, 11)], [], TooManyVisitors("护理院", 10, 11, NOW)),
    "two that overlap": (TEN, [visit(1, 3, 6)], [visit(0, 2, 5)], TooManyVisitors("护理院", 10, 11, NOW + HOUR)),
    "two that follow each other": (TEN, [visit(2, 4, 6)], [visit(0, 2, 6)], None),
    "one before, that the other runs into": (
        TEN, [visit(0, 3, 6)], [visit(2, 4, 6)], TooManyVisitors("护理院", 10, 12, NOW + 2 * HOUR),
    ),
    "new ones among themselves": (
        TEN, [visit(0, 2, 6), visit(1, 2, 6)], [], TooManyVisitors("护理院", 10, 12, NOW + HOUR),
    ),
    "what the others do alone": (TEN, [visit(5, 6, 4)], [visit(0, 2, 8), visit(0, 2, 8)], None),
    "a second group on the floor": (ONE, [visit(0, 2)], [visit(1, 3)], TooManyGroups("护理院", 1, NOW + HOUR)),
    "a second group on another floor": (ONE, [visit(0, 2)], [visit(1, 3, floor="3")], None),
}  # fmt: skip


@pytest.mark.parametrize(("limits", "new", "others", "expected"), CASES.values(), ids=CASES)
def test_visits_are_decided_by(limits, new, others, expected):
    assert why_not_visits(limits, new, others) == expected


POINTS = {
    "43.8868, 125.3245": "43.886800;125.324500",
    " 43.8868，125.3245 ": "43.886800;125.324500",
    "(43.8868 125.3245)": "43.886800;125.324500",
    "43.886812345678, 125.3245": "43.886812;125.324500",
    "43.8868° N, 125.3245° E": "43.886800;125.324500",
    "33.8568° S, 70.65° w": "-33.856800;-70.650000",
    "北纬43.8868": "",
    "125.3245,43.8868": "43.886800;125.324500",  # as Chinese maps have it
    "geo:43.8868,125.3245": "43.886800;125.324500",
    "-33.8568, 151.2153": "-33.856800;151.215300",
    "0, 0": "0.000000;0.000000",
    "43.8868": "",
    "43.8868, 181": "",
    "125.3245 N, 43.8868 E": "",
    "125.3245, 95": "",
    "43.8868, 125.3245, 12": "",
    "１２，３４": "12.000000;34.000000",
    "nan, inf": "",
    "1e9, 3": "",
    "净月大街 1280 号": "",
    "": "",
}


@pytest.mark.parametrize("typed", POINTS)
def test_a_point_is_read_as_maps_show_it(typed):
    assert read_point(typed) == POINTS[typed]


@pytest.mark.parametrize("point", sorted(filter(None, {*POINTS.values()})))
def test_a_point_is_shown_so_that_it_is_read_again(point):
    assert read_point(say_point(point)) == point
