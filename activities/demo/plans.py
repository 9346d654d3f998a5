"""The shapes in which the demo's activities are told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Protocol

from activities.demo.article import SCHOOL
from activities.demo.calendar import LEAD, WEEK, WEEKS, DemoCalendar
from activities.people.rules import Stages, Standings

MON, TUE, WED, THU, FRI, SAT, SUN = range(7)
ANY_STAGE = Stages(0)
ANY_STANDING = Standings(0)


class Times(Protocol):
    """When a post is kept, for `minutes` from each clock time of `at`."""

    @property
    def at(self) -> tuple[time, ...]: ...

    @property
    def minutes(self) -> int: ...

    def days(self, calendar: DemoCalendar) -> Iterator[tuple[date, date]]:
        """Each day on which it is kept, with the day on which that was planned."""


@dataclass(frozen=True, kw_only=True)
class Weekly:
    """On one weekday of some teaching weeks; not on holidays and make-up workdays. Of `terms`, 2 is the present one."""

    weekday: int
    at: tuple[time, ...]
    minutes: int
    weeks: range = range(1, WEEKS + 1)
    terms: tuple[int, ...] = (0, 1, 2)

    def days(self, calendar: DemoCalendar) -> Iterator[tuple[date, date]]:
        for term in (calendar.terms[n] for n in self.terms):
            days = (term.day(week, self.weekday) for week in self.weeks)
            yield from ((day, term.starts_on - LEAD) for day in days if calendar.is_plain(day))


@dataclass(frozen=True, kw_only=True)
class Once:
    """On one weekday of one week, or the next plain weekday where that is a holiday."""

    week: int
    weekday: int
    at: tuple[time, ...]
    minutes: int
    term: int

    def days(self, calendar: DemoCalendar) -> Iterator[tuple[date, date]]:
        term = calendar.terms[self.term]
        yield calendar.next_weekday(term.day(self.week, self.weekday)), term.starts_on - LEAD


@dataclass(frozen=True, kw_only=True)
class InJune:
    """On the working days of two weeks in June, when the leavers pack."""

    at: tuple[time, ...]
    minutes: int

    def days(self, calendar: DemoCalendar) -> Iterator[tuple[date, date]]:
        days = list(calendar.june())
        yield from ((day, days[0] - 8 * WEEK) for day in days)


@dataclass(frozen=True, kw_only=True)
class SitePlan:
    """A partner's place and what the partner asks of visits."""

    name: str
    address: str
    geo: str
    contact: str
    most_visitors: int
    most_groups: int
    list_days: int


@dataclass(frozen=True, kw_only=True, eq=False)
class PostPlan:
    """`holders` people share the post; 0: whoever may join."""

    name: str
    place: str
    standard: str
    capacity: int
    times: tuple[Times, ...]
    holders: int = 0
    site: SitePlan | None = None
    floor: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class Plan:
    """An activity.

    `past` and `ahead` are the least and the most people who want a seat, as shares of the seats: above 1, some wait.
    `opens` and `closes` are days from today, at noon. `once`: nobody takes two of its slots.
    """

    kind: str
    name: str
    unit: str = SCHOOL
    description: str
    risks: str = ""
    safeguards: str = ""
    mailbox: str = ""
    posts: tuple[PostPlan, ...]
    past: tuple[float, float] = (0.6, 1.15)
    ahead: tuple[float, float] = (0.15, 1.3)
    withdraw: timedelta = timedelta(hours=24)
    opens: int | None = None
    closes: int | None = None
    stages: Stages = ANY_STAGE
    standings: Standings = ANY_STANDING
    once: bool = False
