"""Official holidays, held against the State Council's own notice for 2026."""

from __future__ import annotations

from datetime import date, timedelta

from activities.terms.official import official_days

# First and last day off, as the notice lists them.
OFF_2026 = {
    "元旦": ((1, 1), (1, 3)),
    "春节": ((2, 15), (2, 23)),
    "清明节": ((4, 4), (4, 6)),
    "劳动节": ((5, 1), (5, 5)),
    "端午节": ((6, 19), (6, 21)),
    "中秋节": ((9, 25), (9, 27)),
    "国庆节": ((10, 1), (10, 7)),
}
WORKED_2026 = [(1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)]


def test_the_year_is_as_the_notice_has_it():
    expected = {}
    for name, (first, last) in OFF_2026.items():
        day = date(2026, *first)
        while day <= date(2026, *last):
            expected[day] = name
            day += timedelta(days=1)
    found = official_days([2026])
    assert {special.day: special.name for special in found if special.off} == expected
    assert [special.day for special in found if not special.off] == [date(2026, *day) for day in WORKED_2026]
    assert all(special.confirmed for special in found)


def test_a_year_without_a_notice_has_its_feasts_unconfirmed():
    found = official_days([2035])
    assert {"元旦", "春节", "国庆节"} <= {special.name for special in found}
    assert all(special.off and not special.confirmed for special in found)


def test_days_off_before_new_year_are_called_by_the_feast_they_belong_to():
    last = official_days([2018])[-2:]
    assert [(special.day, special.name) for special in last] == [
        (date(2018, 12, 30), "元旦"),
        (date(2018, 12, 31), "元旦"),
    ]


def test_several_years_come_in_order_and_each_day_once():
    days = [special.day for special in official_days([2026, 2025, 2026])]
    assert days == sorted(set(days))
