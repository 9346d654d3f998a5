"""What the overview of a review shows, put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from activities.cycles import queries as cycles
from activities.cycles.models import Cycle, CycleUnit
from activities.cycles.plugs import plugged
from activities.cycles.rules import STEPS, standing
from activities.cycles.waits import WAITS, Wait, why_not_wait
from activities.kit.clock import local_day
from activities.kit.i18n import gettext as _
from activities.overviews import queries
from activities.overviews.rules import Cell, Spread, in_all, spreads
from activities.past import queries as past
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
    today, paths = local_day(now), cycles.paths_in(holder, cycle)
    units = cycles.units_of(cycle, paths)
    counted = [(STEPS[key], count) for key in STEPS if (count := plugged(key).done)]
    done = [count(cycle.id) for _step, count in counted]
    rows = [
        Row(unit, [Cell(min(one.get(unit.unit_id, 0), unit.everyone), unit.everyone) for one in done])
        for unit in units
    ]  # fmt: skip
    tallies = queries.tallies(holder, cycle)
    named = [(unit.unit.name, tallies.get(unit.unit_id, {})) for unit in units]
    return {
        "cycle": cycle, "units": units, "rows": rows, "everyone": sum(unit.everyone for unit in units),
        "steps": [(step, standing(step.key, cycle.windows, today)) for step, _count in counted],
        "totals": [Cell(sum(row.cells[n].done for row in rows), sum(row.unit.everyone for row in rows))
                   for n in range(len(counted))],
        "waiting": waited_for(paths, cycle, now), "total": spreads([(_("All units"), in_all(tallies))])[0],
        "spreads": spreads(named), "years": _years(holder, cycle),
    }  # fmt: skip


def open_waits(cycle: Cycle, now: datetime) -> list[Wait]:
    """For what somebody is waited for now."""
    today = local_day(now)
    if not cycle.is_open:
        return []
    return [one for one in WAITS.values() if why_not_wait(one, cycle.windows, today) is None]


def waited_for(paths: Sequence[str], cycle: Cycle, now: datetime) -> list[Waiting]:
    """For whom the open steps wait. One statement."""
    sorts = open_waits(cycle, now)
    found = queries.waiting(paths, cycle.id, sorts)
    return [Waiting(one, found[one.key]) for one in sorts]


def _years(holder: Viewer, cycle: Cycle) -> list[Spread]:
    """The years before, closed here or imported, the latest first."""
    closed, imported = queries.closed_years(holder, cycle), past.years(holder, cycle)
    named = [(year, str(year), tally) for year, tally in closed.items()]
    named += [(year, _("%(year)s, imported", year=year), tally) for year, tally in imported.items()]
    named.sort(key=lambda one: (-one[0], one[1]))
    return spreads([(name, tally) for _year, name, tally in named])
