"""Plots as geometry: what the macros of `templates/parts/plots.html` draw. Plain values only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import ClassVar

CELL, LEFT, TOP = 12, 26, 16  # the theme's heat-map: cells of 10 and gaps of 2, right of the weekdays, below the months
BAR = 38
LEVELS = 4


@dataclass(frozen=True)
class Month:
    """A month of a heat-map: where its name stands, on how many days something was, and how often."""

    first: date
    x: int
    days: int
    total: int


@dataclass(frozen=True)
class HeatHalf:
    """Half a year. `paths` has one path a shade, as (class, path); `today` is where today's frame stands."""

    months: tuple[Month, ...]
    paths: tuple[tuple[str, str], ...]
    today: tuple[int, int] | None

    @property
    def days(self) -> int:
        return sum(month.days for month in self.months)

    @property
    def total(self) -> int:
        return sum(month.total for month in self.months)


@dataclass(frozen=True)
class Heat:
    """A year of days. `most` is the largest number on one day, which the darkest shade stands for."""

    year: int
    halves: tuple[HeatHalf, HeatHalf]
    most: int
    # Any Monday to Sunday: the names of the lines.
    week: ClassVar[tuple[date, ...]] = tuple(date(2024, 1, n) for n in range(1, 8))

    @property
    def months(self) -> tuple[Month, ...]:
        return self.halves[0].months + self.halves[1].months

    @property
    def shades(self) -> list[int]:
        """The shades that this year can have, 0 for nothing."""
        return sorted({shade_of(number, self.most) for number in range(self.most + 1)})

    @property
    def days(self) -> int:
        return sum(half.days for half in self.halves)


def heat(year: int, counts: Mapping[date, int], today: date) -> Heat:
    """The heat-map of `counts`, a number of attendances by day."""
    most = max(counts.values(), default=0)
    first, second = (_half(year, month, counts, most, today) for month in (1, 7))
    return Heat(year, (first, second), most)


def _half(year: int, month: int, counts: Mapping[date, int], most: int, today: date) -> HeatHalf:
    shades: dict[str, list[str]] = {}
    days, totals = [0] * 6, [0] * 6
    for day, _, _, cell in _cells(year, month):
        number = counts.get(day, 0)
        if number:
            days[day.month - month] += 1
            totals[day.month - month] += number
        shade = "hf" if day > today and not number else f"v{shade_of(number, most)}"
        shades.setdefault(shade, []).append(cell)
    places = {day: (x, y) for day, x, y, _ in _cells(year, month)}
    firsts = [date(year, month + n, 1) for n in range(6)]
    return HeatHalf(
        months=tuple(Month(first, places[first][0], days[n], totals[n]) for n, first in enumerate(firsts)),
        paths=tuple((shade, "".join(cells)) for shade, cells in sorted(shades.items())),
        today=places.get(today),
    )


def shade_of(number: int, most: int) -> int:
    """0 for nothing, else 1 to 4: the quarter of the most in which the number falls."""
    return -(-LEVELS * number // most) if number else 0


@lru_cache(maxsize=16)
def _cells(year: int, month: int) -> tuple[tuple[date, int, int, str], ...]:
    """The days of the half year from this month on, each with its corner and its square; a column is a week."""
    first = date(year, month, 1)
    last = date(year, month + 5, 31 if month == 7 else 30)
    cells = []
    for n in range((last - first).days + 1):
        week, weekday = divmod(first.weekday() + n, 7)
        x, y = LEFT + CELL * week, TOP + CELL * weekday
        # Inset by one, which the stroke with its round corners gives back.
        cells.append((first + timedelta(n), x, y, f"M{x + 1} {y + 1}h8v8h-8z"))
    return tuple(cells)


@dataclass(frozen=True)
class Bar:
    """One line of a bar chart: `y` is its text, `share` its length in percent of the longest."""

    name: str
    value: float
    key: bool
    y: int
    share: float


def bars(rows: Iterable[tuple[str, float, bool]]) -> list[Bar]:
    """Rows of (name, value, whether it is the one looked at), sorted from high to low."""
    ordered = sorted(rows, key=lambda row: -row[1])
    longest = max((value for _, value, _ in ordered), default=0) or 1
    return [
        Bar(name, value, key, BAR * n + 12, round(100 * value / longest, 1))
        for n, (name, value, key) in enumerate(ordered)
    ]
