"""The protections of the way in: limits, no telling who exists, links, and logs without secrets."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from time import perf_counter

import pytest
from flask import Flask
from pwdlib.hashers.argon2 import Argon2Hasher

from activities.app import create_app
from activities.kit.db import db
from activities.people import links
from activities.people.rules import LinkPurpose
from activities.people.service_accounts import invite
from tests.cast import NOW, PASSWORD, Visitor, logged_in

GOOD = "东湖北岸的清扫区真干净"


@pytest.fixture
def public(app: Flask, settings) -> Iterator[Visitor]:
    """A visitor of the same house where the world can reach it."""
    elsewhere = create_app(replace(settings, base_url="https://activities.example.edu"))
    yield Visitor(elsewhere, elsewhere.response_class)
    with elsewhere.app_context():
        db.engine.dispose()


def log_in(client: Visitor, name: str = "2301001", password: str = PASSWORD, **form: str):
    return client.submit("/login", name=name, password=password, **form)


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.DEBUG)
    return caplog


def events(log: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in log.records if record.name == "activities.security"]


# ── logging in ──────────────────────────────────────────────────────────────


def test_logging_in_starts_a_session_of_its_own(client, cast):
    client.get("/login")
    with client.session_transaction() as session:
        session["planted"], session["language"] = "by somebody else", "en"
        before = session["csrf_token"]
    assert log_in(client).status_code == 303
    with client.session_transaction() as session:
        assert "planted" not in session
        assert session.get("csrf_token") != before
        assert session["language"] == "en"


def test_one_account_is_tried_ten_times_from_anywhere_whether_it_exists_or_not(client, cast, log):
    for name in ("2301001", "nobody"):
        for n in range(10):
            client.environ_base["REMOTE_ADDR"] = f"10.0.0.{n}"
            assert log_in(client, f" {name}" if n % 2 else name, "wrong").status_code == 422
        assert log_in(client, name.upper(), PASSWORD).status_code == 429
    assert log_in(client, "2301002", PASSWORD).status_code == 303
    assert sum(e.startswith("limit hit") for e in events(log)) == 2


def test_one_address_tries_a_hundred_times(client, cast, monkeypatch):
    monkeypatch.setattr(Argon2Hasher, "verify", lambda *_: False)
    for n in range(100):
        assert log_in(client, f"nobody{n}", "wrong").status_code == 422
    assert log_in(client, "2301001", PASSWORD).status_code == 429
    client.environ_base["REMOTE_ADDR"] = "10.0.0.1"
    assert log_in(client, "2301001", PASSWORD).status_code == 422


def test_a_network_of_ipv6_addresses_counts_as_one(client, cast, monkeypatch):
    monkeypatch.setattr(Argon2Hasher, "verify", lambda *_: False)
    for n in range(100):
        client.environ_base["REMOTE_ADDR"] = f"2001:db8::{n:x}"
        assert log_in(client, f"nobody{n}", "x").status_code == 422
    assert log_in(client, "other", "x").status_code == 429
    client.environ_base["REMOTE_ADDR"] = "2001:db8:0:1::1"
    assert log_in(client, "other", "x").status_code == 422


def test_who_logs_in_rightly_is_never_counted(client, cast):
    for _ in range(12):
        assert log_in(client).status_code == 303


def neutral(page: str, *typed: str) -> str:
    """A page without what differs from answer to answer."""
    for text in typed:
        page = page.replace(text, "…")
    return re.sub(r'(nonce|value)="[^"]*"', "", page)


def test_a_failed_log_in_does_not_tell_whether_the_account_exists(app, cast, monkeypatch):
    """The same page, after the same work."""
    checked: list[str] = []
    check = Argon2Hasher.verify
    monkeypatch.setattr(Argon2Hasher, "verify", lambda self, p, h: checked.append(h) or check(self, p, h))
    pages, work = set(), []
    for name in ("2301001", "nobody", "nobody@example.edu"):
        visitor = Visitor(app, app.response_class)
        checked.clear()
        answer = log_in(visitor, name, "wrong")
        pages.add((answer.status_code, neutral(answer.text, name)))
        work.append([h.rsplit("$", 2)[0] for h in checked])
    assert len(pages) == 1
    assert work == [["$argon2id$v=19$m=19456,t=2,p=1"]] * 3


def test_asking_for_a_reset_does_not_tell_whether_the_account_exists(app, cast):
    pages, least = set(), 9.0
    for name in ("lin@example.edu", "2301002", "nobody", "nobody@example.edu"):
        began = perf_counter()
        answer = Visitor(app, app.response_class).submit("/login/forgot", name=name)
        least = min(least, perf_counter() - began)
        pages.add((answer.status_code, neutral(answer.text, name)))
    assert len(pages) == 1
    assert least >= 0.25


def test_resets_are_limited_by_account_and_by_address(client, cast, monkeypatch):
    monkeypatch.setattr("activities.people.routes.RESET_SECONDS", 0)
    for _ in range(5):
        assert client.submit("/login/forgot", name="lin@example.edu").status_code == 200
    assert client.submit("/login/forgot", name="LIN@example.edu").status_code == 429
    for n in range(44):
        assert client.submit("/login/forgot", name=f"nobody{n}").status_code == 200
    assert client.submit("/login/forgot", name="one more").status_code == 429


# ── links ───────────────────────────────────────────────────────────────────


@pytest.fixture
def token(app: Flask, cast) -> str:
    with app.app_context():
        link = invite(cast.gu.id, cast.lin.id, NOW.replace(year=2126))
        return links.token(link.id, link.purpose)


def test_a_link_leaks_neither_by_referrer_nor_by_cache_nor_into_the_page(client, token):
    first = client.get(f"/enter/{token}")
    assert first.headers["Referrer-Policy"] == "no-referrer"
    assert first.headers["Cache-Control"] == "no-store"
    assert (first.status_code, first.location) == (303, "/enter")
    page = client.get("/enter")
    assert page.headers["Cache-Control"] == "no-store"
    assert token not in page.text
    spent = client.get(f"/enter/{token}x")
    assert (spent.status_code, spent.headers["Referrer-Policy"]) == (404, "no-referrer")


def test_looking_at_a_link_does_not_use_it_up(app, client, token):
    """The previews of chat programs look at every link."""
    for _ in range(3):
        assert Visitor(app, app.response_class).get(f"/enter/{token}").status_code == 303
    client.get(f"/enter/{token}")
    assert client.submit("/enter", password=GOOD, again=GOOD).status_code == 303


def test_no_secret_reaches_a_log(app, client, cast, token, log):
    typed_into_the_wrong_field = "my-own-secret-password"
    log_in(client, typed_into_the_wrong_field, "x")
    log_in(client, "2301001", "also-secret\nlog-in member=forged")
    client.get(f"/enter/{token}")
    client.submit("/enter", password=GOOD, again=GOOD)
    client.submit("/account/password", old=GOOD, password=GOOD + "!", again=GOOD + "!")
    client.post("/logout", data={"csrf_token": "stolen-token"})
    client.submit("/login/forgot", name="lin@example.edu")
    said = "\n".join(record.getMessage() for record in log.records)
    for secret in (
        typed_into_the_wrong_field,
        "also-secret",
        token,
        GOOD,
        "stolen-token",
        "lin@example.edu",
        "2301001",
    ):
        assert secret not in said
    assert [re.match(r"[a-z -]+(?= )", e)[0].strip() for e in events(log)] == [
        "log-in failed", "log-in failed", "password set", "password changed", "form refused", "reset asked for",
    ]  # fmt: skip
    assert not any("\n" in e for e in events(log))


def test_a_role_given_and_taken_is_logged(app, cast, log):
    gu = logged_in(app, cast.gu)
    gu.submit("/people/roles/grant", number="2301002", role="organizer", unit=cast.first.public_id)
    gu.submit("/people/roles/revoke", member=cast.wang.public_id, role="organizer", unit=cast.first.public_id)
    assert [e.split()[:2] for e in events(log)] == [["role", "granted"], ["role", "revoked"]]
    assert all(cast.gu.public_id in e and cast.wang.public_id in e for e in events(log))


def test_a_token_of_another_house_opens_nothing(app, client, settings, cast, token):
    other = create_app(replace(settings, secret_key="another-secret-for-tests"))
    with other.app_context():
        forged = links.token(1, LinkPurpose.RESET)
        db.engine.dispose()
    assert client.get(f"/enter/{forged}").status_code == 404
