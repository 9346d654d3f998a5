"""The pages of the year and the workbook."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from io import BytesIO
from zipfile import ZipFile

import html5lib
import pytest
from python_calamine import CalamineWorkbook

from activities.duties.kinds import Ledger
from activities.kit.db import db
from activities.kit.roles import Role
from activities.reviews.rules import KEYS
from tests.cast import grant, logged_in, make_member
from tests.reviews.year import ZONE, mark

RED = "btn btn-go"


@pytest.fixture
def year(app, cast):
    """Lin came for two hours of service, Wang for one of study; Zhao of the second branch was absent."""
    with app.app_context():
        lin, wang, zhao, ou, lake = (db.session.merge(x) for x in (cast.lin, cast.wang, cast.zhao, cast.ou, cast.lake))
        put = partial(mark, by=ou, post=lake)
        put(lin, "2026-11-20", "late", minutes=120)
        put(wang, "2026-11-20", minutes=90, ledger=Ledger.LEARNING)
        put(zhao, "2026-03-01", "absent")
        put(lin, "2025-03-01", minutes=60)
        db.session.commit()
    return cast


@pytest.fixture
def secretary(app, year):
    return logged_in(app, year.chen)


@pytest.fixture
def of_first(app, year):
    """The secretary of the first branch only."""
    with app.app_context():
        lin = db.session.merge(year.lin)
        grant(lin, Role.SECRETARY, db.session.merge(year.first))
        db.session.commit()
    return logged_in(app, year.lin)


def page(client, path: str, language: str = "zh-CN"):
    answer = client.get(path, headers={"Accept-Language": language})
    assert answer.status_code == 200, answer.status
    return html5lib.parse(answer.data, namespaceHTMLElements=False)


def people(tree) -> list[str]:
    return [row.find("th/a").text for row in tree.findall(".//table[@role='table']/tbody/tr")]


def plots(tree) -> list:
    return [svg for svg in tree.iter("{http://www.w3.org/2000/svg}svg") if svg.get("role") == "img"]


def workbook(client, path: str) -> dict[str, list[list]]:
    answer = client.get(path, buffered=True)
    assert answer.status_code == 200
    assert answer.content_length == len(answer.data)
    assert answer.headers["Cache-Control"] == "no-store"
    book = CalamineWorkbook.from_filelike(BytesIO(answer.data))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_the_door_leads_to_this_year(secretary):
    answer = secretary.get("/review/")
    assert answer.status_code == 302
    assert answer.location == f"/review/{datetime.now(ZONE).year}"


def test_the_page_shows_everyone_of_the_scope(secretary, of_first):
    assert people(page(secretary, "/review/2026")) == ["林可欣", "王一诺", "赵明", "欧阳慧敏", "陈静", "顾云"]
    assert people(page(of_first, "/review/2026")) == ["林可欣", "王一诺", "欧阳慧敏"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("class_name=会计2302", ["赵明"]),
        ("stage=activist", ["王一诺"]),
        ("standing=leader", ["陈静"]),
        ("search=T00", ["欧阳慧敏", "陈静", "顾云"]),
        ("sort=service-down&standing=student", ["林可欣", "王一诺", "赵明"]),
        ("sort=learning-down&standing=student", ["王一诺", "林可欣", "赵明"]),
        ("sort=name-down&class_name=会计2302", ["赵明"]),
    ],
)
def test_the_query_string_filters_and_orders(secretary, query, expected):
    assert people(page(secretary, f"/review/2026?{query}")) == expected


GARBAGE = (
    "x",
    "-1",
    "0",
    "9" * 5000,
    "' OR 1=1 --",
    "name; DROP TABLE member",
    "-down",
    "NaN",
    "%",
    "\u202e",
    "名" * 999,
)


@pytest.mark.parametrize(
    "field", ["class_name", "stage", "standing", "search", "sort", "page", "gone", "endpoint", "_scheme"]
)
@pytest.mark.parametrize("value", GARBAGE)
def test_garbage_is_ignored_or_finds_nobody(secretary, field, value):
    for path in ("/review/2026", "/review/2026.xlsx"):
        answer = secretary.get(path, query_string={field: value}, buffered=True)
        assert answer.status_code == 200


def test_an_order_that_is_none_is_by_number(secretary):
    tree = page(secretary, "/review/2026?sort=password_hash-down")
    assert [th.get("aria-sort") for th in tree.findall(".//th[@aria-sort]")] == ["ascending"]


@pytest.mark.parametrize("unit", ["nothing", "second", "school", "1", "%"])
def test_a_unit_outside_the_scope_is_not_found(of_first, year, unit):
    public_id = getattr(year, unit).public_id if hasattr(year, unit) else unit
    for path in ("/review/2026", "/review/2026.xlsx"):
        assert of_first.get(path, query_string={"unit": public_id}).status_code == 404
        assert of_first.get(path, query_string={"unit": year.first.public_id}, buffered=True).status_code == 200


@pytest.mark.parametrize("year_", ["0", "1", "1999", "2101", "99999", "9" * 5000, "x", "-2026", "2026.5"])
def test_a_year_that_is_none_is_not_found(secretary, year_):
    for path in (f"/review/{year_}", f"/review/{year_}.xlsx", f"/years/{year_}"):
        assert secretary.get(path).status_code == 404


@pytest.mark.parametrize("year_", [2000, 2024, 2100])
def test_a_year_without_records_is_a_page(secretary, year_):
    tree = page(secretary, f"/review/{year_}")
    assert len(people(tree)) == 6
    assert plots(tree) == []
    assert page(secretary, f"/years/{year_}").find(".//table") is None


def test_every_link_keeps_the_filters(secretary, year):
    tree = page(secretary, f"/review/2026?unit={year.first.public_id}&stage=full&sort=late-down")
    links = [a.get("href") for a in tree.findall(".//thead//th/a")] + [
        tree.find(f".//a[@class='{RED} ms-md-auto']").get("href")
    ]
    assert len(links) == len(KEYS) + 1
    assert all(f"unit={year.first.public_id}" in link and "stage=full" in link for link in links)
    assert "sort=late&" in next(link for link in links if "sort=late&" in link)


def test_plots_say_their_numbers(secretary):
    tree = page(secretary, "/review/2026", language="en")
    assert [plot.get("aria-label") for plot in plots(tree)] == [
        "Hours of volunteer service a head, from high to low: 第一支部 0.7, 管理学院党总支 0.0, 第二支部 0.0",
        "January to June: attendances 0, days 0",
        "July to December: attendances 2, days 1",
    ]
    assert [bar.text for bar in tree.findall(".//details/table/tbody/tr/td")][:1] == ["0.7"]
    assert tree.find(".//*[@style]") is None


def test_paging_cuts_at_a_hundred(app, secretary, year):
    with app.app_context():
        first = db.session.merge(year.first)
        for n in range(110):
            make_member(f"1{n:03}", f"某{n}", first)
        db.session.commit()
    whole = people(page(secretary, "/review/2026")) + people(page(secretary, "/review/2026?page=2"))
    assert len(whole) == 116
    assert whole[0] == "某0"
    assert people(page(secretary, "/review/2026?page=99999999999999999999")) == whole[100:]


def test_the_page_takes_five_statements_however_many_rows(app, secretary, year, statements):
    def count(path: str) -> int:
        with statements.count() as sent:
            secretary.get(path, buffered=True)
        return len(sent)

    paths = ("/review/2026", "/review/2026?sort=service-down", "/review/2026.xlsx", "/years/2026")
    few = [count(path) for path in paths]
    with app.app_context():
        first = db.session.merge(year.first)
        for n in range(200):
            make_member(f"1{n:03}", f"某{n}", first)
        db.session.commit()
    assert [count(path) for path in paths] == few == [5, 5, 3, 3]


def test_what_people_are_called_is_text_and_nothing_else(app, secretary, year):
    with app.app_context():
        make_member("<i>%(name)s", "<script>100%", db.session.merge(year.first), class_name="&lt;%s")
        db.session.commit()
    tree = page(secretary, "/review/2026?search=script")
    assert people(tree) == ["<script>100%"]
    cells = tree.find(".//table[@role='table']/tbody/tr")
    assert "".join(cells.find("th/span").itertext()).startswith("&lt;%s·")
    assert cells.find("td").text == "<i>%(name)s"


def test_my_year_shows_what_the_secretary_sees(app, secretary, year):
    tree = page(secretary, "/review/2026?search=林可欣")
    row = [cell.text or "0" for cell in tree.findall(".//table[@role='table']/tbody/tr/td[@data-l]")]
    mine = page(logged_in(app, year.lin), "/years/2026")
    months = mine.findall(".//table[@role='table']/tbody/tr")
    assert (
        [cell.text or "0" for cell in months[0].findall("td")] == row[:-1] == ["2", "0", "0", "0", "1", "1", "0", "0"]
    )
    assert [link.text for link in mine.findall(".//nav[@class='years no-print']/a")] == ["2026", "2025"]


# ── the workbook ────────────────────────────────────────────────────────────


NO_DUTY, WAITS_FOR_NOBODY = 0.0, (0.0,) * 4


def test_the_workbook_reads_back(secretary):
    sheets = workbook(secretary, "/review/2026.xlsx?standing=student")
    members, notes = sheets.values()
    assert [len(row) for row in members] == [20] * 4
    assert members[1][:2] == ["2301001", "林可欣"]
    assert members[1][6:] == [2.0, 0.0, 0.0, 0.0, NO_DUTY, *WAITS_FOR_NOBODY, 1.0, 1.0, 0.0, 0.0, date(2026, 11, 20)]
    assert members[2][6:10] == [0.0, 0.0, 1.5, 0.0]
    assert members[3][6:] == [0.0, 0.0, 0.0, 0.0, NO_DUTY, *WAITS_FOR_NOBODY, 0.0, 0.0, 0.0, 1.0, ""]
    assert "2026" in notes[0]
    assert {row[0] for row in notes} >= set(members[0])


def test_the_workbook_follows_the_filters_and_the_scope(of_first):
    members, notes = workbook(of_first, "/review/2026.xlsx?stage=activist").values()
    assert [row[1] for row in members[1:]] == ["王一诺"]
    assert any("第一支部" in row for row in notes)
    assert not any("第二支部" in str(row) for row in notes)


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x")', "http://x", "\t=1", "{=1}"])
def test_nothing_typed_is_calculated(app, secretary, year, name):
    with app.app_context():
        make_member("=2", name, db.session.merge(year.first), class_name=name)
        db.session.commit()
    answer = secretary.get("/review/2026.xlsx", buffered=True)
    book = CalamineWorkbook.from_filelike(BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert ["=2", name, "第一支部", name] in [row[:4] for row in book]
    with ZipFile(BytesIO(answer.data)) as parts:
        sheets = [parts.read(part).decode() for part in parts.namelist() if part.startswith("xl/worksheets/")]
    assert not any("<f>" in sheet or "hyperlink" in sheet for sheet in sheets)
