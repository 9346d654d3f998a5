"""The rush as it comes: six hundred people over HTTP, before two server processes of four threads each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from http.client import HTTPConnection
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa
from flask import Flask

from activities.config import Settings
from activities.kit import clock
from activities.kit.db import db
from activities.outbox.models import Notice
from activities.people.models import Member
from tests.cast import DAY, logged_in, make_post, make_slot
from tests.house.test_races import SEATED, WAITING, crowd, line, states
from tests.serving import free_port, serving

CONNECTIONS = 64
Form = tuple[bytes, dict[str, str]]


@pytest.fixture
def ports(app: Flask, settings: Settings) -> Iterator[list[int]]:
    """Where two processes serve the test's database."""
    environ = {
        "DATABASE_URL": settings.database_url,
        "ACTIVITIES_DATABASE_ISOLATION": settings.database_isolation or "",
        "SECRET_KEY": settings.secret_key,
    }
    with ExitStack() as stack:
        ports = [free_port(), free_port()]
        for port in ports:
            stack.enter_context(serving(settings.data, "serve", "--threads", "4", port=port, **environ))
        yield ports


def forms(app: Flask, people: Sequence[int]) -> list[Form]:
    """What the browser of each sends: the body and the headers of who is logged in."""
    with app.app_context():
        members = db.session.scalars(sa.select(Member).where(Member.id.in_(people))).all()
    found = []
    for member in members:
        visitor = logged_in(app, member)
        body = urlencode({"csrf_token": visitor.token(), "wait": "1"}).encode()
        cookie = visitor.get_cookie("session")
        assert cookie
        headers = {"Cookie": f"session={cookie.value}", "Content-Type": "application/x-www-form-urlencoded"}
        found.append((body, headers))
    return found


def post_all(port: int, path: str, forms: Sequence[Form]) -> list[int]:
    """Post one form after the other over one connection: the answers' statuses."""
    statuses = []
    with closing(HTTPConnection("127.0.0.1", port, timeout=120)) as connection:
        for body, headers in forms:
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            answer.read()
            statuses.append(answer.status)
    return statuses


def test_six_hundred_over_http_fill_a_hundred_seats_and_the_rest_wait_in_the_order_of_acceptance(app, cast, ports):
    with app.app_context():
        slot = make_slot(make_post(cast.sweeping, "礼堂", capacity=100), clock.now() + 2 * DAY)
        db.session.commit()
    pressed = forms(app, crowd(app, cast, 600))
    pressed += pressed[:60]  # some do so twice, at both servers
    with ThreadPoolExecutor(CONNECTIONS) as browsers:
        shares = [
            browsers.submit(post_all, ports[n % 2], f"/slots/{slot.public_id}/sign-up", pressed[n::CONNECTIONS])
            for n in range(CONNECTIONS)
        ]
        answers = Counter(status for share in shares for status in share.result())
    assert answers == {303: 600, 409: 60}
    assert states(app, slot.id) == {SEATED: 100, WAITING: 500}
    assert line(app, slot.id) == [SEATED] * 100 + [WAITING] * 500
    with app.app_context():
        assert db.session.query(Notice).count() == 600
