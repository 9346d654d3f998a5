"""The parts of an .xlsx file that hold its text: each takes the elements of one part as they come."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from posixpath import join, normpath

from activities.people.rows import MOST_CELLS, MOST_ROWS, MOST_TEXT, NotASpreadsheet, OpensTooLarge, Row, TooManyRows

LAST_ROW = 1_048_576
REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})", re.IGNORECASE)
ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
ZEROS = re.compile(r"0{2,32}")

Attributes = Mapping[str, str]


class Part:
    """Takes the elements of one part of the file as they come, by local name."""

    def start(self, tag: str, attributes: Attributes) -> None: ...

    def end(self, tag: str) -> None: ...

    def text(self, data: str) -> None: ...


class Workbook(Part):
    """Names of the visible sheets, each with its link."""

    def __init__(self) -> None:
        self.sheets: list[tuple[str, str]] = []

    def start(self, tag: str, attributes: Attributes) -> None:
        if tag == "sheet" and attributes.get("state", "visible") == "visible":
            links = [value for name, value in attributes.items() if name.endswith(":id")]
            self.sheets.append((attributes["name"], links[0]))


class Links(Part):
    """Which member a link leads to, and what kind of part that is."""

    def __init__(self) -> None:
        self.targets: dict[str, str] = {}
        self.kinds: dict[str, str] = {}

    def start(self, tag: str, attributes: Attributes) -> None:
        if tag == "Relationship":
            self.targets[attributes["Id"]] = normpath(join("/xl", attributes["Target"])).lstrip("/")
            self.kinds[attributes["Id"]] = attributes["Type"].rpartition("/")[2]


class Styles(Part):
    """By style, the number of digits its format shows at least: 8 for "00000000", else 0."""

    def __init__(self) -> None:
        self.formats: dict[str, int] = {}
        self.widths: list[int] = []
        self.in_cells = False

    def start(self, tag: str, attributes: Attributes) -> None:
        if tag == "numFmt" and ZEROS.fullmatch(attributes.get("formatCode", "")):
            self.formats[attributes["numFmtId"]] = len(attributes["formatCode"])
        elif tag == "cellXfs":
            self.in_cells = True
        elif tag == "xf" and self.in_cells:
            self.widths.append(self.formats.get(attributes.get("numFmtId", ""), 0))

    def end(self, tag: str) -> None:
        if tag == "cellXfs":
            self.in_cells = False


class Texts(Part):
    """Gathers the text of some elements, leaving out how it is pronounced."""

    gathered: frozenset[str] = frozenset()

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.open = self.pronounced = False

    def start(self, tag: str, attributes: Attributes) -> None:  # noqa: ARG002 - the parts' common shape
        if tag == "rPh":
            self.pronounced = True
        self.open = tag in self.gathered and not self.pronounced

    def end(self, tag: str) -> None:
        self.open = False
        if tag == "rPh":
            self.pronounced = False

    def text(self, data: str) -> None:
        if self.open:
            self.pieces.append(data)

    def take(self) -> str:
        """What was gathered since the last time."""
        text = "".join(self.pieces)
        self.pieces.clear()
        if "_x" in text:
            text = ESCAPE.sub(_unescape, text)
        return text[:MOST_TEXT]


class Strings(Texts):
    """The strings that cells share."""

    gathered = frozenset({"t"})

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def end(self, tag: str) -> None:
        super().end(tag)
        if tag == "si":
            self.texts.append(self.take())


class Cells(Texts):
    """One worksheet's rows."""

    gathered = frozenset({"v", "t"})

    def __init__(self, strings: list[str], widths: list[int]) -> None:
        super().__init__()
        self.strings, self.widths = strings, widths
        self.rows: list[Row] = []
        self.row, self.column, self.count = 0, -1, 0
        self.cells: dict[int, str] = {}
        self.kind, self.style = "n", 0

    def start(self, tag: str, attributes: Attributes) -> None:
        if tag == "c":
            self.column = _column(attributes["r"]) if "r" in attributes else self.column + 1
            self.kind, self.style = attributes.get("t", "n"), int(attributes.get("s", 0))
        elif tag == "row":
            self._begin_row(int(attributes.get("r", self.row + 1)))
        else:
            super().start(tag, attributes)

    def end(self, tag: str) -> None:
        if tag == "c":
            if self.pieces:
                self._keep(self.take())
        elif tag == "row":
            self._end_row()
        else:
            super().end(tag)

    def _begin_row(self, number: int) -> None:
        if not 1 <= number <= LAST_ROW:
            raise NotASpreadsheet
        self.row, self.column, self.cells = number, -1, {}

    def _end_row(self) -> None:
        if self.cells:
            if len(self.rows) >= MOST_ROWS:
                raise TooManyRows(MOST_ROWS)
            self.rows.append(Row(self.row, self.cells))

    def _keep(self, value: str) -> None:
        text = self._shown(value)
        if not text.strip():
            return
        self.count += 1
        if self.count > MOST_CELLS:
            raise OpensTooLarge
        self.cells[self.column] = text

    def _shown(self, value: str) -> str:
        if self.kind == "s":
            return self.strings[int(value)]
        if self.kind != "n":
            return value
        return number_text(value, self.widths[self.style] if self.style < len(self.widths) else 0)


def _unescape(found: re.Match[str]) -> str:
    code = int(found[1], 16)
    return "" if 0xD800 <= code < 0xE000 else chr(code)


@lru_cache(maxsize=4096)
def _letters(letters: str) -> int:
    column = 0
    for letter in letters.upper():
        column = column * 26 + ord(letter) - ord("A") + 1
    return column - 1


def _column(reference: str) -> int:
    """The column of "AB12", from 0."""
    match = REFERENCE.fullmatch(reference)
    if match is None:
        raise NotASpreadsheet
    return _letters(match[1])


def number_text(literal: str, width: int = 0) -> str:
    """A stored number as a person reads it: "2301001.0" and "2.301001E6" are 2301001, with `width` digits at least.

    A number that was stored with an exponent and more than 15 digits has lost some; it keeps its exponent, to be seen.
    """
    try:
        number = Decimal(literal)
    except InvalidOperation:
        return literal
    if not number.is_finite() or not -20 < number.adjusted() < 40 or number != number.to_integral_value():
        return literal
    if "E" in literal.upper() and number.adjusted() >= 15:
        return literal
    return f"{number:.0f}".zfill(width)
