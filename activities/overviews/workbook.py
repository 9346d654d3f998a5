"""A review as the workbook that is handed upward: a summary, a sheet a unit, and what the columns mean.

Rows go to disk as they come, so the memory it takes does not grow with them. Text is written as text whatever it
starts with, so nothing that somebody typed is ever calculated.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import count
from typing import IO, Any

import xlsxwriter

from activities.cycles.plugs import Sheet
from activities.cycles.rules import GRADE_NAMES, Grade, Tally
from activities.duties.kinds import LEDGER_NAMES
from activities.kit.clock import local_day
from activities.kit.i18n import gettext as _
from activities.overviews.rules import ORDER, UNDECIDED, Spread, in_all, spreads
from activities.overviews.workbook_rows import Line
from activities.people.rules import STAGE_NAMES
from activities.reviews.rules import LEDGERS

TEXT, HOURS, COUNT, DAY = "@", "0.0#", "0", "yyyy-mm-dd"
LONGEST_NAME = 31
Column = tuple[str, int, str, str]


def write(
    target: IO[bytes], units: Sequence[tuple[int, str]], tallies: Mapping[int, Tally], lines: Iterable[Line],
    ballot: Mapping[int, str], facts: Sequence[tuple[str, str]], more: Sequence[Sheet] = (), *, closed: bool = False,
) -> None:  # fmt: skip
    """Write the workbook. `units` are ids and names in the order of the lines; `facts` are lines of (what, value) for
    the summary; `more` are sheets that follow those of the units. One that is `closed` says the hours that were frozen,
    and keeps nothing from who reads it."""
    book = xlsxwriter.Workbook(target, {"constant_memory": True})
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    columns = _columns(closed=closed)
    formats = [book.add_format({"num_format": shape, "valign": "top", "text_wrap": width > 30})
               for _name, width, shape, _what in columns]  # fmt: skip
    named = (_("Summary"), *(name for _id, name in units), *(one.name for one in more), _("Data dictionary"))
    names = sheet_names(named)
    _write_summary(book.add_worksheet(names[0]), head, units, tallies, facts)
    sheets = {
        unit_id: _begin(book.add_worksheet(name), head, columns)
        for (unit_id, _name), name in zip(units, names[1:], strict=False)
    }
    places = {unit_id: count(1) for unit_id in sheets}
    said = ({stage: _(name) for stage, name in STAGE_NAMES.items()}, {g: _(name) for g, name in GRADE_NAMES.items()})
    for line in lines:
        told = "" if line.is_own else ballot.get(line.part_id, "")
        _write_line(sheets[line.unit_id], next(places[line.unit_id]), line, told, formats, said)
    for one, name in zip(more, names[1 + len(units) :], strict=False):
        _write_more(_begin(book.add_worksheet(name), head, one.columns), one, book)
    meanings = [(name, what) for name, _w, _s, what in columns]
    meanings += [(f"{one.name}: {name}", what) for one in more for name, _w, _s, what in one.columns]
    if not closed:
        meanings.append((_("Summary"), _("Numbers in the summary are without you, whose grade somebody else decides.")))
    _write_dictionary(book.add_worksheet(names[-1]), head, meanings)
    book.close()


def sheet_names(wanted: Iterable[str]) -> list[str]:
    """Names that a spreadsheet takes: short, without what it forbids, and no two the same."""
    found: list[str] = []
    for name in wanted:
        plain = "".join(" " if letter in "[]:*?/\\" else letter for letter in name).strip("' ") or "-"
        tries = (plain[:LONGEST_NAME], *(f"{plain[: LONGEST_NAME - 6]} {n}" for n in range(2, 10_000)))
        used = {other.casefold() for other in found}
        found.append(next(one for one in tries if one.casefold() not in used))
    return found


def _columns(*, closed: bool) -> list[Column]:
    """Heading, width in characters, number format and meaning of each column."""
    hours = _("Final hours of this ledger in the year, from minutes; ledgers are never added together.")
    if closed:
        hours = _("Final hours of this ledger as they were frozen at the close; ledgers are never added together.")
    return [
        (_("No."), 6, COUNT, _("Counts the people of the sheet, by number.")),
        (_("Name"), 12, TEXT, _("As on the roster.")),
        (_("Student or staff number"), 16, TEXT, _("Digits as text, so that no zero is lost.")),
        (_("Class"), 14, TEXT, _("As of the opening of the review.")),
        (_("Stage"), 14, TEXT, _("As of the opening of the review.")),
        *((_(LEDGER_NAMES[ledger]), 10, HOURS, hours) for ledger in LEDGERS),
        (_("Self-review"), 12, DAY, _("The day on which it was handed in; empty where it was not.")),
        (_("Ballot appraisal"), 16, TEXT, _("The result of the ballot in all; empty where there was none.")),
        (_("Grade"), 12, TEXT, _("Given by a person; empty where nobody has decided yet.")),
        (_("Assessment opinion"), 50, TEXT, _("In the words of who gave the grade.")),
        (_("Given by"), 12, TEXT, _("Who gave the grade.")),
        (_("Remarks"), 24, TEXT, _("Why somebody came into the review after its opening.")),
    ]


def _begin(sheet: Any, head: Any, columns: Sequence[Column]) -> Any:
    for place, (name, width, _shape, _what) in enumerate(columns):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, name, head)
    sheet.freeze_panes(1, 3)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    return sheet


def _write_line(
    sheet: Any, row: int, line: Line, ballot: str, formats: Sequence[Any], said: tuple[Mapping[Any, str], ...]
) -> None:
    stages, grades = said
    sheet.write_number(row, 0, row, formats[0])
    for place, text in enumerate((line.name, line.number, line.class_name, stages[line.stage]), start=1):
        sheet.write_string(row, place, text, formats[place])
    for place, minutes in enumerate(line.minutes, start=5):
        sheet.write_number(row, place, minutes / 60, formats[place])
    place = 5 + len(line.minutes)
    if line.handed_in:
        day = local_day(line.handed_in)
        sheet.write_datetime(row, place, day, formats[place])
    note = _("You: somebody else decides.") if line.is_own else line.note
    texts = (ballot, grades[line.grade] if line.grade else "", line.opinion, line.given_by, note)
    for after, text in enumerate(texts, start=place + 1):
        sheet.write_string(row, after, text, formats[after])


def _write_more(sheet: Any, one: Sheet, book: Any) -> None:
    formats = [book.add_format({"num_format": shape, "valign": "top", "text_wrap": width > 30})
               for _name, width, shape, _what in one.columns]  # fmt: skip
    for row, cells in enumerate(one.rows, start=1):
        for place, (cell, shape) in enumerate(zip(cells, formats, strict=True)):
            if isinstance(cell, date):
                sheet.write_datetime(row, place, cell, shape)
            elif cell:
                sheet.write_string(row, place, cell, shape)


def _write_summary(
    sheet: Any, head: Any, units: Sequence[tuple[int, str]], tallies: Mapping[int, Tally],
    facts: Sequence[tuple[str, str]],
) -> None:  # fmt: skip
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, len(ORDER) + 2, 13)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    for row, (what, value) in enumerate(facts):
        sheet.write_string(row, 0, what, head)
        sheet.write_string(row, 1, value)
    top = len(facts) + 1
    grades = [_(GRADE_NAMES[grade] if grade else UNDECIDED) for grade in ORDER]
    for place, name in enumerate((_("Unit"), _("People"), *grades, _("Share of excellent, in percent"))):
        sheet.write_string(top, place, name, head)
    bars = spreads([*((name, tallies.get(unit_id, {})) for unit_id, name in units), (_("All units"), in_all(tallies))])
    for row, one in enumerate(bars, start=top + 1):
        _write_spread(sheet, row, one)


def _write_spread(sheet: Any, row: int, one: Spread) -> None:
    sheet.write_string(row, 0, one.name)
    for place, number in enumerate((one.everyone, *(one.counts.get(grade, 0) for grade in ORDER)), start=1):
        sheet.write_number(row, place, number)
    sheet.write_number(row, len(ORDER) + 2, round(one.share(Grade.EXCELLENT), 1))


def _write_dictionary(sheet: Any, head: Any, meanings: Sequence[tuple[str, str]]) -> None:
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 80)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    for row, (name, what) in enumerate(meanings):
        sheet.write_string(row, 0, name, head)
        sheet.write_string(row, 1, what)


def file_name(year: int, unit: str, today: str) -> str:
    return str(_("annual review %(year)s, %(unit)s, %(today)s.xlsx", year=year, unit=unit, today=today))
