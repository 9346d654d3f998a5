"""Feeds over HTTP."""

from __future__ import annotations

import gzip
from typing import Any
from urllib.parse import quote

import pytest
import sqlalchemy as sa
import time_machine
from werkzeug.http import http_date

from activities.calendars import queries, routes
from activities.calendars.bodies import ROOM
from activities.calendars.kept import Kept
from activities.calendars.rules_feeds import Scope
from activities.duties.models import Activity
from activities.kit.db import Base, db
from activities.people.models import Member
from tests.calendars.reading import SECOND, address_of, fetch
from tests.calendars.scopes import one_of
from tests.cast import DAY, NOW, logged_in, make_slot

LATER = NOW + 60 * SECOND
# What may become long: of units and partners' places there are dozens, and of the norms the last version is read.
TABLES = {table.name for table in Base.metadata.sorted_tables} - {"unit", "site", "norms_version"}


@pytest.fixture(params=["/activities", "/posts", *Scope])
def address(request, app, cast):
    """Each of the public feeds, and a private one of each scope, with one entry."""
    if request.param not in tuple(Scope):
        of = cast.sweeping if request.param == "/activities" else cast.lake
        return f"{request.param}/{of.public_id}.ics"
    return one_of(app, cast, request.param)


def test_the_headers_are_those_of_a_calendar(client, address):
    answer = fetch(client, address)
    private = address.startswith("/calendars/")
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith('inline; filename="')
    assert answer.headers["Content-Disposition"].endswith('.ics"')
    assert answer.headers["Cache-Control"] == f"{'private' if private else 'public'}, max-age=300"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.headers["ETag"].startswith('"')
    assert answer.last_modified == NOW
    assert "Content-Encoding" not in answer.headers


def test_neither_cookie_nor_client_changes_an_octet(app, client, cast, address):
    answers = [
        fetch(client, address, User_Agent="Thunderbird"),
        fetch(client, address, User_Agent="iOS/19.0 dataaccessd/1.0", Accept_Language="en"),
        fetch(logged_in(app, cast.zhao), address),
    ]
    assert len({answer.data for answer in answers}) == 1
    assert len({tuple(answer.headers) for answer in answers}) == 1
    assert not [answer for answer in answers if "Set-Cookie" in answer.headers]


def test_who_has_the_edition_gets_304_for_one_statement(client, address, statements):
    first = fetch(client, address)
    with statements.count() as sent:
        answer = fetch(client, address, LATER, If_None_Match=first.headers["ETag"])
    assert (answer.status_code, answer.data, len(sent)) == (304, b"", 1)
    for name in ("ETag", "Cache-Control", "Vary"):
        assert answer.headers[name] == first.headers[name]
    assert "Set-Cookie" not in answer.headers


def plan_of_304(app, client, address) -> list[str]:
    """How the database reads what tells that a feed is the one that was asked for before, as where tables are long."""
    fetch(client, address)
    sent: list[tuple[str, Any]] = []
    with app.app_context():
        engine = db.engine

    def note(_connection, _cursor, statement, parameters, *_):
        sent.append((statement, parameters))

    sa.event.listen(engine, "before_cursor_execute", note)
    fetch(client, address, If_None_Match="*")
    sa.event.remove(engine, "before_cursor_execute", note)
    ((statement, parameters),) = sent
    with engine.connect() as connection:
        if engine.dialect.name != "sqlite":
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
            connection.exec_driver_sql("SET LOCAL enable_bitmapscan = off")
        explain = "EXPLAIN QUERY PLAN" if engine.dialect.name == "sqlite" else "EXPLAIN"
        return [str(row[-1]) for row in connection.exec_driver_sql(f"{explain} {statement}", parameters)]


@pytest.mark.each_database
def test_the_statement_of_a_304_reads_no_table_as_a_whole_but_the_units(app, client, address):
    plan = plan_of_304(app, client, address)
    read = {line.split()[1] for line in plan if line.startswith("SCAN")}
    read |= {line.split(" on ")[1].split()[0] for line in plan if "Seq Scan" in line}
    assert not read & TABLES


@pytest.mark.each_database
def test_that_ones_duties_are_the_same_is_read_from_one_index_and_none_of_their_slots(app, client, cast):
    """Of each duty an entry of it and no more, or to ask would take longer than to send them."""
    plan = plan_of_304(app, client, address_of(app, cast.lin))
    [read] = [line for line in plan if "sign_up" in line]
    assert "COVERING INDEX ix_sign_up_member_id_state_revision" in read or "Index Only Scan" in read
    assert not [line for line in plan if " slot " in f"{line} " or " post " in f"{line} "]


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"If-None-Match": "*"}, 304),
        ({"If-None-Match": '"other", W/"another"'}, 200),
        ({"If-None-Match": 'W/{tag}, "other"'}, 304),
        ({"If-None-Match": '"other"', "If-Modified-Since": "{date}"}, 200),
        ({"If-Modified-Since": "{date}"}, 304),
        ({"If-Modified-Since": "{before}"}, 200),
        ({"If-Modified-Since": "yesterday, probably"}, 200),
        ({"If-None-Match": "\\\"'<>;,=", "If-Modified-Since": ""}, 200),
        ({"Range": "bytes=0-10"}, 200),
    ],
)
def test_conditions_hold_as_http_has_them(client, address, headers, code):
    first = fetch(client, address)
    fill = {
        "tag": first.headers["ETag"], "date": first.headers["Last-Modified"],
        "before": http_date(first.last_modified - SECOND),
    }  # fmt: skip
    filled = {name: value.format(**fill) for name, value in headers.items()}
    answer = fetch(client, address, **{name.replace("-", "_"): value for name, value in filled.items()})
    assert answer.status_code == code
    assert answer.data == (first.data if code == 200 else b"")


def head(client, address):
    with time_machine.travel(NOW, tick=False):
        return client.head(address)


def test_head_says_what_get_says_without_saying_it(client, address):
    got, headed = fetch(client, address), head(client, address)
    assert headed.status_code == 200
    assert headed.data == b""
    assert dict(headed.headers) == dict(got.headers)


@pytest.mark.parametrize("accepts", ["gzip", "gzip, deflate, br", "br;q=1, gzip;q=0.5"])
def test_gzip_is_given_to_who_asks_for_it(client, address, accepts):
    plain, zipped = fetch(client, address), fetch(client, address, Accept_Encoding=accepts)
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(zipped.data) == plain.data
    assert zipped.headers["ETag"] != plain.headers["ETag"]
    again = fetch(client, address, Accept_Encoding=accepts, If_None_Match=zipped.headers["ETag"])
    assert (again.status_code, again.headers["ETag"]) == (304, zipped.headers["ETag"])


@pytest.mark.parametrize("accepts", ["", "identity", "*", "gzip;q=0", "deflate, br", ",;q="])
def test_nobody_else_gets_gzip(client, address, accepts):
    answer = fetch(client, address, Accept_Encoding=accepts)
    assert "Content-Encoding" not in answer.headers
    assert answer.data.startswith(b"BEGIN:VCALENDAR")


@pytest.mark.parametrize("token", ["x", "A" * 32, "节", "a" * 3000, "%2e%2e", "'--", "😀"])
def test_an_unknown_address_is_404_without_log_in_or_cookie(client, cast, token, statements):
    for address in (f"/calendars/{quote(token, safe='%')}.ics", f"/activities/{quote(token, safe='%')}.ics"):
        with statements.count() as sent:
            answer = client.get(address)
        assert (answer.status_code, answer.mimetype, len(sent)) == (404, "text/plain", 1)
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("ending", ["replace", "stop"])
def test_an_address_that_has_ended_is_410(app, client, cast, statements, ending):
    old = address_of(app, cast.lin)
    fetch(client, old)
    assert logged_in(app, cast.lin).submit(f"/calendars/feeds/{feed_id(app, cast.lin)}/{ending}").status_code == 303
    for _ in range(2):
        with statements.count() as sent:
            answer = fetch(client, old, If_None_Match="*")
        assert (answer.status_code, answer.mimetype, len(sent)) == (410, "text/plain", 1)
    assert "Set-Cookie" not in answer.headers
    new = address_of(app, cast.lin)
    assert new != old
    assert fetch(client, new).status_code == 200


def test_an_ended_address_and_one_that_never_was_are_looked_up_alike(app, client, cast, statements):
    old = address_of(app, cast.lin)
    logged_in(app, cast.lin).submit(f"/calendars/feeds/{feed_id(app, cast.lin)}/stop")
    asked = []
    for address, code in ((old, 410), (f"/calendars/{'A' * 32}.ics", 404)):
        with statements.count() as sent:
            assert fetch(client, address).status_code == code
        asked.append(list(sent))
    assert asked[0] == asked[1]
    assert len(asked[0]) == 1


def test_who_has_left_the_school_has_no_feed(app, client, cast):
    address = address_of(app, cast.lin)
    with app.app_context():
        db.session.get(Member, cast.lin.id).active = False
        db.session.commit()
    assert client.get(address).status_code == 410


def test_a_full_answer_costs_a_fixed_number_of_statements_and_once_kept_one(
    request, app, client, cast, address, statements
):
    """Two, and two more where the rules ask of the reader and of the days on which nobody works."""
    expected = {Scope.OPEN: 4}.get(request.node.callspec.params["address"], 2)
    fetch(client, address)
    for slots in (1, 30):
        with app.app_context():
            for n in range(slots):
                make_slot(db.session.merge(cast.lake), NOW + (2 + n) * DAY + slots * SECOND)
            touch(cast.sweeping.id, slots)
        forget(app)
        with statements.count() as sent:
            assert fetch(client, address).status_code == 200
        assert len(sent) == expected
        with statements.count() as sent:
            assert fetch(client, address).status_code == 200
        assert len(sent) == 1


def forget(app):
    """As a process that has put together no feed yet."""
    app.extensions["feeds"] = Kept(ROOM)
    app.extensions["feeds_duties"].clear()


def touch(activity_id, times):
    """What every verb that plans slots does."""
    activity = db.session.get_one(Activity, activity_id)
    activity.schedule_revision += times
    activity.schedule_changed_at = NOW + times * SECOND
    db.session.commit()


def feed_id(app, member):
    with app.app_context():
        return queries.feeds_of(member.id)[-1].public_id


def test_what_goes_wrong_is_logged_without_the_address(app, client, cast, monkeypatch, caplog):
    """Whoever reads the log can read nobody's calendar."""
    address = address_of(app, cast.lin)

    def fail(*_):
        raise RuntimeError("the database is gone")

    monkeypatch.setattr(routes.feeds, "private", fail)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    try:
        assert client.get(address).status_code == 500
    finally:
        app.config["PROPAGATE_EXCEPTIONS"] = None
    assert "the database is gone" in caplog.text
    assert "calendars.private" in caplog.text
    assert address.removeprefix("/calendars/").removesuffix(".ics") not in caplog.text
