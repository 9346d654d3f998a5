"""What the finding pages show, put together from their reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from activities.duties.models import Activity
from activities.kit import clock
from activities.kit.i18n import gettext, say_week
from activities.people.rules import STAGE_NAMES, STANDING_NAMES, Stages, Standings
from activities.people.users import Viewer
from activities.signups import engagements, search
from activities.signups.can_take import can_take as in_sql
from activities.signups.cards import Card, cards
from activities.signups.forms import Filters
from activities.signups.rules_person import Person, why_not_trained
from activities.signups.search import PAGE, Group
from activities.terms import queries as terms
from activities.terms.periods import Period, Stretch, stretch_of, stretches
from activities.terms.rules import Special
from activities.trainings.rules import Need

WEEK = timedelta(weeks=1)
# How many days further a page without slots looks for the next.
AHEAD = 8 * 7


@dataclass(frozen=True)
class Day:
    date: date
    count: int


@dataclass(frozen=True)
class GridRow:
    """One stretch of the day across the week: seven cells of groups."""

    stretch: Stretch
    cells: list[list[Group]]


@dataclass(frozen=True)
class Part:
    """Cards by day. `fits`: whether these fit the timetable, where that is what they are sorted by."""

    fits: bool | None
    by_day: list[tuple[date, list[Card]]]


@dataclass(frozen=True, kw_only=True)
class FindView:
    """A week as one person sees it: cards of a page, the grid, and where to go from here."""

    now: datetime
    today: date
    week_name: str
    before: date
    after: date
    days: list[Day]
    rows: list[GridRow]
    parts: list[Part]
    has_timetable: bool
    special: dict[date, Special]
    coming: int
    seats_left: int
    full: int
    has_more: bool
    next_day: date | None


def find_view(member: Viewer, filters: Filters, now: datetime) -> FindView:
    span = search.span(filters.week)
    person, mine = engagements.taken_on(member.id, *span)
    can_take = in_sql(person, mine, span, now) if filters.only_open else None
    groups = search.groups(member, filters, mine, can_take)
    slots = search.cards_page(member, filters, can_take, now)
    to_come = [g for g in groups if g.starts_at > now]
    by_date: Counter[date] = Counter()
    for group in to_come:
        by_date[clock.local_day(group.starts_at)] += group.slots
    has_more = len(slots) > PAGE
    shown = cards(person, slots[:PAGE], mine, now)
    week, periods = terms.week_and_periods(filters.monday)
    return FindView(
        now=now,
        today=clock.local_day(now),
        week_name=say_week(week),
        before=filters.monday - WEEK,
        after=filters.monday + WEEK,
        days=[Day(day, by_date[day]) for day in filters.week],
        rows=grid(groups, filters.week, periods),
        parts=parts(shown, fitting_first=filters.fitting_first),
        has_timetable=person.timetable is not None,
        special=terms.special_days(filters.week[0], filters.week[-1]),
        coming=by_date.total(),
        seats_left=sum(g.left for g in to_come),
        full=sum(card.is_full for card in shown),
        has_more=has_more,
        next_day=None if slots else _next_day(member, filters, now),
    )


def _next_day(member: Viewer, filters: Filters, now: datetime) -> date | None:
    """The next day with what the filters ask for. Three statements at most."""
    first = max(filters.days[-1] + timedelta(days=1), clock.local_day(now))
    days = [first + timedelta(days=n) for n in range(AHEAD)]
    if not filters.only_open:
        return search.next_day(member, filters, None, days, now)
    span = search.span(days)
    person, mine = engagements.taken_on(member.id, *span)
    return search.next_day(member, filters, in_sql(person, mine, span, now), days, now)


def parts(shown: Sequence[Card], *, fitting_first: bool) -> list[Part]:
    """The cards in their order, by day; where those that fit the timetable come first, these and the others apart."""
    if not fitting_first:
        return [Part(None, by_day(shown))] if shown else []
    return [Part(fits, by_day(some)) for fits, some in groupby(shown, lambda card: card.clash is None)]


def by_day(shown: Iterable[Card]) -> list[tuple[date, list[Card]]]:
    return [(day, list(some)) for day, some in groupby(shown, lambda c: clock.local_day(c.offer.starts_at))]


def grid(groups: Iterable[Group], week: Sequence[date], periods: tuple[Period, ...]) -> list[GridRow]:
    """Groups by stretch of the day and weekday; stretches without any are left out."""
    day = stretches(periods)
    cells: dict[tuple[int, date], list[Group]] = {}
    for group in groups:
        moment = clock.local(group.starts_at)
        cells.setdefault((stretch_of(day, moment.time()), moment.date()), []).append(group)
    rows = sorted({row for row, _ in cells})
    return [GridRow(day[row], [cells.get((row, date), []) for date in week]) for row in rows]


@dataclass(frozen=True)
class Condition:
    """One condition: what it admits, in words, and whether this person fits."""

    names: list[str]
    fits: bool


def conditions(member: Viewer, person: Person, activity: Activity, on: date) -> list[Condition]:
    """Who may join on a day, as the page lists it. Empty where everyone may who sees the activity."""
    found = []
    if activity.stages:
        admitted = [gettext(name) for stage, name in STAGE_NAMES.items() if Stages[stage.name] in activity.stages]
        found.append(Condition(admitted, Stages[member.stage.name] in activity.stages))
    if activity.standings:
        admitted = [gettext(name) for one, name in STANDING_NAMES.items() if Standings[one.name] in activity.standings]
        found.append(Condition(admitted, Standings[member.standing.name] in activity.standings))
    if activity.eligible_unit:
        found.append(Condition([activity.eligible_unit.name], member.unit.is_within(activity.eligible_unit.path)))
    if activity.classes:
        found.append(Condition(list(activity.classes), person.class_name in activity.classes))
    for training in activity.trainings:
        need = Need(training.id, training.name, training.where)
        name = gettext("Training “%(name)s”", name=training.name)
        found.append(Condition([name], why_not_trained((need,), person.trainings, on) is None))
    return found


def activity_page(member: Viewer, activity: Activity, page: int, now: datetime) -> tuple[list[Card], bool]:
    """Cards of an activity's slots to come, a page of them, and whether more follow."""
    slots = search.slots_of(activity, page, now)
    shown = slots[:PAGE]
    if not shown:
        return [], False
    person, mine = engagements.taken_on(member.id, shown[0].starts_at, max(s.ends_at for s in shown))
    return cards(person, shown, mine, now), len(slots) > PAGE
