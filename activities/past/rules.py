"""From a sheet to the grades of years before: which column is what, and every reason why a cell cannot be taken. Pure,
on plain values."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from activities.cycles.rules import FIRST_YEAR, GRADE_NAMES, Grade
from activities.cycles.rules_refusals import OwnGrade
from activities.dossiers.reading import LABELS, MOST_ENTRIES, NAME, NUMBER, NeedsSameName, NeedsYourPerson
from activities.dossiers.reading import WORDS as OTHER_WORDS
from activities.kit.refusal import N_, Refusal, Word, refusal
from activities.people.roster_cells import NeedsNoError, NeedsValue, is_error, read_number, tidy
from activities.people.roster_rules import HEADINGS_WITHIN, MissingColumns, NobodyInIt, NoHeadings
from activities.people.roster_words import fold
from activities.people.rows import Row, Sheet, TooManyRows
from activities.people.tables import Columned, OnceOnly, Problem, by_word

YEAR, GRADE = "year", "grade"
ALL = (NUMBER, NAME, YEAR, GRADE)
REQUIRED = (NUMBER, YEAR, GRADE)
NAMES: Mapping[str, Word] = {**LABELS, YEAR: Word(N_("Year")), GRADE: Word(N_("Grade"))}
# How schools head their columns and say their grades, folded.
COLUMNS = by_word({
    NUMBER: OTHER_WORDS[NUMBER], NAME: OTHER_WORDS[NAME],
    YEAR: "年度 年份 评议年度 考核年度 評議年度 考核年度 year",
    GRADE: "等次 评议等次 评定等次 评议结果 民主评议等次 考核等次 評議等次 評定等次 評議結果 民主評議等次 grade",
})  # fmt: skip
GRADES = by_word({
    Grade.EXCELLENT: "优秀 優秀 excellent", Grade.GOOD: "合格 qualified good",
    Grade.FAIR: "基本合格 basicallyqualified fair", Grade.POOR: "不合格 notqualified poor",
    Grade.UNGRADED: "不定等次 不评定等次 不確定等次 不确定等次 不評定等次 nograde ungraded",
})  # fmt: skip
_YEAR = re.compile(r"(\d{4})(?:\.0+)?(?:年|年度)?")


@refusal
class NeedsYear(Refusal):
    first: int
    last: int
    sentence: ClassVar[str] = N_("A year from %(first)s to %(last)s.")


@refusal
class NeedsGrade(Refusal):
    sentence: ClassVar[str] = N_("One of: excellent, qualified, basically qualified, not qualified, no grade.")


@refusal
class ReviewedHere(Refusal):
    sentence: ClassVar[str] = N_("A year in which the person takes part in no review here.")


@refusal
class ImportedOtherwise(Refusal):
    grade: Word
    sentence: ClassVar[str] = N_("%(grade)s, as it was imported before; take that import back first.")


class Line(NamedTuple):
    """One row understood."""

    row: int
    number: str
    name: str
    year: int
    grade: Grade


class Known(NamedTuple):
    """Whom a number means, and what is known of their years: of which there is a review here, and imported grades."""

    member_id: int
    unit_id: int
    name: str
    is_own: bool
    reviewed: frozenset[int]
    imported: Mapping[int, Grade]


@dataclass(frozen=True)
class Table(Columned[str]):
    """The rows of a file of grades."""


def find_table(sheets: Sequence[Sheet]) -> Table:
    """The first sheet with a row of headings. Raises the refusal that says what is wrong with the file as a whole."""
    for sheet in sheets:
        for at, row in enumerate(sheet.rows[:HEADINGS_WITHIN]):
            columns = {COLUMNS[word]: n for n, text in row.cells.items() if (word := fold(text)) in COLUMNS}
            if len(columns) >= 2:
                return _table(row, sheet.rows[at + 1 :], columns)
    raise NoHeadings(tuple(NAMES[key] for key in ALL))


def _table(heading: Row, rows: Sequence[Row], columns: Mapping[str, int]) -> Table:
    if missing := tuple(NAMES[key] for key in REQUIRED if key not in columns):
        raise MissingColumns(missing)
    filled = [row for row in rows if any(n in row.cells for n in columns.values())]
    if not filled:
        raise NobodyInIt
    if len(filled) > MOST_ENTRIES:
        raise TooManyRows(MOST_ENTRIES)
    return Table(filled, columns, {key: tidy(heading.cells[n]) for key, n in columns.items()})


def read_lines(table: Table, this_year: int) -> tuple[list[Line], list[Problem]]:
    """Every row as a line, or with the problems of its cells."""
    lines: list[Line] = []
    problems: list[Problem] = []
    first: dict[tuple[str, int], int] = {}
    for row in table.rows:
        values: dict[str, Any] = {NAME: ""}
        wrong = []
        for key, column in table.columns.items():
            text = row.cells.get(column, "")
            try:
                values[key] = _read_cell(key, text, this_year)
            except Refusal as expected:
                wrong.append(table.problem(row.number, key, tidy(text), expected))
        if not wrong:
            line = Line(row.number, **values)
            above = first.setdefault((line.number, line.year), row.number)
            if above == row.number:
                lines.append(line)
            else:
                wrong = [table.problem(row.number, NUMBER, line.number, OnceOnly(above))]
        problems += wrong
    return lines, problems


def _read_cell(key: str, text: str, this_year: int) -> Any:
    if key == NAME:
        return tidy(text)[:100]
    if not tidy(text):
        raise NeedsValue
    if is_error(text):
        raise NeedsNoError
    return READERS[key](text, this_year)


def _read_year(text: str, this_year: int) -> int:
    found = _YEAR.fullmatch("".join(tidy(text).split()))
    year = int(found[1]) if found else 0
    if not FIRST_YEAR <= year <= this_year:
        raise NeedsYear(FIRST_YEAR, this_year)
    return year


def _read_grade(text: str, _this_year: int) -> Grade:
    grade = GRADES.get(fold(text))
    if grade is None:
        raise NeedsGrade
    return grade


READERS: Mapping[str, Callable[[str, int], Any]] = {
    NUMBER: lambda text, _year: read_number(text), YEAR: _read_year, GRADE: _read_grade,
}  # fmt: skip


def problem_with(table: Table, line: Line, known: Known | None) -> Problem | None:
    """What speaks against a line about somebody."""

    def wrong(key: str, found: str, expected: Refusal) -> Problem:
        return table.problem(line.row, key, found, expected)

    if known is None:
        return wrong(NUMBER, line.number, NeedsYourPerson())
    if known.is_own:
        return wrong(NUMBER, line.number, OwnGrade())
    if line.name and "".join(line.name.split()) != "".join(known.name.split()):
        return wrong(NAME, line.name, NeedsSameName(known.name))
    if line.year in known.reviewed:
        return wrong(YEAR, str(line.year), ReviewedHere())
    before = known.imported.get(line.year)
    if before and before is not line.grade:
        return wrong(GRADE, line.grade, ImportedOtherwise(Word(GRADE_NAMES[before])))
    return None
