"""Pages and days of an address."""

from __future__ import annotations

from datetime import date

import pytest

from activities.kit.asked import MOST_PAGES, read_day, read_page


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
