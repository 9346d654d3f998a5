"""Reading spreadsheets, and refusing what is none."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from contextlib import contextmanager

import pytest
import xlsxwriter

from activities.people import rows, sheet, xlsx
from activities.people.rows import (
    BrokenQuotes,
    EmptyFile,
    FileTooLarge,
    NotASpreadsheet,
    OldOrLocked,
    OpensTooLarge,
    TooManyRows,
)
from activities.people.xlsx_parts import number_text
from tests.people.rosters import csv_file
from tests.people.rosters import xlsx as xlsx_file

TABLE = [["学号", "姓名"], ["0012", "王一诺"]]
SHEET = "xl/worksheets/sheet1.xml"
WANTED = [(1, {0: "学号", 1: "姓名"}), (2, {0: "0012", 1: "王一诺"})]


def rows_of(data: bytes, name: str = "a.xlsx") -> list[tuple[int, dict[int, str]]]:
    (only,) = sheet.read(data, name)
    return [(row.number, row.cells) for row in only.rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_in_the_encodings_and_delimiters_that_are_around(encoding, delimiter):
    assert rows_of(csv_file(TABLE, encoding, delimiter), "名册.CSV") == WANTED


def test_a_rare_character_of_gb18030():
    assert rows_of(csv_file([["学号", "姓名"], ["1", "王\U00020547"]], "gb18030"), "a.csv")[1][1][1] == "王\U00020547"


def test_csv_rows_are_counted_as_the_spreadsheet_shows_them():
    data = '说明,"两行\n文字"\r\n\r\n学号,姓名\r\n'.encode()
    assert [number for number, _ in rows_of(data, "a.csv")] == [1, 3]


def test_xlsx_gives_text_with_its_zeros_and_whole_numbers():
    assert rows_of(xlsx_file([["0012", 2301001, 2301001.0, 1.5, True]])) == [
        (1, {0: "0012", 1: "2301001", 2: "2301001", 3: "1.5", 4: "1"})
    ]


def test_xlsx_shows_the_zeros_that_a_format_adds():
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        book.add_worksheet().write(0, 0, 12, book.add_format({"num_format": "00000000"}))
    assert rows_of(buffer.getvalue()) == [(1, {0: "00000012"})]


def test_xlsx_keeps_the_errors_of_formulas():
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        at = book.add_worksheet()
        at.write_formula(0, 0, "=NA()", None, "#N/A")
        at.write_formula(0, 1, '="a"&"b"', None, "ab")
    assert rows_of(buffer.getvalue()) == [(1, {0: "#N/A", 1: "ab"})]


def test_xlsx_keeps_row_numbers_over_blank_rows_and_decodes_escapes():
    assert rows_of(xlsx_file([["a\x01b"], [], [None, " "], [None, None, "c"]])) == [(1, {0: "a\x01b"}), (4, {2: "c"})]


def test_rich_text_is_read_without_how_it_is_pronounced():
    parts = archive_of(xlsx_file([["x"]]))
    si = '<si><r><t>王</t></r><r><t>一诺</t></r><rPh sb="0" eb="1"><t>WANG</t></rPh></si>'
    parts["xl/sharedStrings.xml"] = parts["xl/sharedStrings.xml"].replace(b"<si><t>x</t></si>", si.encode())
    assert rows_of(zipped(parts)) == [(1, {0: "王一诺"})]


def test_hidden_sheets_and_charts_are_not_read():
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        book.add_worksheet("名册").write(0, 0, "a")
        hidden = book.add_worksheet("旧")
        hidden.write(0, 0, "b")
        hidden.hide()
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": "=名册!$A$1:$A$1"})
        book.add_chartsheet("图").set_chart(chart)
    assert [s.name for s in sheet.read(buffer.getvalue(), "a.xlsx")] == ["名册"]


def test_a_stray_cell_in_the_farthest_corner_costs_nothing():
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        at = book.add_worksheet()
        at.write(0, 0, "a")
        at.write(1048575, 16383, "b")
    assert rows_of(buffer.getvalue()) == [(1, {0: "a"}), (1048576, {16383: "b"})]


@pytest.mark.parametrize(
    ("literal", "width", "text"),
    [
        ("2301001", 0, "2301001"),
        ("2301001.0", 0, "2301001"),
        ("2.301001E6", 0, "2301001"),
        ("12", 8, "00000012"),
        ("202301001000123456", 0, "202301001000123456"),
        ("2.023010010001235E+17", 0, "2.023010010001235E+17"),
        ("0.1", 0, "0.1"),
        ("1E999999999", 0, "1E999999999"),
        ("NaN", 0, "NaN"),
        ("x", 0, "x"),
    ],
)
def test_numbers_as_people_read_them(literal, width, text):
    assert number_text(literal, width) == text


# ── refusals ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("data", "name", "why"),
    [
        (b"", "a.csv", EmptyFile),
        (b" \r\n ", "a.xlsx", EmptyFile),
        (b"%PDF-1.7 ...", "a.pdf", NotASpreadsheet),
        (b"%PDF-1.7 \x00\xff", "a.csv", NotASpreadsheet),
        (b"\x89PNG\r\n\x1a\n\xff\xff", "a.csv", NotASpreadsheet),
        (b"PK\x03\x04 not really", "a.xlsx", NotASpreadsheet),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.xls", OldOrLocked),
        (b'\xe5\xad\xa6,b\r\nx,"y\r\nz', "a.csv", BrokenQuotes),
        ("学号\r\n".encode(), "a.xlsx", NotASpreadsheet),
    ],
)
def test_what_is_no_spreadsheet(data, name, why):
    with pytest.raises(why):
        sheet.read(data, name)


def test_fifty_megabytes_are_refused_unread():
    with pytest.raises(FileTooLarge) as refused:
        sheet.read(b"a," * (25 * 1024 * 1024), "a.csv")
    assert refused.value.megabytes == 20


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_too_many_rows(kind, monkeypatch):
    table = [[str(n)] for n in range(rows.MOST_ROWS + 1)]
    with pytest.raises(TooManyRows):
        sheet.read(csv_file(table) if kind == "csv" else xlsx_file(table), f"a.{kind}")


def test_too_many_cells():
    with pytest.raises(OpensTooLarge):
        sheet.read((b"a," * 25 + b"\n") * 45_000, "a.csv")


def archive_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return {name: file.read(name) for name in file.namelist()}


def zipped(parts: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def bomb() -> bytes:
    """A workbook whose one sheet unpacks to more than is ever unpacked: blanks below its only row."""
    parts = archive_of(xlsx_file([["a"]]))
    parts[SHEET] = parts[SHEET].replace(b"</sheetData>", b" " * (xlsx.MOST_UNPACKED + 1) + b"</sheetData>")
    return zipped(parts)


@contextmanager
def little_memory():
    """What is done here takes far less than the bomb unpacked."""
    tracemalloc.start()
    yield
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5_000_000 < xlsx.MOST_UNPACKED


def test_a_zip_bomb_is_refused_before_it_is_unpacked(bomb):
    assert len(bomb) < 1024 * 1024
    with little_memory(), pytest.raises(OpensTooLarge):
        sheet.read(bomb, "a.xlsx")


def test_a_zip_bomb_that_lies_about_its_size_is_refused_as_damaged(bomb):
    with zipfile.ZipFile(io.BytesIO(bomb)) as file:
        real = file.getinfo(SHEET).file_size.to_bytes(4, "little")
    assert bomb.count(real) == 2  # in the member's own header, and in the directory at the end
    with little_memory(), pytest.raises(NotASpreadsheet):
        sheet.read(bomb.replace(real, (1000).to_bytes(4, "little")), "a.xlsx")


def test_what_is_unpacked_is_counted_across_parts(monkeypatch):
    monkeypatch.setattr(xlsx, "MOST_UNPACKED", 40_000)
    parts = archive_of(xlsx_file([["a"]]))
    with pytest.raises(OpensTooLarge):
        sheet.read(zipped({**parts, "x": b" " * 40_000}), "a.xlsx")
    tenfold = xlsx_file([["x" * 400] for _ in range(100)])
    twice = b'<sheet name="2" sheetId="2" r:id="rId1"/>' * 60 + b"</sheets>"
    parts = archive_of(tenfold)
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(b"</sheets>", twice)
    with pytest.raises(OpensTooLarge):
        sheet.read(zipped(parts), "a.xlsx")


def test_a_flood_of_empty_elements_is_refused(monkeypatch):
    parts = archive_of(xlsx_file([["a"]]))
    parts[SHEET] = parts[SHEET].replace(b"</sheetData>", b'<row r="1"/>' * 3000 + b"</sheetData>")
    monkeypatch.setattr(xlsx, "MOST_ELEMENTS", 3000)
    with pytest.raises(OpensTooLarge):
        sheet.read(zipped(parts), "a.xlsx")


def test_a_thousand_members_are_refused():
    with pytest.raises(OpensTooLarge):
        sheet.read(zipped({f"{n}": b"" for n in range(1001)}), "a.xlsx")


def test_a_document_type_is_refused():
    parts = archive_of(xlsx_file([["a"]]))
    attack = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><sst><si><t>&a;</t></si></sst>'
    with pytest.raises(NotASpreadsheet):
        sheet.read(zipped({**parts, "xl/sharedStrings.xml": attack}), "a.xlsx")


def test_a_word_document_is_no_spreadsheet():
    with pytest.raises(NotASpreadsheet):
        sheet.read(zipped({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<x/>"}), "a.xlsx")


@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        ("xl/workbook.xml", b"r:id", b"r:no"),
        ("xl/workbook.xml", b"<sheets>", b""),
        ("xl/_rels/workbook.xml.rels", b"sheet1.xml", b"sheet9.xml"),
        (SHEET, b't="s"><v>0', b't="s"><v>7'),
        (SHEET, b't="s"><v>0', b't="s"><v>x'),
        (SHEET, b'r="A1"', b'r="11"'),
        (SHEET, b'<row r="1"', b'<row r="99999999999"'),
        (SHEET, b'<row r="1"', b'<row r="-1"'),
        (SHEET, b'encoding="UTF-8"', b'encoding="nonsense"'),
    ],
)
def test_a_damaged_workbook_is_refused(part, old, new):
    parts = archive_of(xlsx_file([["a"]]))
    assert old in parts[part]
    parts[part] = parts[part].replace(old, new)
    with pytest.raises(NotASpreadsheet):
        sheet.read(zipped(parts), "a.xlsx")


def test_an_exotic_compression_is_refused():
    with pytest.raises(NotASpreadsheet):
        sheet.read(zipped(archive_of(xlsx_file([["a"]])), zipfile.ZIP_LZMA), "a.xlsx")


def test_every_cut_of_a_workbook_is_refused_and_nothing_worse():
    data = xlsx_file(TABLE)
    for length in range(4, len(data), 97):
        with pytest.raises((NotASpreadsheet, OldOrLocked)):
            sheet.read(data[:length], "a.xlsx")
