"""Totals as a workbook or as CSV. Text is written as text whatever it starts with, so nothing is ever calculated."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from io import BytesIO, StringIO

import xlsxwriter

from activities.kit.i18n import gettext as _
from activities.kit.web import XLSX
from activities.outcomes.pages import Row

MEDIA_TYPES = {"xlsx": XLSX, "csv": "text/csv; charset=utf-8"}
WRITERS = ("=", "+", "-", "@", "\t")


def write(form: str, rows: Sequence[Row], facts: Sequence[tuple[str, str]]) -> BytesIO:
    """The file in one of the forms of MEDIA_TYPES. `facts` are lines of (what, value) that stand above the table of a
    workbook."""
    head = [_("Kind"), _("Of"), _("What"), _("Unit"), _("Amount"), _("Entries")]
    return _workbook(head, rows, facts) if form == "xlsx" else _csv(head, rows)


def _csv(head: Sequence[str], rows: Sequence[Row]) -> BytesIO:
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(head)
    for *words, amount, count in rows:
        writer.writerow([*(f"'{word}" if str(word).startswith(WRITERS) else word for word in words), amount, count])
    return BytesIO(text.getvalue().encode("utf-8-sig"))


def _workbook(head: Sequence[str], rows: Sequence[Row], facts: Sequence[tuple[str, str]]) -> BytesIO:
    file = BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    bold, text, number = (
        book.add_format(how) for how in ({"bold": True, "bottom": 1}, {"num_format": "@"}, {"num_format": "0.###"})
    )
    sheet = book.add_worksheet(_("Outcomes"))
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    for place, width in enumerate((18, 28, 24, 10, 12, 10)):
        sheet.set_column(place, place, width)
    for row, (what, value) in enumerate(facts):
        sheet.write_string(row, 0, what, bold)
        sheet.write_string(row, 1, value)
    first = len(facts) + 1
    for place, name in enumerate(head):
        sheet.write_string(first, place, name, bold)
    for row, (*words, amount, count) in enumerate(rows, start=first + 1):
        for place, word in enumerate(words):
            sheet.write_string(row, place, str(word), text)
        sheet.write_number(row, len(words), amount, number)
        sheet.write_number(row, len(words) + 1, count)
    sheet.freeze_panes(first + 1, 0)
    book.close()
    file.seek(0)
    return file
