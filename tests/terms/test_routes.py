"""The school's calendar as people see and keep it."""

from __future__ import annotations

import re
from datetime import date
from html import unescape

import pytest
import sqlalchemy as sa
import time_machine

from activities.kit.db import db
from activities.kit.roles import Role
from activities.terms.models import SpecialDay, Term
from activities.terms.queries import all_terms, special_days
from activities.terms.rules import Span, Special
from tests.cast import NOW, Visitor, grant, logged_in

MONDAY = date(2026, 9, 7)
TERM = {"name": "2026 秋", "starts_on": "2026-09-07", "weeks": "18"}
DAY = {"day": "2026-10-10", "name": "调休上班", "what": "workday", "acts_as": "2026-10-07"}
YEAR = date(2026, 1, 1), date(2026, 12, 31)


@pytest.fixture(autouse=True)
def in_november(monkeypatch):
    """A day of the twelfth teaching week, in English."""
    monkeypatch.setattr("activities.kit.i18n.DEFAULT", "en")
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def gu(app, cast) -> Visitor:
    return logged_in(app, cast.gu)


@pytest.fixture
def lin(app, cast) -> Visitor:
    return logged_in(app, cast.lin)


@pytest.fixture
def calendar(app, cast) -> None:
    """A term, the Mid-Autumn holiday, and a Sunday worked for it."""
    with app.app_context():
        db.session.add(Term(name="2026 秋", starts_on=MONDAY, weeks=18))
        db.session.add_all(SpecialDay(day=date(2026, 9, day), name="中秋节", off=True) for day in (25, 26, 27))
        db.session.add(SpecialDay(day=date(2026, 9, 20), name="调休上班", off=False, acts_as=date(2026, 9, 25)))
        db.session.commit()


def words(page: str) -> str:
    """What a page says, without its markup."""
    return " ".join(unescape(re.sub(r"<[^>]+>", "", page)).split())


def hidden(page: str, name: str) -> str:
    """What a page's hidden field holds."""
    return re.search(f'name="{name}"[^>]*value="([^"]+)"', page)[1]


def terms(app) -> list[Span]:
    with app.app_context():
        return all_terms()


def days(app) -> dict[date, Special]:
    with app.app_context():
        return special_days(*YEAR)


# ── the page ────────────────────────────────────────────────────────────────


def test_the_calendar_says_which_week_it_is_and_what_is_off(lin, calendar):
    page = words(lin.get("/terms").text)
    assert "2026 秋 Mon 7 Sep 2026 – Sun 10 Jan 2027·18 teaching weeks Now·teaching week 12" in page
    assert "20 Sep Sun 调休上班·workday with the timetable of Fri 25 Sep" in page
    assert "25–27 Sep Fri–Sun 中秋节·3 days off" in page
    assert "unconfirmed" not in page


def test_another_year_is_a_link_away(lin, calendar):
    assert re.findall(r'href="(/terms\?year=\d+)"', lin.get("/terms").text) == [
        f"/terms?year={year}" for year in (2025, 2026, 2027)
    ]
    assert "No holidays are entered for 2025" in lin.get("/terms?year=2025").text
    assert "/terms?year=1999" not in lin.get("/terms?year=2000").text
    for nonsense in ("1999", "2100", "x", "", "9" * 5000):
        assert "中秋节" in lin.get("/terms", query_string={"year": nonsense}).text


def test_an_empty_calendar_says_so(lin):
    page = lin.get("/terms").text
    assert "No term is entered yet" in page
    assert "No holidays are entered for 2026" in page


def test_a_year_before_its_notice_is_marked(app, lin, calendar):
    with app.app_context():
        db.session.execute(sa.update(SpecialDay).where(SpecialDay.off).values(confirmed=False))
        db.session.commit()
    page = words(lin.get("/terms").text)
    assert "2026 is unconfirmed. The State Council's notice was not known" in page
    assert "中秋节·3 days off·unconfirmed" in page


def test_only_who_may_keep_it_is_offered_to(app, cast, gu, lin, calendar):
    with app.app_context():
        grant(cast.wang, Role.ADMINISTRATOR, cast.first)
        db.session.commit()
    branch_administrator = logged_in(app, cast.wang)
    pages = ("/terms/new", "/terms/2026-09-07", "/terms/days/new", "/terms/days/2026-09-20", "/terms/days/2026-09-26")
    for visitor, is_keeper in ((gu, True), (lin, False), (branch_administrator, False)):
        offered = visitor.get("/terms").text
        for address in (*pages, "/terms/years/2026/fill"):
            assert (f'"{address}"' in offered) is is_keeper, address
        for address in pages:
            assert visitor.get(address).status_code == (200 if is_keeper else 404), address
    assert branch_administrator.submit("/terms/new", **TERM | {"name": "x"}).status_code == 404


def test_the_way_in_and_back(app, cast, gu, lin, calendar):
    ou = logged_in(app, cast.ou)
    assert 'href="/terms"' in gu.get("/people").text
    assert 'href="/terms"' in ou.get("/organize/sites").text
    assert 'href="/organize/"' in ou.get("/terms").text
    assert 'aria-current="page" href="/terms"' in gu.get("/terms").text
    assert 'aria-current="page" href="/terms"' in lin.get("/terms").text


def test_the_page_costs_the_same_however_much_is_in_it(app, gu, calendar, statements):
    with statements.count() as few:
        gu.get("/terms")
    gu.submit("/terms/years/2026/fill")
    gu.get("/terms")
    with statements.count() as many:
        gu.get("/terms")
    assert len(few) == len(many) == 4


# ── terms ───────────────────────────────────────────────────────────────────


def test_a_term_is_entered_edited_and_removed(app, gu):
    assert gu.submit("/terms/new", **TERM | {"name": " 2026 　秋\n"}).location == "/terms"
    assert terms(app) == [Span("2026 秋", MONDAY, 18)]
    page = gu.get("/terms/2026-09-07").text
    changed = TERM | {"starts_on": "2026-08-31", "weeks": "20", "fingerprint": hidden(page, "fingerprint")}
    assert gu.submit("/terms/2026-09-07", **changed).location == "/terms"
    assert terms(app) == [Span("2026 秋", date(2026, 8, 31), 20)]
    assert gu.get("/terms/2026-09-07").status_code == 404
    page = gu.get("/terms/2026-08-31/remove").text
    assert (
        gu.submit("/terms/2026-08-31/remove", fate="keep", fingerprint=hidden(page, "fingerprint")).location == "/terms"
    )
    assert terms(app) == []


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"name": " "}, "name", "Enter a name."),
        ({"name": "x" * 101}, "name", "At most 100 characters."),
        ({"name": "2026 秋"}, "name", "There is a term “2026 秋” already."),
        ({"starts_on": ""}, "starts_on", "Choose a day."),
        ({"starts_on": "2027-02-30"}, "starts_on", "Enter a day"),
        ({"starts_on": "2027-03-02"}, "starts_on", "A term starts on a Monday, not on Tue 2 Mar."),
        ({"starts_on": "2027-01-04"}, "starts_on", "It overlaps with the term “2026 秋”."),
        ({"starts_on": "2100-03-01"}, "starts_on", "The year must be one from 2000 to 2099."),
        ({"weeks": ""}, "weeks", "Enter a number of weeks."),
        ({"weeks": "x"}, "weeks", "Enter a whole number."),
        ({"weeks": "0"}, "weeks", "A term has 1 to 30 weeks."),
        ({"weeks": "31"}, "weeks", "A term has 1 to 30 weeks."),
    ],
)
def test_a_refused_term_comes_back_as_typed(app, gu, calendar, changes, field, sentence):
    with app.app_context():
        db.session.add(Term(name="2027 秋", starts_on=date(2027, 9, 6), weeks=18))
        db.session.commit()
    opened = {"fingerprint": hidden(gu.get("/terms/2027-09-06").text, "fingerprint")}
    typed = {"name": "2027 春", "starts_on": "2027-03-01", "weeks": "17", **changes}
    for address in ("/terms/new", "/terms/2027-09-06"):
        answer = gu.submit(address, **typed, **opened)
        assert answer.status_code == 422
        assert f'href="#{field}"' in answer.text
        assert sentence in unescape(answer.text)
        assert 'value="17"' in answer.text or field == "weeks"
    assert len(terms(app)) == 2


def test_who_saves_a_term_second_keeps_what_was_typed_and_sees_what_is_there(app, gu, calendar):
    opened = {"fingerprint": hidden(gu.get("/terms/2026-09-07").text, "fingerprint")}
    assert gu.submit("/terms/2026-09-07", **TERM | {"weeks": "19"}, **opened).status_code == 303
    second = TERM | {"name": "秋季学期"}
    answer = gu.submit("/terms/2026-09-07", **second, **opened)
    assert answer.status_code == 422
    assert "Someone else has changed this meanwhile" in answer.text
    assert re.findall(r'<dd class="pre">(.*?)</dd>', answer.text) == ["2026 秋", "19"]
    assert 'value="秋季学期"' in answer.text
    assert terms(app) == [Span("2026 秋", MONDAY, 19)]
    assert gu.submit("/terms/2026-09-07", **second, fingerprint=hidden(answer.text, "fingerprint")).status_code == 303
    assert terms(app) == [Span("秋季学期", MONDAY, 18)]


def test_what_was_changed_meanwhile_is_not_removed(app, gu, calendar):
    term, day = (
        hidden(gu.get(f"/terms/{what}/remove").text, "fingerprint") for what in ("2026-09-07", "days/2026-09-25")
    )
    with app.app_context():
        db.session.execute(sa.update(Term).values(weeks=19))
        db.session.execute(sa.update(SpecialDay).values(name="中秋"))
        db.session.commit()
    assert gu.submit("/terms/2026-09-07/remove", fingerprint=term).status_code == 409
    assert gu.submit("/terms/days/2026-09-25/remove", fingerprint=day).status_code == 409
    assert (len(terms(app)), len(days(app))) == (1, 4)


# ── days ────────────────────────────────────────────────────────────────────


def test_a_day_is_entered_edited_and_removed(app, gu, calendar):
    assert gu.submit("/terms/days/new", **DAY).location == "/terms?year=2026"
    saturday = date(2026, 10, 10)
    assert days(app)[saturday] == Special("调休上班", acts_as=date(2026, 10, 7))
    page = gu.get("/terms/days/2026-10-10").text
    assert 'value="2026-10-07"' in page
    changed = {"name": "校庆", "what": "off", "acts_as": "", "fingerprint": hidden(page, "fingerprint")}
    assert gu.submit("/terms/days/2026-10-10", **changed).location == "/terms?year=2026"
    assert days(app)[saturday] == Special("校庆", off=True)
    page = gu.get("/terms/days/2026-10-10/remove").text
    answer = gu.submit("/terms/days/2026-10-10/remove", fingerprint=hidden(page, "fingerprint"))
    assert answer.location == "/terms?year=2026"
    assert saturday not in days(app)


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"name": " "}, "name", "Enter a name."),
        ({"name": "x" * 101}, "name", "At most 100 characters."),
        ({"what": "feast"}, "what", "Not a valid choice"),
        ({"what": "off"}, "acts_as", "A day off has no timetable"),
        ({"acts_as": "2026-10-11"}, "acts_as", "Sun 11 Oct is not a teaching day"),
        ({"acts_as": "2026-02-30"}, "acts_as", "Enter a day"),
        ({"acts_as": "2026-10-10"}, "acts_as", "Sat 10 Oct cannot take over its own timetable. Choose another day"),
    ],
)
def test_a_refused_day_comes_back_as_typed(app, gu, calendar, changes, field, sentence):
    with app.app_context():
        db.session.add(SpecialDay(day=date(2026, 10, 10), name="调休", off=False))
        db.session.commit()
    page = gu.get("/terms/days/2026-10-10").text
    edited = {**DAY, "name": "补课", **changes, "fingerprint": hidden(page, "fingerprint")}
    with app.app_context():
        before = special_days(*YEAR)
    answers = [gu.submit("/terms/days/2026-10-10", **edited)]
    if changes.get("acts_as") != "2026-10-10":
        answers.append(gu.submit("/terms/days/new", **edited | {"day": "2026-10-17"}))
    for answer in answers:
        assert answer.status_code == 422
        assert f'href="#{field}"' in answer.text
        assert sentence in unescape(answer.text)
        assert 'value="补课"' in answer.text or field == "name"
    assert days(app) == before


@pytest.mark.parametrize(
    ("day", "sentence"),
    [("", "Choose a day."), ("2026-09-25", "Fri 25 Sep is in the calendar already. Edit it there."),
     ("2100-01-01", "The year must be one from 2000 to 2099.")],
)  # fmt: skip
def test_a_day_that_cannot_be_entered_is_refused_at_its_field(gu, calendar, day, sentence):
    answer = gu.submit("/terms/days/new", **DAY | {"day": day})
    assert answer.status_code == 422
    assert 'href="#day"' in answer.text
    assert sentence in answer.text


def test_who_saves_a_day_second_keeps_what_was_typed_and_sees_what_is_there(app, gu, calendar):
    address = "/terms/days/2026-09-20"
    opened = {"fingerprint": hidden(gu.get(address).text, "fingerprint")}
    first = {"name": "校庆", "what": "off", "acts_as": ""}
    assert gu.submit(address, **first, **opened).status_code == 303
    answer = gu.submit(address, name="补课", what="workday", acts_as="2026-09-25", **opened)
    assert answer.status_code == 422
    assert re.findall(r'<dd class="pre">(.*?)</dd>', answer.text) == ["校庆", "Day off", "(empty)"]
    assert 'value="补课"' in answer.text
    assert days(app)[date(2026, 9, 20)] == Special("校庆", off=True)


def test_the_official_days_are_filled_in_and_what_is_there_stays(app, gu, calendar):
    assert gu.submit("/terms/years/2026/fill").location == "/terms?year=2026"
    assert days(app)[date(2026, 10, 1)].off
    assert days(app)[date(2026, 9, 20)].acts_as == date(2026, 9, 25)
    assert f"{len(days(app)) - 4} days changed." in gu.get("/terms").text
    gu.submit("/terms/years/2026/fill")
    assert "0 days changed." in gu.get("/terms").text


def test_filling_in_a_year_without_a_notice_says_so(gu):
    gu.submit("/terms/years/2090/fill")
    page = gu.get("/terms?year=2090").text
    assert "The notice for this year is not known yet" in page
    assert "2090 is unconfirmed." in page


@pytest.mark.parametrize("address", ["/terms/2026-02-30", "/terms/2026-09-14", "/terms/days/2026-09-24", "/terms/x"])
def test_a_day_that_is_not_there_is_not_found(gu, calendar, address):
    for path in (address, f"{address}/remove"):
        assert gu.get(path).status_code == 404
        assert gu.submit(path, **TERM).status_code == 404


@pytest.mark.parametrize("year", ["1999", "2100", "x"])
def test_only_a_sensible_year_is_filled_in(gu, year):
    assert gu.submit(f"/terms/years/{year}/fill").status_code == 404
