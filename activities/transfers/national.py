"""Volunteer service for the national system: one row a record, to the minute, with what Order 67 asks a record of
service to have. The headings are in the language of that system, whoever exports."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import chain
from typing import IO, NamedTuple

import sqlalchemy as sa
import xlsxwriter
from sqlalchemy.orm import aliased

from activities.duties.kinds import Evidence, Ledger
from activities.duties.models import Activity, ActivityOrganizer, Post, Slot
from activities.kit.clock import local
from activities.kit.db import db
from activities.kit.roles import Permission
from activities.people.models import Member, Unit
from activities.people.queries import within
from activities.people.users import Viewer
from activities.records.models import Record
from activities.records.queries import counts

HEADINGS = (
    "姓名", "学工号", "所在单位", "活动名称", "服务日期", "开始时间", "结束时间", "服务地点", "服务内容",
    "服务时长（分钟）", "组织单位", "负责人", "记录方式", "记录编号",
)  # fmt: skip
WIDTHS = (12, 14, 24, 28, 12, 10, 10, 24, 24, 14, 24, 12, 14, 16)
EVIDENCE = {
    Evidence.ROTATING_CODE: "现场动态码签到", Evidence.POSTED_CODE: "现场张贴码签到",
    Evidence.ORGANIZER_TICK: "组织者点名", Evidence.COUNTERSIGNED: "复核", Evidence.IMPORTED: "外部导入",
    Evidence.TYPED_LATER: "事后补录",
}  # fmt: skip
# With these a spreadsheet program takes a text for a formula.
CALCULATES = ("=", "+", "-", "@", "\t", "\r")
Home, Charge = aliased(Unit), aliased(Member)


class Extent(NamedTuple):
    """How much an export would hold."""

    records: int
    people: int
    minutes: int


def _which(viewer: Viewer, first: date, last: date) -> list[sa.ColumnElement[bool]]:
    """Of the viewer's people, what counts as volunteer service, between two days."""
    return [
        within(viewer.paths(Permission.CERTIFY)), Record.ledger == Ledger.SERVICE, Record.day.between(first, last),
        Record.minutes > 0, counts(),
    ]  # fmt: skip


def extent(viewer: Viewer, first: date, last: date) -> Extent:
    query = (
        sa.select(
            sa.func.count(),
            sa.func.count(Record.member_id.distinct()),
            sa.func.coalesce(sa.func.sum(Record.minutes), 0),
        )
        .select_from(Record)
        .join(Record.member)
        .join(Member.unit)
        .where(*_which(viewer, first, last))
    )
    return Extent(*db.session.execute(query).one())


def rows(viewer: Viewer, first: date, last: date) -> Iterator[tuple[str | int, ...]]:
    """One statement, the earliest day first."""
    charge = (
        sa.select(sa.func.min(Charge.name))
        .join(ActivityOrganizer, ActivityOrganizer.member_id == Charge.id)
        .where(ActivityOrganizer.activity_id == Activity.id)
        .scalar_subquery()
    )
    recorder = sa.select(Charge.name).where(Charge.id == Record.recorded_by_id).scalar_subquery()
    query = (
        sa.select(
            Member.name, Member.number, Unit.name, Activity.name, Record.day, Slot.starts_at, Slot.ends_at,
            sa.func.coalesce(sa.func.nullif(Post.place, ""), Post.name), Post.name, Record.minutes, Home.name,
            sa.func.coalesce(charge, recorder), Record.evidence, Record.public_id,
        )
        .select_from(Record)
        .join(Record.member)
        .join(Member.unit)
        .join(Record.slot)
        .join(Slot.post)
        .join(Post.activity)
        .join(Home, Home.id == Activity.unit_id)
        .where(*_which(viewer, first, last))
        .order_by(Record.day, Member.number, Record.id)
    )  # fmt: skip
    for row in db.session.execute(query):
        name, number, unit, activity, day, starts_at, ends_at, *rest, evidence, public_id = row
        yield (
            name, number, unit, activity, day.isoformat(), _clock(starts_at), _clock(ends_at), *rest,
            EVIDENCE[evidence], public_id,
        )  # fmt: skip


def _clock(moment: datetime) -> str:
    return f"{local(moment):%H:%M}"


def as_csv(lines: Iterable[tuple[str | int, ...]]) -> Iterator[bytes]:
    """UTF-8 with its mark, which spreadsheet programs in China need. Nothing that somebody typed is calculated."""
    yield b"\xef\xbb\xbf"
    for line in chain([HEADINGS], lines):
        buffer = io.StringIO()
        csv.writer(buffer).writerow(_harmless(value) for value in line)
        yield buffer.getvalue().encode()


def _harmless(value: str | int) -> str | int:
    return f"'{value}" if isinstance(value, str) and value.startswith(CALCULATES) else value


def write_xlsx(target: IO[bytes], lines: Iterable[tuple[str | int, ...]]) -> None:
    """Texts as texts, so that numbers of students keep their zeros; minutes as numbers."""
    with xlsxwriter.Workbook(target, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("志愿服务记录")
        bold = book.add_format({"bold": True, "bottom": 1})
        for column, (heading, width) in enumerate(zip(HEADINGS, WIDTHS, strict=True)):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, heading, bold)
        for number, line in enumerate(lines, start=1):
            for column, value in enumerate(line):
                if isinstance(value, int):
                    sheet.write_number(number, column, value)
                else:
                    sheet.write_string(number, column, value)
        sheet.freeze_panes(1, 0)
