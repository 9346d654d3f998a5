"""Static files: addresses that change with them, small answers."""

from __future__ import annotations

import gzip
import re

import pytest

from tests.cast import logged_in

GZIP = {"Accept-Encoding": "gzip"}


@pytest.fixture
def style(client) -> str:
    """The address of the style sheet, as a page links it."""
    return re.search(r'href="(/static/theme\.css[^"]*)"', client.get("/login").text)[1]


def test_an_address_carries_a_version_and_may_be_kept_for_long(client, style):
    assert re.fullmatch(r"/static/theme\.css\?v=[0-9a-f]{8}", style)
    assert client.get(style, buffered=True).cache_control.max_age == 31536000


def test_every_static_file_of_a_page_has_a_version(client):
    addresses = re.findall(r'(?:href|src)="([^"]*static[^"#]*)', client.get("/login").text)
    assert len(addresses) > 4
    assert all("?v=" in address for address in addresses)


def test_texts_are_compressed_for_whoever_takes_it(client, style, root):
    plain, small = client.get(style, buffered=True), client.get(style, buffered=True, headers=GZIP)
    assert "Content-Encoding" not in plain.headers
    assert small.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(small.data) == plain.data == (root / "static" / "theme.css").read_bytes()
    assert len(small.data) * 3 < len(plain.data)
    assert "Accept-Encoding" in plain.vary
    assert "Accept-Encoding" in small.vary


@pytest.mark.parametrize("refusal", ["identity", "gzip;q=0", "br"])
def test_whoever_does_not_take_it_gets_the_file_as_it_is(client, style, refusal):
    assert "Content-Encoding" not in client.get(style, buffered=True, headers={"Accept-Encoding": refusal}).headers


@pytest.mark.parametrize("first", [{}, GZIP], ids=["plain", "compressed"])
def test_what_has_not_changed_is_not_sent_again(client, style, first):
    etag = client.get(style, buffered=True, headers=first).headers["ETag"]
    assert client.get(style, buffered=True, headers={**GZIP, "If-None-Match": etag}).status_code == 304


def test_a_page_is_compressed_unless_it_holds_a_token(app, cast):
    """The length of a token and of what somebody may have typed, compressed together, would tell the token."""
    lin = logged_in(app, cast.lin)
    page = lin.get("/slots?q=typed", headers=GZIP)
    assert b'value="typed"' in gzip.decompress(page.data)
    assert "Accept-Encoding" in page.headers["Vary"]
    for holds_a_token in ("/account", "/account/password"):
        page = lin.get(holds_a_token, headers=GZIP)
        assert "Content-Encoding" not in page.headers
        assert 'name="csrf_token"' in page.text
