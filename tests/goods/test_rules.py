"""What may be given of what came, on plain values."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.goods.rules import (
    DayNotYet,
    Move,
    NoQuantity,
    NotThatMany,
    SameHands,
    TooMuchAtOnce,
    held,
    read_quantity,
    why_not_move,
)

TODAY = date(2026, 11, 25)
OU, LIN, WANG = 1, 2, 3


def day(n: int) -> date:
    return TODAY - timedelta(days=n)


IN = Move(10, None, OU, day(5))


@pytest.mark.parametrize(
    ("typed", "quantity"),
    [
        ("1", 1), (" 40 ", 40), ("４０", 40), ("100000", 100_000), ("0", 0), ("-3", NoQuantity),
        ("1.5", NoQuantity), ("1e3", NoQuantity), ("1_000", NoQuantity), ("", NoQuantity), ("٣", NoQuantity),
        ("½", NoQuantity), ("²", 2), ("100001", TooMuchAtOnce), ("9" * 30, NoQuantity), ("NaN", NoQuantity),
    ],
)  # fmt: skip
def test_a_quantity_is_a_whole_number(typed, quantity):
    if isinstance(quantity, int):
        assert read_quantity(typed) == quantity
    else:
        with pytest.raises(quantity):
            read_quantity(typed)


@pytest.mark.parametrize(
    ("more", "refused"),
    [
        ([Move(10, OU, LIN, day(5))], None),  # the day on which they came
        ([Move(10, OU, None, TODAY)], None),
        ([Move(11, OU, None, TODAY)], NotThatMany(10, TODAY)),
        ([Move(1, LIN, None, TODAY)], NotThatMany(0, TODAY)),
        ([Move(1, OU, LIN, day(6))], NotThatMany(0, day(6))),  # before they came
        ([Move(6, OU, LIN, TODAY), Move(6, OU, WANG, TODAY)], NotThatMany(10, TODAY)),
        ([Move(1, OU, OU, TODAY)], SameHands()),
        ([Move(1, OU, LIN, day(-1))], DayNotYet()),
    ],
)
def test_nobody_gives_more_than_had_come_to_them_by_that_day(more, refused):
    assert why_not_move([IN], more, TODAY) == refused


def test_what_was_given_later_is_not_there_earlier():
    given_later = Move(8, OU, None, day(1))
    assert why_not_move([IN, given_later], [Move(3, OU, LIN, day(3))], TODAY) == NotThatMany(2, day(1))


def test_what_has_gone_on_cannot_be_undone():
    given_on = Move(8, OU, LIN, day(3))
    assert why_not_move([IN, given_on], [IN.back], TODAY) == NotThatMany(2, day(3))
    assert why_not_move([IN, given_on], [IN.back, IN._replace(quantity=8)], TODAY) is None
    assert why_not_move([IN, given_on], [given_on.back, IN.back], TODAY) is None


MOVES = st.lists(
    st.tuples(
        st.integers(1, 9), st.none() | st.integers(1, 3), st.none() | st.integers(1, 3), st.integers(0, 4)
    ).filter(lambda one: one[1] is not None or one[2] is not None),
    max_size=25,
)


@given(MOVES)
def test_at_the_end_of_no_day_has_anybody_less_than_nothing(steps):
    moves: list[Move] = []
    for quantity, giver, taker, before in steps:
        move = Move(quantity, giver, taker, day(before))
        if why_not_move(moves, [move], TODAY) is None:
            moves.append(move)
    for before in range(5):
        by_then = [move for move in moves if move.day <= day(before)]
        hands = held(by_then)
        assert min(hands.values(), default=0) >= 0
        came = sum(move.quantity for move in by_then if move.giver is None)
        went = sum(move.quantity for move in by_then if move.taker is None)
        assert came - went == sum(hands.values())
