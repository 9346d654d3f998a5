"""From a sheet to what it says of whom: which column is what, and every reason why a cell cannot be taken."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from activities.dossiers.rules import MAY_BE_EMPTY, MOST_MINUTES, SHAPES, Block, DayToCome, OwnEntry, Part, Said
from activities.kit.refusal import N_, Refusal, Word, refusal
from activities.people.day_cells import read_day
from activities.people.roster_cells import NeedsNoError, NeedsShorter, NeedsValue, is_error, read_number, tidy
from activities.people.roster_rules import HEADINGS_WITHIN, MissingColumns, NobodyInIt, NoHeadings
from activities.people.roster_words import fold
from activities.people.rows import Row, Sheet, TooManyRows
from activities.people.tables import Columned, OnceOnly, Problem, by_word

MOST_ENTRIES = 5000
NUMBER, NAME = "number", "name"
_HOURS = re.compile(r"(\d{1,4}(?:\.\d{1,2})?)(?:h|hours?|小时|小時|学时|學時)?", re.IGNORECASE)

# How schools head their columns, folded.
WORDS: Mapping[str, str] = {
    NUMBER: """学号 工号 学工号 编号 学号或工号 學號 工號 員工編號 學號或工號 學號或員工編號 number studentnumber
        staffnumber studentorstaffnumber""",
    NAME: "姓名 名字 志愿者姓名 志願者姓名 志工姓名 name fullname",
    Part.TITLE: """培训名称 培训项目 课程名称 表彰名称 表彰奖励名称 荣誉名称 奖项 奖励名称 服务质量 评价 评价结果
        服务评价 培訓名稱 表彰名稱 服務質量 服務品質 nameofthetraining training nameofthecommendation commendation award
        qualityofservice quality appraisal""",
    Part.CONTENT: "内容 培训内容 主要内容 內容 培訓內容 content",
    Part.MINUTES: "学时 培训学时 培训时长 培训小时 小时 小时数 时长 學時 培訓學時 培訓時數 時數 hours hoursoftraining",
    Part.UNIT: """组织单位 组织者 培训单位 主办单位 举办单位 授予单位 颁发单位 表彰单位 组织方
        單位 單位名稱 組織單位 授予單位 頒發單位 主辦單位 organizedby organizer grantedby grantingunit""",
    Part.DAY: "日期 时间 培训日期 培训时间 表彰日期 授予日期 评价日期 時間 培訓日期 授予日期 評價日期 date day",
}
COLUMNS = by_word(WORDS)
LABELS = {NUMBER: Word(N_("Student or staff number")), NAME: Word(N_("Full name"))}


@refusal
class NeedsHours(Refusal):
    sentence: ClassVar[str] = N_("A number of hours such as 1.5, more than 0 and at most 1000.")


@refusal
class NeedsYourPerson(Refusal):
    sentence: ClassVar[str] = N_("The number of an active person of your units.")


@refusal
class NeedsSameName(Refusal):
    known: str
    sentence: ClassVar[str] = N_("%(known)s, whose number this is.")


@refusal
class NeedsOtherName(Refusal):
    name: str
    sentence: ClassVar[str] = N_("Another training: who has passed “%(name)s” is entered under Trainings.")


@dataclass(frozen=True)
class Table(Columned[str]):
    """The rows of a file about one block."""

    block: Block


@dataclass(frozen=True)
class Line:
    """One row understood."""

    row: int
    number: str
    name: str
    said: Said


def label(block: Block, key: str) -> Word:
    """What a column is called."""
    return LABELS.get(key) or Word(SHAPES[block].parts[Part(key)])


def required(block: Block) -> list[str]:
    return [NUMBER, *(part for part in SHAPES[block].parts if part not in MAY_BE_EMPTY)]


def find_table(block: Block, sheets: Sequence[Sheet]) -> Table:
    """The first sheet with a row of headings. Raises the refusal that says what is wrong with the file as a whole."""
    wanted = (NUMBER, NAME, *SHAPES[block].parts)
    for sheet in sheets:
        for at, row in enumerate(sheet.rows[:HEADINGS_WITHIN]):
            columns = {COLUMNS[word]: n for n, text in row.cells.items() if (word := fold(text)) in COLUMNS}
            columns = {key: n for key, n in columns.items() if key in wanted}
            if len(columns) >= 2:
                return _table(block, row, sheet.rows[at + 1 :], columns)
    raise NoHeadings(tuple(label(block, key) for key in wanted))


def _table(block: Block, heading: Row, rows: Sequence[Row], columns: Mapping[str, int]) -> Table:
    if missing := tuple(label(block, key) for key in required(block) if key not in columns):
        raise MissingColumns(missing)
    filled = [row for row in rows if any(n in row.cells for n in columns.values())]
    if not filled:
        raise NobodyInIt
    if len(filled) > MOST_ENTRIES:
        raise TooManyRows(MOST_ENTRIES)
    return Table(filled, columns, {key: tidy(heading.cells[n]) for key, n in columns.items()}, block)


def read_lines(table: Table) -> tuple[list[Line], list[Problem]]:
    """Every row as a line, or with the problems of its cells."""
    lines: list[Line] = []
    problems: list[Problem] = []
    first: dict[tuple[str, Said], int] = {}
    for row in table.rows:
        values, wrong = _read_row(table, row)
        if not wrong:
            number, name = values.pop(NUMBER), values.pop(NAME, "")
            line = Line(row.number, number, name, Said(**values))
            if (above := first.setdefault((number, line.said), row.number)) != row.number:
                wrong = [table.problem(row.number, NUMBER, number, OnceOnly(above))]
            else:
                lines.append(line)
        problems += wrong
    return lines, problems


def _read_row(table: Table, row: Row) -> tuple[dict[str, Any], list[Problem]]:
    values: dict[str, Any] = {}
    problems = []
    for key, column in table.columns.items():
        text = row.cells.get(column, "")
        try:
            values[key] = _read_cell(key, text)
        except Refusal as expected:
            problems.append(table.problem(row.number, key, tidy(text), expected))
    return values, problems


def _read_cell(key: str, text: str) -> Any:
    if not tidy(text):
        if key == NAME or key in MAY_BE_EMPTY:
            return ""
        raise NeedsValue
    if is_error(text):
        raise NeedsNoError
    return READERS[key](text)


def read_minutes(text: str) -> int:
    """Minutes, from hours. Raises NeedsHours."""
    found = _HOURS.fullmatch("".join(tidy(text).split()))
    minutes = round(Decimal(found[1]) * 60) if found else 0
    if not 0 < minutes <= MOST_MINUTES:
        raise NeedsHours
    return minutes


def _short(most: int) -> Callable[[str], str]:
    def read(text: str) -> str:
        text = tidy(text)
        if len(text) > most:
            raise NeedsShorter(most)
        return text

    return read


READERS: Mapping[str, Callable[[str], Any]] = {
    NUMBER: read_number, NAME: _short(100), Part.TITLE: _short(100), Part.CONTENT: _short(500),
    Part.MINUTES: read_minutes, Part.UNIT: _short(100), Part.DAY: read_day,
}  # fmt: skip


# ── against what is known ───────────────────────────────────────────────────


def problem_with(
    table: Table, line: Line, name: str | None, *, is_own: bool, today: date, kept: set[str]
) -> Problem | None:
    """What speaks against a line: `name` is that of the person with this number, `kept` the names of trainings that
    are kept by themselves."""

    def wrong(key: str, found: str, expected: Refusal) -> Problem:
        return table.problem(line.row, key, found, expected)

    if name is None:
        return wrong(NUMBER, line.number, NeedsYourPerson())
    if is_own:
        return wrong(NUMBER, line.number, OwnEntry())
    if line.name and "".join(line.name.split()) != "".join(name.split()):
        return wrong(NAME, line.name, NeedsSameName(name))
    if table.block is Block.TRAINING and line.said.title in kept:
        return wrong(Part.TITLE, line.said.title, NeedsOtherName(line.said.title))
    return wrong(Part.DAY, line.said.day.isoformat(), DayToCome()) if line.said.day > today else None
