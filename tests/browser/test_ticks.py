"""The tick list in a real browser: found by sound, ticked with one tap, without network and after it is back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, Route, expect

from activities.kit import clock
from activities.kit.db import db
from activities.kit.roles import Role
from activities.people.models import Member
from activities.records.models import Record
from activities.records.rules import Attendance, Mark
from activities.records.service import record_attendance
from tests.browser.wire import Wire
from tests.cast import HOUR, grant, make_post, make_slot
from tests.records.conftest import seat


@pytest.fixture
def hall(app, cast):
    """A slot that began half an hour ago, with Lin, Wang and Ou, who organizes it as Chen does."""
    with app.app_context():
        grant(db.session.merge(cast.chen), Role.ORGANIZER, db.session.merge(cast.first))
        slot = make_slot(make_post(cast.sweeping, "大礼堂", capacity=9), clock.now() - HOUR / 2, hours=1)
        seat(slot, [cast.lin, cast.wang, cast.ou])
        return slot


@pytest.fixture
def wired(served) -> Iterator[Wire]:
    """A wire to the server."""
    wire = Wire(served)
    yield wire
    wire.close()


def row(page: Page, member: Member):
    return page.locator(f"[data-who='{member.public_id}']")


def recorded(app) -> dict[int, Attendance]:
    with app.app_context():
        return dict(db.session.execute(sa.select(Record.member_id, Record.attendance)).all())


def kept(page: Page) -> list[str]:
    return page.evaluate("Object.keys(localStorage).filter((name) => name.startsWith('ticks:'))")


def becomes(page: Page, promised: str) -> bool:
    """Whether what is promised comes true within 15 seconds. `wait_for_function` takes the promise itself for true."""
    return page.evaluate(f"""async () => {{
        for (let tries = 0; tries < 300; tries += 1) {{
            if (await {promised}) return true;
            await new Promise((go) => setTimeout(go, 50));
        }}
        return false;
    }}""")


def open_list(page: Page, slot) -> None:
    page.goto(f"/ticks/{slot.public_id}")
    page.locator("[data-who]").first.wait_for()


@pytest.mark.parametrize(
    ("typed", "found"),
    [("lkx", "lin"), ("linke", "lin"), ("kx", "lin"), ("linkx", "lin"), ("wyn", "wang"), ("王", "wang"), ("zz", "")],
)
def test_people_are_found_by_sound_and_name(cast, hall, visit, typed, found):
    page = visit(cast.ou, language="en")
    open_list(page, hall)
    page.fill("[data-find]", typed)
    expect(page.locator("[data-who]:visible")).to_have_count(1 if found else 0)
    if found:
        expect(row(page, getattr(cast, found))).to_be_visible()
        page.press("[data-find]", "Enter")
        expect(row(page, getattr(cast, found))).to_contain_text("Present")


def test_keys_alone_tick_and_take_back(app, cast, hall, visit):
    page = visit(cast.ou, language="en")
    open_list(page, hall)
    row(page, cast.lin).locator("[data-do=here]").focus()
    page.keyboard.press("Enter")
    expect(row(page, cast.lin)).to_contain_text("Present")
    expect(page.locator("[data-status]")).to_have_text("All is sent.")
    assert recorded(app) == {cast.lin.id: Attendance.PRESENT}
    page.keyboard.press("Enter")  # Undo has the focus
    expect(row(page, cast.lin)).to_contain_text("Not marked yet")
    expect(page.locator("[data-status]")).to_have_text("All is sent.")
    assert recorded(app) == {}


def test_without_network_it_goes_on_and_sends_later(app, cast, hall, visit):
    page = visit(cast.ou, language="en")
    open_list(page, hall)
    page.context.set_offline(True)
    row(page, cast.lin).locator("[data-do=here]").click()
    row(page, cast.wang).locator("[data-do=now]").click()
    expect(page.locator("[data-status]")).to_contain_text("To be sent: 2")
    expect(row(page, cast.lin)).to_contain_text("waits to be sent")
    assert recorded(app) == {}
    page.context.set_offline(False)
    expect(page.locator("[data-status]")).to_have_text("All is sent.", timeout=15000)
    assert recorded(app) == {cast.lin.id: Attendance.PRESENT, cast.wang.id: Attendance.LATE}


def test_without_network_it_opens_again_with_what_was_ticked(app, cast, hall, wired, visit):
    page = visit(cast.ou, language="en", at=wired.address)
    open_list(page, hall)
    for path in (f"/ticks/{hall.public_id}", "/static/ticks.js", "/static/ticks.css", "/static/theme.css"):
        assert becomes(page, f"caches.match('{path}', {{ ignoreSearch: true }})")
    wired.cut()
    row(page, cast.lin).locator("[data-do=here]").click()
    expect(page.locator("[data-status]")).to_contain_text("To be sent: 1")
    page.reload()
    expect(row(page, cast.lin)).to_contain_text("waits to be sent")
    row(page, cast.wang).locator("[data-do=here]").click()
    expect(page.locator("[data-status]")).to_contain_text("To be sent: 2")
    assert recorded(app) == {}
    wired.mend()
    expect(page.locator("[data-status]")).to_have_text("All is sent.", timeout=15000)
    assert recorded(app) == {cast.lin.id: Attendance.PRESENT, cast.wang.id: Attendance.PRESENT}


def test_a_clash_is_shown_until_it_is_seen(app, cast, hall, visit):
    page = visit(cast.ou, language="en")
    open_list(page, hall)
    page.context.set_offline(True)
    row(page, cast.lin).locator("[data-do=here]").click()
    with app.app_context():
        record_attendance(cast.chen.id, hall.id, {cast.lin.id: Mark(Attendance.ABSENT)}, clock.now())
    page.context.set_offline(False)
    clash = page.locator("[data-clashes]")
    expect(clash).to_contain_text(cast.chen.name, timeout=15000)
    expect(row(page, cast.lin)).to_contain_text("Absent")
    assert recorded(app) == {cast.lin.id: Attendance.ABSENT}
    page.reload()
    expect(clash).to_contain_text(cast.chen.name)
    page.click("[data-seen]")
    expect(clash).to_be_empty()


def test_two_organizers_see_each_others_ticks(cast, hall, visit):
    ou, chen = visit(cast.ou, language="en"), visit(cast.chen, language="en")
    open_list(ou, hall)
    open_list(chen, hall)
    row(ou, cast.lin).locator("[data-do=here]").click()
    expect(row(chen, cast.lin)).to_contain_text(cast.ou.name, timeout=15000)
    expect(row(chen, cast.lin).locator("[data-do=undo]")).to_be_hidden()


def test_no_name_stays_on_the_device_when_one_logs_out(cast, hall, visit):
    page = visit(cast.ou, language="en")
    open_list(page, hall)
    assert len(kept(page)) == 1
    assert becomes(page, f"caches.match('/ticks/{hall.public_id}')")
    page.goto("/account")
    page.locator("form[data-log-out] button").first.click()
    page.wait_for_url("**/login*")
    assert kept(page) == []
    assert becomes(page, "caches.has('ticks').then((is) => !is)")


def test_no_name_stays_on_the_device_after_the_slots_day(cast, hall, visit):
    page = visit(cast.ou, language="en")
    open_list(page, hall)
    page.clock.install()
    page.clock.set_system_time(clock.now() + timedelta(days=1, hours=12))
    page.goto("/")
    page.wait_for_function("!Object.keys(localStorage).some((name) => name.startsWith('ticks:'))")


def test_what_is_not_sent_is_not_lost_without_asking(cast, hall, visit):
    page = visit(cast.ou, language="en")
    open_list(page, hall)
    page.evaluate("""() => { const [name] = Object.keys(localStorage).filter((one) => one.startsWith('ticks:'));
        const state = JSON.parse(localStorage.getItem(name)); state.queue.push({ key: 'x', who: 'y' });
        localStorage.setItem(name, JSON.stringify(state)); }""")
    page.goto("/account")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    page.locator("form[data-log-out] button").first.click()
    page.wait_for_timeout(300)
    assert len(asked) == 1
    assert len(kept(page)) == 1


def next_day(page: Page) -> None:
    """The device's clock, and so its page, is past the slot's day; the server's is not."""
    page.clock.install()
    page.clock.set_system_time(clock.now() + timedelta(days=1, hours=12))


def lose_what_is_sent(route: Route) -> None:
    if route.request.method == "POST":
        route.abort("internetdisconnected")
    else:
        route.continue_()


def stored(page: Page) -> str:
    return page.evaluate("JSON.stringify(Object.entries(localStorage))")


def test_what_is_not_sent_outlasts_the_day_without_a_name_and_is_sent(app, cast, hall, visit):
    page = visit(cast.ou, language="en")
    open_list(page, hall)
    page.route("**/ticks/*", lose_what_is_sent)
    row(page, cast.lin).locator("[data-do=here]").click()
    expect(page.locator("[data-status]")).to_contain_text("To be sent: 1")
    next_day(page)
    page.goto("/")
    assert len(kept(page)) == 1
    assert not [name for name in (cast.lin.name, cast.wang.name) if name in stored(page)]
    page.get_by_role("link", name="Open the tick list to send them").click()
    expect(page.locator("[data-status]")).to_contain_text("To be sent: 1")
    assert recorded(app) == {}
    page.unroute("**/ticks/*")
    page.reload()
    expect(page.locator("[data-status]")).to_have_text("All is sent.", timeout=15000)
    assert recorded(app) == {cast.lin.id: Attendance.PRESENT}
    assert kept(page) == []


def test_a_list_left_open_overnight_without_network_forgets_names_and_sends(app, cast, hall, visit):
    page = visit(cast.ou, language="en")
    open_list(page, hall)
    page.context.set_offline(True)
    row(page, cast.lin).locator("[data-do=here]").click()
    expect(page.locator("[data-status]")).to_contain_text("To be sent: 1")
    next_day(page)
    page.evaluate("dispatchEvent(new Event('online'))")  # it tries, in vain
    expect(page.locator("[data-who]")).to_have_count(0)
    expect(page.locator("[data-over-waits]")).to_be_visible()
    assert cast.lin.name not in stored(page)
    page.context.set_offline(False)
    expect(page.locator("[data-status]")).to_have_text("All is sent.", timeout=15000)
    assert recorded(app) == {cast.lin.id: Attendance.PRESENT}


def test_ticks_wait_on_the_device_for_whose_they_are(app, cast, hall, visit):
    page = visit(cast.ou, language="en")
    open_list(page, hall)
    page.route("**/ticks/*", lose_what_is_sent)
    row(page, cast.lin).locator("[data-do=here]").click()
    expect(page.locator("[data-status]")).to_contain_text("To be sent: 1")
    page.goto("/account")
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator("form[data-log-out] button").first.click()
    page.wait_for_url("**/login*")
    assert len(kept(page)) == 1
    assert cast.lin.name not in stored(page)
    page.unroute("**/ticks/*")
    page.fill("[name=name]", cast.ou.number)
    page.fill("[name=password]", "secret")
    page.click("main form button")
    page.wait_for_url("**/")
    page.get_by_role("link", name="Open the tick list to send them").click()
    expect(page.locator("[data-status]")).to_have_text("All is sent.", timeout=15000)
    assert recorded(app) == {cast.lin.id: Attendance.PRESENT}
