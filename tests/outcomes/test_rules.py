"""What can be entered, and how amounts are read, written and added up."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.duties.kinds import Kind, Ledger, Measure, kind_of
from activities.kit.refusal import Refusal, Word
from activities.outcomes.rules import (
    SCALE,
    Cell,
    MoreThanAll,
    NoAmount,
    NotWhole,
    Stretch,
    Sum,
    TooManyPlaces,
    TooMuch,
    WhyCorrected,
    progress,
    read_amount,
    why_not_enter,
    write_amount,
)

ROOMS, POWER = Measure("rooms", "Rooms"), Measure("power", "Power", places=1, most=100, is_score=True)
READ = {
    "nothing": ("", ROOMS, None),
    "a whole number": ("12", ROOMS, 12_000),
    "a number of another width": ("１２", ROOMS, 12_000),
    "a needless point": ("12.0", ROOMS, 12_000),
    "a decimal": ("7.5", POWER, 7_500),
    "a decimal of what is whole": ("1.5", ROOMS, NotWhole()),
    "too many decimals": ("1.25", POWER, TooManyPlaces(1)),
    "too much": ("100.1", POWER, TooMuch(100)),
    "something below nothing": ("-1", ROOMS, NoAmount()),
    "words": ("viele", ROOMS, NoAmount()),
    "what only calculates": ("NaN", ROOMS, NoAmount()),
    "an exponent": ("1e3", ROOMS, NoAmount()),
    "a number that fits nowhere": ("9" * 19, ROOMS, NoAmount()),
}


@pytest.mark.parametrize(("typed", "measure", "expected"), READ.values(), ids=READ)
def test_what_is_typed_is_read_as(typed, measure, expected):
    try:
        assert read_amount(typed, measure) == expected
    except Refusal as refusal:
        assert refusal == expected  # noqa: PT017


@given(st.integers(0, 1000))
def test_what_is_written_is_read_as_the_same(tenths):
    assert read_amount(write_amount(tenths * 100), POWER) == tenths * 100


ENERGY = kind_of("energy")
CHECKED, ON = Cell("rooms_checked"), Cell("rooms_on")
ENTER = {
    "for the first time": ({CHECKED: 5000, ON: 2000}, False, "", None),
    "a part above the whole": ({CHECKED: 1000, ON: 2000}, False, "", MoreThanAll(Word("a"), Word("b"))),
    "a part without the whole": ({ON: 2000}, False, "", None),
    "a correction without a reason": ({CHECKED: 5000}, True, "", WhyCorrected()),
    "a correction": ({CHECKED: 5000}, True, "数错了", None),
    "more than is believed": ({CHECKED: 10**12}, False, "", TooMuch(100_000)),
    "what the kind does not count": ({Cell("elders"): 1}, False, "", NoAmount()),
}


@pytest.mark.parametrize(("amounts", "corrected", "reason", "expected"), ENTER.values(), ids=ENTER)
def test_entering_is_decided_by(amounts, corrected, reason, expected):
    found = why_not_enter(ENERGY, amounts, list(amounts), corrected, reason)
    assert type(found) is type(expected)


def test_a_kind_whose_part_has_no_whole_is_refused():
    with pytest.raises(ValueError, match="not declared"):
        Kind(
            key="x", name="x", seal="x", colour="x", ledger=Ledger.DUTY,
            measures=(Measure("a", "a", part_of="b"),),
        )  # fmt: skip


def test_scores_are_averaged_and_all_else_is_added_up():
    both = Sum(80 * SCALE, 1) + Sum(91 * SCALE, 1)
    assert write_amount(both.of(POWER)) == "85.5"
    assert write_amount(both.of(ROOMS)) == "171"


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 500), st.data())
def test_each_day_of_a_stretch_is_in_one_of_its_parts(first, days, data):
    stretch = Stretch("", "", first, first + timedelta(days))
    day = data.draw(st.dates(stretch.first, stretch.last))
    begins = stretch.begins()
    assert begins == sorted(set(begins))
    assert stretch.begin_of(day) == max(begin for begin in begins if begin <= day)


def test_a_target_is_reached_when_all_of_it_is():
    assert [progress(amount, 3000) for amount in (0, 2999, 3000, 6000)] == [0, 99, 100, 200]
