"""Grades of years before from a file: looked at, all or nothing, told, and taken back."""

from __future__ import annotations

import io

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from activities.audit.models import AuditEntry
from activities.cycles.rules import Grade
from activities.cycles.rules_refusals import OwnGrade
from activities.dossiers.reading import NeedsSameName, NeedsYourPerson
from activities.kit.db import db
from activities.kit.refusal import NotFound, Refusal
from activities.outbox.models import Notice
from activities.overviews import pages
from activities.past import queries, service
from activities.past.models import PastGrade
from activities.past.rules import (
    ImportedOtherwise,
    Known,
    NeedsGrade,
    NeedsYear,
    ReviewedHere,
    find_table,
    problem_with,
    read_lines,
)
from activities.people import sheet
from activities.people.roster import NotAsPreviewed
from activities.people.service import acting
from activities.people.tables import OnceOnly
from activities.people.uploads import UploadGone
from tests.cast import NOW, english, make_member
from tests.cycles.opened import appoint, opened, the_cycle
from tests.house.test_races import race

HEAD = "学号,姓名,评议年度,民主评议等次\n"


def table_of(rows: str):
    return find_table(sheet.read((HEAD + rows).encode(), "往年.csv"))


class TestReading:
    @pytest.mark.parametrize(
        ("row", "year", "grade"),
        [
            ("23,林,2024,优秀", 2024, Grade.EXCELLENT), ("23,,2024年,合格", 2024, Grade.GOOD),
            ("23,林,2025年度,基本合格", 2025, Grade.FAIR), ("23,林,2024,不合格", 2024, Grade.POOR),
            ("23,林,2024.0,不定等次", 2024, Grade.UNGRADED), ("23,林,2024,Not qualified", 2024, Grade.POOR),
        ],
    )  # fmt: skip
    def test_what_schools_write_is_understood(self, row, year, grade):
        [line], problems = read_lines(table_of(row), 2026)
        assert (line.year, line.grade, line.row, problems) == (year, grade, 2, [])

    @pytest.mark.parametrize(
        ("row", "column", "expected"),
        [
            ("23,林,2027,优秀", "评议年度", NeedsYear), ("23,林,去年,优秀", "评议年度", NeedsYear),
            ("23,林,2024,良好", "民主评议等次", NeedsGrade), ("23,林,1999,优秀", "评议年度", NeedsYear),
        ],
    )  # fmt: skip
    def test_a_bad_cell_is_named_by_row_and_column(self, row, column, expected):
        lines, [problem] = read_lines(table_of(row), 2026)
        assert (lines, problem.row, problem.column, type(problem.expected)) == ([], 2, column, expected)

    def test_a_person_has_one_grade_a_year(self):
        lines, [problem] = read_lines(table_of("23,林,2024,优秀\n23,林,2024,合格\n23,林,2025,合格"), 2026)
        assert (len(lines), problem.row, problem.expected) == (2, 3, OnceOnly(2))

    @pytest.mark.parametrize(
        ("known", "expected"),
        [
            (None, NeedsYourPerson), ((True, "林", set(), {}), OwnGrade), ((False, "赵", set(), {}), NeedsSameName),
            ((False, "林", {2024}, {}), ReviewedHere), ((False, "林", {2025}, {}), None),
            ((False, "林", set(), {2024: Grade.GOOD}), ImportedOtherwise),
            ((False, "林", set(), {2024: Grade.EXCELLENT}), None),
        ],
    )  # fmt: skip
    def test_what_speaks_against_a_line(self, known, expected):
        table = table_of("23,林,2024,优秀")
        [line], _ = read_lines(table, 2026)
        if known:
            own, name, reviewed, imported = known
            known = Known(1, 1, name, own, frozenset(reviewed), imported)
        found = problem_with(table, line, known)
        assert (type(found.expected) if found else None) is expected

    @given(st.text(max_size=200))
    def test_any_text_is_lines_or_problems(self, rows):
        try:
            table = table_of(rows)
        except Refusal:
            return
        lines, problems = read_lines(table, 2026)
        said = {one.row for one in (*lines, *problems)}
        assert said == {row.number for row in table.rows}


def kept(who, rows: str):
    content = (HEAD + rows).encode()
    return service.kept(who.id, service.keep(who.id, content, "往年.csv", NOW), NOW)


def confirm(who, upload, fingerprint=None):
    plan = service.plan(who.id, upload.content, upload.name, NOW)
    return service.confirm(who.id, upload.id, upload.content, upload.name, fingerprint or plan.fingerprint, NOW)


def stored() -> list[tuple[int, int, Grade, int]]:
    query = sa.select(PastGrade.member_id, PastGrade.year, PastGrade.grade, PastGrade.row).order_by(PastGrade.id)
    return [tuple(row) for row in db.session.execute(query)]


@pytest.mark.usefixtures("ctx")
class TestImporting:
    @pytest.fixture
    def numbers(self, cast):
        return f"{cast.lin.number},林可欣,2024,优秀\n{cast.zhao.number},,2024,合格\n"

    def test_it_is_written_told_and_left_on_the_trail(self, cast, numbers):
        assert confirm(cast.chen, kept(cast.chen, numbers)) == 2
        assert stored() == [(cast.lin.id, 2024, Grade.EXCELLENT, 2), (cast.zhao.id, 2024, Grade.GOOD, 3)]
        told = db.session.scalars(sa.select(Notice.member_id).where(Notice.topic == "cycles.past_imported"))
        assert set(told) == {cast.lin.id, cast.zhao.id}
        deeds = db.session.scalars(sa.select(AuditEntry.verb).where(AuditEntry.subject == "past_grade")).all()
        assert deeds == ["import"] * 2
        again = service.plan(cast.chen.id, (HEAD + numbers).encode(), "往年.csv", NOW)
        assert (again.there, list(again.new), list(again.problems)) == (2, [], [])

    def test_all_or_nothing(self, cast, numbers):
        upload = kept(cast.chen, f"{numbers}nobody,,2024,优秀\n")
        with pytest.raises(NotAsPreviewed):
            confirm(cast.chen, upload)
        assert stored() == []

    def test_what_was_not_shown_is_not_imported(self, cast, numbers):
        upload = kept(cast.chen, numbers)
        with pytest.raises(NotAsPreviewed):
            confirm(cast.chen, upload, "0" * 64)
        opened(cast, year=2024)
        plan = service.plan(cast.chen.id, upload.content, upload.name, NOW)
        assert [type(one.expected) for one in plan.problems] == [ReviewedHere] * 2

    def test_of_two_who_confirm_one_file_one_does(self, app, cast, numbers):
        upload = kept(cast.chen, numbers)
        shown = service.plan(cast.chen.id, upload.content, upload.name, NOW).fingerprint
        values = (cast.chen.id, upload.id, upload.content, upload.name, shown, NOW)

        def once():
            try:
                return service.confirm(*values)
            except UploadGone:
                return "gone"

        results = race(app, [once] * 3)
        db.session.rollback()  # and see what they did
        assert sorted(map(str, results)) == ["2", "gone", "gone"]
        assert len(stored()) == 2

    def test_it_is_taken_back_as_a_whole(self, cast, numbers):
        appoint(cast.wang, cast.first)
        confirm(cast.chen, kept(cast.chen, numbers))
        [one] = queries.batches(acting(cast.chen.id))
        assert queries.batches(acting(cast.wang.id)) == []  # Zhao is of another unit
        with pytest.raises(NotFound):
            service.take_back(cast.wang.id, one.batch.id, NOW)
        assert service.take_back(cast.chen.id, one.batch.id, NOW) == 2
        assert (stored(), queries.batches(acting(cast.chen.id))) == ([], [])
        assert confirm(cast.chen, kept(cast.chen, numbers)) == 2

    def test_it_stands_in_the_comparison_as_imported(self, cast, numbers):
        confirm(cast.chen, kept(cast.chen, numbers))
        opened(cast)
        page = pages.of_cycle(acting(cast.chen.id), the_cycle(), NOW)
        [year] = page["years"]
        assert (year.counts, year.share(Grade.EXCELLENT)) == ({Grade.EXCELLENT: 1, Grade.GOOD: 1}, 50)
        appoint(cast.lin, cast.first)
        assert queries.years(acting(cast.lin.id), the_cycle()) == {}  # one's own stands in no number

    def test_it_takes_as_many_statements_for_many_as_for_few(self, cast, numbers, statements):
        with statements.count() as few:
            confirm(cast.chen, kept(cast.chen, numbers))
        people = [make_member(f"25{n:05}", f"新{n}", cast.second).number for n in range(40)]
        db.session.commit()
        with statements.count() as many:
            confirm(cast.chen, kept(cast.chen, "".join(f"{number},,2023,合格\n" for number in people)))
        assert abs(len(many) - len(few)) <= 1  # an earlier file makes room for this one


class TestThePages:
    def test_a_file_is_shown_then_imported_then_taken_back(self, app, cast):
        chen = english(app, cast.chen)
        rows = f"{HEAD}{cast.lin.number},林可欣,2024,优秀\n"
        answer = chen.submit("/cycles/past", file=(io.BytesIO(rows.encode()), "往年.csv"))
        assert answer.status_code == 303
        page = chen.get(answer.location).text
        assert "Which column holds what" in page
        assert "民主评议等次" in page
        fingerprint = page.split('name="fingerprint" value="')[1][:64]
        assert chen.submit(answer.location, fingerprint="x").status_code == 409
        assert chen.submit(answer.location, fingerprint=fingerprint).status_code == 303
        assert chen.get(answer.location).status_code == 404
        with app.app_context():
            [one] = queries.batches(acting(cast.chen.id))
            cycle = opened(cast)
        assert "imported: 往年.csv, row 2" in chen.get(f"/cycles/{cycle}/people/{cast.lin.public_id}").text
        assert "imported: 往年.csv, row 2" in english(app, cast.lin).get("/my-review/").text
        assert "往年.csv" not in english(app, cast.zhao).get("/my-review/").text
        assert "2024, imported" in chen.get(f"/cycles/{cycle}/overview").text
        assert "往年.csv" in chen.get("/cycles/past").text
        undo = f"/cycles/past/imports/{one.batch.public_id}/take-back"
        assert chen.submit(undo).status_code == 303
        assert chen.submit(undo).status_code == 404

    def test_bad_rows_are_shown_and_nothing_can_be_confirmed(self, app, cast):
        chen = english(app, cast.chen)
        rows = f"{HEAD}nobody,,2024,优秀\n{cast.lin.number},,2024,A\n"
        page = chen.get(chen.submit("/cycles/past", file=(io.BytesIO(rows.encode()), "a.csv")).location).text
        assert "Row 2" in page
        assert "Row 3" in page
        assert 'name="fingerprint"' not in page

    @pytest.mark.parametrize("content", [b"", b"a,b\n1,2", b"PK\x03\x04broken"])
    def test_a_file_that_cannot_be_read_comes_back(self, app, cast, content):
        chen = english(app, cast.chen)
        assert chen.submit("/cycles/past", file=(io.BytesIO(content), "a.csv")).status_code == 422

    def test_the_template_can_be_read_back(self, app, cast):
        data = english(app, cast.chen).get("/cycles/past/template.xlsx").data
        [one] = sheet.read(data, "x.xlsx")
        assert list(one.rows[0].cells.values()) == ["Student or staff number", "Full name", "Year", "Grade"]
