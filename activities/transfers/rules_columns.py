"""Which sheet and which columns of a file hold hours, and its rows as entries, or with what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta

from activities.kit.refusal import Refusal
from activities.people import roster_cells
from activities.people.day_cells import read_day
from activities.people.roster_cells import NeedsNoError, NeedsShorter, NeedsValue, tidy
from activities.people.rows import Row, Sheet
from activities.people.tables import Problem
from activities.records.rules_overlap import MINUTE
from activities.transfers import rules_cells as cells
from activities.transfers.rules import Entry, Table, Target
from activities.transfers.rules_cells import LABELS, MIDNIGHT, Field
from activities.transfers.rules_refusals import (
    ColumnsMissing,
    EndsBefore,
    LongerThanTime,
    NoRows,
    NotOver,
    OtherLedger,
    TooManyHours,
)

MOST_HOURS = 20_000
HEADINGS_WITHIN = 20
LONGEST_NAME = 100
ONE_DAY = timedelta(days=1)


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


class Reader:
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
        reader = Reader(table, columns, row)
        try:
            entries.append(_entry(reader, target))
        except Refusal as expected:
            problems.append(reader.problem(expected))
    return entries, problems


def _entry(reader: Reader, target: Target) -> Entry:
    number = roster_cells.read_number(reader.text(Field.NUMBER, needed=True))
    name = reader.text(Field.NAME)
    day = read_day(reader.text(Field.DAY if Field.DAY in reader.columns else Field.START, needed=True))
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


def _clocks(reader: Reader) -> tuple[time, time] | None:
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


def _minutes(reader: Reader, length: int | None) -> int:
    """The minutes that the row says, else as long as it took."""
    if text := reader.text(Field.MINUTES):
        return cells.read_minutes(text)
    if text := reader.text(Field.HOURS, needed=length is None):
        return cells.read_hours(text)
    return length or 0


def _short(reader: Reader, name: Field, *, needed: bool) -> str:
    text = reader.text(name, needed=needed)
    if len(text) > LONGEST_NAME:
        raise NeedsShorter(LONGEST_NAME)
    return text
