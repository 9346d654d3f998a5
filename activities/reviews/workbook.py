"""The year as a workbook: one sheet of members, one that says what the columns mean.

Rows go to disk as they come, so the memory it takes does not grow with them. Text is written as text whatever it
starts with, so nothing that somebody typed is ever calculated.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import IO, Any

import xlsxwriter

from activities.duties.kinds import LEDGER_NAMES
from activities.kit.i18n import gettext as _
from activities.people.rules import STAGE_NAMES, STANDING_NAMES
from activities.reviews.rules import LEDGERS, WEIGHED, Line

TEXT, HOURS, COUNT, DAY = "@", "0.0#", "0", "yyyy-mm-dd"


def write(target: IO[bytes], lines: Iterable[Line], facts: Sequence[tuple[str, str]]) -> None:
    """Write the workbook. `facts` are lines of (what, value) for the sheet of notes: scope, date, filters."""
    book = xlsxwriter.Workbook(target, {"constant_memory": True})
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    columns = _columns()
    _write_members(book, head, columns, lines)
    _write_notes(book, head, columns, facts)
    book.close()


def _columns() -> list[tuple[str, int, str, str]]:
    """Heading, width in characters, number format and meaning of each column."""
    hours = _("Final hours of this ledger, from minutes; ledgers are never added together.")
    weighs = _(
        "What the final hours of this ledger weigh where its kinds say that time weighs more; no hour more was given."
    )
    waits = _("Hours of this ledger that wait for a second person's signature; they are not among the final ones.")
    return [
        (_("Number"), 14, TEXT, _("Student or staff number.")),
        (_("Name"), 14, TEXT, _("As on the roster.")),
        (_("Branch"), 24, TEXT, _("Where the person is today.")),
        (_("Class"), 14, TEXT, _("Where the person is today.")),
        (_("Stage"), 16, TEXT, _("Where the person is today.")),
        (_("Standing"), 10, TEXT, _("Where the person is today.")),
        *((_(LEDGER_NAMES[ledger]), 12, HOURS, hours) for ledger in LEDGERS),
        *((_("%(ledger)s, weighed", ledger=_(LEDGER_NAMES[ledger])), 12, HOURS, weighs) for ledger in WEIGHED),
        *((_("%(ledger)s, provisional", ledger=_(LEDGER_NAMES[ledger])), 12, HOURS, waits) for ledger in LEDGERS),
        (_("Attended"), 10, COUNT, _("Slots the person came to, late or not.")),
        (_("Late"), 10, COUNT, _("Slots the person came late to; they are among those attended.")),
        (_("Excused"), 10, COUNT, _("Slots missed with leave.")),
        (_("Absent"), 10, COUNT, _("Slots missed without leave.")),
        (_("Last seen"), 12, DAY, _("The last day of the year on which the person attended.")),
    ]


def _write_members(
    book: xlsxwriter.Workbook, head: Any, columns: Sequence[tuple[str, int, str, str]], lines: Iterable[Line]
) -> None:
    sheet = book.add_worksheet(_("Members"))
    formats = [book.add_format({"num_format": number_format}) for _name, _width, number_format, _what in columns]
    for place, (name, width, _format, _what) in enumerate(columns):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, name, head)
    sheet.freeze_panes(1, 2)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    stages = {stage: _(name) for stage, name in STAGE_NAMES.items()}
    standings = {standing: _(name) for standing, name in STANDING_NAMES.items()}
    row = 0
    for row, line in enumerate(lines, start=1):
        figures = line.figures
        texts = (line.number, line.name, line.unit, line.class_name, stages[line.stage], standings[line.standing])
        for place, text in enumerate(texts):
            sheet.write_string(row, place, text, formats[place])
        weighs = (weight // 100 for weight in figures.weights)
        hours = (minutes / 60 for minutes in (*figures.minutes, *weighs, *figures.provisional))
        numbers = (*hours, figures.attended, figures.late, figures.excused, figures.absent)
        for place, number in enumerate(numbers, start=len(texts)):
            sheet.write_number(row, place, number, formats[place])
        if figures.last_seen:
            sheet.write_datetime(row, len(columns) - 1, figures.last_seen, formats[-1])
    sheet.autofilter(0, 0, row, len(columns) - 1)
    # A student number is a text of digits; no green corner needs to say so.
    sheet.ignore_errors({"number_stored_as_text": f"A2:D{row + 1}"})


def _write_notes(
    book: xlsxwriter.Workbook,
    head: Any,
    columns: Sequence[tuple[str, int, str, str]],
    facts: Sequence[tuple[str, str]],
) -> None:
    sheet = book.add_worksheet(_("Notes"))
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 80)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    for row, (what, value) in enumerate((*facts, ("", ""), *((name, what) for name, _width, _format, what in columns))):
        sheet.write_string(row, 0, what, head if what else None)
        sheet.write_string(row, 1, value)


def file_name(year: int, today: date) -> str:
    return str(_("participation %(year)s, %(today)s.xlsx", year=year, today=today.isoformat()))
