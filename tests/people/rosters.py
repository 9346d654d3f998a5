"""Makers of roster files."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

import xlsxwriter

HEADINGS = ("学号", "姓名", "班级", "所属支部", "发展阶段", "身份", "邮箱")


def person(number: Any = "2401001", name: str = "周小雨", **fields: str) -> list[Any]:
    """A good row below HEADINGS."""
    values = {
        "class_name": "营销2401", "unit": "第一支部", "stage": "积极分子", "standing": "学生", "email": "", **fields,
    }  # fmt: skip
    return [number, name, *(values[k] for k in ("class_name", "unit", "stage", "standing", "email"))]


def roster(*people: Sequence[Any]) -> list[Sequence[Any]]:
    return [HEADINGS, *people]


def xlsx(*sheets: Sequence[Sequence[Any]], names: Sequence[str] = ()) -> bytes:
    """Sheets of rows; numbers are written as numbers, None leaves a cell out."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        for n, rows in enumerate(sheets):
            sheet = book.add_worksheet(names[n] if names else None)
            for i, row in enumerate(rows):
                for j, value in enumerate(row):
                    if isinstance(value, str):
                        sheet.write_string(i, j, value)
                    elif value is not None:
                        sheet.write(i, j, value)
    return buffer.getvalue()


def csv_file(rows: Sequence[Sequence[Any]], encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter).writerows(rows)
    return buffer.getvalue().encode(encoding)
