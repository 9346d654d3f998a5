"""The pages of a series."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine

from activities.duties.models import Slot
from activities.kit.db import db
from activities.signups.service import sign_up
from tests.cast import NOW, logged_in, make_series

FIRST, LAST = date(2026, 12, 3), date(2026, 12, 31)


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ou(app, cast):
    visitor = logged_in(app, cast.ou)
    visitor.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return visitor


@pytest.fixture
def address(app, cast) -> str:
    with app.app_context():
        series = make_series(cast.lake, FIRST, LAST)
        db.session.commit()
        return f"/organize/series/{series.public_id}"


def read(visitor, address: str, **query) -> str:
    answer = visitor.get(address, query_string=query)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_a_series_says_what_it_is(cast, ou, address):
    shown = read(ou, address)
    for text in ("Thu 16:00–18:00", "3–31 Dec", "东湖北岸", "5 slots", "fall out"):
        assert text in shown
    assert f'href="{address}"' in read(ou, f"/organize/activities/{cast.sweeping.public_id}")


def test_it_is_taken_back_with_one_button(app, cast, ou, address):
    assert "Delete all 5 slots" in read(ou, address)
    answer = ou.submit(f"{address}/undo")
    assert "5 slots are deleted again." in ou.get(answer.location).get_data(as_text=True)
    assert ou.get(address).status_code == 404


def test_with_people_in_it_there_is_no_such_button(app, cast, ou, address):
    with app.app_context():
        slot = db.session.query(Slot).filter(Slot.series_id.is_not(None)).first()
        sign_up(cast.lin.id, slot.id, NOW)
    assert "/undo" not in read(ou, address)
    assert ou.submit(f"{address}/undo").status_code == 409


def test_what_was_changed_by_hand_is_marked(app, cast, ou, address):
    with app.app_context():
        public_id = db.session.query(Slot).filter(Slot.series_id.is_not(None)).first().public_id
    assert "Changed by hand" not in read(ou, address)
    ou.submit(
        f"/organize/slots/{public_id}/edit", starts_at="2026-12-03T17:00", ends_at="2026-12-03T18:00", capacity="7",
        revision="0",
    )  # fmt: skip
    assert "Changed by hand: time, seats" in read(ou, address)
