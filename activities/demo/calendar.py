"""The school's years around today: three terms, and the days that are not what their weekday says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from activities.terms.official import OfficialDay, official_days

WEEK = timedelta(weeks=1)
WEEKS = 18
THIS_WEEK = 12
# From one year's Monday to the next year's: two terms, and between them the summer and the winter.
SUMMER, WINTER = 10, 6
LEAD = timedelta(days=14)
JUNE = (6, 8)


@dataclass(frozen=True)
class DemoTerm:
    name: str
    starts_on: date

    @property
    def ends_on(self) -> date:
        """Its last day."""
        return self.starts_on + WEEKS * WEEK - timedelta(days=1)

    def day(self, week: int, weekday: int) -> date:
        """A day by its teaching week (from 1) and weekday (Monday is 0)."""
        return self.starts_on + timedelta(weeks=week - 1, days=weekday)


@dataclass(frozen=True)
class DemoCalendar:
    """`terms` are the finished year's two and the present one, which stands in its twelfth week."""

    today: date
    terms: tuple[DemoTerm, ...]
    special: dict[date, OfficialDay]

    @property
    def now(self) -> DemoTerm:
        return self.terms[-1]

    @property
    def began(self) -> date:
        """When the school began to use the product."""
        return self.terms[0].starts_on - LEAD

    def is_plain(self, day: date) -> bool:
        """Whether a day is what its weekday says: no holiday, no make-up workday."""
        return day not in self.special

    def next_weekday(self, day: date) -> date:
        """The first plain weekday from this day on."""
        while day.weekday() > 4 or not self.is_plain(day):
            day += timedelta(days=1)
        return day

    def june(self) -> Iterator[date]:
        """The second and third week of the latest June that begins before the present term ends."""
        end = self.now.ends_on
        first = date(end.year, *JUNE) if end >= date(end.year, *JUNE) else date(end.year - 1, *JUNE)
        days = (first + timedelta(days=n) for n in range(14))
        return (day for day in days if day.weekday() <= 4 and self.is_plain(day))


def calendar_of(today: date) -> DemoCalendar:
    starts = today - timedelta(days=today.weekday()) - (THIS_WEEK - 1) * WEEK
    in_autumn = starts.month >= 7
    before = starts - (WEEKS + (SUMMER if in_autumn else WINTER)) * WEEK
    first = starts - 52 * WEEK
    year = starts.year if in_autumn else starts.year - 1
    halves = [(year - 1, 1), (year - 1, 2), (year, 1)] if in_autumn else [(year - 1, 2), (year, 1), (year, 2)]
    terms = tuple(
        DemoTerm(f"{y}–{y + 1}学年第{'一二'[half - 1]}学期", monday)
        for (y, half), monday in zip(halves, (first, before, starts), strict=True)
    )
    years = range(first.year, terms[-1].ends_on.year + 1)
    return DemoCalendar(today, terms, {special.day: special for special in official_days(years)})
