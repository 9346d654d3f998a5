"""What time weighs, where a kind of post duty says so."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
import time_machine

from activities.duties.kinds import KINDS, Kind, Ledger, Weight, kind_of
from activities.records.queries import totals
from activities.records.weighing import percent, weighed
from activities.rights.sections import SECTIONS
from tests.cast import NOW, english, make_activity, make_post
from tests.certificates.orders import recorded

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
        assert weighed(cast.lin.id) == {Ledger.DUTY: 60 + 90}
        given = {ledger: total.minutes for ledger, total in totals(cast.lin.id).items()}
        assert (given[Ledger.DUTY], given[Ledger.SERVICE]) == (120, 90)
    page = english(app, cast.lin).get("/records").get_data(as_text=True)
    assert "weighed 2.5 h" in page
    assert page.count("weighed 1.5 times: 1.5 h") == 1


def test_it_goes_along_where_ones_data_goes(app, cast, heavy, monkeypatch):
    monkeypatch.setitem(SECTIONS["records"].columns, "weight_percent", percent())  # as it is at start
    served(app, cast)
    answer = english(app, cast.lin).submit("/account/data/export")
    said = json.loads(ZipFile(BytesIO(answer.get_data())).read("data.json"))
    assert sorted((one["ledger"], one["minutes"], one["weight_percent"]) for one in said["records"]) == [
        ("duty", 60, 100), ("duty", 60, 150), ("service", 90, 100),
    ]  # fmt: skip


def test_where_no_kind_weighs_anything_nothing_is_asked(app, cast, statements):
    served(app, cast)
    with app.app_context(), statements.count() as sent:
        assert weighed(cast.lin.id) == {}
    assert sent == []
