"""The text of an .xlsx file, read part by part with expat.

Libraries that load a whole sheet give it as many cells as its farthest corner asks for, so that five kilobytes can ask
for terabytes; and they hand over numbers without the zeros a format shows, and errors as nothing. This reads what is
there, as it is shown, and stops at the first limit.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from xml.parsers import expat

from activities.people.rows import (
    MEGABYTE,
    NotASpreadsheet,
    OldOrLocked,
    OpensTooLarge,
    Sheet,
)
from activities.people.xlsx_parts import Attributes, Cells, Links, Part, Strings, Styles, Workbook

MOST_MEMBERS = 1000
MOST_UNPACKED = 128 * MEGABYTE
MOST_ELEMENTS = 3_000_000
CHUNK = 64 * 1024
WORKBOOK = "xl/workbook.xml"
DAMAGE = (expat.ExpatError, zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, IndexError, LookupError,
          NotImplementedError, OSError)  # fmt: skip


def read(data: bytes) -> list[Sheet]:
    """The visible worksheets, in the workbook's order. Raises a refusal of `rows`."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            return _sheets(Archive(file))
    except DAMAGE:
        raise NotASpreadsheet from None


class Archive:
    """The zip file, with what may still be unpacked from it and parsed."""

    def __init__(self, file: zipfile.ZipFile) -> None:
        members = file.infolist()
        if len(members) > MOST_MEMBERS or sum(m.file_size for m in members) > MOST_UNPACKED:
            raise OpensTooLarge
        if any(m.flag_bits & 1 for m in members):
            raise OldOrLocked
        self.file = file
        self.names = set(file.namelist())
        self.bytes_left, self.elements_left = MOST_UNPACKED, MOST_ELEMENTS

    def parse(self, name: str, part: Part) -> None:
        """Send the member's elements through `part`. What a member says of its size is not believed."""
        if self.file.getinfo(name).compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise NotASpreadsheet
        parser = self._parser(part)
        with self.file.open(name) as stream:
            while chunk := stream.read(CHUNK):
                self.bytes_left -= len(chunk)
                if self.bytes_left < 0:
                    raise OpensTooLarge
                parser.Parse(chunk, False)
            parser.Parse(b"", True)

    def _parser(self, part: Part) -> expat.XMLParserType:
        def start(tag: str, attributes: Attributes) -> None:
            self.elements_left -= 1
            if self.elements_left < 0:
                raise OpensTooLarge
            part.start(tag.rpartition(":")[2], attributes)

        def end(tag: str) -> None:
            part.end(tag.rpartition(":")[2])

        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _no_doctype
        parser.StartElementHandler, parser.EndElementHandler = start, end
        parser.CharacterDataHandler = part.text
        return parser


def _no_doctype(*_: object) -> None:
    raise NotASpreadsheet


def _sheets(archive: Archive) -> list[Sheet]:
    book, links, strings, styles = Workbook(), Links(), Strings(), Styles()
    archive.parse(WORKBOOK, book)
    archive.parse("xl/_rels/workbook.xml.rels", links)
    for name, part in (("xl/sharedStrings.xml", strings), ("xl/styles.xml", styles)):
        if name in archive.names:
            archive.parse(name, part)
    found = []
    for name, link in book.sheets:
        if links.kinds.get(link) == "worksheet":
            cells = Cells(strings.texts, styles.widths)
            archive.parse(links.targets[link], cells)
            found.append(Sheet(name, cells.rows))
    return found
