"""The organizer's board in a browser: ticks are counted, a day is ticked at once, and it works without scripts."""

from __future__ import annotations

from datetime import time
from io import BytesIO

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from activities.duties.models import Slot
from activities.kit import clock
from activities.kit.db import db
from activities.signups.service import sign_up
from tests.cast import DAY, make_post, make_slot


@pytest.fixture
def monday(app, cast) -> str:
    """Two posts with a slot each on two days of the week after next; Lin sits in one of them."""
    with app.app_context():
        now = clock.now()
        day = clock.local_day(now)
        start = clock.at(day, time(12)) + (14 - day.weekday()) * DAY
        posts = [cast.lake, make_post(cast.sweeping, "南岸", capacity=2)]
        slots = [make_slot(post, start + n * DAY, hours=1) for post in posts for n in range(2)]
        db.session.commit()
        sign_up(cast.lin.id, slots[0].id, now)
        return clock.local_day(start).isoformat()


def test_what_is_ticked_is_counted_and_a_day_is_ticked_at_once(visit, cast, monday):
    page = visit(cast.ou, width=1280, language="en")
    page.goto(f"/organize/board?week={monday}&mode=select")
    said = page.locator("[data-count]")
    expect(said).to_have_text("Nothing is ticked")
    expect(page.get_by_role("button", name="Seats")).to_be_disabled()
    page.get_by_role("button", name="Tick all of").first.click()
    expect(said).to_have_text("Ticked: 2, people: 1")
    page.get_by_role("button", name="Seats").click()
    page.fill("[name=capacity]", "4")
    page.get_by_role("button", name="Show what changes").click()
    page.get_by_role("button", name="Change 2 slots").click()
    page.wait_for_url(f"**/organize/board?week={monday}&mode=select")
    expect(page.get_by_text("1/4")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("1/2")).to_be_visible()


def test_the_board_works_without_scripts_and_by_keyboard(visit, app, cast, monday):
    page = visit(cast.ou, language="en", javascript=False)
    page.goto(f"/organize/board?week={monday}&mode=select")
    box = page.locator("input[name=s]").first
    box.focus()
    page.keyboard.press("Space")
    assert box.is_checked()
    page.get_by_role("button", name="Cancel slots").click()
    expect(page.get_by_role("heading", name="1 slot would be cancelled")).to_be_visible()
    page.fill("[name=reason]", "暴雨")
    page.get_by_role("button", name="Cancel, and tell 1 person").click()
    page.wait_for_url(f"**/organize/board?week={monday}&mode=select")
    with app.app_context():
        assert db.session.query(Slot).filter_by(cancel_reason="暴雨").count() == 1


def test_short_rosters_share_a_sheet_of_paper(app, visit, cast, monday):
    with app.app_context():
        last = db.session.query(Slot).filter_by(post_id=cast.lake.id).order_by(Slot.starts_at.desc()).first()
        sign_up(cast.wang.id, last.id, clock.now())
    page = visit(cast.ou, width=1280, language="en")
    page.goto(f"/organize/board/rosters?week={monday}")
    assert page.locator(".roster-of").count() > 1
    page.emulate_media(media="print")
    assert len(PdfReader(BytesIO(page.pdf(format="A4"))).pages) == 1
