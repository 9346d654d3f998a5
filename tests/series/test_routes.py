"""The pages of a series."""

from __future__ import annotations

import re
from datetime import date

import pytest
import time_machine

from activities.duties.models import Slot
from activities.kit.db import db
from activities.signups.service import sign_up
from activities.terms.models import Term
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
    assert "Changed by hand: time, seats" in read(
        ou, f"/organize/activities/{cast.sweeping.public_id}", week="2026-11-30"
    )


def test_it_is_planned_for_the_same_weeks_of_the_next_term(app, cast, ou, address):
    with app.app_context():
        db.session.add(Term(name="2026 秋", starts_on=date(2026, 9, 7), weeks=18))
        db.session.add(Term(name="2027 春", starts_on=date(2027, 3, 1), weeks=15))
        db.session.commit()
    link = re.search(r'href="([^"]+/plan\?series=[^"]+)"', read(ou, address))[1]
    shown = ou.get(link).get_data(as_text=True)
    assert 'value="2027-05-27"' in shown  # the Thursday of week 13, as 3 December is
    assert 'value="2027-06-13"' in shown  # the term is over before week 17
    assert 'value="16:00"' in shown
    assert re.search(r'checked[^>]*name="weekdays"[^>]*value="3"', shown)


# ── changes ─────────────────────────────────────────────────────────────────

THURSDAYS = {
    "posts": ["all"], "weekdays": ["3"], "last": "2026-12-31", "starts": "18:00", "ends": "20:00", "capacity": "",
}  # fmt: skip


def digest(text: str) -> str:
    return re.search(r'name="digest" value="(\w+)"', text)[1]


def seat(app, cast, nth: int = 0) -> None:
    with app.app_context():
        slots = db.session.query(Slot).filter(Slot.series_id.is_not(None)).order_by(Slot.starts_at).all()
        sign_up(cast.lin.id, slots[nth].id, NOW)


def test_the_form_starts_with_what_the_series_is(cast, ou, address):
    shown = read(ou, f"{address}/edit", day="2026-12-17")
    for value in ('name="first" type="date" value="2026-12-17"', 'value="16:00"', 'value="2026-12-31"'):
        assert value in shown
    assert re.search(r'checked[^>]*name="weekdays"[^>]*value="3"', shown)


def test_a_change_is_shown_then_made_as_shown(app, cast, ou, address):
    seat(app, cast)
    shown = read(ou, f"{address}/edit", **THURSDAYS)
    for text in (
        "5 slots would change",
        "In one notice each, which lists their slots.",
        "林可欣",
        "16:00–18:00 → 18:00–20:00",
    ):
        assert text in shown
    assert "Do it and tell 1 person" in shown
    answer = ou.submit(f"{address}/edit", **THURSDAYS, digest=digest(shown))
    assert answer.location == address
    assert "5 slots are changed; 1 person is told." in read(ou, address)
    again = read(ou, f"{address}/edit", **THURSDAYS)
    assert "No slot would change" in again
    answer = ou.submit(f"{address}/edit", **THURSDAYS, digest=digest(again))
    assert "no slot had to change" in ou.get(answer.location).get_data(as_text=True)


def test_the_following_go_their_own_way(cast, ou, address):
    change = THURSDAYS | {"first": "2026-12-17"}
    answer = ou.submit(f"{address}/edit", **change, digest=digest(read(ou, f"{address}/edit", **change)))
    assert answer.location != address
    assert "Thu 18:00–20:00" in ou.get(answer.location).get_data(as_text=True)
    shown = read(ou, f"/organize/activities/{cast.sweeping.public_id}")
    assert "Thu 16:00–18:00" in shown
    assert "Thu 18:00–20:00" in shown


def test_whoever_loses_a_slot_is_given_a_reason(app, cast, ou, address):
    seat(app, cast)
    change = THURSDAYS | {"weekdays": ["0"]}
    shown = read(ou, f"{address}/edit", **change)
    assert "Cancelled, with people" in shown
    without = ou.submit(f"{address}/edit", **change, digest=digest(shown), reason=" ")
    assert without.status_code == 422
    assert "Say why, so that everyone on it knows." in without.get_data(as_text=True)
    assert ou.submit(f"{address}/edit", **change, digest=digest(shown), reason="改到周一").status_code == 303


def test_what_has_changed_meanwhile_is_shown_again(app, cast, ou, address):
    shown = read(ou, f"{address}/edit", **THURSDAYS)
    seat(app, cast)
    answer = ou.submit(f"{address}/edit", **THURSDAYS, digest=digest(shown))
    assert answer.status_code == 409
    assert "What would be created has changed since you looked." in answer.get_data(as_text=True)
    assert "Do it and tell 1 person" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"last": ""}, "Choose a day."),
        ({"last": "2026-12-01"}, "The last day is before the first."),
        ({"last": "2030-12-01"}, "Plans reach until"),
        ({"posts": []}, "Choose at least one post."),
        ({"weekdays": []}, "Choose at least one weekday."),
        ({"ends": "18:00"}, "The end is the same as the start."),
        ({"first": "x"}, "Enter a day, for example"),
    ],
)
def test_a_change_that_cannot_be_says_why_at_its_field(ou, address, changes, sentence):
    change, edit = THURSDAYS | changes, f"{address}/edit"
    for answer in (ou.get(edit, query_string=change), ou.submit(edit, **change)):
        assert answer.status_code == 422
        assert sentence in answer.get_data(as_text=True)


def test_a_series_is_ended(app, cast, ou, address):
    seat(app, cast, 1)
    shown = read(ou, f"{address}/end")
    for text in ("Deleted", "4 slots", "Cancelled", "1 slot", "林可欣"):
        assert text in shown
    answer = ou.submit(f"{address}/end", digest=digest(shown), reason="学期提前结束")
    assert answer.location == address
    assert "Nothing of it is to come." in read(ou, f"{address}/end")
    with app.app_context():
        assert db.session.query(Slot).filter(Slot.series_id.is_not(None)).count() == 1


def test_a_slot_leads_to_its_series(app, cast, ou, address):
    with app.app_context():
        slot = db.session.query(Slot).filter(Slot.series_id.is_not(None)).order_by(Slot.starts_at).first()
    for path in (f"/slots/{slot.public_id}/roster", f"/organize/slots/{slot.public_id}/edit"):
        assert f'href="{address}/edit?day=2026-12-03"' in read(ou, path)
    assert "/organize/series/" not in read(ou, f"/slots/{cast.slot.public_id}/roster")


def test_a_preview_costs_the_same_whatever_its_length(app, cast, ou, address, statements):
    counts = []
    for last in ("2026-12-31", "2027-12-30"):
        with statements.count() as sent:
            read(ou, f"{address}/edit", **THURSDAYS | {"last": last})
        counts.append(len(sent))
    assert counts[0] == counts[1]
