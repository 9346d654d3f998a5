"""The annual review in a real browser: drafts that keep themselves, two tabs, and the pages of its steps."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import expect

from activities.appraisals import service as appraisals
from activities.cycles.models import CycleStep
from activities.cycles.rules import Grade
from activities.essays.models import Essay
from activities.grades import service as grades
from activities.kit import clock
from activities.kit.db import db
from activities.peers import service as peers
from activities.peers.models import PeerReview
from activities.peers.rules import PeerRule
from tests.browser.test_looks import LOOKS, WIDTHS, fits, is_accessible
from tests.cast import DAY, Cast, make_member
from tests.cycles.opened import opened, the_cycle
from tests.peers.reviewing import MARKS, crowd, reviews

WRITTEN = "今年我参加了二十次清扫和三次走访。"
# What is said of a draft that the server has; without a connection it is said that it will be kept.
SAID, KEPT = "[data-said]", re.compile("已于 .+ 保存")


def under_way(key: str) -> None:
    """Let a step be open today, by the real clock, those before it over, and those after it to come."""
    today = clock.local_day(clock.now())
    steps = db.session.scalars(sa.select(CycleStep).order_by(CycleStep.id)).all()
    place = next(n for n, step in enumerate(steps) if step.key == key)
    for n, step in enumerate(steps):
        step.first, step.last = (today + ((n - place) * 10 + add) * DAY for add in (-1, 5))
    db.session.commit()


@pytest.fixture
def review(app, cast) -> str:
    """The public id of a review of the school."""
    with app.app_context():
        crowd(cast, 6)
        return opened(cast)


def test_a_self_review_keeps_itself_and_counts(app, visit, cast, review):
    with app.app_context():
        under_way("essay")
    page = visit(cast.lin)
    page.goto(f"/my-review/{review}/essay")
    page.fill("textarea", WRITTEN + " \n")
    expect(page.locator("[data-count]")).to_have_text(str(len(WRITTEN)))
    expect(page.locator(SAID)).to_contain_text(KEPT)
    page.reload()
    assert page.input_value("textarea") == WRITTEN


def test_without_a_connection_what_is_typed_stays_on_the_device_and_is_sent_once_there_is_one(app, visit, cast, review):
    with app.app_context():
        under_way("essay")
    page = visit(cast.lin)
    page.goto(f"/my-review/{review}/essay")
    said = page.locator(SAID)
    offline = said.get_attribute("data-offline")
    page.context.set_offline(True)
    page.fill("textarea", WRITTEN)
    expect(said).to_have_text(offline)
    page.click("form[data-draft] .btn-go")
    expect(said).to_have_text(offline)
    assert page.input_value("textarea") == WRITTEN  # and no page of the browser's stands in its place
    page.context.set_offline(False)
    expect(said).to_contain_text(KEPT)
    with app.app_context():
        assert db.session.scalars(sa.select(Essay.text)).one() == WRITTEN


def test_what_could_not_be_sent_before_the_page_was_closed_is_put_back(app, visit, cast, review):
    with app.app_context():
        under_way("essay")
    page = visit(cast.lin)
    page.goto(f"/my-review/{review}/essay")
    other = page.context.new_page()
    other.goto("/")
    page.context.set_offline(True)
    page.fill("textarea", WRITTEN)
    # What a page stores reaches the browser a moment later, and a page that a test closes at once does not wait for it.
    other.wait_for_function("Object.keys(localStorage).some((name) => name.startsWith('draft:'))")
    page.close()
    other.context.set_offline(False)
    other.goto(f"/my-review/{review}/essay")
    expect(other.locator("[data-back]")).to_be_visible()
    assert other.input_value("textarea") == WRITTEN
    expect(other.locator(SAID)).to_contain_text(KEPT)
    other.reload()
    assert other.input_value("textarea") == WRITTEN
    expect(other.locator("[data-back]")).to_be_hidden()


def test_an_opinion_that_was_not_sent_is_put_back_and_never_over_a_newer_one(app, visit, cast, review):
    with app.app_context():
        under_way("grade")
    page = visit(cast.chen)
    address = f"/cycles/{review}/people/{cast.lin.public_id}"
    page.goto(address)
    page.fill("#opinion", WRITTEN)
    page.select_option("#grade", "good")
    page.goto(f"/cycles/{review}")
    page.goto(address)
    expect(page.locator("[data-back]")).to_be_visible()
    assert (page.input_value("#opinion"), page.input_value("#grade")) == (WRITTEN, "good")
    page.click("button[name=next]")
    page.goto(address)
    expect(page.locator("[data-back]")).to_be_hidden()
    page.fill("#opinion", "又改了几个字。")
    with app.app_context():
        grades.give(cast.chen.id, the_cycle().id, cast.lin.id, 1, Grade.GOOD, "另一人写的。", "补充", clock.now())
    page.goto(address)
    expect(page.locator("[data-back]")).to_be_hidden()
    assert page.input_value("#opinion") == "另一人写的。"


def test_of_two_tabs_neither_writes_over_the_other(app, visit, cast, review):
    with app.app_context():
        under_way("essay")
    one = visit(cast.lin)
    one.goto(f"/my-review/{review}/essay")
    other = one.context.new_page()
    other.goto(f"/my-review/{review}/essay")
    one.fill("textarea", "第一页写的")
    expect(one.locator(SAID)).to_contain_text(KEPT)
    other.fill("textarea", "第二页写的")
    expect(other.locator(SAID)).to_have_text(other.locator(SAID).get_attribute("data-failed"))
    other.click("form[data-draft] .btn-quiet")
    alert = other.locator("[role=alert]")
    expect(alert).to_be_visible()
    alert.locator("summary").click()
    expect(alert).to_contain_text("第一页写的")
    assert other.input_value("textarea") == "第二页写的"
    with app.app_context():
        assert db.session.scalars(sa.select(Essay.text)).one() == "第一页写的"
    other.click("form[data-draft] .btn-quiet")
    expect(other.locator(".flash[role=status]")).to_be_visible()
    with app.app_context():
        assert db.session.scalars(sa.select(Essay.text)).one() == "第二页写的"


def test_a_draft_on_its_way_is_not_taken_for_another_tabs(app, visit, cast, review):
    with app.app_context():
        under_way("essay")
    page = visit(cast.lin)
    page.goto(f"/my-review/{review}/essay")
    slow = []
    page.route("**/draft", lambda route: slow.append(route))
    with page.expect_request("**/draft"):
        page.fill("textarea", "写到一半")
    page.click("form[data-draft] .btn-quiet")
    assert slow, "the draft is on its way"
    slow[0].continue_()
    expect(page.locator(".flash[role=status]")).to_be_visible()
    expect(page.locator("[role=alert]")).to_have_count(0)


def test_a_peer_review_keeps_itself_and_comes_back_as_it_was(app, visit, cast, review):
    with app.app_context():
        peers.draw(cast.chen.id, the_cycle().id, PeerRule(each=3), clock.now())
        under_way("peers")
        person = reviews(by=cast.lin)[0].reviewed.member.public_id
    page = visit(cast.lin)
    page.goto(f"/my-review/{review}/peers/{person}")
    page.locator("fieldset").nth(1).locator("label").nth(2).click()
    page.fill("textarea", "踏实 肯干")
    expect(page.locator("[data-count]")).to_have_text("5")
    expect(page.locator(SAID)).to_contain_text(KEPT)
    page.reload()
    assert page.input_value("textarea") == "踏实 肯干"
    expect(page.locator("fieldset").nth(1).locator("input").nth(2)).to_be_checked()
    with app.app_context():
        kept = db.session.scalars(sa.select(PeerReview).where(PeerReview.revision > 0)).one()
        assert kept.handed_in_at is None


def test_a_button_that_is_pressed_twice_sends_once(app, visit, cast, review):
    with app.app_context():
        under_way("grade")
        grades.give(cast.chen.id, the_cycle().id, cast.lin.id, 0, Grade.GOOD, "称职。", "", clock.now())
        under_way("notice")
    page, sent = visit(cast.lin), []
    page.goto(f"/my-review/{review}/notice/{cast.lin.public_id}")
    page.fill("textarea", "评定意见没有写到包班工作。")
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.dblclick("main .btn-go")
    expect(page.locator(".flash[role=status]")).to_be_visible()
    assert len(sent) == 1


def steps_of(cast: Cast, key: str) -> dict[str, str]:
    """A review in which peer review is drawn, in one step; of Lin, and of one whom she reviews, all is handed in."""
    crowd(cast, 6)
    public_id = opened(cast)
    peers.draw(cast.chen.id, the_cycle().id, PeerRule(each=3), clock.now())
    under_way("peers")
    own = reviews(by=cast.lin)
    for one in {each.id: each for each in [*reviews(of=cast.lin), own[0]]}.values():
        peers.write(one.member_id, one.id, 0, MARKS, "踏实肯干，乐于助人", clock.now(), hand_in=True)
    make_member("S970", "后来", cast.first)
    under_way(key)
    if key == "ballot":
        appraisals.open_all(cast.chen.id, the_cycle().id, clock.now())
    return {
        "review": public_id, "unit": cast.first.public_id, "done": own[0].reviewed.member.public_id,
        "peer": own[1].reviewed.member.public_id,
    }  # fmt: skip


PAGES = {
    ("lin", "peers"): [
        "/my-review/{review}/peers",
        "/my-review/{review}/peers/{peer}",
        "/my-review/{review}/peers/{done}",
    ],
    ("lin", "ballot"): ["/my-review/{review}/peers", "/ballots/"],
    ("chen", "peers"): ["/cycles/{review}/peers", "/cycles/{review}/ballots", "/cycles/{review}/ballots/{unit}"],
    ("chen", "ballot"): ["/cycles/{review}/peers?check=1", "/cycles/{review}/ballots"],
    ("chen", "grade"): ["/cycles/{review}", "/cycles/{review}/people/{peer}"],
}  # fmt: skip


@pytest.mark.parametrize("language", LOOKS)
@pytest.mark.parametrize(("who", "key"), PAGES)
def test_the_pages_of_a_step_are_accessible_and_fit(app, visit, cast, who, key, language):
    with app.app_context():
        places = steps_of(cast, key)
    page = visit(getattr(cast, who), language=language)
    for path in PAGES[who, key]:
        assert page.goto(path.format(**places)).status == 200, path
        assert page.locator("h1").count() == 1, path
        page.evaluate(AXE_SCRIPT)
        for width in WIDTHS:
            fits(page, path, width)
        is_accessible(page, path, *LOOKS[language])
