"""Teaching weeks, class periods and working days, decided on plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time


@dataclass(frozen=True)
class Period:
    """A stretch of the day, a row of the week's grid. `first` and `last` are class periods; 0: between them."""

    first: int
    last: int
    starts: time


# One school's periods, in pairs, with the breaks in which duties fall.
DAY = (
    Period(1, 2, time(8, 0)),
    Period(3, 4, time(10, 5)),
    Period(0, 0, time(11, 40)),
    Period(5, 6, time(14, 0)),
    Period(7, 8, time(16, 5)),
    Period(0, 0, time(17, 40)),
    Period(9, 10, time(19, 0)),
    Period(0, 0, time(20, 35)),
)


def teaching_week(day: date, starts_on: date, weeks: int) -> int | None:
    """The number of the teaching week a day falls in, counted from 1; None outside the term."""
    number = (day - starts_on).days // 7 + 1
    return number if 1 <= number <= weeks else None
