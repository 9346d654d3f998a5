"""Feeds over HTTP, and the page that hands out their addresses."""

from __future__ import annotations

import gzip
from typing import Any
from urllib.parse import quote

import pytest
import sqlalchemy as sa
import time_machine
from werkzeug.http import http_date

from activities.audit.models import AuditEntry
from activities.calendars.models import Feed
from activities.kit.db import db
from activities.people.models import Member
from activities.signups.service import sign_up
from tests.calendars.reading import SECOND, address_of, fetch, token_of
from tests.cast import HOUR, NOW, logged_in

LATER = NOW + HOUR


@pytest.fixture(params=["person", "activity"])
def address(request, app, cast):
    """Each of the two feeds, with one entry."""
    with app.app_context():
        sign_up(cast.lin.id, cast.slot.id, NOW)
    return address_of(app, cast.lin) if request.param == "person" else f"/activities/{cast.sweeping.public_id}.ics"


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


def test_the_statement_of_a_304_reads_no_table_as_a_whole(app, client, address):
    sent: list[tuple[str, Any]] = []
    with app.app_context():
        engine = db.engine

    def note(_connection, _cursor, statement, parameters, *_):
        sent.append((statement, parameters))

    sa.event.listen(engine, "before_cursor_execute", note)
    client.get(address, headers={"If-None-Match": "*"})
    sa.event.remove(engine, "before_cursor_execute", note)
    ((statement, parameters),) = [(s, p) for s, p in sent if s.startswith("SELECT")]
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            assert not [row for row in plan if row[3].startswith("SCAN") and not row[3].startswith("SCAN CONSTANT")]
        else:
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
            plan = connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)
            assert not [row for row in plan if "Seq Scan" in row[0]]


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


def test_a_replaced_address_is_410_and_the_new_one_works(app, client, cast, statements):
    old = address_of(app, cast.lin)
    visitor = logged_in(app, cast.lin)
    assert visitor.submit("/calendars/replace").status_code == 303
    with statements.count() as sent:
        answer = client.get(old, headers={"If-None-Match": "*"})
    assert (answer.status_code, answer.mimetype, len(sent)) == (410, "text/plain", 1)
    assert "Set-Cookie" not in answer.headers
    new = address_of(app, cast.lin)
    assert new != old
    assert client.get(new).status_code == 200


def test_who_has_left_the_school_has_no_feed(app, client, cast):
    address = address_of(app, cast.lin)
    with app.app_context():
        db.session.get(Member, cast.lin.id).active = False
        db.session.commit()
    assert client.get(address).status_code == 410


def test_a_full_answer_costs_two_statements_and_once_kept_one(client, address, statements):
    for expected in (2, 1):
        with statements.count() as sent:
            assert fetch(client, address).status_code == 200
        assert len(sent) == expected


# ── the page ────────────────────────────────────────────────────────────────


def test_the_page_offers_the_address_in_every_form(app, cast):
    page = logged_in(app, cast.lin).get("/calendars")
    token = token_of(app, cast.lin)
    assert page.status_code == 200
    assert f'href="webcal://localhost/calendars/{token}.ics"' in page.text
    assert f'value="http://localhost/calendars/{token}.ics"' in page.text
    assert f"cid=webcal%3A%2F%2Flocalhost%2Fcalendars%2F{token}.ics" in page.text
    assert "<svg" in page.text.partition('class="qr"')[2]
    assert "style=" not in page.text
    assert page.headers["Cache-Control"] == "no-store"


def test_the_first_visit_writes_and_the_next_only_reads(app, cast, statements):
    visitor = logged_in(app, cast.lin)
    visitor.get("/calendars")
    with statements.count() as sent:
        visitor.get("/calendars")
    assert [s.split()[0] for s in sent] == ["SELECT", "SELECT"]


def test_replacing_asks_first_and_changes_nothing_by_asking(app, client, cast):
    address = address_of(app, cast.lin)
    visitor = logged_in(app, cast.lin)
    page = visitor.get("/calendars/replace")
    assert page.status_code == 200
    assert 'method="post" action="/calendars/replace"' in page.text
    assert client.get(address).status_code == 200


def test_the_database_and_the_trail_give_no_token_away(app, cast):
    logged_in(app, cast.lin).submit("/calendars/replace")
    token = token_of(app, cast.lin)
    with app.app_context():
        rows = [*db.session.query(Feed), *db.session.query(AuditEntry)]
        assert [row.verb for row in rows if isinstance(row, AuditEntry)] == ["make feed"]
        assert token not in repr([vars(row) for row in rows])
