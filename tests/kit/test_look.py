"""One row, asked again and again."""

from __future__ import annotations

from threading import Thread

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from activities.kit import reading
from activities.kit.db import db, transaction
from activities.kit.reading import look

pytestmark = pytest.mark.usefixtures("ctx")

ECHO = sa.select(sa.bindparam("number", type_=sa.Integer()).label("number"))
NOTHING = sa.select(sa.literal(1)).where(sa.false())


@pytest.fixture
def taken(app):
    """How often a connection is taken from the pool."""
    times: list[object] = []
    note = lambda *_: times.append(None)  # noqa: E731
    with app.app_context():
        engine = db.engine
    sa.event.listen(engine, "checkout", note)
    yield times
    sa.event.remove(engine, "checkout", note)


def test_the_row_or_none():
    row = look(ECHO, {"number": 7})
    assert row is not None
    assert row.number == 7
    assert look(NOTHING, {}) is None


def test_it_takes_no_connection_each_time(taken):
    for number in range(5):
        look(ECHO, {"number": number})
    assert len(taken) <= 1


def test_a_connection_that_was_lost_meanwhile_is_replaced():
    look(ECHO, {"number": 1})
    reading._own.held.connection.connection.driver_connection.close()
    assert look(ECHO, {"number": 2}) == (2,)


def test_what_the_database_refuses_is_raised_and_spoils_nothing(statements):
    with statements.count() as sent, pytest.raises(DBAPIError):
        look(sa.text("SELECT nothing FROM nowhere"), {})
    assert len(sent) == 1
    assert look(ECHO, {"number": 3}) == (3,)


def test_it_sees_what_others_have_written_meanwhile(app, cast):
    name = sa.text("SELECT name FROM unit WHERE parent_id IS NULL")
    before = look(name, {})

    def write() -> None:
        with app.app_context(), transaction():
            db.session.execute(sa.text("UPDATE unit SET name = 'anders' WHERE parent_id IS NULL"))

    thread = Thread(target=write)
    thread.start()
    thread.join()
    assert before != look(name, {}) == ("anders",)
