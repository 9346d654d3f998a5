"""What people come to do, in a real browser: with JavaScript and without, and by the keyboard alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from activities.kit import clock
from activities.kit.db import db
from activities.signups.service import sign_up
from tests.cast import DAY, HOUR, make_slot

HANDS = {"with JavaScript": (True, False), "without JavaScript": (False, False), "by keyboard": (True, True)}
SAID = ".flash[role=status]"  # what an answer says; the page has others
any_hand = pytest.mark.parametrize(("javascript", "keyboard"), HANDS.values(), ids=HANDS)


@pytest.fixture
def tomorrow(app, cast):
    """A slot two days from the real now."""
    with app.app_context():
        slot = make_slot(cast.lake, clock.now() + 2 * DAY, hours=1)
        db.session.commit()
        return slot


@pytest.fixture
def past(app, cast):
    """A slot that was over an hour ago, in which Lin had a seat."""
    with app.app_context():
        slot = make_slot(cast.lake, clock.now() - 2 * HOUR, hours=1)
        db.session.commit()
        sign_up(cast.lin.id, slot.id, clock.now() - DAY)
        return slot


def press(page, selector: str, keyboard: bool) -> None:
    """Press what can be seen of this: by mouse, or by going there with the Tab key, where its outline must show."""
    if not keyboard:
        page.locator(f"{selector} >> visible=true").first.click()
        return
    for _ in range(120):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            break
    else:
        raise AssertionError(f"the Tab key does not lead to {selector}")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")


def go(page, selector: str, keyboard: bool) -> None:
    """The same where it leads to another page, until that is there: what it shows may stand on this one, too, and a
    key waits for nothing."""
    with page.expect_navigation():
        press(page, selector, keyboard)


@any_hand
@pytest.mark.parametrize("width", [390, 1280])
def test_a_member_signs_up_and_withdraws(visit, cast, tomorrow, width, javascript, keyboard):
    page = visit(cast.lin, width=width, javascript=javascript)
    page.goto(f"/slots?q=东湖&day={clock_day(tomorrow)}")
    go(page, "article.slot h4 a", keyboard)
    go(page, "button.btn-go", keyboard)
    page.wait_for_selector(SAID)
    assert page.locator(".one-head .st-ok").is_visible()
    go(page, "form[action$=withdraw] button", keyboard)
    page.wait_for_selector(SAID)
    assert page.locator("button.btn-go:visible").is_visible()


def test_the_first_key_leads_past_the_doors(visit, cast):
    page = visit(cast.lin, width=1280)
    page.goto("/slots")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


@any_hand
def test_an_organizer_plans_a_slot(visit, cast, javascript, keyboard):
    page = visit(cast.ou, javascript=javascript)
    page.goto(f"/organize/activities/{cast.sweeping.public_id}/plan")
    day = (clock.now() + 3 * DAY).date()
    for name, value in {"first": day, "starts": "08:00", "ends": "09:00"}.items():
        page.fill(f"[name={name}]", str(value))
    go(page, "main form button.btn-go", keyboard)
    go(page, "form.bulk-go button", keyboard)
    page.wait_for_selector(SAID)


@any_hand
def test_an_organizer_plans_a_series_changes_it_and_takes_it_back(visit, cast, javascript, keyboard):
    page = visit(cast.ou, javascript=javascript)
    page.goto(f"/organize/activities/{cast.sweeping.public_id}/plan")
    first = (clock.now() + 3 * DAY).date()
    for day in (0, 2):
        page.locator(f"[name=weekdays][value='{day}']").check()
    for name, value in {"first": first, "last": first + timedelta(13), "starts": "08:00", "ends": "09:00"}.items():
        page.fill(f"[name={name}]", str(value))
    go(page, "main form button.btn-go", keyboard)
    go(page, "form.bulk-go button", keyboard)
    page.wait_for_selector(SAID)
    go(page, "a.btn-go", keyboard)
    page.fill("[name=starts]", "07:00")
    go(page, "main form button.btn-go", keyboard)
    go(page, "form[data-busy] button", keyboard)
    page.wait_for_selector(SAID)
    assert "07:00" in page.locator("h1").inner_text()
    go(page, "form[action$=undo] button", keyboard)
    page.wait_for_selector(SAID)
    assert page.locator("#series").count() == 0


@any_hand
def test_an_organizer_marks_who_came(visit, cast, past, javascript, keyboard):
    page = visit(cast.ou, javascript=javascript)
    page.goto(f"/slots/{past.public_id}/attendance")
    (press if javascript else go)(page, "button[name=fill]", keyboard)
    expect(page.locator("[data-row] input[value=present]").first).to_be_checked()
    go(page, "button.btn-go", keyboard)
    page.wait_for_selector(".toast-undo")
    assert page.locator("[data-tally='']").inner_text() == "0"


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_an_organizer_takes_a_wrong_mark_back(visit, cast, past, javascript):
    page = visit(cast.ou, javascript=javascript)
    page.goto(f"/slots/{past.public_id}/attendance")
    page.locator("[data-row] .seg label").last.click()
    go(page, "button.btn-go", keyboard=False)
    go(page, ".toast-undo button", keyboard=False)
    assert page.locator(SAID).is_visible()
    assert page.locator("[data-tally='']").inner_text() == "1"
    assert page.locator(".toast-undo").count() == 0


@any_hand
def test_a_secretary_narrows_the_year_down_and_takes_it_along(visit, cast, javascript, keyboard):
    page = visit(cast.chen, width=1280, javascript=javascript)
    page.goto(f"/review/{clock.now().year}")
    page.locator("[name=stage]").select_option(index=1)
    go(page, "form.fbar button[type=submit]", keyboard)
    assert "stage=" in page.url
    with page.expect_download() as download:
        press(page, "a[href*='.xlsx']", keyboard)
    assert download.value.suggested_filename.endswith(".xlsx")


def clock_day(slot) -> str:
    return (slot.starts_at + timedelta(hours=8)).date().isoformat()
