"""Connections that rest are asked whether they still stand, and reads need no transaction."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from activities.kit import postgresql
from activities.kit.db import db, transaction

PID = sa.text("SELECT pg_backend_pid()")
NOW = sa.text("SELECT now()")


@pytest.fixture
def engine(postgres_server):
    url = sa.make_url(postgres_server).set(drivername="postgresql+psycopg")
    engine, stranger = (sa.create_engine(url, isolation_level="AUTOCOMMIT") for _ in range(2))
    postgresql.prepare(engine)
    engine.stranger = stranger
    yield engine
    engine.dispose()
    stranger.dispose()


def pid_of(engine) -> int:
    with engine.connect() as connection:
        return connection.scalar(PID)


def close_from_the_other_side(engine, pid: int) -> None:
    with engine.stranger.connect() as connection:
        connection.execute(sa.text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})


def test_a_connection_that_was_closed_while_it_rested_is_replaced(engine, monkeypatch):
    pid = pid_of(engine)
    close_from_the_other_side(engine, pid)
    monkeypatch.setattr(postgresql, "RESTED", 0)
    assert pid_of(engine) != pid


def test_a_connection_that_did_not_rest_is_used_without_a_question(engine, monkeypatch):
    asked = []
    monkeypatch.setattr(engine.dialect, "do_ping", asked.append)
    assert pid_of(engine) == pid_of(engine)
    assert not asked
    monkeypatch.setattr(postgresql, "RESTED", 0)
    pid_of(engine)
    assert len(asked) == 1


def test_only_a_verb_reads_in_a_transaction(ctx):
    if db.engine.dialect.name == "sqlite":
        assert db.session.get_bind() is db.engine
        return
    assert db.session.scalar(NOW) != db.session.scalar(NOW)
    with transaction():
        assert db.session.scalar(NOW) == db.session.scalar(NOW)
