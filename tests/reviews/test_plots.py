"""Plots, as geometry."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from activities.reviews import plots


def corners(half) -> dict[str, int]:
    return {shade: path.count("M") for shade, path in half.paths}


@pytest.mark.parametrize(
    ("number", "most", "shade"),
    [(0, 0, 0), (0, 9, 0), (1, 1, 4), (1, 2, 2), (2, 2, 4), (1, 100, 1), (25, 100, 1), (26, 100, 2), (100, 100, 4)],
)
def test_shade(number, most, shade):
    assert plots.shade_of(number, most) == shade


@pytest.mark.parametrize("year", [2000, 2023, 2024, 2026, 2100])
def test_every_day_has_one_cell_inside_the_picture(year):
    heat = plots.heat(year, {}, date(year, 12, 31))
    days = (date(year + 1, 1, 1) - date(year, 1, 1)).days
    assert sum(sum(corners(half).values()) for half in heat.halves) == days
    places = [cell[1:3] for month in (1, 7) for cell in plots._cells(year, month)]
    assert all(26 <= x <= 340 and 16 <= y <= 88 for x, y in places)
    assert len({(n >= 181 + (days == 366), place) for n, place in enumerate(places)}) == days


def test_a_monday_stands_on_the_first_line_and_a_sunday_on_the_last():
    cells = {day: (x, y) for day, x, y, _ in plots._cells(2026, 7)}
    assert cells[date(2026, 11, 23)][1] == 16
    assert cells[date(2026, 11, 29)] == (cells[date(2026, 11, 23)][0], 88)
    assert cells[date(2026, 11, 30)][0] == cells[date(2026, 11, 29)][0] + 12


def test_what_is_counted_is_shaded_summed_and_what_is_to_come_is_empty():
    today = date(2026, 11, 25)
    heat = plots.heat(2026, {date(2026, 1, 1): 1, date(2026, 1, 2): 3, today: 4}, today)
    first, second = heat.halves
    assert (heat.days, heat.most, heat.shades) == (3, 4, [0, 1, 2, 3, 4])
    assert corners(first) == {"v0": 179, "v1": 1, "v3": 1}
    assert corners(second) == {"hf": (date(2026, 12, 31) - today).days, "v0": 147, "v4": 1}
    assert (first.months[0].days, first.months[0].total, second.months[4].total) == (2, 4, 4)
    assert (first.today, second.today is not None) == (None, True)


def test_a_legend_has_only_the_shades_there_can_be():
    assert plots.heat(2026, {date(2026, 1, 1): 1}, date(2026, 1, 1)).shades == [0, 4]
    assert plots.heat(2026, {}, date(2026, 1, 1) + timedelta(days=400)).shades == [0]


def test_bars_are_sorted_and_the_longest_is_whole():
    bars = plots.bars([("a", 2.5, False), ("b", 10.0, True), ("c", 0.0, False)])
    assert [(bar.name, bar.share, bar.key) for bar in bars] == [
        ("b", 100.0, True),
        ("a", 25.0, False),
        ("c", 0.0, False),
    ]
    assert [bar.y for bar in bars] == sorted(bar.y for bar in bars)
    assert [bar.share for bar in plots.bars([("a", 0, False)])] == [0]
    assert plots.bars([]) == []
