"""What time weighs, where a kind of post duty says so."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
import sqlalchemy as sa
import time_machine
from python_calamine import CalamineWorkbook

from activities.certificates.models import Certificate
from activities.certificates.service import issue
from activities.duties.kinds import KINDS, Kind, Ledger, Weight, kind_of
from activities.kit.db import db
from activities.records.models import Record
from activities.records.queries import totals
from tests.cast import NOW, english, make_activity, make_post
from tests.certificates.orders import order, recorded

TODAY = NOW.date()


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def heavy(monkeypatch) -> Kind:
    """Since five days ago an hour of the energy-saving post weighs one and a half."""
    kind = replace(kind_of("energy"), weights=(Weight(TODAY - timedelta(days=5), 150),))
    monkeypatch.setitem(KINDS, "energy", kind)
    return kind


def served(app, cast) -> None:
    """Lin was there for an hour before the weight, and for an hour since; and swept for an hour and a half."""
    with app.app_context():
        post = make_post(make_activity("节能岗", cast.first, "energy"), "101")
        for days_ago in (8, 2):
            recorded(cast, cast.lin, 60, days_ago, post=post)
        recorded(cast, cast.lin, 90, 4)


@pytest.mark.parametrize("ledger", [Ledger.SERVICE, Ledger.LEARNING, Ledger.ORGANISATION])
def test_time_of_other_ledgers_weighs_what_it_is(ledger):
    with pytest.raises(ValueError, match="weighs what it is"):
        Kind(key="x", name="x", seal="x", colour="x", ledger=ledger, weights=(Weight(TODAY, 150),))


def test_no_weight_is_nothing():
    with pytest.raises(ValueError, match="weighs something"):
        Kind(key="x", name="x", seal="x", colour="x", ledger=Ledger.DUTY, weights=(Weight(TODAY, 0),))


def test_a_weight_holds_from_its_day_on():
    kind = replace(kind_of("energy"), weights=(Weight(TODAY - timedelta(days=5), 150), Weight(TODAY, 200)))
    days = (TODAY - timedelta(days=6), TODAY - timedelta(days=5), TODAY)
    assert [kind.percent_on(day) for day in days] == [100, 150, 200]


def test_it_stands_beside_the_time_and_not_in_its_place(app, cast, heavy):
    served(app, cast)
    with app.app_context():
        given = {ledger: (total.minutes, total.weighed) for ledger, total in totals(cast.lin.id).items()}
        assert (given[Ledger.DUTY], given[Ledger.SERVICE]) == ((120, 60 + 90), (90, 0))
    page = english(app, cast.lin).get("/records").get_data(as_text=True)
    assert "weighed 2.5 h" in page
    assert page.count("weighed 1.5 times: 1.5 h") == 2  # once for a phone, once for wider screens


def book_of(reader, asked: str = "") -> CalamineWorkbook:
    return CalamineWorkbook.from_filelike(BytesIO(reader.get(f"/review/2026.xlsx{asked}", buffered=True).data))


@pytest.mark.parametrize("order", ["number", "duty-down"])
def test_the_year_says_it_beside_the_time(app, cast, heavy, order):
    """Wang was there before the weight, and so what was given is all there is to say."""
    served(app, cast)
    with app.app_context():
        recorded(cast, cast.wang, 60, 8, post=make_post(make_activity("节能岗二", cast.first, "energy"), "102"))
    page = english(app, cast.chen).get(f"/review/2026?sort={order}").text
    assert page.count("weighed 2.5 h") == 1  # in Lin's row
    assert page.count("weighed 3.5 h") == 1  # of all, with Wang's hour as it is
    assert "weighed 1 h" not in page
    with book_of(english(app, cast.chen), f"?sort={order}") as book:
        head, *rows = book.get_sheet_by_index(0).to_python()
    given, weighs = head.index("Post duty"), head.index("Post duty, weighed")
    assert {row[1]: (row[given], row[weighs]) for row in rows if row[given]} == {
        "林可欣": (2.0, 2.5),
        "王一诺": (1.0, 1.0),
    }


def test_ones_own_year_says_it_by_month_and_in_all(app, cast, heavy):
    served(app, cast)
    assert english(app, cast.lin).get("/years/2026").text.count("weighed 2.5 h") == 2
    assert "weighed 2.5 h" in english(app, cast.lin).get("/").text


def test_time_that_weighs_less_does_so_too(app, cast, monkeypatch):
    monkeypatch.setitem(KINDS, "energy", replace(kind_of("energy"), weights=(Weight(TODAY - timedelta(days=5), 50),)))
    served(app, cast)
    assert english(app, cast.lin).get("/years/2026").text.count("weighed 1.5 h") == 2


def test_it_is_not_certified(app, cast, heavy):
    served(app, cast)
    with app.app_context():
        public_id = issue(cast.chen.id, cast.lin.id, order(ledger=Ledger.DUTY), NOW)
        assert db.session.scalars(sa.select(Certificate)).one().facts.minutes == 120
    assert "weighed" not in english(app, cast.lin).get(f"/certificates/{public_id}").text


def test_it_goes_along_where_ones_data_goes(app, cast, heavy):
    served(app, cast)
    answer = english(app, cast.lin).submit("/account/data/export")
    said = json.loads(ZipFile(BytesIO(answer.get_data())).read("data.json"))
    assert sorted((one["ledger"], one["minutes"], one["weight_percent"]) for one in said["records"]) == [
        ("duty", 60, 100), ("duty", 60, 150), ("service", 90, 100),
    ]  # fmt: skip


def test_where_no_kind_weighs_anything_nothing_is_said(app, cast, monkeypatch):
    monkeypatch.setitem(KINDS, "energy", replace(kind_of("energy"), weights=()))
    served(app, cast)
    for who, page in ((cast.chen, "/review/2026"), (cast.lin, "/years/2026"), (cast.lin, "/records"), (cast.lin, "/")):
        assert "weighed" not in english(app, who).get(page).text


def test_the_database_weighs_no_volunteer_service(app, cast, heavy):
    served(app, cast)
    with app.app_context(), pytest.raises(sa.exc.IntegrityError, match="only_duty_is_weighed"):
        db.session.execute(sa.update(Record).where(Record.ledger == Ledger.SERVICE).values(weight=150))


def test_what_was_recorded_keeps_its_weight(app, cast, heavy, monkeypatch):
    served(app, cast)
    monkeypatch.setitem(KINDS, "energy", replace(heavy, weights=()))
    assert "weighed 2.5 h" in english(app, cast.lin).get("/records").text
