"""The empty spreadsheet into which the entries of a block are written."""

from __future__ import annotations

import io

import xlsxwriter

from activities.dossiers.reading import NAME, NUMBER, label
from activities.dossiers.rules import SHAPES, Block, Part
from activities.kit.i18n import say_value


def template(block: Block) -> bytes:
    """Headings only; numbers are text, days are days."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        text, day = book.add_format({"num_format": "@"}), book.add_format({"num_format": "yyyy-mm-dd"})
        for column, key in enumerate((NUMBER, NAME, *SHAPES[block].parts)):
            sheet.write_string(0, column, str(say_value(label(block, key))), book.add_format({"bold": True}))
            sheet.set_column(column, column, 22, day if key == Part.DAY else text)
        sheet.freeze_panes(1, 0)
    return buffer.getvalue()
