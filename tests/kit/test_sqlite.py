"""Writers of one SQLite database stand in line, whatever becomes of who is at its head."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from threading import Thread
from time import sleep

import pytest
import sqlalchemy as sa

from activities.kit import sqlite

HOLD = """
import sys, time, sqlalchemy as sa
from activities.kit import sqlite
engine = sa.create_engine(sys.argv[1])
sqlite.prepare(engine)
connection = engine.connect().execution_options(write=True)
connection.execute(sa.text("INSERT INTO word VALUES ('lost')"))
print("held", flush=True)
time.sleep(60)
"""


@pytest.fixture
def engine(tmp_path):
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'words.db'}")
    sqlite.prepare(engine)
    with writing(engine) as connection, connection.begin():
        connection.execute(sa.text("CREATE TABLE word (word TEXT)"))
    yield engine
    engine.dispose()


def writing(engine):
    return engine.connect().execution_options(write=True)


def write(engine, word: str) -> None:
    with writing(engine) as connection, connection.begin():
        connection.execute(sa.text("INSERT INTO word VALUES (:word)"), {"word": word})


def words(engine) -> list[str]:
    with engine.connect() as connection:
        return list(connection.scalars(sa.text("SELECT word FROM word ORDER BY rowid")))


def later(verb, *arguments) -> Thread:
    thread = Thread(target=verb, args=arguments)
    thread.start()
    sleep(0.1)
    return thread


def test_a_writer_waits_until_the_one_before_has_ended(engine):
    with writing(engine) as first, first.begin():
        second = later(write, engine, "second")
        first.execute(sa.text("INSERT INTO word VALUES ('first')"))
        assert second.is_alive()
    second.join(10)
    assert words(engine) == ["first", "second"]


def test_who_fails_gives_the_turn_back(engine):
    with pytest.raises(sa.exc.OperationalError), writing(engine) as connection, connection.begin():
        connection.execute(sa.text("INSERT INTO nowhere VALUES (1)"))
    write(engine, "next")
    assert words(engine) == ["next"]


def test_a_connection_that_breaks_gives_the_turn_back(engine):
    connection = writing(engine)
    connection.execute(sa.text("INSERT INTO word VALUES ('lost')"))
    connection.invalidate()
    connection.close()
    write(engine, "next")
    assert words(engine) == ["next"]


def test_a_process_that_dies_gives_the_turn_back(engine):
    command = [sys.executable, "-W", "error", "-c", HOLD, engine.url.render_as_string()]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout.readline() == "held\n"
        second = later(write, engine, "next")
        assert second.is_alive()
        holder.kill()
    second.join(10)
    assert words(engine) == ["next"]


def test_who_knows_nothing_of_the_line_is_waited_for_all_the_same(engine):
    stranger = sqlite3.connect(engine.url.database, isolation_level=None, check_same_thread=False)
    stranger.execute("BEGIN IMMEDIATE")
    second = later(write, engine, "second")
    assert second.is_alive()
    stranger.execute("INSERT INTO word VALUES ('first')")
    stranger.execute("COMMIT")
    stranger.close()
    second.join(10)
    assert words(engine) == ["first", "second"]


def test_readers_wait_for_nobody(engine):
    write(engine, "there")
    with writing(engine) as connection, connection.begin():
        connection.execute(sa.text("DELETE FROM word"))
        assert words(engine) == ["there"]
