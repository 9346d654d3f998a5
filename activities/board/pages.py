"""The board put together: the week as rows of posts, what may stay empty, what waits to be done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from activities.board import queries, rules, tasks
from activities.board.forms import Filters
from activities.board.queries import Ahead, Cell, Part
from activities.board.rules import Outlook
from activities.board.tasks import Task
from activities.duties.planning import week_span
from activities.invitations.queries import Asked, asked_for
from activities.kit import clock
from activities.people.users import Viewer
from activities.terms import queries as terms
from activities.terms.rules import Special

WEEK = timedelta(weeks=1)
# As many rows as somebody reads.
MOST_RISKS = 12
MOST_TASKS = 8


@dataclass(frozen=True)
class Row:
    """A post's week: the slots of each of its days. `first` is one of them, for what names the post."""

    first: Cell
    days: list[list[Cell]]


@dataclass(frozen=True)
class Group:
    """An activity's posts on the page."""

    part: Part
    rows: list[Row]


@dataclass(frozen=True)
class Risk:
    """A slot that may stay empty; one click asks `to_ask` people to help there."""

    slot: Ahead
    outlook: Outlook
    to_ask: int


@dataclass(frozen=True, kw_only=True)
class Board:
    """`all` are the activities of the week before they are narrowed down to `parts`, for the filters to choose from;
    `risks` and `tasks` are as many as are shown, of so many in all; `asked` says by slot who was asked to help.
    `before` and `after` are the nearest weeks with slots."""

    filters: Filters
    now: datetime
    today: date
    week: int | None
    special: dict[date, Special]
    all: list[Part]
    parts: list[Part]
    groups: list[Group]
    pages: int
    before: date | None
    after: date | None
    risks: list[Risk]
    risks_in_all: int
    asked: dict[int, Asked]
    tasks: list[Task]
    tasks_in_all: int

    @property
    def posts(self) -> int:
        return sum(part.posts for part in self.parts)

    @property
    def slots(self) -> int:
        return sum(part.slots for part in self.parts)

    @property
    def percent(self) -> int:
        """The share of the week's seats that are taken."""
        capacity = sum(part.capacity for part in self.parts)
        return int(100 * sum(part.taken for part in self.parts) / capacity) if capacity else 0

    @property
    def units(self) -> list[tuple[str, str]]:
        """The units of the week's activities, as (id, name) by their place in the tree."""
        return [(key, name) for _, key, name in sorted({(p.unit_path, p.unit_id, p.unit) for p in self.all})]


def board(member: Viewer, filters: Filters, now: datetime) -> Board:
    """The page for a week. A fixed number of statements."""
    zone = clock.zone()
    first, last = week_span(filters.monday, zone)
    everything = queries.parts(member, first, last)
    parts = narrowed(everything, filters)
    stretches = rules.pages([part.posts for part in parts])
    page = min(filters.page, len(stretches))
    cells = queries.cells([part.activity_id for part in parts], stretches[page - 1], first, last)
    before, after = (moment and clock.local_day(moment) for moment in queries.nearest(member, first, last))
    risks = ranked(member, filters, {p.unit_id: p.unit_path for p in everything}, now)
    shown = risks[:MOST_RISKS]
    waiting = tasks.waiting(member, now)
    return Board(
        filters=filters, now=now, today=clock.local_day(now), week=terms.week_of(filters.monday),
        special=terms.special_days(filters.days[0], filters.days[-1]), all=everything, parts=parts,
        groups=grouped(cells, parts, filters.days), pages=len(stretches), before=before, after=after,
        risks=shown, risks_in_all=len(risks), asked=asked_for([risk.slot.slot_id for risk in shown]),
        tasks=waiting[:MOST_TASKS], tasks_in_all=len(waiting),
    )  # fmt: skip


def narrowed(parts: Iterable[Part], filters: Filters) -> list[Part]:
    """Those of the parts that are asked for; a unit stands for all below it, too."""
    parts = list(parts)
    below = next((part.unit_path for part in parts if part.unit_id == filters.unit), None)
    return [
        part
        for part in parts
        if (not filters.kind or part.kind_key == filters.kind)
        and (not filters.activity or part.public_id == filters.activity)
        and (not filters.unit or (below and part.unit_path.startswith(below)))
    ]


def grouped(cells: Iterable[Cell], parts: Iterable[Part], days: Sequence[date]) -> list[Group]:
    """Cells in the order of activities and posts, as rows of seven days."""
    by_id = {part.activity_id: part for part in parts}
    rows: dict[int, list[Row]] = {}
    for _, some in groupby(cells, lambda cell: cell.post_id):
        row = list(some)
        by_day: dict[date, list[Cell]] = {day: [] for day in days}
        for cell in row:
            by_day[clock.local_day(cell.starts_at)].append(cell)
        rows.setdefault(row[0].activity_id, []).append(Row(row[0], list(by_day.values())))
    return [Group(by_id[activity_id], some) for activity_id, some in rows.items()]


def ranked(member: Viewer, filters: Filters, units: dict[str, str], now: datetime) -> list[Risk]:
    """What will probably stay empty, the worst first; `units` are the paths of those one can filter by."""
    slots = [slot for slot in queries.ahead(member, now) if _is_asked_for(slot, filters, units)]
    zone = clock.zone()
    habits = rules.habits(queries.past({slot.post_id for slot in slots}, now), zone)
    found = []
    for slot in slots:
        habit = rules.habit_of(habits, slot.post_id, slot.starts_at.astimezone(zone).weekday())
        outlook = rules.outlook(slot.capacity, slot.taken, slot.starts_at, habit, now)
        if outlook.is_likely:
            found.append(Risk(slot, outlook, rules.how_many_to_ask(outlook.missing)))
    return sorted(found, key=lambda risk: (-risk.outlook.score, risk.slot.starts_at, risk.slot.slot_id))


def _is_asked_for(slot: Ahead, filters: Filters, units: dict[str, str]) -> bool:
    return (
        (not filters.kind or slot.kind_key == filters.kind)
        and (not filters.activity or slot.activity_id == filters.activity)
        and (not filters.unit or slot.unit_path.startswith(units.get(filters.unit, "?")))
    )
