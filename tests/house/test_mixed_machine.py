"""Random histories through the verbs of all rooms that move seats: whatever people and organizers do in whatever order,
what is kept agrees with itself, and every change to a person's duty has exactly one notice (`tests/duties_told.py`)."""

from __future__ import annotations

import pytest

from tests.duties_told import why_not_told
from tests.house.mixed_organizers import Organizers
from tests.house.mixed_people import People
from tests.machine import run


class Mixed(People, Organizers):
    """All of them."""


def test_any_history_through_all_rooms_tells_everybody_once(app):
    run(Mixed, app, examples=40, elsewhere=6, steps=30)


@pytest.mark.parametrize(
    ("changed", "notices", "is_right"),
    [
        ({1}, [("signups.seated", 1)], True),
        ({1}, [], False),
        ({1}, [("signups.seated", 2)], False),
        ({1}, [("signups.moved", 1), ("signups.promoted", 1)], False),
        ({1, 2}, [("signups.moved", 1)], False),
        (set(), [], True),
        (set(), [("signups.moved", 1)], False),
        ({1, 2}, [("exchanges.swapped", 1)], True),
        ({1, 2}, [("signups.withdrew", 1), ("signups.first_of_several", 2)], True),
        ({1}, [("signups.withdrew", 1), ("signups.first_of_several", 2)], False),
        ({1, 2}, [("signups.first_of_several", 1), ("holders.more", None)], False),
        (set(), [("holders.held", None)], True),
        (set(), [("holders.more", None)], False),
    ],
)
def test_each_change_has_one_notice_and_each_notice_a_change(changed, notices, is_right):
    assert (not why_not_told(changed, notices)) == is_right
