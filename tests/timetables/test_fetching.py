"""Fetching from a real https server, and from where nothing is to be fetched."""

from __future__ import annotations

import gzip
import ssl
from collections.abc import Iterator
from ipaddress import ip_address

import pytest

from activities.kit.refusal import Refusal
from activities.timetables.fetching import Fetched, Reach, Version, address_of, fetch, is_public
from activities.timetables.rules import (
    AnsweredWith,
    BadCertificate,
    HostUnknown,
    NotAnAddress,
    NotPublic,
    OddlyEncoded,
    TookTooLong,
    TooLarge,
    TooManyRedirects,
    Unreachable,
)
from tests.timetables.server import Server, sends, serving

BODY = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
NEW = Version()


@pytest.fixture(scope="module")
def one_server() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.fixture
def server(one_server):
    one_server.answers.clear()
    one_server.asked.clear()
    one_server.resolved.clear()
    one_server.answers["/calendar.ics"] = sends(BODY)
    return one_server


# ── what is not the public internet ─────────────────────────────────────────

INSIDE = [
    "127.0.0.1", "127.255.255.254", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1", "100.127.255.255", "192.0.0.8", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1",
    "192.88.99.1",
    "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1",
    "::ffff:8.8.8.8", "::ffff:a00:1", "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1", "100::1", "2001::1",
    "2001:db8::1", "2002:7f00:1::1", "2002:a00:1::", "3fff::1", "5f00::1", "fc00::1", "fd12:3456::1", "fe80::1",
    "fe80::1%eth0",
    "fec0::1", "ff02::1", "2600::1%1",
]  # fmt: skip
OUTSIDE = ["8.8.8.8", "1.1.1.1", "202.198.16.1", "172.32.0.1", "100.128.0.1", "2606:4700:4700::1111", "2400:3200::1"]


@pytest.mark.parametrize("address", INSIDE)
def test_what_is_inside_is_not_reached_by_any_name(address):
    assert not is_public(ip_address(address))
    asked = []

    def resolve(host, _seconds):
        asked.append(host)
        return [address]

    with pytest.raises(NotPublic):
        fetch("https://school.example/", NEW, Reach(resolve=resolve))
    assert asked == ["school.example"]


@pytest.mark.parametrize("address", [one for one in INSIDE if "%" not in one])
def test_nor_by_its_number(address):
    host = f"[{address}]" if ":" in address else address
    with pytest.raises(NotPublic):
        fetch(f"https://{host}/", NEW, Reach())


@pytest.mark.parametrize("address", OUTSIDE)
def test_what_is_outside_is(address):
    assert is_public(ip_address(address))


def test_one_address_inside_among_several_is_enough_to_refuse():
    with pytest.raises(NotPublic):
        fetch("https://school.example/", NEW, Reach(resolve=lambda *_: ["8.8.8.8", "10.0.0.1"]))


@pytest.mark.parametrize(
    "url",
    [
        "", "school.example/x", "http://school.example/", "ftp://school.example/", "file:///etc/passwd", "https://",
        "https:///x", "https://user@school.example/", "https://user:pw@school.example/", "https://school.example:0/",
        "https://school.example:99999/", "https://school.example\\@inside/", "https://a b/",
        "https://school.example/\nX: y",
        "https://2130706433/", "https://017700000001/", "https://１２７.0.0.1/", "https://①②⑦.⓪.⓪.①/", "https://127。0。0。1/",
        "https://0x7f000001/", "https://0x7f.1/", "https://127.1/", "https://0177.0.0.1/",
        "https://127.0.0.1./", "https://[::1/", "https://[fe80::1%25eth0]/", "https://school.example/" + "x" * 2000,
        "javascript:alert(1)", "https://..example/", "gopher://x/", "data:text/calendar,BEGIN",
    ],
)  # fmt: skip
def test_what_is_no_address(url):
    with pytest.raises(Refusal) as refused:
        address_of(url) and fetch(address_of(url), NEW, Reach(resolve=lambda *_: ["127.0.0.1"]))
    assert isinstance(refused.value, NotAnAddress | NotPublic)


def test_webcal_is_https():
    assert address_of(" webcal://school.example/x?y=1 ") == "https://school.example/x?y=1"


# ── a server ────────────────────────────────────────────────────────────────


def test_what_stands_there_is_fetched(server):
    server.answers["/calendar.ics"] = sends(BODY, ETag='"1"', Last_Modified="Wed, 25 Nov 2026 04:00:00 GMT")
    found = fetch(server.url(), NEW, server.reach())
    assert found == Fetched(BODY, Version('"1"', "Wed, 25 Nov 2026 04:00:00 GMT"))
    [(_, headers)] = server.asked
    assert headers["Host"] == f"school.example:{server.port}"
    assert "Cookie" not in headers
    assert "If-None-Match" not in headers
    assert server.resolved == ["school.example"]


def test_a_name_that_changes_its_address_between_looks_is_looked_at_once(server):
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    assert fetch(server.url(), NEW, server.reach(resolve=lambda *_: next(answers))).content == BODY


def test_what_has_not_changed_is_not_sent_again(server):
    def answer(handler):
        known = handler.headers["If-None-Match"], handler.headers["If-Modified-Since"]
        sends(b"", 304)(handler) if known == ('"1"', "yesterday") else sends(BODY)(handler)

    server.answers["/calendar.ics"] = answer
    known = Version('"1"', "yesterday")
    assert fetch(server.url(), known, server.reach()) == Fetched(None, known)
    assert fetch(server.url(), NEW, server.reach()).content == BODY


@pytest.mark.parametrize("mark", ['"a\0b"', '"a\x7fb"', '"a\tb"', '"' + "a" * 60_000 + '"', ""])
def test_what_cannot_be_kept_of_a_version_is_no_version(server, mark):
    server.answers["/calendar.ics"] = sends(BODY, ETag=mark, Last_Modified=mark)
    assert fetch(server.url(), NEW, server.reach()) == Fetched(BODY, NEW)


def test_a_304_that_nobody_asked_for_is_no_answer(server):
    server.answers["/calendar.ics"] = sends(b"", 304)
    with pytest.raises(AnsweredWith):
        fetch(server.url(), NEW, server.reach())


def test_redirects_are_followed_each_looked_at_anew(server):
    server.answers["/a"] = sends(b"", 302, Location="/b")
    server.answers["/b"] = sends(b"", 308, Location=server.url(host="elsewhere.example"))
    assert fetch(server.url("/a"), NEW, server.reach()).content == BODY
    assert server.resolved == ["school.example", "school.example", "elsewhere.example"]


@pytest.mark.parametrize(
    ("location", "refusal"),
    [
        ("http://school.example/", NotAnAddress), ("https://127.0.0.2/", NotPublic), ("https://[::1]/", NotPublic),
        ("https://inside.example/", NotPublic), ("file:///etc/passwd", NotAnAddress), ("https://0x7f.1/", NotAnAddress),
        ("//user@school.example/", NotAnAddress), ("https://[", NotAnAddress), ("//[::1", NotAnAddress),
        ("/around", TooManyRedirects), ("", TooManyRedirects),
    ],
)  # fmt: skip
def test_a_redirect_leads_nowhere_else(server, location, refusal):
    server.answers["/around"] = sends(b"", 301, Location=location)
    with pytest.raises(refusal):
        fetch(server.url("/around"), NEW, server.reach())


@pytest.mark.parametrize("status", [204, 206, 400, 401, 403, 404, 410, 429, 500, 503])
def test_other_answers_are_told(server, status):
    server.answers["/calendar.ics"] = sends(b"", status)
    with pytest.raises(AnsweredWith) as refused:
        fetch(server.url(), NEW, server.reach())
    assert refused.value.code == status


def test_a_certificate_must_be_for_the_name_and_from_who_is_trusted(server):
    with pytest.raises(BadCertificate):
        fetch(server.url(host="other.example"), NEW, server.reach())
    with pytest.raises(BadCertificate):
        fetch(server.url(), NEW, server.reach(context=ssl.create_default_context()))


def test_a_name_that_leads_nowhere(server):
    for found in ([], ["nonsense"]):
        with pytest.raises(HostUnknown):
            fetch(server.url(), NEW, server.reach(resolve=lambda *_, found=found: found))


def test_the_next_address_is_tried_where_one_does_not_answer(server):
    reach = server.reach(resolve=lambda *_: ["127.0.0.9", "127.0.0.1"], is_allowed=lambda _: True)
    assert fetch(server.url(), NEW, reach).content == BODY


def test_nobody_listens(server):
    with pytest.raises(Unreachable):
        fetch("https://school.example:1/", NEW, server.reach())


# ── limits ──────────────────────────────────────────────────────────────────


def test_what_is_packed_is_unpacked(server):
    server.answers["/calendar.ics"] = sends(gzip.compress(BODY), Content_Encoding="gzip")
    assert fetch(server.url(), NEW, server.reach()).content == BODY


@pytest.mark.parametrize(
    ("body", "encoding", "refusal"),
    [
        (gzip.compress(bytes(50_000_000)), "gzip", TooLarge), (bytes(2_000_000), "identity", TooLarge),
        (gzip.compress(BODY)[:-9], "gzip", OddlyEncoded), (BODY, "gzip", OddlyEncoded), (BODY, "br", OddlyEncoded),
        (gzip.compress(gzip.compress(BODY)), "gzip, gzip", OddlyEncoded),
    ],
    ids=("small packed, large unpacked", "large", "cut off", "not packed", "packed in no way we know", "packed twice"),
)  # fmt: skip
def test_a_bomb_does_not_go_off(server, body, encoding, refusal):
    server.answers["/calendar.ics"] = sends(body, Content_Encoding=encoding)
    with pytest.raises(refusal):
        fetch(server.url(), NEW, server.reach(most_bytes=1_000_000))


def drips(head: bytes, tail: bytes, server: Server):
    """Sends a little again and again, never too late for one read, and never ends."""

    def answer(handler):
        handler.wfile.write(head)
        while not server.closing.wait(0.05):
            handler.wfile.write(tail)

    return answer


@pytest.mark.parametrize(
    ("head", "tail"),
    [
        (b"HTTP/1.0 200 OK\r\n\r\n", b"x"), (b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n", b"x"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"), (b"HTTP/1.1 200 OK\r\nX: ", b"y"),
        (b"", b""),
    ],
    ids=["a body without length", "a body with one", "chunks", "headers", "nothing"],
)  # fmt: skip
def test_who_drips_is_cut_off(server, head, tail):
    server.answers["/calendar.ics"] = drips(head, tail, server)
    with pytest.raises(TookTooLong):
        fetch(server.url(), NEW, server.reach(seconds=0.4))


def test_who_breaks_off_is_no_calendar(server):
    server.answers["/calendar.ics"] = sends(BODY, Content_Length="999")
    with pytest.raises(Unreachable):
        fetch(server.url(), NEW, server.reach())


def test_a_refusal_does_not_tell_the_address(server):
    server.answers["/secret-token"] = sends(b"", 500)
    with pytest.raises(AnsweredWith) as refused:
        fetch(server.url("/secret-token"), NEW, server.reach())
    assert "secret" not in repr(refused.value)
    assert refused.value.__suppress_context__ or refused.value.__context__ is None
