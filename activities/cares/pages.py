"""What pages of people in somebody's care show, put together."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from activities.cares import queries
from activities.cares.queries import Line
from activities.cares.rules import MOST_CHARACTERS
from activities.kit.clock import local_day
from activities.kit.roles import Permission
from activities.pairings import queries as pairings
from activities.pairings.rules import Sort
from activities.people.models import Member
from activities.people.users import Viewer
from activities.reviews import queries as figures
from activities.reviews.rules import Figures


@dataclass(frozen=True)
class Ward:
    """Somebody in the viewer's care: as what, their figures of the year where the viewer may see them, and what is to
    be written of them in open reviews."""

    person: Member
    sort: Sort
    figures: Figures | None
    lines: list[Line] = field(default_factory=list)

    @property
    def place(self) -> tuple[str, str]:
        """Unit and class, in whose order they stand."""
        return self.person.unit.path, self.person.class_name


def of_carer(carer: Viewer, now: datetime) -> dict[str, Any]:
    """Whom somebody cares for, by class, with what is asked. A fixed number of statements."""
    today, wards = local_day(now), queries.wards(carer.id)
    lines = [line for line in queries.mine(carer.id) if not line.is_over(today)]
    shown = {one.id for one, _sort in wards if carer.may(Permission.REVIEW, one.unit.path)}
    did = figures.figures(shown, today.year) if shown else {}
    by_person: dict[int, list[Line]] = {}
    for line in lines:
        by_person.setdefault(line.person.id, []).append(line)
    found = [
        Ward(one, sort, did.get(one.id, Figures()) if one.id in shown else None, by_person.get(one.id, []))
        for one, sort in wards
    ]
    return {
        "wards": found, "reviews": _progress(lines), "pairings": pairings.of_carer(carer.id), "year": today.year,
    }  # fmt: skip


def _progress(lines: list[Line]) -> list[tuple[Any, int, int]]:
    """By open review, how many opinions are handed in, of how many."""
    found: dict[int, tuple[Any, int, int]] = {}
    for line in lines:
        cycle, done, asked = found.get(line.cycle.id, (line.cycle, 0, 0))
        is_in = bool(line.written and line.written.handed_in_at)
        found[cycle.id] = cycle, done + is_in, asked + 1
    return list(found.values())


def of_line(carer: Viewer, line: Line, now: datetime) -> dict[str, Any]:
    """One person in one review: what is kept, until when it can be changed, and the figures where the carer may see
    them."""
    may_see = carer.may(Permission.REVIEW, line.person.unit.path)
    year = line.cycle.year
    did = figures.figures([line.person.id], year).get(line.person.id, Figures()) if may_see else None
    return {
        "line": line, "written": line.written, "figures": did, "over": line.is_over(local_day(now)), "year": year,
        "last": line.cycle.windows["grade"].last, "most": MOST_CHARACTERS,
    }  # fmt: skip
