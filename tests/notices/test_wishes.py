"""What a person chooses of notices, and what is refused."""

from __future__ import annotations

from datetime import time

import pytest

from activities.notices.queries import wishes_of
from activities.outbox.rules import DIGEST_AT, Reminders
from tests.cast import logged_in

CHOSEN = {
    "duties": "daily", "answers": "at once", "records": "never", "owed": "daily", "digest_at": "19:30",
    "quiet_from": "22:30", "quiet_to": "07:00", "reminders": ["DAY", "HOUR"],
}  # fmt: skip


@pytest.fixture
def lin(app, cast):
    return logged_in(app, cast.lin)


def test_the_page_shows_what_holds_for_who_never_chose(lin):
    page = lin.get("/account/notices").text
    assert page.count("checked") == 4 + 1
    assert 'value="18:00"' in page
    assert "organizing" not in page


def test_what_is_chosen_is_kept_and_shown_again(app, cast, lin):
    assert lin.submit("/account/notices", **CHOSEN).status_code == 303
    with app.app_context():
        wishes = wishes_of(cast.lin.id)
        assert wishes.ways == {"duties": "daily", "records": "never", "owed": "daily"}
        assert (wishes.quiet_from, wishes.quiet_to, wishes.digest_at) == (time(22, 30), time(7), time(19, 30))
        assert wishes.reminders == Reminders.DAY | Reminders.HOUR
    page = lin.get("/account/notices").text
    assert all(f'value="{shown}"' in page for shown in ("19:30", "22:30", "07:00"))
    ways = {"duties": "invited", "records": "at once", "owed": "at once"}
    again = {**CHOSEN, **ways, "quiet_from": "", "quiet_to": "", "reminders": []}
    lin.submit("/account/notices", **again)
    with app.app_context():
        wishes = wishes_of(cast.lin.id)
        assert (wishes.ways, wishes.quiet, wishes.reminders) == ({}, None, Reminders(0))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"quiet_to": ""}, "quiet_to"), ({"quiet_from": ""}, "quiet_from"), ({"quiet_to": "22:30"}, "quiet_to"),
     ({"digest_at": ""}, "digest_at"), ({"digest_at": "x"}, "digest_at"), ({"duties": "sometimes"}, "duties"),
     ({"records": "invited"}, "records"),
     ({"reminders": ["YEAR"]}, "reminders")],
)  # fmt: skip
def test_what_makes_no_sense_comes_back_at_its_field(app, cast, lin, wrong, field):
    answer = lin.submit("/account/notices", **CHOSEN | wrong)
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    with app.app_context():
        assert wishes_of(cast.lin.id) is None


def test_who_organizes_is_asked_about_that_too(app, cast):
    ou = logged_in(app, cast.ou)
    assert "organizing" in ou.get("/account/notices").text
    assert ou.submit("/account/notices", **CHOSEN, organizing="daily").status_code == 303
    with app.app_context():
        assert wishes_of(cast.ou.id).ways["organizing"] == "daily"
        assert time(18) == DIGEST_AT


def test_who_has_no_address_is_told_so(app, cast, lin):
    assert "st-warn" not in lin.get("/account/notices").text
    assert "st-warn" in logged_in(app, cast.wang).get("/account/notices").text
