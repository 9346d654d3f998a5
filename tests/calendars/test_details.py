"""How much a feed says: what is left out stands nowhere in it, and another level moves all of its entries."""

from __future__ import annotations

import pytest

from activities.calendars import queries, service
from activities.calendars.rules_feeds import Detail, Scope
from activities.calendars.service import Wanted
from activities.kit.db import db
from activities.signups.service import sign_up
from tests.calendars.reading import blocks, events, fetch, make_feed
from tests.calendars.scopes import one_of
from tests.cast import DAY, HOUR, NOW, make_slot

TITLE = {"UID", "DTSTAMP", "DTSTART", "DTEND", "SEQUENCE", "LAST-MODIFIED", "STATUS", "SUMMARY", "URL"}
SHOWN = {
    Detail.BUSY: TITLE - {"URL"}, Detail.TITLE: TITLE, Detail.FULL: TITLE | {"LOCATION", "DESCRIPTION", "CATEGORIES"},
}  # fmt: skip


@pytest.mark.parametrize("scope", Scope)
@pytest.mark.parametrize("detail", Detail)
def test_a_feed_says_as_much_as_its_level(app, client, cast, scope, detail):
    (entry,) = events(fetch(client, one_of(app, cast, scope, detail))).values()
    own = {"TRANSP"} if scope is not Scope.DUTIES else set()
    assert entry.keys() == SHOWN[detail] | own


@pytest.mark.parametrize("scope", Scope)
def test_busy_gives_neither_title_nor_place_nor_kind_away(app, client, cast, scope):
    said = fetch(client, one_of(app, cast, scope, Detail.BUSY)).text.replace("\r\n ", "")
    secrets = (
        "东湖",
        "清扫",
        "第一支部",
        "夕阳红",
        "/slots/",
        cast.slot.public_id,
        cast.sweeping.public_id,
        str(cast.slot.uid),  # by which the public feed tells the title
    )
    assert not [secret for secret in secrets if secret in said]
    assert "SUMMARY:Busy" in said or "SUMMARY:有事" in said


def test_another_level_moves_every_entry_and_the_feed(app, client, cast):
    address = one_of(app, cast, Scope.DUTIES, Detail.TITLE)
    old = fetch(client, address)
    change(app, cast, "手机", Detail.FULL)
    new = fetch(client, address, NOW + HOUR)
    (was,), (now,) = events(old).values(), events(new).values()
    assert (was["UID"], int(was["SEQUENCE"]) + 1) == (now["UID"], int(now["SEQUENCE"]))
    assert now["LAST-MODIFIED"] == "20261125T050000Z"
    assert new.headers["ETag"] != old.headers["ETag"]
    assert new.last_modified - old.last_modified == HOUR


def test_busy_says_of_a_place_in_line_only_that_it_is_uncertain(app, client, cast):
    with app.app_context():
        for member in (cast.wang, cast.ou):
            sign_up(member.id, cast.slot.id, NOW)
        sign_up(cast.lin.id, cast.slot.id, NOW, or_wait=True)
    address = make_feed(app, cast.lin, Wanted(Scope.DUTIES, detail=Detail.BUSY))
    (waiting,) = events(fetch(client, address)).values()
    assert (waiting["STATUS"], waiting["SUMMARY"]) == ("TENTATIVE", "有事")


def test_busy_entries_are_told_apart_and_stay_the_same_without_saying_which_they_are(app, client, cast):
    with app.app_context():
        later = str(make_slot(db.session.merge(cast.lake), NOW + 3 * DAY).uid)
        db.session.commit()
    busy, full = (one_of(app, cast, Scope.ACTIVITY, detail) for detail in (Detail.BUSY, Detail.FULL))
    first, again, shown = (events(fetch(client, address)) for address in (busy, busy, full))
    assert (first, len(first)) == (again, 2)
    assert {str(cast.slot.uid), later} == set(shown)
    assert not set(first) & set(shown)


def test_another_name_changes_no_octet(app, client, cast):
    address = one_of(app, cast, Scope.DUTIES)
    old = fetch(client, address)
    change(app, cast, "平板", Detail.FULL)
    new = fetch(client, address, NOW)
    assert blocks(old) == blocks(new)
    assert tuple(old.headers) == tuple(new.headers)


def change(app, cast, name, detail) -> None:
    with app.app_context():
        (feed,) = queries.feeds_of(cast.lin.id)
        service.change(cast.lin.id, feed.id, name, detail, NOW + HOUR)
