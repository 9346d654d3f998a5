"""Hours from another system: what a file says, and what of it can become records. Pure, on plain values."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from functools import cached_property
from hashlib import sha256
from typing import Any, ClassVar, NamedTuple

from activities.duties.kinds import Ledger
from activities.kit.refusal import N_, Refusal, Word, refusal
from activities.people import roster_cells
from activities.people.roster_cells import NeedsNoError, NeedsShorter, NeedsValue, tidy
from activities.people.roster_words import fold
from activities.people.rows import Row, Sheet
from activities.records.rules import OwnRecord
from activities.records.rules_overlap import MINUTE, Spell, most_counted
from activities.transfers import rules_cells as cells
from activities.transfers.rules_cells import LABELS, MIDNIGHT, Field

MOST_HOURS = 20_000
HEADINGS_WITHIN = 20
LONGEST_NAME = 100
ONE_DAY = timedelta(days=1)


# ── refusals ────────────────────────────────────────────────────────────────


@refusal
class NoRows(Refusal):
    sentence: ClassVar[str] = N_("This file holds no rows below its headings.")


@refusal
class TooManyHours(Refusal):
    most: int
    sentence: ClassVar[str] = N_("This file has more than %(most)s rows. Import it in parts, for example year by year.")


@refusal
class ColumnsMissing(Refusal):
    labels: tuple[Word, ...]
    sentence: ClassVar[str] = N_("Choose a column for: %(labels)s.")


@refusal
class HasBadRows(Refusal):
    rows: int
    sentence: ClassVar[str] = N_("%(rows)s rows cannot be imported. Correct them, or say that they are left out.")


@refusal
class NothingNew(Refusal):
    sentence: ClassVar[str] = N_("Nothing in this file is new.")


@refusal
class NotAsShown(Refusal):
    sentence: ClassVar[str] = N_("What this file would do has changed since it was shown.")
    remedy: ClassVar[str] = N_("Look at the preview again and confirm what it shows now.")


@refusal
class BuiltOn(Refusal):
    records: int
    sentence: ClassVar[str] = N_(
        "%(records)s of these records were countersigned, corrected or joined by others, so the import stays."
    )
    remedy: ClassVar[str] = N_("Correct single records on their attendance page, with a reason.")


@refusal
class Unknown(Refusal):
    sentence: ClassVar[str] = N_("The number of somebody in your units.")


@refusal
class OtherPerson(Refusal):
    name: str
    sentence: ClassVar[str] = N_("The name that goes with the number: %(name)s.")


@refusal
class NotOver(Refusal):
    sentence: ClassVar[str] = N_("A time that is over.")


@refusal
class EndsBefore(Refusal):
    sentence: ClassVar[str] = N_("An end after the start.")


@refusal
class LongerThanTime(Refusal):
    most: timedelta
    sentence: ClassVar[str] = N_("At most %(most)s: that is how long it was.")


@refusal
class OtherLedger(Refusal):
    sentence: ClassVar[str] = N_("The kind of time that this import counts into.")


@refusal
class NoRoom(Refusal):
    most: timedelta
    sentence: ClassVar[str] = N_("At most %(most)s: the rest of that time counts in other records.")


# ── facts ───────────────────────────────────────────────────────────────────


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


@dataclass(frozen=True)
class Problem:
    """What is wrong with a cell: the row as the spreadsheet counts it, the column's heading, found and expected."""

    row: int
    column: str
    found: str
    expected: Refusal


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


# ── the table ───────────────────────────────────────────────────────────────


def find_table(sheets: Sequence[Sheet]) -> Table:
    """The sheet whose headings say most. Raises NoRows or TooManyHours."""
    found = max((_table(sheet) for sheet in sheets if sheet.rows), key=lambda one: len(cells.guess(one.heading)),
                default=None)  # fmt: skip
    if found is None or not found.rows:
        raise NoRows
    if len(found.rows) > MOST_HOURS:
        raise TooManyHours(MOST_HOURS)
    return found


def _table(sheet: Sheet) -> Table:
    named = [len(cells.guess(row.cells)) for row in sheet.rows[:HEADINGS_WITHIN]]
    at = named.index(max(named))
    return Table({column: tidy(text) for column, text in sheet.rows[at].cells.items()}, sheet.rows[at + 1 :])


def why_not_columns(columns: Mapping[Field, int]) -> Refusal | None:
    """What cannot be left out: who, when, how long, and what."""
    has_times = Field.SPAN in columns or {Field.START, Field.END} <= columns.keys()
    has_length = has_times or Field.MINUTES in columns or Field.HOURS in columns
    asked = {Field.NUMBER: Field.NUMBER in columns, Field.ACTIVITY: Field.ACTIVITY in columns,
             Field.DAY: Field.DAY in columns or Field.START in columns, Field.HOURS: has_length}  # fmt: skip
    missing = tuple(LABELS[one] for one, is_there in asked.items() if not is_there)
    return ColumnsMissing(missing) if missing else None


# ── rows ────────────────────────────────────────────────────────────────────


class _Reader:
    """The cells of one row; the first that cannot be read ends it, and is named."""

    def __init__(self, table: Table, columns: Mapping[Field, int], row: Row) -> None:
        self.table, self.columns, self.row = table, columns, row
        self.at: Field = Field.NUMBER

    def text(self, name: Field, *, needed: bool = False) -> str:
        self.at = name
        text = tidy(self.row.cells.get(self.columns.get(name, -1), ""))
        if roster_cells.is_error(text):
            raise NeedsNoError
        if needed and not text:
            raise NeedsValue
        return text

    def problem(self, expected: Refusal) -> Problem:
        column = self.columns.get(self.at, -1)
        heading = self.table.heading.get(column) or LABELS[self.at]
        return Problem(self.row.number, heading, tidy(self.row.cells.get(column, ""))[:LONGEST_NAME], expected)


def read_rows(table: Table, columns: Mapping[Field, int], target: Target) -> tuple[list[Entry], list[Problem]]:
    """Every row as an entry, or with what is wrong with it. Rows in which no chosen column holds anything are none."""
    entries, problems = [], []
    for row in table.rows:
        if not any(column in row.cells for column in columns.values()):
            continue
        reader = _Reader(table, columns, row)
        try:
            entries.append(_entry(reader, target))
        except Refusal as expected:
            problems.append(reader.problem(expected))
    return entries, problems


def _entry(reader: _Reader, target: Target) -> Entry:
    number = roster_cells.read_number(reader.text(Field.NUMBER, needed=True))
    name = reader.text(Field.NAME)
    day = cells.read_day(reader.text(Field.DAY if Field.DAY in reader.columns else Field.START, needed=True))
    clocks = _clocks(reader)
    starts_at, ends_at = _moments(day, *(clocks or cells.WHOLE_DAY), target)
    if ends_at > target.now and (clocks or starts_at > target.now):
        raise NotOver
    length = (ends_at - starts_at) // MINUTE
    minutes = _minutes(reader, length if clocks else None)
    if minutes > length:
        raise LongerThanTime(timedelta(minutes=length))
    activity, place = (_short(reader, one, needed=one is Field.ACTIVITY) for one in (Field.ACTIVITY, Field.PLACE))
    said = reader.text(Field.LEDGER)
    if said and cells.read_ledger(said) is not target.ledger:
        raise OtherLedger
    return Entry(
        row=reader.row.number, number=number, name=name, day=day, starts_at=starts_at, ends_at=ends_at,
        is_timed=clocks is not None, minutes=minutes, activity=activity, place=place,
    )  # fmt: skip


def _clocks(reader: _Reader) -> tuple[time, time] | None:
    """From when to when; nothing where the row does not say."""
    if text := reader.text(Field.SPAN):
        return cells.read_span(text)
    starts, ends = reader.text(Field.START), reader.text(Field.END)
    if not ends:
        return None
    reader.at = Field.START
    start = cells.read_clock(starts)
    reader.at = Field.END
    return start, cells.read_clock(ends)


def _moments(day: date, start: time, end: time, target: Target) -> tuple[datetime, datetime]:
    last = day + ONE_DAY if end == MIDNIGHT else day
    starts_at, ends_at = (
        datetime.combine(on, clock, target.zone).astimezone(target.now.tzinfo)
        for on, clock in ((day, start), (last, end))
    )
    if ends_at <= starts_at:
        raise EndsBefore
    return starts_at, ends_at


def _minutes(reader: _Reader, length: int | None) -> int:
    """The minutes that the row says, else as long as it took."""
    if text := reader.text(Field.MINUTES):
        return cells.read_minutes(text)
    if text := reader.text(Field.HOURS, needed=length is None):
        return cells.read_hours(text)
    return length or 0


def _short(reader: _Reader, name: Field, *, needed: bool) -> str:
    text = reader.text(name, needed=needed)
    if len(text) > LONGEST_NAME:
        raise NeedsShorter(LONGEST_NAME)
    return text


# ── decisions ───────────────────────────────────────────────────────────────


def make_plan(
    table: Table, columns: Mapping[Field, int], read: tuple[Sequence[Entry], Sequence[Problem]],
    people: Mapping[str, Person], known: Mapping[int, Sequence[Known]], target: Target,
) -> Plan:  # fmt: skip
    """Each entry becomes new, a duplicate or a problem. An entry that is taken counts for those below it."""
    entries, problems = read
    plan = Plan(problems=list(problems))
    rows = {row.number: row for row in table.rows}
    theirs = {whose: list(spells) for whose, spells in known.items()}
    for entry in entries:
        reader = _Reader(table, columns, rows[entry.row])
        person = people.get(entry.number)
        if why := _why_not_person(entry, person, target):
            reader.at = Field.NAME if isinstance(why, OtherPerson) else Field.NUMBER
            plan.problems.append(reader.problem(why))
            continue
        assert person
        line, spells = Line(person, entry), theirs.setdefault(person.whose, [])
        if same := next(_same(entry, spells), None):
            plan.duplicates.append(Duplicate(line, same.activity, same.row))
            continue
        spell = Spell(entry.starts_at, entry.ends_at, entry.minutes)
        near = [one.spell for one in spells if _is_near(one.spell, spell)]
        if (most := most_counted(spell, near)) < entry.minutes:
            reader.at = Field.MINUTES if Field.MINUTES in columns else Field.HOURS
            plan.problems.append(reader.problem(NoRoom(timedelta(minutes=most))))
            continue
        spells.append(Known(spell, entry.activity, entry.is_timed, entry.row))
        plan.new.append(line)
    plan.problems.sort(key=lambda problem: problem.row)
    return plan


def _why_not_person(entry: Entry, person: Person | None, target: Target) -> Refusal | None:
    if person is None:
        return Unknown()
    if entry.name and fold(entry.name) != fold(person.name):
        return OtherPerson(person.name)
    return OwnRecord(person.name) if person.whose == target.importer else None


def _same(entry: Entry, spells: Collection[Known]) -> Iterator[Known]:
    """Time the person has already: at an overlapping time, or in the same activity of a day without times."""
    for one in spells:
        overlaps = one.spell.starts_at < entry.ends_at and entry.starts_at < one.spell.ends_at
        is_both_timed = entry.is_timed and one.is_timed
        if overlaps and (is_both_timed or fold(one.activity, asides=True) == fold(entry.activity, asides=True)):
            yield one


def _is_near(one: Spell, other: Spell) -> bool:
    return one.starts_at < other.ends_at + 2 * ONE_DAY and one.ends_at > other.starts_at - 2 * ONE_DAY


def why_not_import(plan: Plan, *, leaves_out_bad: bool) -> Refusal | None:
    """The first reason against importing what a plan shows, or None."""
    if plan.problems and not leaves_out_bad:
        return HasBadRows(plan.bad_rows)
    return None if plan.new else NothingNew()
