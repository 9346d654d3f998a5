"""What is read from a spreadsheet, how much of it at most, and why it may be refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from activities.kit.refusal import N_, Refusal, refusal

MEGABYTE = 1024 * 1024
MOST_BYTES = 20 * MEGABYTE
MOST_ROWS = 50_000
MOST_CELLS = 1_000_000
# What a cell holds beyond this is in no field's reach.
MOST_TEXT = 500


@dataclass(frozen=True)
class Row:
    """`number` is the row as the spreadsheet shows it, from 1; `cells` its texts by column, from 0, none empty."""

    number: int
    cells: dict[int, str]


@dataclass(frozen=True)
class Sheet:
    """A visible sheet: the rows that hold anything, from the top. A .csv file is one sheet without a name."""

    name: str
    rows: list[Row]


@refusal
class EmptyFile(Refusal):
    sentence: ClassVar[str] = N_("This file is empty.")
    remedy: ClassVar[str] = N_("Choose the file that holds the roster.")


@refusal
class FileTooLarge(Refusal):
    megabytes: int
    sentence: ClassVar[str] = N_("This file is larger than %(megabytes)s MB.")
    remedy: ClassVar[str] = N_("Send a smaller file. Rosters of ten thousand people fit into one megabyte.")


@refusal
class OpensTooLarge(Refusal):
    sentence: ClassVar[str] = N_("Opened, this file would be many times larger than any roster.")
    remedy: ClassVar[str] = N_("Copy the roster alone into a new spreadsheet and save that.")


@refusal
class TooManyRows(Refusal):
    most: int
    sentence: ClassVar[str] = N_("This file has more than %(most)s rows.")
    remedy: ClassVar[str] = N_("Import it in parts, for example branch by branch.")


@refusal
class NotASpreadsheet(Refusal):
    sentence: ClassVar[str] = N_("This file is not an .xlsx or .csv spreadsheet, or it is damaged.")
    remedy: ClassVar[str] = N_("Open it in your spreadsheet program and save it as .xlsx.")


@refusal
class OldOrLocked(Refusal):
    sentence: ClassVar[str] = N_("This is an old .xls file, or one with a password.")
    remedy: ClassVar[str] = N_("Save it as .xlsx without a password.")


@refusal
class BrokenQuotes(Refusal):
    line: int
    sentence: ClassVar[str] = N_("A quotation mark near line %(line)s of this .csv file has no counterpart.")
    remedy: ClassVar[str] = N_("Correct that line, or save the roster as .xlsx.")
