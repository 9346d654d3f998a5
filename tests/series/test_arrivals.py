"""A series leaves the times at which people come to its slots as they are."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from activities.duties.plans import Planned
from activities.duties.rules import ByHand, SlotState
from activities.series.rules import Kept, Occurrence, edit
from activities.signups.rules_arrivals import Quarter
from tests.cast import DAY, HOUR, NOW

STARTS = NOW + 5 * DAY
QUARTERS = (Quarter(1, 0, 2, 1), Quarter(2, 60, 2, 1), Quarter(3, 90, 3, 0))
SLOT = Occurrence(
    1, "a", 1, date(2026, 12, 1), STARTS, STARTS + 2 * HOUR, 7, SlotState.OPEN, ByHand(0), 2, 2, 2, QUARTERS
)  # fmt: skip
# The minutes it is to have, its free quarters aside: what becomes of it, with which seats.
LENGTHS = {
    "an end before somebody comes is refused": (60, QUARTERS, Kept.ARRIVALS),
    "an end after everybody closes the times after it": (75, QUARTERS, 4),
    "a later end leaves the seats": (180, QUARTERS, 7),
    "an end before anybody could come is refused": (30, QUARTERS[2:], Kept.ARRIVALS),
}


@pytest.mark.parametrize(("minutes", "quarters", "expected"), LENGTHS.values(), ids=LENGTHS)
def test_the_length_of_a_slot_is_decided_by_who_comes_when(minutes, quarters, expected):
    wanted = Planned(1, SLOT.day, STARTS, STARTS + timedelta(minutes=minutes), 20)
    slot = SLOT._replace(quarters=quarters, capacity=sum(one.quota for one in quarters))
    found = edit([wanted], [slot], (), (), 0, NOW)
    if isinstance(expected, Kept):
        assert [why for _, why in found.keep] == [expected]
    else:
        [move] = found.change
        assert move.capacity == expected
