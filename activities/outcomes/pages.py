"""Totals as pages and files show them: a figure for each measure, with its plots and the tables behind them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from activities.duties.kinds import Kind, Measure
from activities.kit.i18n import gettext as _
from activities.kit.i18n import say_date, say_month
from activities.outcomes.rules import Stretch, Sum, progress, write_amount
from activities.reviews.plots import Bar, bars
from activities.terms.rules import Span

WIDTH, HEIGHT, FOOT, HEAD = 360, 84, 16, 14


@dataclass(frozen=True)
class Column:
    """One month or week: its name, whether the name has room below, where its column stands, and whether it is the
    first of the highest, whose amount stands above it."""

    name: str
    is_named: bool
    value: float
    x: float
    y: float
    width: float
    height: float
    is_most: bool


@dataclass(frozen=True)
class Goal:
    """A target, and how much of it is reached."""

    said: str
    percent: int


@dataclass(frozen=True)
class Figure:
    """All that is shown of one measure."""

    measure: Measure
    said: str
    count: int
    columns: list[Column]
    bars: list[Bar]
    goal: Goal | None = None


def figures(
    kind: Kind, stretch: Stretch, by_day: Mapping[tuple[date, str], Sum], by_name: Mapping[tuple[str, str], Sum],
    targets: Mapping[str, int],
) -> list[Figure]:  # fmt: skip
    """The measures of the kind of which something was entered or is to be achieved."""
    found = []
    for measure in kind.measures:
        days = {day: each for (day, key), each in by_day.items() if key == measure.key}
        if not days and measure.key not in targets:
            continue
        names = {name: each for (name, key), each in by_name.items() if key == measure.key}
        total = sum(days.values(), start=Sum())
        goal = None
        if target := targets.get(measure.key):
            goal = Goal(write_amount(target), progress(total.of(measure), target))
        found.append(
            Figure(
                measure, write_amount(total.of(measure)), total.count, _columns(measure, stretch, days),
                _bars(measure, names), goal,
            )
        )  # fmt: skip
    return found


def _columns(measure: Measure, stretch: Stretch, days: Mapping[date, Sum]) -> list[Column]:
    begins = stretch.begins()
    sums = dict.fromkeys(begins, Sum())
    for day, each in days.items():
        sums[stretch.begin_of(day)] += each
    most = max((each.of(measure) for each in sums.values()), default=0) or 1
    step = WIDTH / len(begins)
    every = -(-len(begins) // 6)
    highest = next((begin for begin, each in sums.items() if each.of(measure) == most), None)
    found = []
    for n, (begin, each) in enumerate(sums.items()):
        value = each.of(measure)
        height = round(HEIGHT * value / most, 1)
        name = say_month(begin) if stretch.is_long else say_date(begin)
        found.append(
            Column(
                name, n % every == 0, value, round(n * step + step * 0.15, 1),
                round(HEAD + HEIGHT - height, 1), round(step * 0.7, 1), height,
                begin == highest,
            )
        )  # fmt: skip
    return found


def _bars(measure: Measure, names: Mapping[str, Sum]) -> list[Bar]:
    """Its posts or activities."""
    return bars((name, each.of(measure), False) for name, each in names.items())


# ── what is looked at ───────────────────────────────────────────────────────


def term_stretch(term: Span) -> Stretch:
    return Stretch(
        term.starts_on.isoformat(), term.name, term.starts_on, term.starts_on + timedelta(weeks=term.weeks, days=-1)
    )


def year_stretch(year: int) -> Stretch:
    return Stretch(str(year), str(_("Year %(year)s", year=year)), date(year, 1, 1), date(year, 12, 31))


def stretches(terms: Iterable[Span], today: date, first: date | None) -> list[Stretch]:
    """What can be looked at: the terms since something was entered, the latest first, and then the years."""
    since = first or today
    of_terms = [stretch for term in terms if (stretch := term_stretch(term)).last >= since]
    return of_terms + [year_stretch(year) for year in range(today.year, since.year - 1, -1)]


def chosen(among: list[Stretch], key: str | None, today: date) -> Stretch:
    """The one that was asked for; else the term that is on, else this year."""
    asked = next((stretch for stretch in among if stretch.key == key), None)
    is_on = next((stretch for stretch in among if stretch.first <= today <= stretch.last), among[-1])
    return asked or is_on


# ── as files ────────────────────────────────────────────────────────────────

Row = tuple[str, str, str, str, float, int]


def rows(kinds: Iterable[tuple[Kind, Mapping[tuple[str, str], Sum]]]) -> list[Row]:
    """Kind, name, measure, unit, amount and number of entries, for files."""
    return [
        (_(kind.name), name, _(measure.name), _(measure.unit), each.of(measure) / 1000, each.count)
        for kind, by_name in kinds
        for (name, key), each in by_name.items()
        if (measure := kind.measure(key))
    ]
