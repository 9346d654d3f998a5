"""From rows of text to entries of a roster: which column is what, and every reason why a row cannot be taken."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from activities.kit.refusal import N_, Refusal, Word, refusal
from activities.people import roster_cells as cells
from activities.people.roster_cells import NeedsNoError, NeedsValue, tidy
from activities.people.roster_words import LABELS, MAY_BE_EMPTY, REQUIRED, Field, claim, fold
from activities.people.rows import Row, Sheet
from activities.people.rules import Stage, Standing
from activities.people.tables import Columned, OnceOnly, Problem

# Titles, dates and instructions above the headings take fewer rows than this.
HEADINGS_WITHIN = 50
SHOWN_UNITS = 10


@refusal
class NoHeadings(Refusal):
    columns: tuple[Word, ...]
    sentence: ClassVar[str] = N_("No row of this file names its columns.")
    remedy: ClassVar[str] = N_("Put one row of headings above the people: %(columns)s.")


@refusal
class TwoRosters(Refusal):
    sheets: tuple[str, ...]
    sentence: ClassVar[str] = N_("More than one sheet of this file is a roster: %(sheets)s.")
    remedy: ClassVar[str] = N_("Keep one roster a file, or hide the sheets that are not meant.")


@refusal
class TwoColumns(Refusal):
    field: Word
    headings: tuple[str, ...]
    sentence: ClassVar[str] = N_("Two columns claim to be “%(field)s”: %(headings)s.")
    remedy: ClassVar[str] = N_("Remove or rename the one that is not meant.")


@refusal
class MissingColumns(Refusal):
    columns: tuple[Word, ...]
    sentence: ClassVar[str] = N_("These columns are missing: %(columns)s.")
    remedy: ClassVar[str] = N_("Add them, or compare your headings with the template.")


@refusal
class NobodyInIt(Refusal):
    sentence: ClassVar[str] = N_("There is nobody below the headings.")
    remedy: ClassVar[str] = N_("Choose the file that holds the roster.")


@refusal
class NeedsUnit(Refusal):
    units: tuple[str, ...]
    sentence: ClassVar[str] = N_("One of your units: %(units)s.")


@refusal
class SameZeros(Refusal):
    known: str
    sentence: ClassVar[str] = N_("%(known)s, if that person is meant: the two numbers differ only in leading zeros.")


@dataclass(frozen=True)
class Table(Columned[Field]):
    """The rows of a roster, and the headings that were passed over."""

    ignored: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One row understood. None keeps what is known of the person."""

    row: int
    number: str
    name: str
    unit_id: int
    stage: Stage
    standing: Standing | None = None
    class_name: str | None = None
    email: str | None = None


# ── the table ───────────────────────────────────────────────────────────────


def find_table(sheets: Sequence[Sheet]) -> Table:
    """The one sheet with a row of headings. Raises the refusal that says what is wrong with the file as a whole."""
    found = [(sheet, at) for sheet in sheets if (at := _heading_row(sheet)) is not None]
    if not found:
        raise NoHeadings(tuple(LABELS.values()))
    if len(found) > 1:
        raise TwoRosters(tuple(tidy(sheet.name) for sheet, _ in found))
    sheet, at = found[0]
    return _table(sheet.rows[at], sheet.rows[at + 1 :])


def _heading_row(sheet: Sheet) -> int | None:
    """Where most fields are named: at least two, or it is a title that happens to sound like one."""
    named = [len({claim(text) for text in row.cells.values()} - {None}) for row in sheet.rows[:HEADINGS_WITHIN]]
    most = max(named, default=0)
    return named.index(most) if most >= 2 else None


def _table(heading: Row, rows: Sequence[Row]) -> Table:
    claims: dict[Field, list[int]] = {}
    ignored = []
    for column, text in sorted(heading.cells.items()):
        if field := claim(text):
            claims.setdefault(field, []).append(column)
        else:
            ignored.append(tidy(text))
    for field, claimed in claims.items():
        if len(claimed) > 1:
            raise TwoColumns(LABELS[field], tuple(tidy(heading.cells[column]) for column in claimed))
    if missing := tuple(LABELS[field] for field in REQUIRED if field not in claims):
        raise MissingColumns(missing)
    columns = {field: claimed[0] for field, claimed in claims.items()}
    # A row in which none of these columns holds anything is blank, though it may carry a serial number.
    filled = [row for row in rows if any(column in row.cells for column in columns.values())]
    if not filled:
        raise NobodyInIt
    headings = {field: tidy(heading.cells[column]) for field, column in columns.items()}
    return Table(filled, columns, headings, tuple(ignored))


# ── rows ────────────────────────────────────────────────────────────────────


def read_entries(table: Table, units: Mapping[str, int]) -> tuple[list[Entry], list[Problem]]:
    """Every row as an entry, or with its problems. `units` are the ids of the units one may import into, by name."""
    readers = {**READERS, Field.UNIT: unit_reader(units)}
    entries, problems = [], []
    seen: dict[tuple[Field, str], int] = {}
    for row in table.rows:
        values, wrong = _read_row(row, table, readers)
        wrong += _again(row, values, seen, table)
        if not wrong:
            entries.append(Entry(row=row.number, **values))
        problems += wrong
    return entries, problems


def _read_row(
    row: Row, table: Table, readers: Mapping[Field, Callable[[str], Any]]
) -> tuple[dict[str, Any], list[Problem]]:
    values: dict[str, Any] = {}
    problems = []
    for field, column in table.columns.items():
        text = row.cells.get(column, "")
        try:
            value = _read_cell(text, field, readers[field])
        except Refusal as expected:
            problems.append(table.problem(row.number, field, tidy(text), expected))
        else:
            values["unit_id" if field is Field.UNIT else field.value] = value
    return values, problems


def _read_cell(text: str, field: Field, reader: Callable[[str], Any]) -> Any:
    if not tidy(text):
        if field in MAY_BE_EMPTY:
            return None
        raise NeedsValue
    if cells.is_error(text):
        raise NeedsNoError
    return reader(text)


def _again(row: Row, values: Mapping[str, Any], seen: dict[tuple[Field, str], int], table: Table) -> list[Problem]:
    """Numbers and addresses that an earlier row has; numbers also when they differ in leading zeros only."""
    problems = []
    for field in (Field.NUMBER, Field.EMAIL):
        if value := values.get(field):
            key = (field, without_zeros(value) if field is Field.NUMBER else value)
            if (first := seen.setdefault(key, row.number)) != row.number:
                problems.append(table.problem(row.number, field, value, OnceOnly(first)))
    return problems


def without_zeros(number: str) -> str:
    """What spreadsheet programs leave of a number when they take it for one."""
    return number.lstrip("0")


def unit_reader(units: Mapping[str, int]) -> Callable[[str], int]:
    """A reader of unit names, in the file's or the school's way of writing them. It raises NeedsUnit."""
    ids: dict[str, set[int]] = {}
    for name, unit_id in units.items():
        ids.setdefault(unit_key(name), set()).add(unit_id)
    expected = tuple(units)[:SHOWN_UNITS] + (("…",) if len(units) > SHOWN_UNITS else ())

    def read_unit(text: str) -> int:
        if exact := units.get(tidy(text)):
            return exact
        candidates = ids.get(unit_key(text), set())
        if len(candidates) != 1:
            raise NeedsUnit(expected)
        return next(iter(candidates))

    return read_unit


def unit_key(name: str) -> str:
    """第一党支部 and 第一支部 are one, and so are 第 1 支部 in narrow and full-width digits."""
    folded = fold(name, asides=True).removeprefix("中共").replace("黨", "党")
    return folded.replace("党支部", "支部").replace("党总支", "总支")


READERS: Mapping[Field, Callable[[str], Any]] = {
    Field.NUMBER: cells.read_number,
    Field.NAME: cells.read_name,
    Field.STAGE: cells.read_stage,
    Field.STANDING: cells.read_standing,
    Field.CLASS_NAME: cells.read_class,
    Field.EMAIL: cells.read_email,
}
