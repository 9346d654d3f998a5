"""Who is falling behind as a workbook: a row a person and line, by unit, class and name. Text is written as text
whatever it starts with, so nothing that somebody typed is ever calculated."""

from __future__ import annotations

from typing import IO

import xlsxwriter

from activities.kit.i18n import gettext as _
from activities.kit.i18n import say_day
from activities.requirements.behind import Overview
from activities.requirements.rules import Measure

TEXT, FIGURE, DAY = "@", "0.0#", "yyyy-mm-dd"


def write(target: IO[bytes], found: Overview) -> None:
    book = xlsxwriter.Workbook(target, {"constant_memory": True})
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    sheet = book.add_worksheet(_("Falling behind"))
    text, figure, day = (book.add_format({"num_format": shape}) for shape in (TEXT, FIGURE, DAY))
    headings = (
        (_("Unit"), 24), (_("Class"), 14), (_("Name"), 14), (_("Number"), 14), (_("Line"), 24), (_("In"), 8),
        (_("Asked"), 10), (_("Done, final"), 10), (_("Done, provisional"), 10), (_("Promised"), 10),
        (_("Exempted"), 10), (_("Still owed"), 10), (_("Behind the time"), 10), (_("By when"), 12),
    )  # fmt: skip
    for place, (name, width) in enumerate(headings):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, name, head)
    sheet.freeze_panes(1, 4)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    row = 0
    for one in found.people:
        who = (one.person.unit, one.person.class_name, one.person.name, one.person.number)
        for owed, behind in one.behind(found.today, found.line):
            row += 1
            minutes = owed.line.measure is Measure.MINUTES
            for place, value in enumerate((*who, _(owed.line.name), _("hours") if minutes else _("times"))):
                sheet.write_string(row, place, value, text)
            amounts = (
                owed.line.amount, owed.final, owed.provisional, owed.promised, owed.exempted, owed.owed, behind,
            )  # fmt: skip
            for place, amount in enumerate(amounts, start=6):
                sheet.write_number(row, place, amount / 60 if minutes else amount, figure)
            sheet.write_datetime(row, len(headings) - 1, owed.line.due, day)
    notes = book.add_worksheet(_("Notes"))
    notes.set_column(0, 0, 80)
    said = (
        _("As of %(day)s. What is promised counts as if it were done; amounts are no more than what is asked.",
          day=say_day(found.today, year=True)),
        _("It is in the order of units, classes and names, so that nobody is ranked by it."),
    )  # fmt: skip
    for place, sentence in enumerate(said):
        notes.write_string(place, 0, sentence)
    sheet.ignore_errors({"number_stored_as_text": f"A2:D{row + 1}"})
    book.close()
