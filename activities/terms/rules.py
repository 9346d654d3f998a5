"""Terms, teaching weeks, special days and working days, decided on plain values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from typing import ClassVar, NamedTuple

from activities.kit.refusal import N_, Refusal, refusal

MOST_WEEKS = 30
FIRST_YEAR, LAST_YEAR = 2000, 2099
LONGEST_NAME = 100
SATURDAY = 5
ONE = timedelta(days=1)


class Special(NamedTuple):
    """A day that is not what its weekday says: a holiday (`off`), or a workday with the timetable of `acts_as`. Not
    `confirmed` while the notice for its year has not been seen."""

    name: str
    off: bool = False
    acts_as: date | None = None
    confirmed: bool = True


def teaching_week(day: date, starts_on: date, weeks: int) -> int | None:
    """The number of the teaching week a day falls in, counted from 1; None outside the term."""
    number = (day - starts_on).days // 7 + 1
    return number if 1 <= number <= weeks else None


@dataclass(frozen=True)
class Run:
    """Days in a row of which the same is to be said."""

    days: tuple[date, ...]
    special: Special


def runs(days: Mapping[date, Special]) -> list[Run]:
    """The days in order, those in a row that are the same as one."""
    found: list[list[date]] = []
    for day in sorted(days):
        if found and day - found[-1][-1] == ONE and days[day] == days[found[-1][-1]]:
            found[-1].append(day)
        else:
            found.append([day])
    return [Run(tuple(run), days[run[0]]) for run in found]


# ── working days ────────────────────────────────────────────────────────────


def is_working_day(day: date, specials: Mapping[date, Special]) -> bool:
    """Monday to Friday without the holidays, and the weekend days worked in their stead."""
    special = specials.get(day)
    return not special.off if special else day.weekday() < SATURDAY


def add_working_days(day: date, number: int, specials: Mapping[date, Special]) -> date:
    """The working day so many after the day, or before it where the number is negative; the day itself, whatever it
    is, does not count. `specials` must reach as far as the answer."""
    step = ONE if number > 0 else -ONE
    for _ in range(abs(number)):
        day += step
        while not is_working_day(day, specials):
            day += step
    return day


def is_unsure(first: date, last: date, specials: Mapping[date, Special]) -> bool:
    """Whether what is counted between two days rests on a year whose holidays are not confirmed, or of which the
    special days at hand know nothing."""
    years = range(min(first, last).year, max(first, last).year + 1)
    known = {year: [special.confirmed for day, special in specials.items() if day.year == year] for year in years}
    return any(not confirmed or not all(confirmed) for confirmed in known.values())


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


# ── what a special day can be ───────────────────────────────────────────────


@refusal
class WrongDayName(Refusal):
    most: int
    sentence: ClassVar[str] = N_("The name of a day has 1 to %(most)s characters.")


@refusal
class DayTaken(Refusal):
    day: date
    sentence: ClassVar[str] = N_("%(day)s is in the calendar already.")
    remedy: ClassVar[str] = N_("Edit it there.")


@refusal
class OffWithTimetable(Refusal):
    sentence: ClassVar[str] = N_("A day off has no timetable: only a workday can take over that of another day.")


@refusal
class OwnTimetable(Refusal):
    day: date
    sentence: ClassVar[str] = N_("%(day)s cannot take over its own timetable.")
    remedy: ClassVar[str] = N_("Choose another day, or leave this empty.")


@refusal
class NotATeachingDay(Refusal):
    day: date
    sentence: ClassVar[str] = N_("%(day)s is not a teaching day, so it has no timetable to take over.")
    remedy: ClassVar[str] = N_("Choose a day from Monday to Friday within a term.")


def why_not_day(day: date, special: Special, terms: Iterable[Span]) -> Refusal | None:
    """The reason against this day in a calendar with these terms, None where there is none."""
    if reason := why_not_year(day.year):
        return reason
    if not 0 < len(special.name) <= LONGEST_NAME:
        return WrongDayName(LONGEST_NAME)
    if special.acts_as is None:
        return None
    if special.off:
        return OffWithTimetable()
    if special.acts_as == day:
        return OwnTimetable(day)
    return None if is_teaching_day(special.acts_as, terms) else NotATeachingDay(special.acts_as)


def is_teaching_day(day: date, terms: Iterable[Span]) -> bool:
    """Whether a day has a timetable. A holiday has one: it is what most make-up workdays take over."""
    return day.weekday() < SATURDAY and any(teaching_week(day, term.starts_on, term.weeks) for term in terms)


# ── who was first ───────────────────────────────────────────────────────────


def fingerprint(shown: Span | Special) -> str:
    """Equal for equal terms and days: what a form that shows one gives back, to say what it showed."""
    return sha256(repr(shown).encode()).hexdigest()[:32]
