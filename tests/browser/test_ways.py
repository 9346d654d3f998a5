"""What the pages about ways in do with JavaScript: a countdown that opens without loading again, and a draw that is
recomputed on the device."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from activities.duties.models import Activity, Slot
from activities.kit import clock
from activities.kit.db import db
from activities.signups.rules import SignUpState
from tests.browser.ways import make_ways
from tests.cast import my_state
from tests.draws.test_rules import limited


def test_the_button_appears_when_the_servers_clock_says_so(app, cast, visit):
    with app.app_context():
        world = make_ways(cast, clock.now())
        slot = db.session.query(Slot).filter_by(public_id=world["opens_soon"]).one()
    page = visit(cast.lin)
    opens(app, timedelta(minutes=2), risks="")
    page.clock.install()  # the device's own clock is wrong by years
    page.clock.set_system_time("2031-01-01T00:00:00Z")
    page.goto(f"/slots/{world['opens_soon']}")
    assert page.locator(".act [data-opens-here]").is_hidden()
    assert page.locator(".act [data-shut-here]").is_visible()
    loads = []
    page.on("request", lambda request: loads.append(request.url))
    opens(app, timedelta(0))  # the two minutes pass here as they do on the device
    page.clock.fast_forward(120_000)
    with page.expect_navigation():
        page.locator(".act [data-opens-here]").click()
    with app.app_context():
        assert my_state(cast.lin.id, slot.id) is SignUpState.SEATED
    assert loads[0].endswith("/sign-up")


def opens(app, within: timedelta, **changes: str) -> None:
    """Let sign-up open so long from now."""
    values = {"sign_up_opens_at": clock.now() + within, **changes}
    with app.app_context():
        db.session.query(Activity).filter_by(name="义务植树").update(values)
        db.session.commit()


@pytest.mark.parametrize("name", ["held_draw", "timed_draw"])
def test_a_draw_is_recomputed_on_the_device(app, cast, visit, name):
    with app.app_context():
        world = make_ways(cast, clock.now())
    page = visit(cast.lin, language="en")
    page.goto(f"/draws/{world[name]}")
    page.locator("[data-recompute]").click()
    right = page.locator("[data-recompute]").get_attribute("data-right")
    expect(page.locator("[data-verdict]")).to_have_text(right)


def test_limits_of_a_day_are_recomputed_on_the_device(app, cast, visit):
    with app.app_context():
        world = make_ways(cast, clock.now())
    page, given_out = visit(cast.lin, language="en"), limited()
    page.route("**/data.json", lambda route: route.fulfill(body=json.dumps(given_out), content_type="application/json"))
    page.goto(f"/draws/{world['held_draw']}")
    button = page.locator("[data-recompute]")
    button.click()
    expect(page.locator("[data-verdict]")).to_have_text(button.get_attribute("data-right"))
    one = given_out["entries"][0]
    del one["left"]
    one["outcome"] = "waiting" if one["outcome"] == "seated" else "seated"
    button.click()
    expect(page.locator("[data-verdict]")).to_contain_text(f"{one['slot']} {one['number']}")
