"""No input makes a 500: every form, in the hands of everyone who may send it, filled with what nobody should type."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl

import pytest
from flask import url_for

from tests.cast import Cast, Visitor, logged_in
from tests.house.test_access import ROLES, TABLE, at_noon

__all__ = ["at_noon"]

GARBAGE = {
    "a lone surrogate's bytes": b"\xed\xa0\x80",
    "no UTF-8": b"\xff\xfe\xfa",
    "a number that fits nowhere": "9" * 40,
    "a number that no float holds": "9" * 400,
    "a negative number": "-1",
    "digits of another script": "٣²",
    "a day that is not": "2026-02-30",
    "a moment before the calendar": "0001-01-01T00:00",
    "a moment after it": "9999-12-31T23:59",
    "markup": "<script>alert(1)</script>\"'",
    "a formula": "=1+1",
    "blanks of all kinds": "\u3000\u00a0\u2028\t",
    "no number that is one": "sNaN",
    # Not so long that the whole form would be refused, and of letters that are sent as they are: to write and read it
    # in escapes took a tenth of all the time here.
    "something long": "长" + "x" * 5_000,
}
# What databases can differ about; the rest is the same to all that read it before them.
TOLD_APART = (
    "a lone surrogate's bytes", "a number that fits nowhere", "digits of another script",
    "a moment before the calendar", "a moment after it", "something long",
)  # fmt: skip
FIELD = re.compile(r"<(?:input|select|textarea|button)\b[^>]*\bname=\"([^\"]+)\"")
QUERIES = [
    "page", "q", "week", "day", "year", "sort", "kind", "unit", "stage", "class", "standing", "ledger", "first", "last",
    "starts", "ends", "weekdays", "capacity", "next", "part", "activity", "open", "token",
    "endpoint", "_scheme", "_external", "_anchor", "_method",
]  # fmt: skip
FORMS = [key for key in TABLE if key.startswith("POST")]
# Fields of forms that stand on another page than their own address.
ELSEWHERE = [
    "name", "password", "language", "role", "unit", "member", "number", "next", "revision", "reason", "wait", "risks",
    "known", "arrival",
]  # fmt: skip


@pytest.fixture
def garbage(database: str) -> dict[str, Any]:
    return GARBAGE if database == "sqlite" else {what: GARBAGE[what] for what in TOLD_APART}


def fields_of(client: Visitor, address: str) -> list[str]:
    """The names of the fields that the form's page has, or those of all the forms whose page is another."""
    page = client.get(address, buffered=True)
    names = set(FIELD.findall(page.get_data(as_text=True))) if page.status_code == 200 else set()
    return sorted((names | set(ELSEWHERE)) - {"csrf_token"})


@pytest.mark.parametrize("key", FORMS)
def test_a_form_full_of_garbage_gets_an_answer(app, cast: Cast, garbage, key: str):
    admitted = [role for role, answer in TABLE[key].expected.items() if answer not in ("login", "404") and ROLES[role]]
    person = getattr(cast, ROLES[admitted[-1]] if admitted else "lin")
    with app.test_request_context():
        address = url_for(key.split()[1], **TABLE[key].address(cast))
    names = fields_of(logged_in(app, person), address)
    for what, value in garbage.items():
        client = logged_in(app, person)
        answer = client.submit(address, **dict.fromkeys(names, value))
        assert answer.status_code < 500, what
        answer.get_data()  # what is made while it is sent is made whole
    assert as_files(client, address, names).status_code < 500
    assert as_json(client, address, names).status_code < 500


def as_files(client: Visitor, address: str, names: list[str]) -> Any:
    """A file in every field."""
    return client.submit(address, **{name: (BytesIO(b"\0"), "a.bin") for name in names})


def as_json(client: Visitor, address: str, names: list[str]) -> Any:
    """What is no text in every field."""
    headers = {"X-CSRFToken": client.token()}
    return client.post(address, json={name: {"a": [1]} for name in names}, headers=headers)


@pytest.mark.parametrize("key", [key for key in TABLE if key.startswith("GET")])
def test_an_address_full_of_garbage_gets_an_answer(app, cast: Cast, garbage, key: str):
    admitted = [role for role, answer in TABLE[key].expected.items() if answer == "200" and ROLES[role]]
    client = logged_in(app, getattr(cast, ROLES[admitted[-1]] if admitted else "lin"))
    with app.test_request_context():
        address = url_for(key.split()[1], **TABLE[key].address(cast))
    path, _, own = address.partition("?")
    for what, value in garbage.items():
        asked: dict[str, Any] = dict.fromkeys(QUERIES, value if len(value) < 500 else value[:500])
        query = {**asked, **dict(parse_qsl(own))}
        assert client.get(path, query_string=query, buffered=True).status_code < 500, what


@pytest.mark.parametrize("referrer", ["http://[", "//", "\\", "http://localhost/\x7f"])
def test_a_garbage_referrer_gets_an_answer(client, cast: Cast, referrer: str):
    assert client.get("/nowhere", headers={"Referer": referrer}).status_code == 404
