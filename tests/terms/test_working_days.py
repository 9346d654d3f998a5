"""Counting working days, held against a slow and plain way to do it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.kit.db import db
from activities.terms import queries, service
from activities.terms.models import SpecialDay
from activities.terms.rules import Reckoned, Special, add_working_days, is_unsure, is_working_day
from tests.cast import NOW

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


# ── asked of the calendar ───────────────────────────────────────────────────


def test_the_calendar_is_asked_in_two_statements_and_says_what_is_doubtful(ctx, statements):
    service.fill_days(None, 2026, NOW)
    with statements.count() as sent:
        assert queries.working_day(date(2026, 9, 30), 10) == Reckoned(date(2026, 10, 20), ())
    assert len(sent) == 2
    assert queries.working_day(date(2026, 12, 28), 10).years == (2027,)  # nothing is known of it yet
    db.session.add(SpecialDay(day=date(2027, 1, 1), name="元旦", off=True, confirmed=False))
    db.session.commit()
    assert queries.working_day(date(2026, 12, 28), 3) == Reckoned(date(2026, 12, 31), ())
    assert queries.working_day(date(2026, 12, 28), 4) == Reckoned(date(2027, 1, 4), (2027,))
    assert queries.working_day(date(2027, 1, 4), -4) == Reckoned(date(2026, 12, 28), (2027,))


def test_a_holiday_longer_than_any_is_read_to_its_end(ctx):
    first = date(2026, 7, 1)
    db.session.add_all(SpecialDay(day=first + timedelta(n), name="停工", off=True) for n in range(300))
    db.session.commit()
    assert queries.working_day(date(2026, 6, 30), 1).day == first + timedelta(300)
    assert queries.working_day(first + timedelta(300), -1).day == date(2026, 6, 30)


def test_a_year_is_unconfirmed_until_all_of_it_is_confirmed(ctx):
    def years() -> list[int]:
        return queries.unconfirmed_years(date(2026, 5, 1), date(2027, 5, 1))

    assert years() == [2026, 2027]
    service.fill_days(None, 2026, NOW)
    assert years() == [2027]
    rows = [SpecialDay(day=date(2027, 10, n), name="国庆节", off=True, confirmed=n > 1) for n in (1, 2)]
    db.session.add_all(rows)
    db.session.commit()
    assert years() == [2027]
    rows[0].confirmed = True
    db.session.commit()
    assert years() == []
