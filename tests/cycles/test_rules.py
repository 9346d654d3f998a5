"""When steps are open, what windows may be, and how many may be excellent."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.cycles import rules, rules_settings
from activities.cycles.rules import DEFAULT_DAYS, STEPS, WINDOWED, Counts, Standing, Window
from activities.cycles.rules_refusals import NotLastLonger, NoWindow, TooEarly, TooShortNotice, WrongWayRound
from activities.cycles.rules_settings import Base, Rounding, Settings, most_excellent, read_share, say_share
from activities.terms.rules import Special, is_working_day

MONDAY = date(2026, 11, 30)
OFF = {date(2026, 12, 1): Special("校庆", off=True)}
PLAN = rules.planned(MONDAY, DEFAULT_DAYS, {})


class TestTheTemplate:
    def test_steps_follow_one_another_in_working_days(self):
        assert PLAN["evidence"] == Window(MONDAY, date(2026, 12, 4))
        assert PLAN["essay"] == Window(date(2026, 12, 7), date(2026, 12, 18))
        assert PLAN["ballot"] == Window(date(2026, 12, 28), date(2026, 12, 30))

    @pytest.mark.parametrize(
        ("day", "year"), [("2026-12-01", 2026), ("2027-01-15", 2026), ("2027-03-31", 2026), ("2027-09-01", 2027)]
    )
    def test_the_year_that_is_likely_reviewed_comes_first(self, day, year):
        today = date.fromisoformat(day)
        assert rules.years_to_review(today)[0] == year
        assert set(rules.years_to_review(today)) == {today.year, today.year - 1}

    def test_holidays_lengthen_them(self):
        assert rules.planned(MONDAY, DEFAULT_DAYS, OFF)["evidence"] == Window(MONDAY, date(2026, 12, 7))

    def test_nothing_begins_on_a_weekend(self):
        assert rules.planned(date(2026, 11, 28), DEFAULT_DAYS, {})["evidence"].first == MONDAY

    def test_what_a_step_waits_for_is_declared_before_it(self):
        keys = list(STEPS)
        assert all(keys.index(other) < keys.index(key) for key, step in STEPS.items() for other in step.after)

    @given(
        st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.fixed_dictionaries(dict.fromkeys(WINDOWED, st.integers(1, 60)))
    )
    def test_whatever_the_days_it_can_be_opened(self, starts, days):
        windows = rules.planned(starts, days, OFF)
        assert rules.why_not_windows(windows, days["notice"], OFF) is None
        assert {key: rules.working_days(window, OFF) for key, window in windows.items()} == days


class TestStanding:
    @pytest.mark.parametrize(
        ("key", "day", "expected"),
        [
            ("evidence", date(2026, 11, 29), Standing.TO_COME),
            ("evidence", MONDAY, Standing.OPEN),
            ("evidence", date(2026, 12, 4), Standing.OPEN),
            ("evidence", date(2026, 12, 5), Standing.OVER),
            ("points", date(2026, 12, 30), Standing.TO_COME),
            ("points", date(2026, 12, 31), Standing.OPEN),
            ("close", PLAN["notice"].last, Standing.TO_COME),
            ("close", date(2027, 12, 31), Standing.OPEN),
        ],
    )
    def test_it_goes_by_the_window_or_by_what_must_be_over(self, key, day, expected):
        assert rules.standing(key, PLAN, day) is expected


class TestWindows:
    @pytest.mark.parametrize(
        ("key", "window", "expected"),
        [
            ("essay", Window(date(2026, 12, 8), date(2026, 12, 7)), WrongWayRound),
            ("peers", Window(date(2026, 12, 18), date(2026, 12, 25)), TooEarly),
            ("notice", PLAN["notice"]._replace(last=PLAN["notice"].first), TooShortNotice),
            ("ballot", Window(date(2026, 12, 21), date(2026, 12, 25)), None),  # beside the peers
        ],
    )
    def test_what_speaks_against_them(self, key, window, expected):
        found = rules.why_not_windows({**PLAN, key: window}, 5, {})
        assert (type(found) if found else None) is expected

    def test_a_step_is_reopened_until_a_later_day_that_is_not_past(self):
        last, today = PLAN["essay"].last, date(2027, 1, 4)
        assert isinstance(rules.why_not_reopen("essay", PLAN, last, last), NotLastLonger)
        assert isinstance(rules.why_not_reopen("essay", PLAN, date(2027, 1, 3), today), NotLastLonger)
        assert isinstance(rules.why_not_reopen("close", PLAN, today, today), NoWindow)
        assert rules.why_not_reopen("essay", PLAN, today, today) is None

    @given(st.sampled_from(WINDOWED), st.integers(1, 90))
    def test_what_comes_after_a_reopened_step_follows_and_keeps_its_length(self, key, days):
        last = PLAN[key].last + days * rules.ONE
        windows = rules.pushed(key, PLAN, last, OFF)
        assert windows[key] == PLAN[key]._replace(last=last)
        assert rules.why_not_windows(windows, 1, OFF) is None
        for other in WINDOWED:
            if other != key:
                assert rules.working_days(windows[other], OFF) == rules.working_days(PLAN[other], OFF)
                assert windows[other].first >= PLAN[other].first
                assert windows[other] == PLAN[other] or is_working_day(windows[other].first, OFF)


class TestTheShare:
    @pytest.mark.parametrize(
        ("typed", "expected"),
        [
            ("1/3", Fraction(1, 3)), ("30%", Fraction(3, 10)), ("１/3", None), ("1／3", Fraction(1, 3)),
            ("0.25", Fraction(1, 4)),            ("33.3%", Fraction(333, 1000)), ("1/0", None), ("2", None),
            ("-1/3", None), ("1e-9", None), ("", None), ("%", None),
        ],
    )  # fmt: skip
    def test_it_is_typed_as_people_type_it(self, typed, expected):
        assert read_share(typed) == expected

    @given(st.fractions(0, 1, max_denominator=100))
    def test_it_is_said_as_it_can_be_typed(self, share):
        assert read_share(say_share(share)) == share

    @pytest.mark.parametrize(
        ("base", "rounding", "counts", "expected"),
        [
            (Base.FULL, Rounding.DOWN, Counts(8, 10), 2),
            (Base.FULL, Rounding.NEAREST, Counts(8, 10), 3),
            (Base.EVERYONE, Rounding.DOWN, Counts(8, 10), 3),
            (Base.EVERYONE, Rounding.DOWN, Counts(1, 30), 1),
            (Base.FULL, Rounding.DOWN, Counts(2, 2), 0),
            (Base.FULL, Rounding.NEAREST, Counts(2, 2), 1),
        ],
    )
    def test_of_whom_and_how_it_is_rounded_are_settings(self, base, rounding, counts, expected):
        assert most_excellent(Settings(base=base, rounding=rounding), counts) == expected

    @given(st.fractions(0, 1, max_denominator=50), st.integers(0, 500), st.integers(0, 500))
    def test_rounded_down_it_is_never_more_than_the_share(self, share, full, others):
        most = most_excellent(Settings(share=share), Counts(full, full + others))
        assert most <= share * full < most + 1

    @given(
        st.builds(
            Settings, st.fractions(0, 1, max_denominator=50), st.sampled_from(Base), st.sampled_from(Rounding),
            st.integers(0, 9), st.integers(9, 99), st.integers(1, 9), st.integers(0, 9),
        )
    )  # fmt: skip
    def test_settings_are_read_as_they_were_written(self, settings):
        assert rules_settings.read(rules_settings.write(settings)) == settings
