"""What a partner's place takes at once."""

from __future__ import annotations

import pytest

from activities.sites.rules import Limits, TooManyGroups, TooManyVisitors, Visit, why_not_visits
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
