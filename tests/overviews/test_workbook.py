"""A review as a workbook: a sheet a unit, text as text, nothing of oneself, and memory that does not grow."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from tempfile import TemporaryFile

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from activities.cycles.rules import Grade
from activities.grades import service as grades
from activities.kit.db import db
from activities.overviews import workbook
from activities.overviews.workbook_rows import Line
from activities.people import sheet
from activities.people.rules import Stage
from activities.records.models import Record
from tests.cast import at_once, english, make_member
from tests.closings.closed import another, close, grade_all
from tests.cycles.opened import GRADING, appoint, opened, the_cycle
from tests.requirements.asked import attended

pytestmark = pytest.mark.usefixtures("while_grades_are_given")


@pytest.fixture
def at(app, cast):
    with app.app_context():
        make_member("=1+1", "@陌生", cast.first)
        db.session.commit()
        address = f"/cycles/{opened(cast)}"
        grades.give(cast.chen.id, the_cycle().id, cast.lin.id, 0, Grade.GOOD, "=HYPERLINK(1)", "", GRADING)
        return address


def fetched(visitor, at):
    with visitor.get(f"{at}/review.xlsx") as answer:
        assert answer.status_code == 200
        return answer.data


def sheets(data):
    """By name, the rows below the headings."""
    return {one.name: [row.cells for row in one.rows[1:]] for one in sheet.read(data, "x.xlsx")}


@given(st.lists(st.text(max_size=40), max_size=20))
def test_sheets_have_names_that_a_spreadsheet_takes(wanted):
    names = workbook.sheet_names(wanted)
    assert len({name.casefold() for name in names}) == len(wanted)
    assert all(0 < len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in names)


class TestTheFile:
    def test_each_unit_has_a_sheet_and_text_stays_text(self, app, cast, at):
        answer = fetched(english(app, cast.chen), at)
        book = sheets(answer)
        assert next(iter(book)) == "Summary"
        assert [*book][-1] == "Data dictionary"
        found = {row[1]: row for row in book["第一支部"]}
        assert [row[0] for row in book["第一支部"]] == ["1", "2", "3"]
        assert [*found["林可欣"].values()][-3:] == ["Qualified", "=HYPERLINK(1)", "陈静"]
        assert found["@陌生"][2] == "=1+1"
        with zipfile.ZipFile(io.BytesIO(answer)) as parts:
            written = [parts.read(name) for name in parts.namelist() if "worksheets/sheet" in name]
        assert not any(b"<f>" in part or b"<hyperlink" in part for part in written)

    def test_who_reads_it_finds_nothing_of_themselves(self, app, cast, at):
        with app.app_context():
            appoint(cast.lin, cast.first)
        book = sheets(fetched(english(app, cast.lin), at))
        assert [*book] == ["Summary", "第一支部", "Activists", "Data dictionary"]
        own = next(row for row in book["第一支部"] if row[1] == "林可欣")
        assert [*own.values()][-2:] == ["0", "You: somebody else decides."]

    def test_of_a_closed_review_it_says_what_was_frozen_and_of_who_reads_it_too(self, app, cast):
        with app.app_context():
            record = attended(cast, cast.sweeping, minutes=120)
            db.session.commit()
            second, address = another(cast), f"/cycles/{opened(cast)}"
            grade_all(cast, second, the_cycle())
            appoint(cast.lin, cast.first)
            close(cast, second, the_cycle())
            db.session.execute(sa.update(Record).where(Record.id == record.id).values(minutes=90))
            db.session.commit()
        book = sheets(fetched(english(app, cast.lin), address))
        own = next(row for row in book["第一支部"] if row[1] == "林可欣")
        assert own[5] == "2"
        assert [*own.values()][-3:] == ["Qualified", "称职。", "陈静"]
        assert next(row for row in book["Summary"] if row.get(0) == "第一支部")[3] == "2"
        assert "Summary" not in [row[0] for row in book["Data dictionary"]]
        said = english(app, cast.lin).get(f"{address}/overview").get_data(as_text=True)
        assert "Your own is not among them" not in said

    def test_it_takes_as_many_statements_for_many_as_for_few(self, app, cast, at, statements):
        chen = english(app, cast.chen)
        with statements.count() as few:
            fetched(chen, at)
        with app.app_context(), at_once():
            for n in range(30):
                make_member(f"24{n:05}", f"同学{n}", cast.second)
        with app.app_context():
            address = f"/cycles/{opened(cast, cast.second, year=2024)}"
        with statements.count() as many:
            fetched(chen, address)
        assert len(many) == len(few)


def test_its_memory_does_not_grow_with_people(ctx):
    def lines(number):
        for n in range(number):
            who = (n, n % 4, f"同学{n}", str(n), "会计2302", Stage.FULL, (60, 0, 0, 0))
            yield Line(*who, None, Grade.GOOD, "好" * 200, "陈静", "", is_own=False)

    def peak(number):
        units = [(n, f"支部{n}") for n in range(4)]
        tracemalloc.start()
        with TemporaryFile() as file:
            workbook.write(file, units, {}, lines(number), {0: "通过"}, [])
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(10)
    assert peak(4000) < 2 * peak(400) + 1_000_000
