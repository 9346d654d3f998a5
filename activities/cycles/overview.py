"""What the overview of a review shows, put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from activities.cycles import overview_queries, queries, rules
from activities.cycles.models import Cycle, CycleUnit
from activities.cycles.plugs import plugged
from activities.cycles.rules import STEPS, Standing
from activities.cycles.rules_overview import Cell, Spread, in_all, spreads
from activities.cycles.waits import WAITS, Wait
from activities.kit.clock import local_day
from activities.kit.i18n import gettext as _
from activities.people.users import Viewer


@dataclass(frozen=True)
class Row:
    """A unit with a cell for each step that counts people."""

    unit: CycleUnit
    cells: Sequence[Cell]


@dataclass(frozen=True)
class Waiting:
    """For whom the units wait: how many by unit, and how many different people, who stand under no unit."""

    sort: Wait
    by_unit: Mapping[int | None, int]

    @property
    def people(self) -> int:
        return self.by_unit.get(None, 0)


def of_cycle(holder: Viewer, cycle: Cycle, now: datetime) -> dict[str, Any]:
    """A review as a whole: so many statements as there are sorts of steps, and a few more."""
    today, paths = local_day(now), overview_queries.paths_in(holder, cycle)
    units = queries.units_of(cycle, paths)
    counted = [(STEPS[key], count) for key in STEPS if (count := plugged(key).done)]
    done = [count(cycle.id) for _step, count in counted]
    rows = [
        Row(unit, [Cell(min(one.get(unit.unit_id, 0), unit.everyone), unit.everyone) for one in done])
        for unit in units
    ]  # fmt: skip
    tallies = overview_queries.tallies(holder, cycle)
    named = [(unit.unit.name, tallies.get(unit.unit_id, {})) for unit in units]
    return {
        "cycle": cycle, "units": units, "rows": rows, "everyone": sum(unit.everyone for unit in units),
        "steps": [(step, rules.standing(step.key, cycle.windows, today)) for step, _count in counted],
        "totals": [Cell(sum(row.cells[n].done for row in rows), sum(row.unit.everyone for row in rows))
                   for n in range(len(counted))],
        "waiting": waited_for(paths, cycle, now), "total": spreads([(_("All units"), in_all(tallies))])[0],
        "spreads": spreads(named), "years": _years(holder, cycle),
    }  # fmt: skip


def open_waits(cycle: Cycle, now: datetime) -> list[Wait]:
    """What the steps wait for that are open now."""
    today = local_day(now)
    if not cycle.is_open:
        return []
    return [one for one in WAITS.values() if rules.standing(one.step, cycle.windows, today) is Standing.OPEN]


def waited_for(paths: Sequence[str], cycle: Cycle, now: datetime) -> list[Waiting]:
    """For whom the open steps wait. One statement."""
    sorts = open_waits(cycle, now)
    found = overview_queries.waiting(paths, cycle.id, sorts)
    return [Waiting(one, found[one.key]) for one in sorts]


@dataclass(frozen=True)
class Year:
    """The grades of a year, and where they come from."""

    year: int
    spread: Spread


def _years(holder: Viewer, cycle: Cycle) -> list[Year]:
    """The years before, the latest first."""
    closed = overview_queries.closed_years(holder, cycle)
    years = sorted(closed, reverse=True)
    bars = spreads([(str(year), closed[year]) for year in years])
    return [Year(year, bar) for year, bar in zip(years, bars, strict=True)]
