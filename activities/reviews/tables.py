"""What the pages of the year show: columns and their links, tiles, bars. Made from what the queries found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask import url_for
from markupsafe import Markup, escape

from activities.duties.kinds import EVIDENCE_NAMES, LEDGER_NAMES, Ledger
from activities.kit.i18n import gettext as _
from activities.kit.i18n import say_hours
from activities.people.rules import STAGE_NAMES, STANDING_NAMES, Stage
from activities.reviews import plots
from activities.reviews.rules import KEYS, LEDGERS, PAGE, PERSONAL, Figures, Filters, Line, Order, Scope

# Nothing is said in a lighter voice than something.
ZERO, NEVER = Markup("<i>0</i>"), Markup("<i>–</i>")


@dataclass(frozen=True)
class Column:
    """A heading that orders the list by its column: `way` is what aria-sort says, empty where another column orders."""

    key: str
    name: str
    href: str
    way: str


@dataclass(frozen=True)
class Table:
    """One page of the members' table, with the links that change what it shows and keep the rest."""

    year: int
    filters: Filters
    order: Order
    scope: Scope
    page: int
    pages: int
    lines: list[Line]

    def link(self, endpoint: str = ".year", **changes: object) -> str:
        query: dict[str, Any] = {"year": self.year, "sort": str(self.order), **self.filters.query(), **changes}
        return url_for(endpoint, **{name: value for name, value in query.items() if value})

    @cached_property
    def names(self) -> dict[str, str]:
        """What each key that the list can be ordered by is called."""
        ledgers = {str(ledger): _(LEDGER_NAMES[ledger]) for ledger in LEDGERS}
        return {
            "name": _("Name"), "number": _("Number"), **ledgers, "attended": _("Attended"), "late": _("Late"),
            "excused": _("Excused"), "absent": _("Absent"), "last_seen": _("Last seen"),
        }  # fmt: skip

    @cached_property
    def columns(self) -> list[Column]:
        return [self._column(key, name) for key, name in self.names.items()]

    def _column(self, key: str, name: str) -> Column:
        here = key == self.order.key
        # A second press turns the order round; the first shows names from the start and figures from the most.
        order = Order(key, not self.order.down if here else key not in PERSONAL)
        way = ("descending" if self.order.down else "ascending") if here else ""
        return Column(key, name, self.link(sort=order), way)

    @cached_property
    def orders(self) -> list[tuple[str, str]]:
        """Every order there is, as (value, name), for the choice in the form."""
        patterns = (False, "%(column)s"), (True, _("%(column)s, descending"))
        return [(str(Order(key, down)), said % {"column": self.names[key]}) for key in KEYS for down, said in patterns]

    @property
    def years(self) -> list[int]:
        """Those with slots and the one that is shown, newest first."""
        return sorted({*self.scope.years, self.year}, reverse=True)

    @cached_property
    def classes(self) -> list[str]:
        """The classes to choose from, the chosen one among them even where nobody of it is left."""
        return sorted({*self.scope.classes, self.filters.class_name} - {""})

    def rows(self, row: str, stages: Mapping[Stage, str]) -> Markup:
        """Every line, filled into the HTML of one with named places: one step a line where a template takes forty."""
        longest = [max(column) or 1 for column in zip(*(line.figures.minutes for line in self.lines), strict=True)]
        plain = str(row)  # Markup would escape every value again
        return Markup("".join([plain % _cells(line, stages, longest) for line in self.lines]))  # noqa: S704

    @property
    def first(self) -> int:
        """The place of the first line in the whole list, from 1."""
        return (self.page - 1) * PAGE + 1


def _cells(line: Line, stages: Mapping[Stage, str], longest: Sequence[int]) -> dict[str, object]:
    """What goes into the places of a row, safe for HTML. A bar is its share in percent of the longest on the page."""
    did = line.figures
    cells: dict[str, object] = {
        "key": line.key, "name": escape(line.name), "number": escape(line.number), "unit": escape(line.unit),
        "about": escape("·".join(filter(None, (line.class_name, stages[line.stage])))),
        "attended": did.attended or ZERO, "late": did.late or ZERO, "excused": did.excused or ZERO,
        "absent": did.absent or ZERO, "last_seen": did.last_seen.strftime("%m-%d") if did.last_seen else NEVER,
    }  # fmt: skip
    for ledger, minutes, weighed, waits, most in zip(
        LEDGERS, did.minutes, did.weighed, did.provisional, longest, strict=True
    ):
        cells[ledger] = (say_hours(minutes) if minutes else ZERO) + _beside(weighed, waits)
        cells[f"{ledger}_bar"] = 100 * minutes // most
    return cells


def _beside(weighed: int, waits: int) -> str:
    return (said_to_weigh(weighed) if weighed else "") + (said_to_wait(waits) if waits else "")


def said_to_weigh(minutes: int) -> Markup:
    """What hours weigh, beside them."""
    return Markup('<span class="sub">%s</span>') % _("weighed %(hours)s h", hours=say_hours(minutes))


def said_to_wait(minutes: int) -> Markup:
    """Hours that are not final, beside those that are."""
    return Markup('<span class="sub">%s</span>') % _("+ %(hours)s provisional", hours=say_hours(minutes))


@dataclass(frozen=True)
class Tile:
    """A ledger's hours, hours a head, what they weigh and what is provisional, for the chosen units; empty for none of
    these."""

    name: str
    hours: str
    each: str
    weighed: str
    waits: str


def ledger_tiles(scope: Scope, minutes: Mapping[int, Figures]) -> list[Tile]:
    total = sum((minutes[branch.id] for branch in scope.chosen), Figures())
    return [
        Tile(
            _(LEDGER_NAMES[ledger]), f"{given / 60:,.1f}", f"{given / 60 / max(1, scope.people):.1f}", *map(_some, more)
        )
        for ledger, given, *more in zip(LEDGERS, total.minutes, total.weighed, total.provisional, strict=True)
    ]


def _some(minutes: int) -> str:
    return f"{minutes / 60:,.1f}" if minutes else ""


def branch_bars(scope: Scope, minutes: Mapping[int, Figures]) -> list[plots.Bar]:
    """Hours of volunteer service a head in every unit that has people; those chosen among others stand out."""
    service = LEDGERS.index(Ledger.SERVICE)
    among = len(scope.chosen) < len(scope.branches)
    return plots.bars(
        (branch.name, minutes[branch.id].minutes[service] / 60 / branch.people, among and branch in scope.chosen)
        for branch in scope.branches
        if branch.people
    )


def filter_facts(scope: Scope, filters: Filters) -> list[tuple[str, str]]:
    """What narrows a list, in words, as (what, value)."""
    facts = [(_("Units"), ", ".join(branch.name for branch in scope.chosen)), (_("People"), str(scope.people))]
    if filters.class_name:
        facts.append((_("Class"), filters.class_name))
    if filters.stage:
        facts.append((_("Stage"), _(STAGE_NAMES[filters.stage])))
    if filters.standing:
        facts.append((_("Standing"), _(STANDING_NAMES[filters.standing])))
    if filters.search:
        facts.append((_("Name or number"), filters.search))
    if filters.evidence:
        facts.append((_("Known from"), _(EVIDENCE_NAMES[filters.evidence])))
    if filters.gone:
        facts.append((_("Roster"), _("with those who have left")))
    return facts
