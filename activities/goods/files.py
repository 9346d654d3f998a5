"""Goods as a workbook: the balance, who holds what, and every movement. Whom a delivery was for stands in none. Text is
written as text whatever it starts with, so nothing is ever calculated."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO

import xlsxwriter

from activities.duties.kinds import Kind
from activities.goods.models import Movement
from activities.goods.queries import Balance, Holding
from activities.kit.i18n import gettext as _

Row = Sequence[str | int]


def workbook(
    kind: Kind, facts: Sequence[tuple[str, str]], balances: Iterable[Balance], holdings: Iterable[Holding],
    movements: Iterable[Movement],
) -> BytesIO:  # fmt: skip
    """`facts` are lines of (what, value) that stand above the balance."""
    file = BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    head = [_("Category"), _("Unit"), _("Came in"), _("Delivered"), _("There now")]
    rows: list[Row] = [(_(b.good.name), _(b.good.unit), b.came, b.went, b.there) for b in balances]
    _sheet(book, _("Balance"), head, rows, facts)
    head = [_("Category"), _("Lot"), _("In whose hands"), _("Number"), _("How many")]
    rows = [(_name(kind, h.lot.category), h.lot.label, h.holder, h.number, h.quantity) for h in holdings]
    _sheet(book, _("Lots and who keeps them"), head, rows)
    head = [
        _("Day"), _("Category"), _("Lot"), _("How many"), _("From"), _("To"), _("Delivered to"), _("Note"),
        _("Entered by"), _("Correction"),
    ]  # fmt: skip
    _sheet(book, _("Movements"), head, [_moved(kind, one) for one in movements])
    book.close()
    file.seek(0)
    return file


def _name(kind: Kind, category: str) -> str:
    good = kind.good(category)
    return str(_(good.name)) if good else category


def _moved(kind: Kind, one: Movement) -> Row:
    delivery = one.delivery
    return (
        one.day.isoformat(), _name(kind, one.lot.category), one.lot.label, one.quantity,
        one.giver.name if one.giver else "", one.taker.name if one.taker else "",
        delivery.point if delivery else "", one.note, one.entered_by.name, str(_("yes")) if one.undoes_id else "",
    )  # fmt: skip


def _sheet(
    book: xlsxwriter.Workbook, name: str, head: Sequence[str], rows: Iterable[Row],
    facts: Sequence[tuple[str, str]] = (),
) -> None:  # fmt: skip
    bold, text = book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": "@"})
    sheet = book.add_worksheet(name)
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.set_column(0, len(head) - 1, 16)
    for place, (what, said) in enumerate(facts):
        sheet.write_string(place, 0, what, bold)
        sheet.write_string(place, 1, said, text)
    first = len(facts) + 1 if facts else 0
    for column, title in enumerate(head):
        sheet.write_string(first, column, title, bold)
    for place, row in enumerate(rows, start=first + 1):
        for column, value in enumerate(row):
            if isinstance(value, int):
                sheet.write_number(place, column, value)
            else:
                sheet.write_string(place, column, value, text)
    sheet.freeze_panes(first + 1, 0)
