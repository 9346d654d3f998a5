"""What every spreadsheet that is read for something has in common, whatever it is read for: its rows with what their
columns are, what is wrong with a cell, and the words by which columns are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

from activities.kit.refusal import N_, Refusal, refusal
from activities.people.rows import Row

Key = TypeVar("Key", bound=str)
Meaning = TypeVar("Meaning")


@refusal
class OnceOnly(Refusal):
    row: int
    sentence: ClassVar[str] = N_("What no other row has: row %(row)s says the same.")


@dataclass(frozen=True)
class Problem:
    """What is wrong with one cell: the spreadsheet's row, the column's heading, what was found, what is expected."""

    row: int
    column: str
    found: str
    expected: Refusal


@dataclass(frozen=True)
class Columned(Generic[Key]):
    """The rows below the headings. `columns` is where each field stands, `headings` what the file calls it."""

    rows: Sequence[Row]
    columns: Mapping[Key, int]
    headings: Mapping[Key, str]

    def problem(self, row: int, key: Key, found: str, expected: Refusal) -> Problem:
        return Problem(row, self.headings[key], found, expected)


def by_word(words: Mapping[Meaning, str]) -> dict[str, Meaning]:
    """What each word means, from the words of each meaning with blanks between them."""
    return {word: meaning for meaning, spoken in words.items() for word in spoken.split()}
