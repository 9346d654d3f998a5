"""The pages that hand out addresses."""

from __future__ import annotations

from urllib.parse import quote

import pytest
import time_machine

from activities.audit.models import AuditEntry
from activities.calendars import queries, service
from activities.calendars.models import Feed
from activities.calendars.rules_feeds import MOST_FEEDS, Detail, Scope
from activities.calendars.service import Wanted
from activities.kit.db import db
from tests.calendars.reading import fetch, make_feed, token_of
from tests.calendars.scopes import one_of, wanted
from tests.cast import DAY, HOUR, NOW, english, logged_in, make_slot

pytestmark = pytest.mark.any_database


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOW, tick=False):
        yield


def feeds(app, member) -> list[Feed]:
    with app.app_context():
        return queries.feeds_of(member.id)


def test_who_has_no_feed_gets_one_for_their_duties_by_one_click(app, cast):
    visitor = english(app, cast.lin)
    assert "You have no address yet." in visitor.get("/calendars").text
    answer = visitor.submit("/calendars/duties")
    (mine,) = feeds(app, cast.lin)
    assert answer.headers["Location"] == f"/calendars/feeds/{mine.public_id}"
    visitor.submit("/calendars/duties")
    assert len(feeds(app, cast.lin)) == 1


@pytest.mark.parametrize("scope", Scope)
def test_the_page_offers_the_address_in_every_form_and_what_stands_in_it(app, cast, scope):
    address = one_of(app, cast, scope).removeprefix("/").replace(".ics", f"/{scope}.ics")
    member, _ = (cast.ou, 0) if scope in (Scope.ORGANIZED, Scope.SITE) else (cast.lin, 0)
    (mine,) = feeds(app, member)
    page = english(app, member).get(f"/calendars/feeds/{mine.public_id}")
    assert page.status_code == 200
    assert f'href="webcal://localhost/{address}"' in page.text
    assert f'value="http://localhost/{address}"' in page.text
    assert f"cid=webcal%3A%2F%2Flocalhost%2F{address.replace('/', '%2F')}" in page.text
    assert "<svg" in page.text.partition('class="qr"')[2]
    assert "东湖责任区清扫·东湖北岸" in page.text
    assert "style=" not in page.text
    assert page.headers["Cache-Control"] == "no-store"


def test_programs_that_call_a_calendar_by_its_file_show_no_token_and_of_a_busy_one_not_what_it_is_of(app, cast, client):
    """Thunderbird does, and whoever looks at its screen would read the address's secret."""
    for detail, name in ((Detail.FULL, "duties"), (Detail.TITLE, "duties"), (Detail.BUSY, "busy")):
        older = make_feed(app, cast.lin, Wanted(Scope.DUTIES, "", "", detail))
        address = older.replace(".ics", f"/{name}.ics")
        page = english(app, cast.lin).get(f"/calendars/feeds/{feeds(app, cast.lin)[-1].public_id}")
        assert f'value="http://localhost{address}"' in page.text
        assert fetch(client, address).data == fetch(client, older).data


def test_the_preview_is_of_the_next_ten_and_says_no_more_than_the_feed(app, cast):
    with app.app_context():
        for days in (-1, *range(2, 15)):
            make_slot(db.session.merge(cast.lake), NOW + days * DAY)
        db.session.commit()
    one_of(app, cast, Scope.ACTIVITY)
    one_of(app, cast, Scope.ACTIVITY, Detail.BUSY)
    full, busy = (
        logged_in(app, cast.lin).get(f"/calendars/feeds/{mine.public_id}").text for mine in feeds(app, cast.lin)
    )
    assert full.count("东湖责任区清扫·东湖北岸") == 10
    assert busy.partition('id="next"')[2].partition("</section>")[0].count("东湖") == 0


@pytest.mark.parametrize("scope", Scope)
def test_each_scope_has_a_page_on_which_a_feed_is_made(app, client, cast, scope):
    member, one = wanted(app, cast, scope)
    visitor, page = english(app, member), f"/calendars/new?scope={scope}&subject={one.subject.replace('&', '%26')}"
    shown = visitor.get(page)
    assert shown.status_code == 200
    is_public = scope in (Scope.ACTIVITY, Scope.POST)
    assert ("webcal://localhost/" in shown.text) is is_public
    answer = visitor.submit(page, name="phone", detail="title")
    (mine,) = feeds(app, member)
    assert answer.headers["Location"] == f"/calendars/feeds/{mine.public_id}"
    assert (mine.scope, mine.name, mine.detail) == (scope, "phone", Detail.TITLE)
    assert "phone" in visitor.get(page).text


@pytest.mark.parametrize(
    "query",
    [
        "", "scope=all", "scope=activity", "scope=activity&subject=x", "scope=post&subject=x", "scope=unit&subject=x",
        "scope=site&subject=x", "scope=organized",
    ],
)  # fmt: skip
def test_what_one_does_not_see_has_no_page(app, cast, query):
    assert logged_in(app, cast.lin).get(f"/calendars/new?{query}").status_code == 404
    assert logged_in(app, cast.lin).submit(f"/calendars/new?{query}", name="x", detail="full").status_code == 404


@pytest.mark.parametrize("scope", [Scope.ACTIVITY, Scope.POST, Scope.UNIT, Scope.SITE, Scope.ORGANIZED])
def test_a_stranger_gets_none_of_it(app, cast, scope):
    _, one = wanted(app, cast, scope)
    assert logged_in(app, cast.zhao).get(f"/calendars/new?scope={scope}&subject={one.subject}").status_code == 404


def test_an_invalid_form_keeps_what_was_typed(app, cast):
    visitor = english(app, cast.lin)
    answer = visitor.submit("/calendars/new?scope=duties", name="x" * 51, detail="everything")
    assert answer.status_code == 422
    assert "x" * 51 in answer.text
    assert feeds(app, cast.lin) == []


def test_name_and_level_are_changed_and_leave_a_trail(app, cast):
    make_feed(app, cast.lin, Wanted(Scope.DUTIES))
    (mine,) = feeds(app, cast.lin)
    visitor = english(app, cast.lin)
    for _ in range(2):
        visitor.submit(f"/calendars/feeds/{mine.public_id}", name="family", detail="busy")
    (mine,) = feeds(app, cast.lin)
    assert (mine.name, mine.detail, mine.revision) == ("family", Detail.BUSY, 1)
    with app.app_context():
        assert [entry.verb for entry in db.session.query(AuditEntry)] == ["make feed", "change feed"]
    assert visitor.submit(f"/calendars/feeds/{mine.public_id}", name="y" * 51, detail="busy").status_code == 422


@pytest.mark.parametrize("ending", ["replace", "stop"])
def test_ending_an_address_asks_first_and_changes_nothing_by_asking(app, client, cast, ending):
    address = make_feed(app, cast.lin, Wanted(Scope.OPEN, name="手机", detail=Detail.TITLE))
    (mine,) = feeds(app, cast.lin)
    visitor, page = logged_in(app, cast.lin), f"/calendars/feeds/{mine.public_id}/{ending}"
    assert 'method="post"' in visitor.get(page).text
    assert fetch(client, address).status_code == 200
    visitor.submit(page)
    assert fetch(client, address).status_code == 410
    left = [(feed.scope, feed.name, feed.detail) for feed in feeds(app, cast.lin)]
    assert left == ([(Scope.OPEN, "手机", Detail.TITLE)] if ending == "replace" else [])
    assert visitor.submit(page).status_code == 404


def test_ending_one_feed_leaves_the_others(app, client, cast):
    phone, family = (make_feed(app, cast.lin, Wanted(Scope.DUTIES, name=name)) for name in ("phone", "family"))
    logged_in(app, cast.lin).submit(f"/calendars/feeds/{feeds(app, cast.lin)[0].public_id}/stop")
    assert [fetch(client, address).status_code for address in (phone, family)] == [410, 200]


def test_nobody_has_more_feeds_than_are_given(app, cast):
    for _ in range(MOST_FEEDS):
        make_feed(app, cast.lin, Wanted(Scope.DUTIES))
    answer = english(app, cast.lin).submit("/calendars/new?scope=duties", name="one more", detail="full")
    assert answer.status_code == 422
    assert f"You have {MOST_FEEDS} calendar addresses" in answer.text
    assert 'value="one more"' in answer.text
    assert len(feeds(app, cast.lin)) == MOST_FEEDS


def test_a_feed_whose_key_was_replaced_says_so(app, cast, monkeypatch):
    make_feed(app, cast.lin, Wanted(Scope.DUTIES))
    (mine,) = feeds(app, cast.lin)
    monkeypatch.setattr(service, "token_of", lambda _feed: "")
    page = english(app, cast.lin).get(f"/calendars/feeds/{mine.public_id}")
    assert "This address has stopped" in page.text
    assert "webcal://" not in page.text


def test_pages_cost_as_many_statements_however_much_is_in_a_feed(app, cast, statements):
    make_feed(app, cast.lin, Wanted(Scope.ACTIVITY, cast.sweeping.public_id))
    (mine,) = feeds(app, cast.lin)
    visitor = logged_in(app, cast.lin)
    paths = (f"/calendars/feeds/{mine.public_id}", f"/calendars/new?scope=activity&subject={cast.sweeping.public_id}")
    counts = []
    for hour in range(2):
        for path in paths:
            with statements.count() as sent:
                visitor.get(path)
            counts.append(len(sent))
        with app.app_context():
            for days in range(2, 9):
                make_slot(db.session.merge(cast.lake), NOW + days * DAY + hour * HOUR)
            db.session.commit()
    assert counts[:2] == counts[2:] == [4, 5]


def test_the_database_and_the_trail_give_no_token_away(app, cast):
    token = token_of(app, cast.lin)
    with app.app_context():
        rows = [*db.session.query(Feed), *db.session.query(AuditEntry)]
        assert token not in repr([vars(row) for row in rows])


def test_the_search_page_leads_to_a_feed_of_its_filters(app, cast):
    page = logged_in(app, cast.lin).get("/slots?kind=cleaning&q=湖&week=2026-11-23&page=1")
    assert "/calendars/new?scope=search&amp;subject=kind%3Dcleaning%26q%3D%25E6%25B9%2596" in page.text


@pytest.mark.parametrize(
    "typed", ["q=%00", "q=%0A%E2%80%A8", "activity=%00", "q=%00&open=1", "q=%ED%A0%80", "q=%25%27%5C"]
)
def test_a_search_as_nobody_types_it_is_kept_as_one_that_can_be_asked(app, client, cast, typed):
    """Its filters are decoded once more than the address they come in."""
    visitor = english(app, cast.lin)
    answer = visitor.submit(f"/calendars/new?scope=search&subject={quote(typed)}", name="", detail="full")
    assert answer.status_code == 303
    assert visitor.get(answer.location).status_code == 200
    (mine,) = feeds(app, cast.lin)
    assert "%00" not in mine.subject
    with app.app_context():
        address = f"/calendars/{service.token_of(mine)}.ics"
    assert fetch(client, address).status_code == 200


def test_an_address_that_stops_while_its_page_is_made_is_gone(app, cast, monkeypatch):
    one_of(app, cast, Scope.DUTIES)
    (mine,) = feeds(app, cast.lin)
    found = queries.feed_for

    def stops_just_then(member_id: int, public_id: str) -> Feed:
        feed = found(member_id, public_id)
        service.revoke(member_id, feed.id, NOW)
        return feed

    visitor = english(app, cast.lin)
    monkeypatch.setattr(queries, "feed_for", stops_just_then)
    assert visitor.get(f"/calendars/feeds/{mine.public_id}").status_code == 404
