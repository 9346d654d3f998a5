"""What goes over the line, whoever asks: the server's own words, past any test client."""

from __future__ import annotations

import gzip
from http.client import HTTPConnection, HTTPMessage
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest

from activities.signups.service import sign_up
from tests.calendars.reading import address_of
from tests.cast import NOW

pytestmark = pytest.mark.any_database

# As they call themselves, with what else they send.
PROGRAMS = {
    "none": {},
    "Google": {"User-Agent": "Google-Calendar-Importer", "Accept-Encoding": "identity"},
    "Apple, macOS": {"User-Agent": "macOS/15.5 (24F74) dataaccessd/1.0", "Accept-Language": "zh-CN,zh-Hans;q=0.9"},
    "Apple, iOS": {"User-Agent": "iOS/19.0 (23A340) dataaccessd/1.0", "Accept": "*/*", "Cookie": "session=none"},
    "Outlook": {"User-Agent": "Microsoft.Exchange.Calendar/15.20", "Accept": "text/calendar"},
    "Thunderbird": {
        "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Thunderbird/140.0",
        "Accept": "text/calendar,text/plain;q=0.8,*/*;q=0.5", "Accept-Charset": "utf-8,*;q=0.1",
        "Cache-Control": "no-cache",
    },
    "ICSx5": {"User-Agent": "ICSx5/2.3", "Accept": "text/calendar, */*;q=0.9", "If-None-Match": '"other"'},
    "vdirsyncer": {"User-Agent": "vdirsyncer/0.21.0", "Accept-Encoding": "*"},
    "curl": {"User-Agent": "curl/8.5.0", "Accept": "*/*"},
    "a browser": {
        "User-Agent": "Mozilla/5.0 (iPhone) Safari/605.1.15 MicroMessenger/8.0", "Accept": "text/html",
        "Accept-Language": "en", "Sec-Fetch-Mode": "navigate",
    },
    "a search engine": {"User-Agent": "Googlebot/2.1", "Accept": "text/html", "From": "bot@example.com"},
}  # fmt: skip


class Answer(NamedTuple):
    status: int
    headers: HTTPMessage
    content: bytes

    @property
    def said(self) -> dict[str, str]:
        """All headers but the moment of the answer and what concerns this connection only."""
        return {k: v for k, v in self.headers.items() if k not in ("Date", "Connection")}


def ask(address: str, method: str = "GET", **headers: str) -> Answer:
    """Nothing but these headers is sent; what comes back is as it was sent."""
    to = urlsplit(address)
    connection = HTTPConnection(str(to.hostname), to.port, timeout=30)
    try:
        connection.putrequest(method, to.path, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name.replace("_", "-"), value)
        connection.endheaders()
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read())
    finally:
        connection.close()


@pytest.fixture(params=["person", "activity"])
def address(request, app, cast, served) -> str:
    with app.app_context():
        sign_up(cast.lin.id, cast.slot.id, NOW)
    path = address_of(app, cast.lin) if request.param == "person" else f"/activities/{cast.sweeping.public_id}.ics"
    return served + path


def test_every_program_gets_the_same_octets_under_the_same_headers_and_no_cookie(address):
    answers = {name: ask(address, **headers) for name, headers in PROGRAMS.items()}
    assert {name for name, answer in answers.items() if answer.status != 200} == set()
    assert {name for name, answer in answers.items() if answer.said != answers["none"].said} == set()
    assert {answer.content for answer in answers.values()} == {answers["none"].content}
    assert answers["none"].content.count(b"BEGIN:VEVENT") == 1
    assert "Set-Cookie" not in answers["none"].headers


def test_head_says_the_length_and_sends_nothing(address):
    got, headed = ask(address), ask(address, "HEAD")
    assert (headed.status, headed.said, headed.content) == (200, got.said, b"")
    assert headed.headers["Content-Length"] == str(len(got.content))


@pytest.mark.parametrize(
    ("accepts", "zipped"),
    [
        ("gzip", True), ("GZIP", True), ("gzip, deflate, br, zstd", True), ("br;q=1.0, gzip;q=0.001", True),
        ("identity, gzip;q=0.5", True), ("", False), ("identity", False), ("*", False), ("*;q=1", False),
        ("gzip;q=0", False), ("gzip;q=0.0, *", False), ("*, gzip;q=0", False), ("deflate, br, zstd", False),
        ("x-gzip", False), ("gzipped", False), (";;,q=,", False),
    ],
)  # fmt: skip
def test_gzip_goes_to_who_names_it(address, accepts, zipped):
    plain, answer = ask(address), ask(address, Accept_Encoding=accepts)
    assert (answer.headers["Content-Encoding"] == "gzip") is zipped
    assert (gzip.decompress(answer.content) if zipped else answer.content) == plain.content
    assert (answer.headers["ETag"] != plain.headers["ETag"]) is zipped
    assert answer.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"


# {tag} and {date} are those of the first answer.
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"If_None_Match": "{tag}"}, 304),
        ({"If_None_Match": "W/{tag}"}, 304),
        ({"If_None_Match": "*"}, 304),
        ({"If_None_Match": '"a", "b" ,W/"c",{tag}'}, 304),
        ({"If_None_Match": "{tag}", "If_Modified_Since": "Thu, 01 Jan 1970 00:00:00 GMT"}, 304),
        ({"If_Modified_Since": "{date}"}, 304),
        ({"If_Modified_Since": "Fri, 01 Jan 2100 00:00:00 GMT"}, 304),
        ({"If_None_Match": '"a", "b"'}, 200),
        ({"If_None_Match": '"a"', "If_Modified_Since": "{date}"}, 200),
        ({"If_Modified_Since": "Thu, 01 Jan 1970 00:00:00 GMT"}, 200),
        ({"If_Modified_Since": "2026-11-25"}, 200),
        ({"If_None_Match": "", "If_Modified_Since": ""}, 200),
        ({"If_None_Match": "{tag}", "Accept_Encoding": "gzip"}, 200),  # the compressed one is another
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_who_has_it_is_told_so_in_a_few_octets(address, method, headers, status):
    first = ask(address)
    fill = {"tag": first.headers["ETag"], "date": first.headers["Last-Modified"]}
    answer = ask(address, method, **{name: value.format(**fill) for name, value in headers.items()})
    assert answer.status == status
    assert "Set-Cookie" not in answer.headers
    if status == 304:
        assert answer.content == b""
        assert {name: answer.headers[name] for name in ("ETag", "Cache-Control", "Vary")} == {
            name: first.headers[name] for name in ("ETag", "Cache-Control", "Vary")
        }
