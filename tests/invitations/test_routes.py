"""What somebody who is asked sees, and the answers."""

from __future__ import annotations

import pytest
import time_machine

from activities.invitations.service import invite
from activities.kit.db import db
from activities.signups.service import sign_up
from tests.cast import DAY, NOW, logged_in, make_slot


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def lin(app, cast):
    with app.app_context():
        invite(cast.ou.id, cast.slot.id, 5, NOW)
    return logged_in(app, cast.lin)


def shows_panel(visitor, cast) -> bool:
    page = visitor.get(f"/slots/{cast.slot.public_id}").get_data(as_text=True)
    return f"/slots/{cast.slot.public_id}/not-this-time" in page


def test_the_slots_page_says_that_one_is_asked(lin, cast):
    assert shows_panel(lin, cast)


def test_nobody_else_sees_it(app, lin, cast):
    assert not shows_panel(logged_in(app, cast.chen), cast)


def test_not_this_time_takes_it_away(lin, cast):
    answer = lin.submit(f"/slots/{cast.slot.public_id}/not-this-time")
    assert (answer.status_code, answer.location) == (303, "/invitations")
    assert not shows_panel(lin, cast)
    assert 'class="empty"' in lin.get("/invitations").get_data(as_text=True)


def test_who_signs_up_is_not_asked_any_more(app, lin, cast):
    with app.app_context():
        sign_up(cast.lin.id, cast.slot.id, NOW)
    assert not shows_panel(lin, cast)
    assert 'class="empty"' in lin.get("/invitations").get_data(as_text=True)


def test_the_page_lists_what_one_is_asked_in_the_same_few_statements(app, lin, cast, statements):
    def sent() -> int:
        with statements.count() as seen:
            assert lin.get("/invitations").status_code == 200
        return len(seen)

    before = sent()
    with app.app_context():
        more = [make_slot(cast.lake, NOW + n * DAY) for n in range(2, 8)]
        db.session.commit()
        for n, slot in enumerate(more):
            invite(None, slot.id, 5, NOW + (n - 3) * 7 * DAY) if n < 3 else invite(None, slot.id, 5, NOW)
    assert sent() == before <= 5
    assert lin.get("/invitations").get_data(as_text=True).count("<article") == 5


def test_who_does_not_want_to_be_asked_says_so_there(lin):
    assert lin.submit("/invitations").status_code == 303
    assert 'name="wanted"' in lin.get("/invitations").get_data(as_text=True)
    lin.submit("/invitations", wanted="1")
    assert 'name="wanted"' not in lin.get("/invitations").get_data(as_text=True)
