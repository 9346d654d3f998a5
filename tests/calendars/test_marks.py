"""Who asked last: remembered by the process, written for all feeds at once and seldom, and never more than the kind."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.calendars import queries
from activities.calendars.marks import INTERVAL, Mark, Marks
from activities.calendars.models import Feed
from activities.calendars.rules_feeds import Client, Scope, client_of
from activities.calendars.service import Wanted, keep_marks
from activities.kit.db import db
from tests.calendars.reading import SECOND, fetch, make_feed
from tests.calendars.scopes import one_of
from tests.cast import HOUR, NOW, english

AGENTS = {
    "Google-Calendar-Importer": Client.GOOGLE,
    "Mozilla/5.0 (compatible; Google-Calendar-Importer; +https://www.google.com/calendar/about.html)": Client.GOOGLE,
    "iOS/19.0 (23A341) dataaccessd/1.0": Client.APPLE,
    "macOS/16.0 (25A354) dataaccessd/1.0": Client.APPLE,
    "macOS/14.5 (23F79) CalendarAgent/988": Client.APPLE,
    "Mac OS X/10.15.7 (19H2026) CalendarAgent/930.5.1": Client.APPLE,
    "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17928; Pro)": Client.OUTLOOK,
    "Microsoft.Exchange/15.20": Client.OUTLOOK,
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Thunderbird/140.2": Client.THUNDERBIRD,
    "ICSx5/2.4.1 (ical4j/3.2.19) Android/16": Client.ICSX5,
    "vdirsyncer/0.20.0": Client.VDIRSYNCER,
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/26.0 Safari/605.1.15": Client.OTHER,
    "curl/8.5.0": Client.OTHER,
    "": Client.OTHER,
}


@pytest.fixture
def asked_for_nothing(app):
    """A process that has been asked for nothing yet."""
    app.extensions["feeds_asked"].marks = Marks()


@pytest.mark.parametrize(("agent", "client"), AGENTS.items())
def test_the_kind_of_program_is_told_by_its_name(agent, client):
    assert client_of(agent) is client


@given(st.text(max_size=5000))
def test_whatever_a_program_calls_itself_it_is_of_some_kind(agent):
    assert client_of(agent) in Client


def feed_row(app) -> Feed:
    with app.app_context():
        return db.session.query(Feed).one()


@pytest.mark.usefixtures("asked_for_nothing")
@pytest.mark.parametrize("scope", Scope)
def test_polling_writes_nothing_until_the_interval_is_over(app, client, cast, statements, scope):
    address = one_of(app, cast, scope)
    tag = fetch(client, address).headers["ETag"]
    for step in range(1, 10):
        with statements.count() as sent:
            answer = fetch(client, address, NOW + step * INTERVAL / 10, If_None_Match=tag, User_Agent="ICSx5/2.4")
        assert (answer.status_code, len(sent)) == (304, 1)
    assert feed_row(app).fetched_at is None
    fetch(client, address, NOW + INTERVAL, If_None_Match=tag, User_Agent="vdirsyncer/0.20 secret")
    row = feed_row(app)
    assert (row.fetched_at, row.fetched_by) == (NOW + INTERVAL, Client.VDIRSYNCER)
    assert "secret" not in repr(vars(row))
    with statements.count() as sent:
        fetch(client, address, NOW + INTERVAL + SECOND, If_None_Match=tag)
    assert len(sent) == 1


@pytest.mark.usefixtures("asked_for_nothing")
def test_all_feeds_are_written_in_one_transaction(app, client, cast, statements):
    addresses = [make_feed(app, cast.lin, Wanted(Scope.DUTIES, name=str(n))) for n in range(5)]
    for address in addresses:
        fetch(client, address)
    with statements.count() as sent:
        fetch(client, addresses[0], NOW + INTERVAL)
    assert [one.split()[0] for one in sent] == ["SELECT", "UPDATE"]
    with app.app_context():
        assert all(feed.fetched_at for feed in queries.feeds_of(cast.lin.id))


def test_what_another_process_wrote_later_stays(ctx, cast):
    make_feed(ctx, cast.lin, Wanted(Scope.DUTIES))
    digest = db.session.query(Feed).one().digest
    keep_marks({digest: Mark(NOW + HOUR, Client.APPLE, "b", NOW)})
    keep_marks({digest: Mark(NOW, Client.GOOGLE, "a", NOW), "f" * 64: Mark(NOW, Client.OTHER, "", NOW)})
    db.session.expire_all()
    row = db.session.query(Feed).one()
    assert (row.fetched_at, row.fetched_by, row.edition) == (NOW + HOUR, Client.APPLE, "b")


@pytest.mark.usefixtures("asked_for_nothing")
def test_the_page_knows_of_a_fetch_at_once(app, client, cast):
    address = make_feed(app, cast.lin, Wanted(Scope.DUTIES))
    page = english(app, cast.lin)
    assert "No program has fetched it yet." in page.get("/calendars").text
    fetch(client, address, NOW, User_Agent="ICSx5/2.4")
    assert "12:00 by ICSx5" in page.get("/calendars").text


editions = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 3), st.booleans()), max_size=30)


@given(editions)
def test_an_edition_has_one_time_and_the_next_a_later_second(fetches):
    """Whatever is fetched when, and whenever it is written: no two editions in a row share a second."""
    marks, written, now = Marks(), ("", None), NOW
    shown: list[tuple[str, int]] = []
    for edition, pause, writes in fetches:
        now += pause * timedelta(milliseconds=400)
        mark = marks.note("d", now, Client.OTHER, edition, written)
        shown.append((edition, int(mark.since.timestamp())))
        if writes:
            written = (mark.edition, mark.since)
            marks.written({"d": mark})
    for (one, at), (other, later) in pairwise(shown):
        assert (later == at) if one == other else (later > at)
