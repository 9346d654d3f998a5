"""A pasted list of posts and student numbers, read row by row. Decided on plain values."""

from __future__ import annotations

import re
from dataclasses import dataclass

MOST_ROWS = 500
SEPARATOR = re.compile(r"[\t,，;；]")


@dataclass(frozen=True)
class Row:
    """One line, counted from 1 as it was pasted: the cells of it, without blanks around them."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Fault:
    """What is wrong with a cell, in words; `column` 0: with the line."""

    line: int
    column: int
    sentence: str


def read(text: str) -> list[Row]:
    """The lines that are not empty, cut at tabs, commas and semicolons."""
    lines = enumerate(text.splitlines(), 1)
    return [
        Row(number, tuple(cell.strip() for cell in SEPARATOR.split(line))) for number, line in lines if line.strip()
    ]
