"""The protections that hold for the whole house. Each test fails when its protection is taken away."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import html5lib
import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from sqlalchemy.exc import DBAPIError

from activities.app import create_app
from activities.kit.access import is_impersonal
from activities.kit.db import db
from activities.kit.web import csrf
from tests.cast import NOW, PASSWORD, Visitor, logged_in
from tests.house.test_access import ROLES, TABLE, ask

pytestmark = pytest.mark.any_database
GOOD = "东湖北岸的清扫区真干净"
# What stands in an address that takes no text there.
DAY = date(2026, 9, 7)
PLACES = {"day": DAY, "starts_on": DAY, "since": DAY, "year": 2026, "block": "training", "form": "xlsx"}


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


# ── cookies and forms ───────────────────────────────────────────────────────


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(client, cast):
    cookie = log_in(client).headers["Set-Cookie"]
    assert "; HttpOnly" in cookie
    assert "; SameSite=Lax" in cookie
    assert "; Secure" not in cookie  # plain HTTP on loopback would lose it


def test_outside_loopback_the_session_cookie_travels_encrypted_only(public, cast):
    answer = public.get("/login", base_url="https://activities.example.edu")
    assert "; Secure" in answer.headers["Set-Cookie"]
    assert answer.headers["Strict-Transport-Security"]


def test_every_form_is_refused_without_its_token(app, client, log):
    changing = {"POST", "PUT", "PATCH", "DELETE"}
    for rule in app.url_map.iter_rules():
        if not (methods := (rule.methods or set()) & changing):
            continue
        _, path = rule.build({name: PLACES.get(name, "1") for name in rule.arguments}, append_unknown=False)
        for method in methods:
            log.clear()
            assert client.open(path, method=method, data={"csrf_token": "x"}).status_code == 400, rule.endpoint
            assert [e.split()[:2] for e in events(log)] == [["form", "refused"]], rule.endpoint
    assert not csrf._exempt_views | csrf._exempt_blueprints


def test_a_token_is_good_in_its_own_session_only(app, client, cast):
    stolen = re.search(r'name="csrf_token" value="([^"]+)"', logged_in(app, cast.gu).get("/account").text)[1]
    other = logged_in(app, cast.lin)
    assert other.get("/account").status_code == 200
    assert other.post("/account/log-out-everywhere", data={"csrf_token": stolen}).status_code == 400


# ── pages ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("key", [key for key in TABLE if key.startswith("GET")])
@time_machine.travel(NOW, tick=False)
def test_every_answer_has_a_strict_policy_and_keeps_it(app, client, cast, key):
    for name in ROLES.values():
        visitor = logged_in(app, getattr(cast, name)) if name else client
        answer = ask(app, visitor, key, cast)
        text = answer.headers["Content-Security-Policy"]
        policy = dict(part.strip().partition(" ")[::2] for part in text.split(";"))
        assert policy["default-src"] == "'none'"
        assert "unsafe" not in text
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] in ("same-origin", "no-referrer")
        assert "public" not in answer.headers["Cache-Control"] or is_impersonal(app, key.split()[1])
        if answer.mimetype == "text/html":
            obeys(answer.text, policy)


def obeys(page: str, policy: dict[str, str]) -> None:
    """A page's policy is strict, and the page has no script without the nonce, no style or handler of its own."""
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["form-action"] == policy["style-src"] == "'self'"
    nonce = re.fullmatch(r"'nonce-([\w-]{22,})'", policy["script-src"])
    assert nonce
    for element in html5lib.parse(page, namespaceHTMLElements=False).iter():
        assert element.tag != "style"
        assert element.tag != "script" or element.get("nonce") == nonce[1]
        assert not [a for a in element.keys() if a == "style" or str(a).startswith("on")]  # noqa: SIM118
        assert not str(element.get("href", "")).lower().startswith("javascript:")


def test_a_nonce_is_used_once(client):
    policies = {client.get("/login").headers["Content-Security-Policy"] for _ in range(3)}
    assert len(policies) == 3


def test_what_a_failed_statement_was_told_is_not_said(ctx):
    with pytest.raises(DBAPIError) as failed:
        db.session.execute(sa.text("SELECT nothing FROM nowhere WHERE reason = :reason"), {"reason": "a secret"})
    assert "a secret" not in str(failed.value)


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "evil.example:80", ""])
def test_another_host_gets_no_page(client, log, host):
    answer = client.get("/login", headers={"Host": host})
    assert answer.status_code == 400
    assert "evil" not in answer.text
    assert [e.split()[:2] for e in events(log)] == [["host", "refused"]]


def test_a_nul_is_refused_before_any_page(client):
    for answer in (client.get("/slots/%00"), client.get("/login?next=%00"), client.submit("/login", name="\0")):
        assert answer.status_code == 400


def test_too_large_a_form_or_file_is_refused(client, settings):
    assert client.submit("/login", name="x" * (1024 * 1024 + 1)).status_code == 413
    part = b'--x\r\nContent-Disposition: form-data; name="file"; filename="roster.xlsx"\r\n\r\n%b\r\n--x--\r\n'
    body = part % (b"x" * settings.max_upload)
    assert client.post("/login", data=body, content_type="multipart/form-data; boundary=x").status_code == 413


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "\\\\evil.example", "/\t/evil.example",
     "javascript:1", "evil.example", "http:/evil.example", "/\r\nSet-Cookie: a=b", "///evil.example",
     "https:evil.example", "/%0d%0a\n"],
)  # fmt: skip
def test_log_in_leads_nowhere_else(client, cast, target):
    assert log_in(client, next=target).location == "/"
    assert client.get("/login", query_string={"next": target}).location == "/"


def test_log_in_leads_back_to_where_one_was(client, cast):
    assert log_in(client, next="/slots?week=3").location == "/slots?week=3"
