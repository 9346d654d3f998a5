"""How long a training counts, and what a pasted list says."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.trainings.rules import NOBODY, ONESELF, TWICE, WrongRows, read_numbers, valid_until, wrong_rows


@pytest.mark.parametrize(
    ("passed_on", "months", "until"),
    [
        (date(2026, 11, 25), None, None),
        (date(2026, 11, 25), 1, date(2026, 12, 24)),
        (date(2026, 11, 25), 12, date(2027, 11, 24)),
        (date(2026, 12, 1), 1, date(2026, 12, 31)),
        (date(2026, 1, 31), 1, date(2026, 2, 27)),
        (date(2028, 1, 31), 1, date(2028, 2, 28)),
        (date(2026, 12, 31), 12, date(2027, 12, 30)),
    ],
)
def test_it_counts_until(passed_on, months, until):
    assert valid_until(passed_on, months) == until


@given(st.dates(date(2000, 1, 1), date(2090, 12, 31)), st.integers(1, 60))
def test_it_counts_for_about_as_many_months(passed_on, months):
    until = valid_until(passed_on, months)
    assert until
    assert timedelta(28 * months - 1) <= until - passed_on <= timedelta(31 * months)


def test_the_first_word_of_each_line_is_the_number():
    assert read_numbers("2301001 林可欣\n\n  2301002\t王一诺\r\n") == [(1, "2301001"), (3, "2301002")]


def test_each_wrong_row_is_named():
    rows = [(1, "a"), (2, "x"), (4, "a"), (5, "me")]
    wrong = ((2, "x", NOBODY), (4, "a", TWICE), (5, "me", ONESELF))
    assert wrong_rows(rows, {"a", "me"}, {"me"}) == WrongRows(wrong)
    assert wrong_rows([(1, "a")], {"a"}, {"me"}) is None
