"""Teaching weeks, class periods and working days, decided on plain values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import ClassVar, NamedTuple

from activities.kit.refusal import N_, Refusal, refusal

MOST_WEEKS = 30
FIRST_YEAR, LAST_YEAR = 2000, 2099
LONGEST_NAME = 100


class Special(NamedTuple):
    """A day that is not what its weekday says: a holiday (`off`), or a workday with the timetable of `acts_as`. Not
    `confirmed` while the notice for its year has not been seen."""

    name: str
    off: bool = False
    acts_as: date | None = None
    confirmed: bool = True


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


# ── what a term can be ──────────────────────────────────────────────────────


@dataclass(frozen=True)
class Span:
    """A term: `weeks` weeks from a Monday on."""

    name: str
    starts_on: date
    weeks: int

    @property
    def ends_on(self) -> date:
        """Its last day. The term's weeks must be sensible."""
        return self.starts_on + timedelta(weeks=self.weeks, days=-1)

    def overlaps(self, other: Span) -> bool:
        return self.starts_on <= other.ends_on and other.starts_on <= self.ends_on


@refusal
class NotAMonday(Refusal):
    day: date
    sentence: ClassVar[str] = N_("A term starts on a Monday, not on %(day)s.")


@refusal
class WrongWeeks(Refusal):
    most: int
    sentence: ClassVar[str] = N_("A term has 1 to %(most)s weeks.")


@refusal
class WrongYear(Refusal):
    first: int
    last: int
    sentence: ClassVar[str] = N_("The year must be one from %(first)s to %(last)s.")


@refusal
class WrongTermName(Refusal):
    most: int
    sentence: ClassVar[str] = N_("A term's name has 1 to %(most)s characters.")


@refusal
class TermNameTaken(Refusal):
    name: str
    sentence: ClassVar[str] = N_("There is a term “%(name)s” already.")


@refusal
class TermsOverlap(Refusal):
    name: str
    sentence: ClassVar[str] = N_("It overlaps with the term “%(name)s”.")


def why_not_term(term: Span, others: Iterable[Span]) -> Refusal | None:
    """The reason against adding a term beside the others, None where there is none."""
    if not 0 < len(term.name) <= LONGEST_NAME:
        return WrongTermName(LONGEST_NAME)
    if reason := why_not_year(term.starts_on.year):
        return reason
    if term.starts_on.weekday() != 0:
        return NotAMonday(term.starts_on)
    if not 1 <= term.weeks <= MOST_WEEKS:
        return WrongWeeks(MOST_WEEKS)
    for other in others:
        if other.name == term.name:
            return TermNameTaken(other.name)
        if term.overlaps(other):
            return TermsOverlap(other.name)
    return None


def why_not_year(year: int) -> WrongYear | None:
    return None if FIRST_YEAR <= year <= LAST_YEAR else WrongYear(FIRST_YEAR, LAST_YEAR)
