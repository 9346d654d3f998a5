"""What is printed from a page: as much paper as was said, whatever stands on the page."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from playwright.sync_api import Page
from pypdf import PdfReader

from activities.dossiers import service as dossiers
from activities.dossiers.rules import Block, Said
from activities.kit import clock
from activities.kit.db import db
from activities.packets import above
from activities.packets.above import Change, Closed
from activities.packets.rules import Formula, possible_terms
from activities.records.rules import Attendance
from activities.requirements.rules import Line, possible_lines
from tests.cast import Cast, make_activity
from tests.packets.formulas import reckoned_by
from tests.packets.years import amount
from tests.requirements.asked import asked_by, attended

DARK = "rgb(20, 20, 19)"
LONG = "东湖沿岸党员责任区日常清扫与垃圾分类引导及文明劝导服务" * 3
EVERYTHING = Formula(6000, 3000, 1000, tuple(term._replace(rate=999, most=99) for term in possible_terms()))


@pytest.fixture
def closed():
    """A review that is closed, and of which more is another by now than there is room for."""
    changes = [Change(f"{LONG[:20]}{n}", "999.99", "1000.01") for n in range(30)]
    read = above.closes(lambda *_: Closed(date(2026, 3, 16), changes))
    yield
    above.CLOSES.remove(read)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_fullest_packet_is_printed_on_two_pages_and_says_that_the_review_is_closed(
    app, visit, cast, closed, language
):
    with app.app_context():
        fullest_year(cast)
    page = visit(cast.lin, language=language)
    page.goto("/packets/2026")
    assert page.locator("tr.beyond").count() > 20
    pages = PdfReader(BytesIO(page.pdf(prefer_css_page_size=True))).pages
    assert len(pages) <= 2
    said = "".join("".join(one.extract_text() for one in pages).split())
    assert ("另有" if language == "zh-CN" else "more,onthepacket") in said
    assert said.count("年度评议已于" if language == "zh-CN" else "wasclosedon") == 1


@pytest.mark.parametrize("chosen", [False, True], ids=["as the system", "chosen"])
def test_paper_is_white_for_whoever_reads_white_on_black(visit, cast, chosen):
    page = visit(cast.lin, theme="dark")
    if chosen:
        page.click("[data-theme-toggle]")
        page.click("[data-theme-toggle]")
    assert looks(page, "body", "backgroundColor") == DARK
    page.emulate_media(media="print")
    assert looks(page, "body", "backgroundColor") == "rgb(255, 255, 255)"
    assert looks(page, "h1", "color") == "rgb(0, 0, 0)"
    assert page.evaluate("getComputedStyle(document.body).getPropertyValue('--ok')") == "#1d6a3a"


def looks(page: Page, what: str, style: str) -> str:
    return page.locator(what).first.evaluate(f"one => getComputedStyle(one).{style}")


def fullest_year(cast: Cast) -> None:
    """More of everything than paper has room for, in long words."""
    lines = [Line(sort.key, key.partition(":")[2], 60, date(2026, 12, 31)) for sort, key, _ in possible_lines()]
    asked_by(cast.school, cast.chen, *lines)
    for n in range(30):
        activity = make_activity(f"{LONG}{n}", cast.first, "donation")
        record = attended(cast, activity, days=10 + n)
        amount(record, "clothes", 5000, cast.ou)
        attended(cast, activity, days=60 + n, attendance=Attendance.ABSENT)
    db.session.commit()
    for n in range(12):
        entry = Said(f"{LONG[:80]}{n}", date(2026, 1, n + 1), unit=LONG[:90])
        dossiers.enter(cast.ou.id, cast.lin.id, Block.TRAINING, entry._replace(minutes=90), clock.now())
        dossiers.enter(cast.ou.id, cast.lin.id, Block.COMMENDATION, entry, clock.now())
    reckoned_by(cast.school, cast.chen, EVERYTHING)
