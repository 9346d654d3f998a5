"""What a file of hours says, and what of it can become records."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.duties.kinds import Ledger
from activities.kit.refusal import Refusal
from activities.people.day_cells import read_day
from activities.people.rows import Row, Sheet
from activities.records.rules_overlap import Spell
from activities.transfers import rules_cells as cells
from activities.transfers import rules_columns, rules_refusals
from activities.transfers.rules import Known, Person, Target
from activities.transfers.rules_cells import Field, guess
from activities.transfers.rules_columns import ONE_DAY, find_table, read_rows
from activities.transfers.rules_duplicates import Spells, make_plan

NOW = datetime(2026, 11, 25, 4, tzinfo=UTC)
HEADING = ("学号", "姓名", "日期", "开始", "结束", "时长(小时)", "活动名称", "地点", "类别")
TARGET = Target(ledger=Ledger.SERVICE, importer=9, zone=ZoneInfo("Asia/Shanghai"), now=NOW)
PEOPLE = {"1": Person(1, "林可欣", 1), "2": Person(2, "王一诺", 2), "9": Person(9, "陈静", 9)}


def table(*rows):
    listed = [Row(n, {i: text for i, text in enumerate(row) if text}) for n, row in enumerate((HEADING, *rows), 1)]
    return find_table([Sheet("", listed)])


def row(number="1", name="林可欣", day="2026-11-20", start="14:00", end="16:00", hours="", activity="图书馆", *rest):
    return (number, name, day, start, end, hours, activity, *rest)


def plan(*rows, known=None):
    found = table(*rows)
    columns = guess(found.heading)
    return make_plan(found, columns, read_rows(found, columns, TARGET), PEOPLE, known or {}, TARGET)


@pytest.mark.parametrize(
    ("reader", "text", "value"),
    [
        (read_day, "2026-11-05", date(2026, 11, 5)), (read_day, "2026年11月5日", date(2026, 11, 5)),
        (read_day, "20261105", date(2026, 11, 5)), (read_day, "46331", date(2026, 11, 5)),
        (read_day, "2026/11/5 14:00", date(2026, 11, 5)), (read_day, "46331.5", date(2026, 11, 5)),
        (read_day, "05.11.26", None), (read_day, "2026-02-30", None), (read_day, "1926-02-03", None),
        (cells.read_clock, "14:00", time(14)), (cells.read_clock, "9：05", time(9, 5)),
        (cells.read_clock, "0.5833333", time(14)), (cells.read_clock, "2026-11-05 4:30:00", time(4, 30)),
        (cells.read_clock, "24:00", time(0)), (cells.read_clock, "24:01", None), (cells.read_clock, "noon", None),
        (cells.read_span, "14:00-16:30", (time(14), time(16, 30))), (cells.read_span, "14:00", None),
        (cells.read_span, "14：00 至 16：30", (time(14), time(16, 30))),
        (cells.read_hours, "2.5", 150), (cells.read_hours, "2:30", 150), (cells.read_hours, "2小时30分", 150),
        (cells.read_hours, "1.33", 80), (cells.read_hours, "90分钟", 90), (cells.read_hours, "-1", None),
        (cells.read_hours, "0", None), (cells.read_hours, "1e9", None), (cells.read_hours, "NaN", None),
        (cells.read_hours, "25", None), (cells.read_minutes, "90分", 90), (cells.read_minutes, "1441", None),
        (cells.read_ledger, "志愿服务", Ledger.SERVICE), (cells.read_ledger, "打工", None),
    ],
    ids=lambda value: getattr(value, "__name__", None) or str(value),
)  # fmt: skip
def test_cells_are_read_as_people_write_them(reader, text, value):
    if value is None:
        with pytest.raises(Refusal):
            reader(text)
    else:
        assert reader(text) == value


@given(st.text(max_size=30))
def test_whatever_a_cell_holds_it_is_read_or_refused(text):
    for reader in (read_day, cells.read_clock, cells.read_span, cells.read_hours, cells.read_minutes):
        try:
            reader(text)
        except Refusal:
            continue


def test_headings_say_which_column_is_which():
    assert guess(table(row()).heading) == {
        Field.NUMBER: 0, Field.NAME: 1, Field.DAY: 2, Field.START: 3, Field.END: 4, Field.HOURS: 5, Field.ACTIVITY: 6,
        Field.PLACE: 7, Field.LEDGER: 8,
    }  # fmt: skip


def test_minutes_are_those_stated_else_as_long_as_it_took():
    found = plan(row(), row(number="2", name="", hours="1.5"))
    assert [(one.person.id, one.entry.minutes) for one in found.new] == [(1, 120), (2, 90)]


@pytest.mark.parametrize(
    ("wrong", "column", "expected"),
    [
        (row(number="404"), "学号", "Unknown"), (row(name="王一诺"), "姓名", "OtherPerson"),
        (row(number="9", name=""), "学号", "OwnRecord"), (row(end="13:00"), "结束", "EndsBefore"),
        (row(day="2026-11-26"), "结束", "NotOver"), (row(hours="3"), "时长(小时)", "LongerThanTime"),
        (row(activity=""), "活动名称", "NeedsValue"), (row(activity="#REF!"), "活动名称", "NeedsNoError"),
        (row("1", "", "2026-11-20", "14:00", "16:00", "", "会议", "", "会议"), "类别", "OtherLedger"),
        (row(activity="长" * 101), "活动名称", "NeedsShorter"), (row(end=""), "时长(小时)", "NeedsValue"),
    ],
    ids=lambda value: value if isinstance(value, str) else "row",
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_row_and_column(wrong, column, expected):
    found = plan(wrong)
    assert not found.new
    assert [(one.row, one.column, one.expected.key) for one in found.problems] == [(2, column, expected)]


def test_time_that_is_there_already_is_a_duplicate():
    spell = Spell(NOW - timedelta(days=5, hours=-3), NOW - timedelta(days=5, hours=-5), 60)  # 2026-11-20 15:00–17:00
    found = plan(row(), row(start="18:00", end="19:00"), known={1: [Known(spell, "清扫", True)]})
    assert [(one.line.entry.row, one.activity, one.row) for one in found.duplicates] == [(2, "清扫", None)]
    assert [one.entry.row for one in found.new] == [3]
    twice = plan(row(), row(start="15:00", end="17:00"), row(number="2", name=""))
    assert [(one.line.entry.row, one.row) for one in twice.duplicates] == [(3, 2)]


def test_rows_without_times_are_compared_by_day_and_activity_and_never_fill_more_than_the_day():
    untimed = {"start": "", "end": "", "hours": "20"}
    found = plan(
        row(**untimed), row(**untimed), row(**untimed, activity="食堂"), row(start="1:00", end="2:00", activity="清扫")
    )
    assert [one.entry.row for one in found.new] == [2, 5]
    assert [one.line.entry.row for one in found.duplicates] == [3]
    assert [(one.row, one.expected) for one in found.problems] == [(4, rules_refusals.NoRoom(timedelta(hours=4)))]


@given(st.lists(st.tuples(st.integers(0, 22), st.integers(1, 3), st.booleans()), max_size=12))
def test_whatever_a_file_says_no_day_has_more_minutes_than_it_has(spans):
    rows = [
        row(start=f"{a}:00" if timed else "", end=f"{min(a + n, 24)}:00" if timed else "", hours=str(min(n, 24 - a)))
        for a, n, timed in spans
    ]
    found = plan(*rows, row())
    assert found.minutes <= 24 * 60
    assert len(found.new) + len(found.duplicates) + found.bad_rows == len(rows) + 1
    timed = sorted((one.entry.starts_at, one.entry.ends_at) for one in found.new if one.entry.is_timed)
    assert all(ends <= starts for (_, ends), (starts, _) in pairwise(timed))


@pytest.mark.parametrize(
    ("columns", "is_enough"),
    [
        ("number activity day hours", True), ("number activity day span", True), ("number activity start end", True),
        ("activity day hours", False), ("number day hours", False), ("number activity day start", False), ("", False),
    ],
)  # fmt: skip
def test_who_when_how_long_and_what_cannot_be_left_out(columns, is_enough):
    chosen = {Field(name): n for n, name in enumerate(columns.split())}
    assert (rules_columns.why_not_columns(chosen) is None) is is_enough


MOMENTS = st.builds(
    lambda hours, east: (NOW + timedelta(hours=hours)).astimezone(ZoneInfo("Asia/Shanghai") if east else UTC),
    st.integers(-200, 200), st.booleans(),
)  # fmt: skip
SPELLS = st.builds(lambda at, hours: Spell(at, at + timedelta(hours=hours), 1), MOMENTS, st.integers(0, 120))


@given(st.lists(SPELLS), SPELLS)
def test_what_is_near_is_found_without_looking_at_all(some, one):
    """By the days it lies in: all that begins and ends within two days of it, in order, wherever moments are said."""
    known = [Known(spell, str(n), True) for n, spell in enumerate(some)]
    two = timedelta(days=2)
    near = [k for k in known if k.spell.starts_at < one.ends_at + two and k.spell.ends_at > one.starts_at - two]
    assert Spells(known).near(one) == near


def test_of_very_many_hours_of_one_person_few_are_near():
    known = [
        Known(Spell(at, at + timedelta(hours=1), 60), "清扫", True) for at in (NOW - n * ONE_DAY for n in range(4000))
    ]
    assert len(Spells(known).near(known[2000].spell)) == 5
