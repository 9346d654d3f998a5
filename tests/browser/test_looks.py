"""Every page, at both widths, in both themes, in two languages: axe finds nothing, nothing scrolls sideways."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from activities.kit import clock
from activities.kit.db import db
from activities.records.models import Record
from activities.records.rules import Attendance, Mark
from activities.records.service import record_attendance
from activities.signups.service import sign_up
from tests.cast import DAY, HOUR, make_slot

AXE = Axe()
# Width, theme and language, each with each of the others.
LOOKS = ((390, "light", "zh-CN"), (390, "dark", "en"), (1280, "dark", "zh-CN"), (1280, "light", "en"))
# Who looks at which pages; the places in braces are filled in from the world below.
PAGES = {
    None: ["/login", "/login/forgot", "/nowhere"],
    "lin": [
        "/", "/slots", "/slots?open=1&q=x", "/slots/{slot}", "/slots/{full}", "/activities/{activity}", "/records",
        "/records/{record}", "/years/{year}", "/calendars", "/account", "/account/password", "/nowhere",
    ],
    "ou": [
        "/organize/", "/organize/activities/new", "/organize/activities/{activity}",
        "/organize/activities/{activity}/edit", "/organize/activities/{activity}/copy", "/organize/posts/{post}/edit",
        "/organize/activities/{activity}/copy?name=x&first={today}&last={later}&start={later}",
        "/organize/activities/{activity}/posts/new", "/organize/posts/{post}/plan", "/slots/{slot}/roster",
        "/organize/slots/{slot}/edit", "/organize/slots/{slot}/cancel", "/slots/{past}/attendance",
    ],
    "chen": ["/review/{year}", "/review/{year}?sort=-service", "/people/roles"],
    "gu": [
        "/people", "/people/new", "/people/import", "/people/units", "/people/units/{unit}", "/people/{person}",
        "/people/{person}/edit", "/people/{person}/deactivate",
    ],
}  # fmt: skip


@pytest.fixture
def world(app, cast) -> dict[str, str | int]:
    """A slot to come in which Lin waits, a past one in which Lin is recorded, and the rest of the cast."""
    now = clock.now()
    with app.app_context():
        slot = make_slot(cast.lake, now + 2 * DAY)
        full = make_slot(cast.lake, now + 3 * DAY, capacity=1)
        past = make_slot(cast.lake, now - 2 * HOUR)
        db.session.commit()
        sign_up(cast.wang.id, full.id, now)
        sign_up(cast.lin.id, full.id, now, or_wait=True)
        for member in (cast.lin, cast.wang):
            sign_up(member.id, past.id, now - DAY)
        record_attendance(cast.ou.id, past.id, {cast.lin.id: Mark(Attendance.PRESENT, 60, 0)}, now)
        record = db.session.query(Record).one()
        return {
            "slot": slot.public_id, "full": full.public_id, "past": past.public_id, "record": record.public_id,
            "activity": cast.sweeping.public_id, "post": cast.lake.public_id, "unit": cast.first.public_id,
            "person": cast.lin.public_id, "year": clock.local_day(now).year, "today": clock.local_day(now),
            "later": clock.local_day(now + 9 * DAY),
        }  # fmt: skip


@pytest.mark.parametrize(("width", "theme", "language"), LOOKS)
@pytest.mark.parametrize("who", PAGES)
def test_every_page_is_accessible_and_fits(visit, cast, world, who, width, theme, language):
    page = visit(getattr(cast, who) if who else None, width=width, theme=theme, language=language)
    for path in PAGES[who]:
        answer = page.goto(path.format(**world))
        assert answer.status == (404 if path == "/nowhere" else 200), path
        found = AXE.run(page).response["violations"]
        assert not found, (path, [(v["id"], [n["html"] for n in v["nodes"]]) for v in found])
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert page.locator(".btn-go:visible").count() <= 1, path
        assert page.locator("h1").count() == 1, path
