"""Counting working days, held against a slow and plain way to do it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.terms.rules import Special, add_working_days, is_unsure, is_working_day

OFF, WORKED = Special("国庆节", off=True), Special("调休上班")
GOLDEN_WEEK = {date(2026, 10, n): OFF for n in range(1, 8)} | {date(2026, 9, 20): WORKED, date(2026, 10, 10): WORKED}
DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))
SPECIALS = st.dictionaries(DAYS, st.sampled_from([OFF, WORKED]), max_size=60)
ONE = timedelta(days=1)


@pytest.mark.parametrize(
    ("day", "is_worked"),
    [
        ((2026, 9, 30), True),  # a Wednesday
        ((2026, 10, 1), False),
        ((2026, 10, 7), False),
        ((2026, 10, 8), True),
        ((2026, 10, 10), True),  # a Saturday that is worked
        ((2026, 10, 11), False),
        ((2026, 9, 20), True),
        ((2026, 9, 19), False),
    ],
)
def test_holidays_are_off_and_the_weekends_in_their_stead_are_worked(day, is_worked):
    assert is_working_day(date(*day), GOLDEN_WEEK) is is_worked


@pytest.mark.parametrize(
    ("day", "number", "expected"),
    [
        ((2026, 9, 30), 1, (2026, 10, 8)),
        ((2026, 9, 30), 3, (2026, 10, 10)),
        ((2026, 9, 30), 10, (2026, 10, 20)),  # the ten days after an activity on the eve of the holiday
        ((2026, 10, 3), 1, (2026, 10, 8)),
        ((2026, 10, 12), -5, (2026, 9, 29)),
        ((2026, 10, 8), -1, (2026, 9, 30)),
        ((2026, 10, 3), 0, (2026, 10, 3)),
    ],
)
def test_days_before_and_after(day, number, expected):
    assert add_working_days(date(*day), number, GOLDEN_WEEK) == date(*expected)


@given(DAYS, st.integers(-40, 40).filter(bool), SPECIALS)
def test_the_answer_is_a_working_day_with_as_many_working_days_up_to_it(day, number, specials):
    found = add_working_days(day, number, specials)
    assert is_working_day(found, specials)
    step = ONE if number > 0 else -ONE
    passed = [day + step * n for n in range(1, abs((found - day).days) + 1)]
    assert sum(is_working_day(one, specials) for one in passed) == abs(number)


@given(DAYS, st.integers(-20, 20), st.integers(-20, 20), SPECIALS)
def test_later_counts_end_later(day, one, other, specials):
    few, many = sorted((one, other))
    assert add_working_days(day, few, specials) <= add_working_days(day, many, specials)


@given(DAYS, st.integers(1, 30), SPECIALS)
def test_from_a_working_day_there_and_back_again(day, number, specials):
    start = add_working_days(day, 1, specials)
    assert add_working_days(add_working_days(start, number, specials), -number, specials) == start


@pytest.mark.parametrize(
    ("first", "last", "unsure"),
    [
        ((2026, 9, 1), (2026, 12, 31), False),
        ((2026, 12, 31), (2026, 9, 1), False),
        ((2026, 12, 28), (2027, 1, 4), True),  # nothing is known of 2027
        ((2025, 12, 31), (2026, 1, 4), True),
    ],
)
def test_a_count_that_reaches_into_an_unknown_year_is_unsure(first, last, unsure):
    assert is_unsure(date(*first), date(*last), GOLDEN_WEEK) is unsure
    assert is_unsure(date(*first), date(*last), {**GOLDEN_WEEK, date(2026, 12, 1): Special("x", confirmed=False)})
