"""A week of busy times, drawn: seven columns, the hours downwards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from activities.kit import clock
from activities.timetables import queries
from activities.timetables.models import Timetable
from activities.timetables.rules import Span

ONE_DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
# What is drawn in any case; a longer day makes the drawing longer.
USUAL_HOURS = (8, 22)
LEFT, TOP, COLUMN, HOUR = 30, 22, 47, 18


@dataclass(frozen=True)
class Block:
    """A stretch of one day, where it is drawn, and from when to when."""

    x: int
    y: float
    height: float
    starts: datetime
    ends: datetime


@dataclass(frozen=True)
class Day:
    date: date
    x: int
    blocks: list[Block]


@dataclass(frozen=True)
class WeekView:
    """`hours` with their heights; `busy` is all of the week together."""

    monday: date
    days: list[Day]
    hours: list[tuple[int, float]]
    height: float
    busy: timedelta

    @property
    def before(self) -> date:
        return self.monday - WEEK

    @property
    def after(self) -> date:
        return self.monday + WEEK


def week_view(timetable: Timetable, day: date) -> WeekView:
    monday = day - timedelta(days=day.weekday())
    window = Span(clock.at(monday, time(0)), clock.at(monday + WEEK, time(0)))
    return drawn(monday, queries.spans(timetable.id, window))


def drawn(monday: date, spans: Sequence[Span]) -> WeekView:
    by_day = {monday + n * ONE_DAY: list(_of_day(monday + n * ONE_DAY, spans)) for n in range(7)}
    first, last = _hours(stretch for stretches in by_day.values() for stretch in stretches)
    days = []
    for n, (day, stretches) in enumerate(by_day.items()):
        x = LEFT + n * COLUMN
        blocks = [
            Block(x, _y(start, first), max(2.0, (end - start) * HOUR / 60 - 1), _moment(day, start), _moment(day, end))
            for start, end in stretches
        ]
        days.append(Day(day, x, blocks))
    busy = sum((end - start for stretches in by_day.values() for start, end in stretches), 0)
    hours = [(hour, _y(hour * 60, first)) for hour in range(first, last + 1, 2)]
    return WeekView(monday, days, hours, _y(last * 60, first) + 6, timedelta(minutes=busy))


def _of_day(day: date, spans: Iterable[Span]) -> Iterator[tuple[int, int]]:
    """The stretches of a day, from which minute to which."""
    midnight, next_one = clock.at(day, time(0)), clock.at(day + ONE_DAY, time(0))
    for span in spans:
        starts, ends = max(span.starts_at, midnight), min(span.ends_at, next_one)
        if starts < ends:
            yield _minute(starts, day), 24 * 60 if ends == next_one else _minute(ends, day)


def _minute(moment: datetime, day: date) -> int:
    local = clock.local(moment)
    return local.hour * 60 + local.minute + (local.date() - day).days * 24 * 60


def _moment(day: date, minute: int) -> datetime:
    return clock.at(day + minute // (24 * 60) * ONE_DAY, time(minute // 60 % 24, minute % 60))


def _hours(stretches: Iterable[tuple[int, int]]) -> tuple[int, int]:
    """The first and last hour that are drawn."""
    first, last = USUAL_HOURS
    for start, end in stretches:
        first, last = min(first, start // 60), max(last, -(-end // 60))
    return first, last


def _y(minute: int, first: int) -> float:
    return TOP + (minute - first * 60) * HOUR / 60
