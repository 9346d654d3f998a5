"""What would change by another formula: looked at, and nothing else. People stand in the order of units, classes and
names; there is no order by points."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from activities.kit.db import db
from activities.packets import formulas, queries, rules
from activities.packets.models import PointsFormula
from activities.packets.rules import Change, Formula, Reckoned, Shift
from activities.people.models import Member, Unit
from activities.people.queries import within
from activities.requirements.behind import Person

PAGE = 50
EXAMPLES = 10


class Compared(NamedTuple):
    """Somebody's points by what holds, None where nothing does, and by another formula."""

    person: Person
    before: Reckoned | None
    after: Reckoned

    @property
    def changes(self) -> list[Change]:
        return rules.changes(self.before or Reckoned(0, ()), self.after)


def compared(member_ids: Collection[int], year: int, other: Formula, now: datetime) -> list[Compared]:
    """Nine statements, however many people they are, and what rooms above read."""
    people = queries.years(member_ids, year, now)
    holding = formulas.holding({person.path for person, _ in people}, year) if people else {}
    found = []
    for person, figures in people:
        present: PointsFormula | None = rules.nearest(holding, person.path)
        before = rules.reckon(present.formula, figures) if present else None
        found.append(Compared(person, before, rules.reckon(other, figures)))
    return found


def people_of(paths: Collection[str], page: int) -> list[int]:
    """A page of the active people of these units and below, and one more where there is a next."""
    query = (
        sa.select(Member.id)
        .join(Unit, Unit.id == Member.unit_id)
        .where(within(paths), Member.active)
        .order_by(Unit.path, Member.class_name, Member.name, Member.id)
        .offset((page - 1) * PAGE)
        .limit(PAGE + 1)
    )
    return list(db.session.scalars(query))


@dataclass(frozen=True)
class Preview:
    """Whom a formula would concern, by unit, and the first of those whose points it would change."""

    shifts: Sequence[Shift]
    examples: Sequence[Compared]
    more: int

    @property
    def people(self) -> int:
        return sum(shift.people for shift in self.shifts)


def preview(unit: Unit, year: int, formula: Formula, now: datetime) -> Preview:
    """Eleven statements, however many people there are, and what rooms above read."""
    people = compared(formulas.concerned(unit.path, year), year, formula, now)
    points = [(one.person.unit, one.before.points if one.before else None, one.after.points) for one in people]
    changed = [one for one in people if one.changes]
    return Preview(rules.shifts(points), changed[:EXAMPLES], max(0, len(changed) - EXAMPLES))
