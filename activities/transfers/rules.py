"""Hours from another system as plain values: what a file says, and what of it can become records. Which column is what
is read in `rules_columns`, what is there already is told in `rules_duplicates`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from functools import cached_property
from hashlib import sha256
from typing import Any, NamedTuple

from activities.duties.kinds import Ledger
from activities.people.roster_cells import tidy
from activities.people.roster_words import fold
from activities.people.rows import Row
from activities.people.tables import Problem
from activities.records.rules_overlap import Spell


@dataclass(frozen=True)
class Table:
    """A sheet: its headings by column, and the rows below."""

    heading: Mapping[int, str]
    rows: Sequence[Row]

    @cached_property
    def shape(self) -> str:
        """Equal for files of the same headings in the same order."""
        said = [[column, fold(text, asides=True)] for column, text in sorted(self.heading.items())]
        return sha256(json.dumps(said).encode()).hexdigest()

    def samples(self, column: int, most: int = 2) -> list[str]:
        """The first texts of a column, by which people know it."""
        return [tidy(row.cells[column]) for row in self.rows if column in row.cells][:most]


class Person(NamedTuple):
    """An account, and the one by which its person is known."""

    id: int
    name: str
    whose: int


class Known(NamedTuple):
    """Time that a person has in a record already, in an activity of this name; without times it is the whole day."""

    spell: Spell
    activity: str
    is_timed: bool
    row: int | None = None


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One row understood. Without times of day it reaches over the whole day."""

    row: int
    number: str
    name: str
    day: date
    starts_at: datetime
    ends_at: datetime
    is_timed: bool
    minutes: int
    activity: str
    place: str


@dataclass(frozen=True)
class Line:
    """An entry that becomes a record of this person."""

    person: Person
    entry: Entry


@dataclass(frozen=True)
class Duplicate:
    """An entry of time that the person has already: in a record, or in an earlier row of the file."""

    line: Line
    activity: str
    row: int | None


@dataclass(frozen=True, kw_only=True)
class Target:
    """What an import counts into, and which person imports when."""

    ledger: Ledger
    importer: int
    zone: tzinfo
    now: datetime


@dataclass
class Plan:
    """What importing would do."""

    new: list[Line] = field(default_factory=list)
    duplicates: list[Duplicate] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @cached_property
    def digest(self) -> str:
        said: list[Any] = [[one.person.id, one.entry.row, one.entry.starts_at.isoformat(), one.entry.minutes,
                            one.entry.activity, one.entry.place] for one in self.new]  # fmt: skip
        return sha256(json.dumps(said).encode()).hexdigest()[:32]

    @property
    def minutes(self) -> int:
        return sum(one.entry.minutes for one in self.new)

    @property
    def bad_rows(self) -> int:
        return len({problem.row for problem in self.problems})
