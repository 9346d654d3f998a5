"""Who is falling behind, in time to help: in the order of units, classes and names, never of amounts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple, TypeAlias

import sqlalchemy as sa

from activities.kit import clock
from activities.kit.db import run
from activities.kit.refusal import NotFound
from activities.kit.sql import Among
from activities.people.models import Member, Unit
from activities.people.queries import within
from activities.people.rules import Stage, Standing
from activities.requirements import queries, rules, statements
from activities.requirements.models import Exemption, RequirementVersion
from activities.requirements.rules import LINE_NAMES, Asked, Exempted, Owed

PAGE = 100


class Person(NamedTuple):
    """Somebody of whom something may be asked."""

    id: int
    public_id: str
    number: str
    name: str
    class_name: str
    stage: Stage
    standing: Standing
    unit_id: int
    unit_key: str
    unit: str
    path: str


@dataclass(frozen=True)
class Stands:
    """How somebody stands: every line that is asked of them."""

    person: Person
    version: RequirementVersion
    lines: Sequence[Owed]
    exempted: Sequence[Exempted] = ()

    @property
    def asked(self) -> Asked:
        return self.version.asked

    def behind(self, today: date, line: str = "") -> list[tuple[Owed, int]]:
        """The lines, or this one, by how much they are behind."""
        found = ((one, rules.behind_by(one, today)) for one in self.lines if line in ("", one.line.key))
        return [(one, amount) for one, amount in found if amount]

    @property
    def owes(self) -> list[Owed]:
        """The lines of which something is neither done nor signed up for."""
        return [one for one in self.lines if one.owed]


@dataclass
class UnitCount:
    """Of how many people of a unit something is asked, and how many of them are behind."""

    key: str
    name: str
    asked: int = 0
    behind: int = 0


@dataclass(frozen=True)
class Overview:
    """What a secretary sees of a year: units with counts, and who is behind in those that are chosen."""

    year: int
    today: date
    unit: str
    line: str
    units: list[UnitCount]
    keys: list[str]  # the lines that are asked of anybody
    people: list[Stands] = field(default_factory=list)

    @property
    def asked(self) -> int:
        return sum(one.asked for one in self.units if self.unit in ("", one.key))


def overview(paths: Collection[str], year: int, unit: str, line: str, now: datetime) -> Overview:
    """Six statements, however many people there are. NotFound where the unit is outside."""
    today = clock.local_day(now)
    everyone = standing_of(paths, year, now)
    units: dict[str, UnitCount] = {}
    people = []
    for one in everyone:
        count = units.setdefault(one.person.unit_key, UnitCount(one.person.unit_key, one.person.unit))
        count.asked += not line or one.asked.line(line) is not None
        if one.behind(today, line):
            count.behind += 1
            people += [one] if unit in ("", one.person.unit_key) else []
    if unit and unit not in units:
        raise NotFound
    keys = {each.line.key for one in everyone for each in one.lines}
    return Overview(year, today, unit, line, list(units.values()), [key for key in LINE_NAMES if key in keys], people)


def standing_of(paths: Collection[str], year: int, now: datetime) -> list[Stands]:
    """How everybody of the units at these paths and below stands of whom something is asked, by unit, class and
    name."""
    versions = queries.around(paths, year)
    people = _people(within(paths), Member.active.is_(True)) if versions else []
    concerned = _concerned(versions, people)
    keys = {line.key for _, version in concerned for line in version.asked.lines}
    if not keys:
        return []
    did = statements.figures(statements.of_units({one.unit_id for one in people}), year, keys, now)
    return _stand(concerned, did, _exemptions(within(paths), year))


class Year(NamedTuple):
    """What there is of every line that can be asked of some people, and how those stand of whom something is asked."""

    people: list[Person]
    did: statements.Figures
    stands: dict[int, Stands]


def year_of(member_ids: Collection[int], year: int, now: datetime) -> Year:
    """The same of these people, in the order of units, classes and names. Six statements, however many they are."""
    people = _people(Among(Member.id, member_ids))
    concerned = _concerned(queries.concerning(year, {one.path for one in people}), people)
    did = statements.figures(statements.of_people(member_ids), year, LINE_NAMES, now)
    exempted = _exemptions(Among(Exemption.member_id, member_ids), year)
    return Year(people, did, {one.person.id: one for one in _stand(concerned, did, exempted)})


Concerned: TypeAlias = list[tuple[Person, RequirementVersion]]


def _concerned(versions: Sequence[RequirementVersion], people: Sequence[Person]) -> Concerned:
    """Those of whom something is asked, and by which version."""
    sets = [(version.of.whom, version) for version in versions]
    found = ((one, rules.nearest(sets, one.path, one.stage, one.standing)) for one in people)
    return [(one, version) for one, version in found if version and version.asked.lines]


def _stand(concerned: Concerned, did: statements.Figures, exempted: Mapping[int, Sequence[Exempted]]) -> list[Stands]:
    return [
        Stands(
            one, version, rules.owed_of(version.asked, did.get(one.id, {}), exempted.get(one.id, ())),
            exempted.get(one.id, ()),
        )
        for one, version in concerned
    ]  # fmt: skip


def _people(*which: sa.ColumnElement[bool]) -> list[Person]:
    query = (
        sa.select(
            Member.id, Member.public_id, Member.number, Member.name, Member.class_name, Member.stage, Member.standing,
            Unit.id, Unit.public_id, Unit.name, Unit.path,
        )
        .join(Unit, Unit.id == Member.unit_id)
        .where(*which)
        .order_by(Unit.path, Member.class_name, Member.name, Member.id)
    )  # fmt: skip
    return [Person._make(row) for row in run(query)]


def _exemptions(which: sa.ColumnElement[bool], year: int) -> Mapping[int, list[Exempted]]:
    query = (
        sa.select(Exemption.member_id, Exemption.first, Exemption.last, Exemption.percent, Exemption.line)
        .join(Exemption.member)
        .join(Member.unit)
        .where(which, Exemption.taken_back.is_(False), *queries.touches(year))
        .order_by(Exemption.first, Exemption.id)
    )
    found: dict[int, list[Exempted]] = defaultdict(list)
    for member_id, *facts in run(query):
        found[member_id].append(Exempted(*facts))
    return found
