"""Opening times are fair: what counts is the server's clock, to the moment, and the page counts down to it."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from activities.duties.models import Activity
from activities.kit.db import db
from activities.signups.rules import SignUpState
from tests.cast import HOUR, NOW, logged_in, my_state

OPENS = NOW + HOUR
TICK = timedelta(microseconds=1)


@pytest.fixture
def slot(app, cast) -> str:
    with app.app_context():
        db.session.get_one(Activity, cast.sweeping.id).sign_up_opens_at = OPENS
        db.session.commit()
    return f"/slots/{cast.slot.public_id}"


def test_a_request_before_the_moment_is_refused_and_at_the_moment_taken(app, cast, slot):
    with time_machine.travel(OPENS - TICK, tick=False):
        lin = logged_in(app, cast.lin)
        assert lin.submit(f"{slot}/sign-up").status_code == 409
    with app.app_context():
        assert my_state(cast.lin.id, cast.slot.id) is None
    with time_machine.travel(OPENS, tick=False):
        assert lin.submit(f"{slot}/sign-up").status_code == 303
    with app.app_context():
        assert my_state(cast.lin.id, cast.slot.id) is SignUpState.SEATED


def test_the_page_carries_both_moments_and_says_them_in_words(app, cast, slot):
    with time_machine.travel(OPENS - timedelta(seconds=90), tick=False):
        page = logged_in(app, cast.lin).get(slot, headers={"Accept-Language": "en"}).get_data(as_text=True)
    opens, now = (int(page.split(f'data-{name}="')[1].split('"')[0]) for name in ("opens", "now"))
    assert opens - now == 90_000
    assert "Sign-up opens Wed 25 Nov 13:00" in page
    assert "12:58:30 by the server&#39;s clock" in page or "12:58:30 by the server's clock" in page
    assert "opening.js" in page


def test_once_it_is_open_there_is_no_countdown(app, cast, slot):
    with time_machine.travel(OPENS, tick=False):
        page = logged_in(app, cast.lin).get(slot).get_data(as_text=True)
    assert "data-opens=" not in page
    assert "opening.js" not in page
