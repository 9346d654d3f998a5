"""Spreadsheets about rosters: the empty template, and everything a preview says."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import xlsxwriter

from activities.kit.i18n import gettext as _
from activities.kit.i18n import say_refusal, say_value
from activities.people.roster_plan import FIELDS, Plan
from activities.people.roster_rules import Entry
from activities.people.roster_words import LABELS, STAGES, STANDINGS, Field

# A field of a plan, and the column it comes from.
COLUMNS = {"unit_id": Field.UNIT}
TEMPLATE_ROWS = 1000


def label(name: str) -> str:
    """What a field of a person is called."""
    return str(say_value(LABELS[COLUMNS.get(name) or Field(name)]))


def shown(plan: Plan, name: str, value: Any) -> str:
    """A field's value as a person says it."""
    if name == "unit_id":
        return plan.unit_names[value]
    if name == "stage":
        return str(say_value(STAGES[value]))
    if name == "standing":
        return str(say_value(STANDINGS[value]))
    return str(value or "")


def template(units: Sequence[str]) -> bytes:
    """An empty roster: headings, number and class as text, lists to choose unit, stage and standing from."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet(_("Roster"))
        text = book.add_format({"num_format": "@"})
        for column, field in enumerate(Field):
            sheet.write_string(0, column, label(field), book.add_format({"bold": True, "bottom": 1}))
            sheet.set_column(column, column, 22, text)
        sheet.freeze_panes(1, 0)
        lists = book.add_worksheet(_("Choices"))
        lists.hide()
        stages, standings = ([str(say_value(word)) for word in words.values()] for words in (STAGES, STANDINGS))
        for field, choices in ((Field.UNIT, units), (Field.STAGE, stages), (Field.STANDING, standings)):
            _offer(book, sheet, lists, list(Field).index(field), choices)
    return buffer.getvalue()


def _offer(book: Any, sheet: Any, lists: Any, column: int, choices: Sequence[str]) -> None:
    text = book.add_format({"num_format": "@"})
    for row, choice in enumerate(choices):
        lists.write_string(row, column, choice, text)
    if choices:
        source = [lists.get_name(), 0, column, len(choices) - 1, column]
        formula = "=" + xlsxwriter.utility.xl_range_formula(*source)
        sheet.data_validation(1, column, TEMPLATE_ROWS, column, {"validate": "list", "source": formula})


def report(plan: Plan) -> bytes:
    """All problems, new people and changes of a preview, a sheet each."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False}) as book:
        _fill(book, _("Problems"), [_("Row"), _("Column"), _("Found"), _("Expected")], _problems(plan))
        _fill(book, _("New"), [_("Row"), label("number"), *map(label, FIELDS)], (_person(plan, e) for e in plan.new))
        _fill(book, _("Changes"), [_("Row"), label("number"), label("name"), _("Field"), _("Before"), _("After")],
              _changes(plan))  # fmt: skip
    return buffer.getvalue()


def _problems(plan: Plan) -> Iterator[list[Any]]:
    for problem in plan.problems:
        yield [problem.row, problem.column, problem.found, say_refusal(problem.expected)]


def _person(plan: Plan, entry: Entry) -> list[Any]:
    return [entry.row, entry.number, *(shown(plan, name, getattr(entry, name)) for name in FIELDS)]


def _changes(plan: Plan) -> Iterator[list[Any]]:
    for change in plan.changed:
        entry = change.entry
        for name, before in change.before.items():
            was, will = (shown(plan, name, value) for value in (before, change.after[name]))
            yield [entry.row, entry.number, entry.name, label(name), was, will]


def _fill(book: Any, name: str, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(headings) - 1, 20)
    sheet.write_row(0, 0, headings, book.add_format({"bold": True, "bottom": 1}))
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row):
            (sheet.write_number if isinstance(value, int) else sheet.write_string)(number, column, value)
