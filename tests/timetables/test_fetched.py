"""A timetable that the worker fetches, from the address to the spans."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
import time_machine

from activities.kit.db import db
from activities.kit.refusal import NotFound
from activities.outbox.jobs import JOBS
from activities.signups.leaving import deactivate
from activities.terms.models import Term
from activities.timetables import queries, service
from activities.timetables.models import Timetable
from activities.timetables.rules import AddressLost, FetchingIsOff, HostUnknown, NotAnAddress, NotPublic, read_back
from activities.timetables.sealing import seal, unseal
from tests.cast import DAY, HOUR, NOW, english, store
from tests.timetables.calendars import calendar, said
from tests.timetables.server import sends, serving

AT_TEN = calendar("DTSTART:20261125T100000\nDTEND:20261125T110000")
AT_TWO = calendar("DTSTART:20261125T140000\nDTEND:20261125T150000")


@pytest.fixture(scope="module")
def one_server():
    with serving() as server:
        yield server


@pytest.fixture
def server(one_server):
    one_server.answers.clear()
    one_server.asked.clear()
    one_server.answers["/secret-token.ics"] = sends(AT_TEN, ETag='"1"')
    return one_server


def fetch(member, server, now=NOW) -> Timetable:
    db.session.rollback()
    service.fetch_one(queries.of_member(member.id).id, now, server.reach())
    return queries.of_member(member.id)


def kept(member) -> list[str]:
    return said(queries.spans(queries.of_member(member.id).id, queries.window(NOW)))


@pytest.fixture
def brought(ctx, cast, server):
    service.bring_address(cast.lin.id, server.url("/secret-token.ics"), NOW)
    return fetch(cast.lin, server)


def test_it_is_fetched_and_kept(brought, cast):
    assert kept(cast.lin) == ["25 10:00–11:00"]
    assert (brought.host, brought.trouble, brought.asked_at, brought.read_at) == ("school.example", None, NOW, NOW)
    assert brought.next_at == NOW + 6 * HOUR


def test_the_address_stands_nowhere_to_be_read(brought, cast, server, caplog):
    server.answers["/secret-token.ics"] = sends(b"", 500)
    service.fetch_now(cast.lin.id, NOW + HOUR)
    fetch(cast.lin, server, NOW + HOUR)
    tables = ("timetable", "audit_entry", "notice")
    with db.engine.connect() as connection:
        rows = [repr(row) for table in tables for row in connection.execute(sa.text(f"SELECT * FROM {table}"))]
    assert any("school.example" in row for row in rows)
    assert not any("secret-token" in row for row in rows)
    assert "secret-token" not in caplog.text


def test_it_is_not_fetched_before_its_turn(brought, cast, server):
    server.answers["/secret-token.ics"] = sends(AT_TWO)
    fetch(cast.lin, server, NOW + 5 * HOUR)
    assert len(server.asked) == 1
    assert queries.due(NOW + 5 * HOUR, 9) == []
    assert queries.due(NOW + 6 * HOUR, 9) == [brought.id]
    fetch(cast.lin, server, NOW + 6 * HOUR)
    assert kept(cast.lin) == ["25 14:00–15:00"]


def test_at_once_when_somebody_asks(brought, cast, server):
    service.fetch_now(cast.lin.id, NOW + HOUR)
    assert queries.due(NOW + HOUR, 9) == [brought.id]
    with pytest.raises(NotFound):
        service.fetch_now(cast.wang.id, NOW)


def test_two_workers_at_once_fetch_it_once(brought, cast, server):
    server.answers["/secret-token.ics"] = sends(AT_TWO)
    for _ in range(2):
        fetch(cast.lin, server, NOW + 6 * HOUR)
    assert len(server.asked) == 2  # the first time, and once of these


@pytest.mark.parametrize(
    ("answer", "key"),
    [
        (sends(b"", 404), "AnsweredWith"), (sends(b"<p>log in"), "NotACalendar"),
        (sends(calendar("DTSTART:soon")), "BadEvent"), (sends(b"", 302, Location="http://x/"), "NotAnAddress"),
    ],
)  # fmt: skip
def test_what_goes_wrong_is_noted_and_what_was_read_stays(brought, cast, server, answer, key):
    server.answers["/secret-token.ics"] = answer
    timetable = fetch(cast.lin, server, NOW + 6 * HOUR)
    assert read_back(timetable.trouble).key == key
    assert (timetable.read_at, timetable.asked_at) == (NOW, NOW + 6 * HOUR)
    assert kept(cast.lin) == ["25 10:00–11:00"]
    server.answers["/secret-token.ics"] = sends(AT_TWO)
    assert fetch(cast.lin, server, NOW + 12 * HOUR).trouble is None
    assert kept(cast.lin) == ["25 14:00–15:00"]


def test_what_has_not_changed_is_asked_for_by_its_version(brought, cast, server):
    server.answers["/secret-token.ics"] = sends(b"", 304)
    timetable = fetch(cast.lin, server, NOW + 6 * HOUR)
    assert server.asked[-1][1]["If-None-Match"] == '"1"'
    assert (timetable.trouble, timetable.read_at) == (None, NOW + 6 * HOUR)
    assert kept(cast.lin) == ["25 10:00–11:00"]


def test_it_is_asked_for_anew_where_more_days_are_read_by_now(brought, cast, server):
    store(Term(name="秋", starts_on=date(2026, 9, 7), weeks=18))
    store(Term(name="春", starts_on=date(2027, 3, 1), weeks=18))
    db.session.commit()
    timetable = fetch(cast.lin, server, NOW + 6 * HOUR)
    assert "If-None-Match" not in server.asked[-1][1]
    assert timetable.read_to == date(2027, 7, 4)


def test_a_file_takes_the_addresses_place(brought, cast, server):
    service.bring_file(cast.lin.id, AT_TWO, NOW)
    timetable = queries.of_member(cast.lin.id)
    assert (timetable.address, timetable.host, timetable.next_at, timetable.etag) == (None, "", None, None)
    assert queries.due(NOW + 30 * DAY, 9) == []


def test_with_another_secret_the_address_is_lost():
    sealed = seal("https://school.example/x", "a secret of this service")
    assert unseal(sealed, "a secret of this service") == "https://school.example/x"
    with pytest.raises(AddressLost):
        unseal(sealed, "another")


def test_nobody_is_fetched_for_who_has_left(brought, cast):
    deactivate(cast.gu.id, cast.lin.id, NOW)
    assert queries.of_member(cast.lin.id) is None


def test_the_job_reaches_nothing_but_the_public_internet(ctx, cast):
    service.bring_address(cast.lin.id, "https://127.0.0.1:1/x.ics", NOW)
    job = next(job for job in JOBS if job.name == "fetch timetables")
    job.verb(NOW)
    assert read_back(queries.of_member(cast.lin.id).trouble) == NotPublic()


def test_an_operator_turns_it_off(ctx, cast, monkeypatch):
    service.bring_address(cast.lin.id, "https://127.0.0.1:1/x.ics", NOW)
    monkeypatch.setitem(ctx.config, "SETTINGS", replace(ctx.config["SETTINGS"], fetch_timetables=False))
    service.fetch_due(NOW)
    assert queries.of_member(cast.lin.id).asked_at is None
    with pytest.raises(FetchingIsOff):
        service.bring_address(cast.lin.id, "https://school.example/", NOW)


def test_what_is_no_address_is_refused_at_once(ctx, cast):
    with pytest.raises(NotAnAddress):
        service.bring_address(cast.lin.id, "http://school.example/", NOW)
    assert queries.of_member(cast.lin.id) is None


# ── the page ────────────────────────────────────────────────────────────────


def test_the_page_says_how_it_went_and_never_the_address(app, cast):
    with time_machine.travel(NOW, tick=False) as clock:
        lin = english(app, cast.lin)
        wrong = lin.submit("/timetable/address", address="http://school.example/secret-token")
        assert wrong.status_code == 422
        assert "begins with https:// or webcal://" in wrong.text
        right = lin.submit("/timetable/address", address="https://school.example/secret-token")
        assert right.status_code == 303
        page = lin.get("/timetable").text
        assert "Is fetched within a minute." in page
        assert "Fetched from school.example" in page
        assert "secret-token" not in page
        with app.app_context(), serving() as server:
            reach = server.reach(resolve=lambda *_: [])
            service.fetch_one(queries.of_member(cast.lin.id).id, NOW, reach)
            assert read_back(queries.of_member(cast.lin.id).trouble) == HostUnknown()
        page = lin.get("/timetable").text
        assert "There is no server of this name." in page
        assert "Fetch now" in page
        clock.shift(timedelta(minutes=5))
        assert lin.submit("/timetable/fetch").status_code == 303
        assert "Is fetched within a minute." in lin.get("/timetable").text
