"""What people come to do, in a real browser: by keyboard, and with JavaScript off."""

from __future__ import annotations

import pytest

from activities.kit import clock
from activities.kit.db import db
from activities.signups.service import sign_up
from tests.cast import DAY, HOUR, make_slot


@pytest.fixture
def tomorrow(app, cast):
    """A slot two days from the real now."""
    with app.app_context():
        slot = make_slot(cast.lake, clock.now() + 2 * DAY, hours=1)
        db.session.commit()
        return slot


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
@pytest.mark.parametrize("width", [390, 1280])
def test_a_member_signs_up_and_withdraws(visit, cast, tomorrow, javascript, width):
    page = visit(cast.lin, width=width, javascript=javascript)
    page.goto(f"/slots?q=东湖&day={clock_day(tomorrow)}")
    page.locator("article.slot h4 a").first.click()
    page.locator("button.btn-go:visible").click()
    assert page.locator(".flash").is_visible()
    assert page.locator(".one-head .st-ok").is_visible()
    page.locator("form[action$=withdraw] button:visible").click()
    assert page.locator("button.btn-go:visible").is_visible()


def test_a_member_signs_up_with_the_keyboard_alone(visit, cast, tomorrow):
    page = visit(cast.lin, width=1280)
    page.goto(f"/slots/{tomorrow.public_id}")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('button.btn-go')"):
            break
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    page.keyboard.press("Enter")
    page.wait_for_selector(".flash")


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_an_organizer_takes_a_wrong_mark_back(app, visit, cast, javascript):
    now = clock.now()
    with app.app_context():
        past = make_slot(cast.lake, now - 2 * HOUR)
        db.session.commit()
        sign_up(cast.lin.id, past.id, now - DAY)
    page = visit(cast.ou, javascript=javascript)
    page.goto(f"/slots/{past.public_id}/attendance")
    page.locator("[data-row] .seg label").last.click()
    page.locator("button.btn-go:visible").click()
    page.locator(".toast-undo button").click()
    assert page.locator(".flash").is_visible()
    assert page.locator("[data-tally='']").inner_text() == "1"
    assert page.locator(".toast-undo").count() == 0


def clock_day(slot) -> str:
    from datetime import timedelta

    return (slot.starts_at + timedelta(hours=8)).date().isoformat()
