"""Spreadsheets as people hand them in: an .xlsx or .csv file to rows of text. Limits hold while reading, not after."""

from __future__ import annotations

import csv
import io

from activities.people import xlsx
from activities.people.rows import (
    MEGABYTE,
    MOST_BYTES,
    MOST_CELLS,
    MOST_ROWS,
    MOST_TEXT,
    BrokenQuotes,
    EmptyFile,
    FileTooLarge,
    NotASpreadsheet,
    OldOrLocked,
    OpensTooLarge,
    Row,
    Sheet,
    TooManyRows,
)


def read(data: bytes, filename: str) -> list[Sheet]:
    """The visible sheets of a file. What is inside decides, not the name; only text must call itself .csv or .txt.

    Raises one of the refusals of `rows`.
    """
    if not data.strip():
        raise EmptyFile
    if len(data) > MOST_BYTES:
        raise FileTooLarge(MOST_BYTES // MEGABYTE)
    if data.startswith(b"PK"):
        return xlsx.read(data)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise OldOrLocked
    if not filename.lower().endswith((".csv", ".txt")):
        raise NotASpreadsheet
    return [_read_csv(_decode(data))]


def _decode(data: bytes) -> str:
    """UTF-8 with or without its mark, else GB18030, which older spreadsheet programs write in China."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise NotASpreadsheet


def _read_csv(text: str) -> Sheet:
    head = text[:5000]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count), strict=True)
    rows: list[Row] = []
    count = 0
    try:
        # Spreadsheet programs show a record with line breaks in quotes as one row, and so does this count.
        for number, values in enumerate(reader, 1):
            if cells := {i: value[:MOST_TEXT] for i, value in enumerate(values) if value.strip()}:
                rows.append(Row(number, cells))
                count += len(cells)
            if len(rows) > MOST_ROWS:
                raise TooManyRows(MOST_ROWS)
            if count > MOST_CELLS:
                raise OpensTooLarge
    except csv.Error:
        raise BrokenQuotes(reader.line_num) from None
    return Sheet("", rows)
