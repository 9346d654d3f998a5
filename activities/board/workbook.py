"""Rosters and the partner's list of visitors as workbooks.

Everything is written as text whatever it starts with, so nothing that somebody typed is ever calculated, and numbers of
students keep their zeros.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import IO

import xlsxwriter

from activities.board.lists import Entry, Visitors
from activities.duties.models import Slot
from activities.kit.clock import local
from activities.kit.i18n import gettext as _
from activities.kit.i18n import ngettext, say_day, say_span
from activities.kit.refusal import N_
from activities.signups.rules import SignUpState

STATE_NAMES = {
    SignUpState.SEATED: N_("seat"),
    SignUpState.OFFERED: N_("seat held"),
    SignUpState.WAITING: N_("waiting"),
    SignUpState.ASKED: N_("has asked"),
}


def write_rosters(target: IO[bytes], entries: Iterable[Entry]) -> None:
    """One row for each person on each slot."""
    columns = [
        (_("Day"), 16), (_("Time"), 14), (_("Activity"), 24), (_("Post"), 20), (_("Place"), 24), (_("Name"), 14),
        (_("Number"), 14), (_("Class or unit"), 24), (_("State"), 12), (_("Signature"), 20),
    ]  # fmt: skip
    rows = (
        (
            say_day(entry.starts_at, year=True), f"{local(entry.starts_at):%H:%M}–{local(entry.ends_at):%H:%M}",
            entry.activity, entry.post, entry.place, entry.name, entry.number, entry.home,
            _(STATE_NAMES[entry.state]), "",
        )
        for entry in entries
    )  # fmt: skip
    _write(target, _("Roster"), [], columns, rows)


def write_visitors(target: IO[bytes], slot: Slot, visitors: Visitors) -> None:
    """What a partner needs to know of a visit: when, where, who, how many, and who answers for it."""
    columns = [(_("No."), 8), (_("Name"), 24), (_("Class or unit"), 32)]
    rows = ((str(n), person.name, person.home) for n, person in enumerate(visitors.people, start=1))
    _write(target, _("Visitors"), facts(slot, visitors), columns, rows)


def facts(slot: Slot, visitors: Visitors) -> list[tuple[str, str]]:
    """What stands above the list: (what, value)."""
    count = len(visitors.people)
    found = [
        (_("Visit"), slot.post.activity.name),
        (_("When"), say_span(slot.starts_at, slot.ends_at)),
        (_("Place"), _where(slot)),
        (_("Visitors"), ngettext("%(num)s person", "%(num)s people", count)),
        (_("In charge"), _(", ").join(visitors.in_charge)),
        (_("Contact"), visitors.contact),
    ]
    return [(what, value) for what, value in found if value]


def _where(slot: Slot) -> str:
    site = slot.post.site
    parts = (site and site.name, site and site.address, slot.post.floor, slot.post.place or slot.post.name)
    return _(", ").join(dict.fromkeys(part for part in parts if part))


def _write(
    target: IO[bytes], title: str, above: Sequence[tuple[str, str]], columns: Sequence[tuple[str, int]],
    rows: Iterable[Sequence[str]],
) -> None:  # fmt: skip
    book = xlsxwriter.Workbook(target, {"constant_memory": True})
    head, text = book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": "@"})
    sheet = book.add_worksheet(title)
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    if len(columns) > 5:
        sheet.set_landscape()
    for place, (_name, width) in enumerate(columns):
        sheet.set_column(place, place, width)
    first = len(above) + 1 if above else 0
    for row, (what, value) in enumerate(above):
        sheet.write_string(row, 0, what, head)
        sheet.write_string(row, 1, value)
    for place, (name, _width) in enumerate(columns):
        sheet.write_string(first, place, name, head)
    row = first
    for row, values in enumerate(rows, start=first + 1):
        for place, value in enumerate(values):
            sheet.write_string(row, place, value, text)
    sheet.repeat_rows(first)
    sheet.freeze_panes(first + 1, 0)
    # A student number is a text of digits; no green corner needs to say so.
    sheet.ignore_errors({"number_stored_as_text": f"A1:J{row + 1}"})
    book.close()
