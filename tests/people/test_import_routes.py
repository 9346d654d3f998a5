"""The page on which a roster is imported, and the command."""

from __future__ import annotations

import io
import re
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from activities.kit.db import db
from activities.kit.i18n import LANGUAGES, force_locale
from activities.kit.roles import Role
from activities.people import roster_files, sheet
from activities.people.commands import import_roster
from activities.people.models import Member
from activities.people.roster_cells import read_stage, read_standing
from activities.people.roster_plan import Plan
from activities.people.roster_rules import NobodyInIt, find_table
from activities.people.roster_words import STAGES, STANDINGS
from activities.people.rules import Stage, Standing
from tests.cast import HOUR, NOW, Cast, Visitor, grant, logged_in, make_member
from tests.people.rosters import csv_file, person, roster, xlsx


@pytest.fixture
def gu(app: Flask, cast: Cast) -> Visitor:
    visitor = logged_in(app, cast.gu)
    with visitor.session_transaction() as session:
        session["language"] = "en"
    return visitor


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def upload(visitor: Visitor, content: bytes, name: str = "名册.xlsx"):
    return visitor.submit("/people/import", file=(io.BytesIO(content), name))


def preview(visitor: Visitor, *people: list[str]) -> tuple[str, str]:
    """The address of a preview and its page."""
    answer = upload(visitor, xlsx(roster(*people)))
    assert answer.status_code == 303
    return answer.location, visitor.get(answer.location).text


def confirm(visitor: Visitor, address: str, page: str):
    fingerprint = re.search(r'name="fingerprint" value="(\w+)"', page)
    return visitor.submit(f"{address}/confirm", fingerprint=fingerprint[1] if fingerprint else "")


def names(app: Flask) -> dict[str, str]:
    with app.app_context():
        return {row.number: row.name for row in db.session.execute(sa.select(Member.number, Member.name))}


def test_from_the_form_to_the_roster(app, gu):
    page = gu.get("/people/import").text
    assert 'enctype="multipart/form-data"' in page
    assert "第一支部" in page
    address, page = preview(gu, person("0012", "周小雨"), person("2301001", "林可欣", stage="预备党员"))
    assert "周小雨" in page
    assert "Probationary member" in page
    assert page.count("btn-go") == 1
    assert "0012" not in names(app)
    answer = confirm(gu, address, page)
    assert (answer.status_code, answer.location) == (303, "/people")
    assert names(app)["0012"] == "周小雨"
    with gu.session_transaction() as session:
        assert session["_flashes"] == [("message", "Imported: 1 new, 1 changed, 0 as they were.")]


def test_a_preview_survives_a_reload_and_a_used_one_says_that_it_is_gone(gu):
    address, page = preview(gu, person())
    assert gu.get(address).text.count("周小雨") == page.count("周小雨") > 0
    assert confirm(gu, address, page).status_code == 303
    for answer in (confirm(gu, address, page), gu.get(address)):
        assert answer.status_code == 404
        assert "This preview is gone" in answer.text


def test_an_old_preview_is_gone(gu, now):
    address, page = preview(gu, person())
    now.move_to(NOW + HOUR + HOUR)
    assert confirm(gu, address, page).status_code == 404


def test_someone_elses_preview_is_gone(app, cast, gu):
    address, page = preview(gu, person())
    with app.app_context():
        other = make_member("T9", "钱一", cast.first)
        grant(other, Role.ADMINISTRATOR, cast.first)
        db.session.commit()
    visitor = logged_in(app, other)
    for answer in (visitor.get(address), visitor.get(f"{address}/preview.xlsx"), confirm(visitor, address, page)):
        assert answer.status_code == 404
    assert "2401001" not in names(app)


def test_an_administrator_of_one_branch_sees_and_fills_that_one_only(app, cast):
    with app.app_context():
        admin = make_member("T9", "钱一", cast.first)
        grant(admin, Role.ADMINISTRATOR, cast.first)
        db.session.commit()
    visitor = logged_in(app, admin)
    page = visitor.get("/people/import").text
    assert "第一支部" in page
    assert "第二支部" not in page
    _, page = preview(visitor, person(unit="第二支部"))
    assert 'name="fingerprint"' not in page


@pytest.mark.parametrize("who", ["lin", "ou", "chen"])
def test_others_find_nothing_there(app, cast, who):
    visitor = logged_in(app, getattr(cast, who))
    for path in ("/people/import", "/people/import/template.xlsx", "/people/import/x", "/people/import/x/preview.xlsx"):
        assert visitor.get(path).status_code == 404
    assert upload(visitor, xlsx(roster(person()))).status_code == 404
    assert visitor.submit("/people/import/x/confirm").status_code == 404


def test_nobody_is_sent_to_log_in(client):
    assert client.get("/people/import").status_code == 302
    assert upload(client, xlsx(roster(person()))).status_code == 302


def test_without_its_token_no_form_is_taken(app, gu):
    content = {"file": (io.BytesIO(xlsx(roster(person()))), "a.xlsx")}
    assert gu.post("/people/import", data=content).status_code == 400
    address, _ = preview(gu, person())
    assert gu.post(f"{address}/confirm").status_code == 400
    assert "2401001" not in names(app)


def test_problems_are_shown_with_row_column_found_and_expected(app, gu):
    address, page = preview(gu, person("0012", stage="<b>群众</b>"), person("", "李明"))
    assert page.count("btn-go") == 1
    assert 'name="fingerprint"' not in page
    for text in ("Row 2", "发展阶段", "&lt;b&gt;群众&lt;/b&gt;", "One of: Full member, ", "Row 3", "must not be empty"):
        assert text in page
    assert gu.submit(f"{address}/confirm", fingerprint="").status_code == 409
    assert "0012" not in names(app)


def test_what_changed_meanwhile_is_refused_with_a_way_back(app, gu):
    address, page = preview(gu, person())
    with app.app_context():
        db.session.execute(sa.update(Member).values(number="2401001").where(Member.number == "2301002"))
        db.session.commit()
    answer = confirm(gu, address, page)
    assert answer.status_code == 409
    assert "People have changed since this preview was made." in answer.text
    assert "周小雨" in gu.get(address).text


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"", "a.xlsx", "This file is empty."),
        (b"PK\x03\x04junk", "a.xlsx", "is not an .xlsx or .csv spreadsheet"),
        (b"\xd0\xcf\x11\xe0", "a.xls", "old .xls file"),
        (csv_file([["x", "y"], ["1", "2"]]), "a.csv", "No row of this file names its columns."),
        (csv_file([["学号", "姓名"], ["1", "2"]]), "a.csv", "These columns are missing: Branch or unit, Stage."),
        (csv_file([["学号", "工号", "姓名"], ["1", "2"]]), "a.csv", "学号, 工号"),
    ],
)
def test_files_that_are_no_roster_come_back_with_the_reason(gu, content, name, sentence):
    answer = upload(gu, content, name)
    assert answer.status_code == 422
    assert sentence in answer.text


def test_no_file_at_all(gu):
    assert gu.submit("/people/import").status_code == 422
    assert gu.submit("/people/import", file="text").status_code == 422
    assert upload(gu, b"", "").status_code == 422


def test_fifty_megabytes_are_refused(gu):
    body = io.BytesIO(b"1," * (25 * 1024 * 1024))
    form = "multipart/form-data; boundary=b"
    answer = gu.post("/people/import", input_stream=body, content_type=form, content_length=50 * 1024 * 1024)
    assert answer.status_code == 413
    assert "This file is too large" in answer.text


@pytest.mark.parametrize("public_id", ["x", "\u0000", "名" * 300, "%2e%2e", "'--", "template.xlsx "])
def test_strange_addresses(gu, public_id):
    assert gu.get(f"/people/import/{public_id}").status_code in (400, 404)
    assert gu.submit(f"/people/import/{public_id}/confirm", fingerprint="\x00").status_code in (400, 404)


def at_once(*verbs):
    with ThreadPoolExecutor(len(verbs)) as crew:
        return sorted(answer.status_code for answer in crew.map(lambda verb: verb(), verbs))


def test_a_double_click_imports_once(app, cast, gu):
    address, page = preview(gu, person())
    other = logged_in(app, cast.gu)
    assert at_once(lambda: confirm(gu, address, page), lambda: confirm(other, address, page)) == [303, 404]
    assert "2401001" in names(app)


def test_two_who_import_the_same_new_person_at_once(app, cast, gu):
    with app.app_context():
        grant(cast.ou, Role.ADMINISTRATOR, cast.school)
        db.session.commit()
    other = logged_in(app, cast.ou)
    mine, theirs = preview(gu, person(), person("1")), preview(other, person("2"), person(name="李明"))
    assert at_once(lambda: confirm(gu, *mine), lambda: confirm(other, *theirs)) == [303, 409]
    assert len(names(app)) == 6 + 2


def test_nothing_to_do_offers_nothing_to_confirm(gu):
    row = ["2301001", "林可欣", "营销2301", "第一支部", "正式党员", "学生", ""]
    _, page = preview(gu, row)
    assert "There is nothing to import." in page
    assert 'name="fingerprint"' not in page


def test_a_page_stays_short_and_the_spreadsheet_has_everything(gu):
    address, page = preview(gu, *(person(f"n{n}") for n in range(150)), *(person(f"m{n}") for n in range(150)))
    assert page.count('class="sub">') == 100
    assert "The first 100 of 300" in page
    answer = gu.get(f"{address}/preview.xlsx")
    sheets = {s.name: s.rows for s in sheet.read(answer.data, "preview.xlsx")}
    assert [len(sheets[name]) for name in ("Problems", "New", "Changes")] == [1, 301, 1]


def test_the_statements_of_a_preview_do_not_grow(gu, statements):
    counts = []
    for size in (1, 60):
        address, _ = preview(gu, *(person(f"n{n}", email=f"n{n}@example.edu") for n in range(size)))
        with statements.count() as sent:
            gu.get(address)
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 8


# ── the template ────────────────────────────────────────────────────────────


def test_the_template_can_be_filled_in_and_imported(gu):
    answer = gu.get("/people/import/template.xlsx")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="roster.xlsx"'
    (only,) = sheet.read(answer.data, "roster.xlsx")
    rows = [list(only.rows[0].cells.values()), ["0012", "周小雨", "第一支部", "activist", "student", "", ""]]
    answer = upload(gu, xlsx(rows))
    assert "周小雨" in gu.get(answer.location).text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_templates_of_all_languages_are_understood(ctx, language):
    with ctx.test_request_context(), force_locale(language):
        with pytest.raises(NobodyInIt):
            find_table(sheet.read(roster_files.template(["第一支部"]), "roster.xlsx"))
        plan = Plan([], [], 0, [], (), False, {})
        assert {read_stage(roster_files.shown(plan, "stage", stage)) for stage in STAGES} == set(Stage)
        assert {read_standing(roster_files.shown(plan, "standing", s)) for s in STANDINGS} == set(Standing)


# ── the command ─────────────────────────────────────────────────────────────


@pytest.fixture
def run(app: Flask, cast: Cast, tmp_path: Path):
    def run(content: bytes, *options: str, name: str = "名册.xlsx"):
        (tmp_path / name).write_bytes(content)
        return app.test_cli_runner().invoke(import_roster, [str(tmp_path / name), *options])

    return run


def test_the_command_imports_into_all_units(app, run):
    result = run(xlsx(roster(person("0012"), person("0013", unit="第二支部"))))
    assert (result.exit_code, result.stderr) == (0, "")
    assert {"0012", "0013"} <= set(names(app))


def test_a_dry_run_writes_nothing(app, run):
    result = run(xlsx(roster(person("0012"))), "--dry-run")
    assert result.exit_code == 0
    assert ": 1" in result.stdout
    assert "0012" not in names(app)


def test_the_command_refuses_with_a_table_of_problems(app, run):
    result = run(xlsx(roster(person("0012"), person("0013", stage="群众"))))
    assert result.exit_code == 1
    lines = result.stderr.splitlines()
    assert len(lines) == 2
    assert lines[1].split()[:3] == ["3", "发展阶段", "群众"]
    assert "0012" not in names(app)


@pytest.mark.parametrize(
    ("content", "name"), [(b"", "a.csv"), (b"x" * (51 * 1024 * 1024), "a.csv"), (b"%PDF", "a.pdf")]
)
def test_the_command_refuses_what_is_no_roster(run, content, name):
    result = run(content, name=name)
    assert (result.exit_code, result.stdout) == (1, "")
    assert len(result.stderr.splitlines()) == 1


def test_a_unit_named_like_a_formula_is_none_in_the_template(ctx):
    book = zipfile.ZipFile(io.BytesIO(roster_files.template(['=HYPERLINK("http://elsewhere.example")'])))
    assert not [name for name in book.namelist() if name.startswith("xl/worksheets/") and b"<f>" in book.read(name)]
