"""Pages, days and moments of an address."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from activities.kit.asked import MOST_PAGES, read_day, read_moment, read_page


@pytest.mark.parametrize(
    ("text", "page"),
    [("3", 3), ("0", 1), ("-2", 1), ("", 1), (None, 1), ("٣", 1), ("x", 1), ("9" * 5000, MOST_PAGES)],
)
def test_a_page_is_a_number_from_one_or_the_first(text, page):
    assert read_page(text) == page


@pytest.mark.parametrize("text", ["", None, "2026-13-01", "1999-12-31", "2101-01-01", "x", "9" * 5000])
def test_what_is_no_day_of_a_sensible_year_is_none(text):
    assert read_day(text) is None


def test_a_day_is_read():
    assert read_day("2026-11-25") == date(2026, 11, 25)


@pytest.mark.parametrize(
    "text", ["", None, "x", "2026-11-25", "2026-11-25T04:00:00", "0001-01-01T00:00:00+23:59", "9" * 5000]
)
def test_what_is_no_moment_of_a_sensible_year_is_none(text):
    assert read_moment(text) is None


def test_a_moment_is_read():
    assert read_moment("2026-11-25T12:00:00.000001+08:00") == datetime(2026, 11, 25, 4, microsecond=1, tzinfo=UTC)
