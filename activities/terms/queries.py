"""Reads of the school's calendar."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import TypeVar

import sqlalchemy as sa

from activities.kit.db import db, run
from activities.kit.refusal import NotFound
from activities.terms.models import ClassPeriod, SpecialDay, Term
from activities.terms.periods import USUAL, Period
from activities.terms.rules import Span, Special, teaching_week

T = TypeVar("T")

_LAST = sa.bindparam("last", type_=sa.Date())
_TERMS = sa.select(Term.starts_on, Term.weeks).where(Term.starts_on <= _LAST).order_by(Term.starts_on)
_IN_FORCE = sa.select(sa.func.max(ClassPeriod.since)).where(ClassPeriod.since <= _LAST).scalar_subquery()
_PERIODS = (
    sa.select(ClassPeriod.starts, ClassPeriod.ends, ClassPeriod.name)
    .where(ClassPeriod.since == _IN_FORCE)
    .order_by(ClassPeriod.starts)
)
_NO_TIME = sa.cast(sa.null(), sa.Time)
_NO_PERIOD = (_NO_TIME.label("starts"), _NO_TIME.label("ends"), sa.literal("").label("name"))
# The terms that have begun, and the periods in force: a row is one or the other, and a period has no weeks.
_TERMS_AND_PERIODS = sa.union_all(
    sa.select(Term.starts_on.label("begins"), Term.weeks.label("weeks"), *_NO_PERIOD).where(Term.starts_on <= _LAST),
    sa.select(ClassPeriod.since, sa.literal(0), *_PERIODS.selected_columns).where(ClassPeriod.since == _IN_FORCE),
).order_by("begins", "starts")
_ALL_TERMS = sa.select(Term.name, Term.starts_on, Term.weeks).order_by(Term.starts_on.desc())
_SPECIAL_DAYS = sa.select(
    SpecialDay.day, SpecialDay.name, SpecialDay.off, SpecialDay.acts_as, SpecialDay.confirmed
).where(SpecialDay.day.between(sa.bindparam("first", type_=sa.Date()), sa.bindparam("last", type_=sa.Date())))


def weeks_of(days: Collection[date]) -> dict[date, int]:
    """The teaching week of each day that falls into a term. One statement, whatever the number of days."""
    if not days:
        return {}
    found: dict[date, int] = {}
    for starts_on, weeks in run(_TERMS, {"last": max(days)}):  # of two terms that overlap, the later one counts
        found |= {day: week for day in days if (week := teaching_week(day, starts_on, weeks))}
    return found


def week_of(day: date) -> int | None:
    """The teaching week of one day, None outside the terms."""
    return weeks_of([day]).get(day)


def week_and_periods(day: date) -> tuple[int | None, tuple[Period, ...]]:
    """The teaching week of a day, None outside the terms, and the class periods then in force. One statement."""
    week, periods = None, []
    for starts_on, weeks, starts, ends, name in run(_TERMS_AND_PERIODS, {"last": day}):
        if weeks:
            week = teaching_week(day, starts_on, weeks) or week
        else:
            periods.append(Period(starts, ends, name))
    return week, tuple(periods) or USUAL


def all_terms() -> list[Span]:
    """Every term, the latest first."""
    return [Span(*row) for row in run(_ALL_TERMS)]


def term_from(starts_on: date) -> Span:
    """The term that begins on this Monday."""
    return _found(next((term for term in all_terms() if term.starts_on == starts_on), None))


def term_starts(day: date) -> tuple[date | None, date | None]:
    """The first day of the term that the day falls into, and that of the next one after the day."""
    rows = list(db.session.execute(sa.select(Term.starts_on, Term.weeks).order_by(Term.starts_on.desc())))
    own = next((starts_on for starts_on, weeks in rows if teaching_week(day, starts_on, weeks)), None)
    return own, min((starts_on for starts_on, _ in rows if starts_on > day), default=None)


def special_days(first: date, last: date) -> dict[date, Special]:
    """Holidays and make-up workdays from `first` to `last`, both included."""
    return {day: Special._make(special) for day, *special in run(_SPECIAL_DAYS, {"first": first, "last": last})}


def special_day(day: date) -> Special:
    """What a day is, if not what its weekday says."""
    return _found(special_days(day, day).get(day))


def is_unconfirmed(year: int) -> bool:
    """Whether days of the year were entered before the State Council's notice was known."""
    of_year = SpecialDay.day.between(date(year, 1, 1), date(year, 12, 31))
    return bool(db.session.scalar(sa.select(sa.exists().where(of_year, ~SpecialDay.confirmed))))


def unconfirmed_years(first: date, last: date) -> list[int]:
    """The years of these days that have days entered before the State Council's notice was known, or none at all."""
    year = sa.extract("year", SpecialDay.day)
    known = sa.select(year).group_by(year).having(sa.func.min(sa.cast(SpecialDay.confirmed, sa.Integer)) == 1)
    confirmed = {int(found) for found in db.session.scalars(known)}
    return [number for number in range(first.year, last.year + 1) if number not in confirmed]


# ── class periods ───────────────────────────────────────────────────────────


def periods_on(day: date) -> tuple[Period, ...]:
    """The class periods in force on a day: the usual ones where none are entered."""
    return tuple(Period._make(row) for row in run(_PERIODS, {"last": day})) or USUAL


def all_periods() -> dict[date, tuple[Period, ...]]:
    """The periods by the day from which they are in force, the latest first."""
    query = sa.select(ClassPeriod.since, ClassPeriod.starts, ClassPeriod.ends, ClassPeriod.name)
    found: dict[date, tuple[Period, ...]] = {}
    for since, *period in db.session.execute(query.order_by(ClassPeriod.since.desc(), ClassPeriod.starts)):
        found[since] = (*found.get(since, ()), Period._make(period))
    return found


def periods_since(since: date) -> tuple[Period, ...]:
    """The periods in force from exactly this day on."""
    return _found(all_periods().get(since))


def _found(value: T | None) -> T:
    if value is None:
        raise NotFound
    return value
