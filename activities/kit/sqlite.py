"""SQLite as we run it: durable write-ahead logging, foreign keys, transactions that begin as what they are, and writers
that stand in line."""

from __future__ import annotations

import os
import sqlite3
from fcntl import LOCK_EX, LOCK_UN, flock

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.pool import ConnectionPoolEntry

PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000", "secure_delete=ON")


def prepare(engine: sa.Engine) -> None:
    """Set up every connection of a SQLite engine.

    Left to itself SQLite lets a writer who finds the database taken nap and try again, up to a tenth of a second at a
    time and in no order. A lock on a file beside the database, for threads and processes alike, wakes the next one at
    once; the system drops it when its holder dies. SQLite's own lock still decides, also for who does not know of ours.
    """
    turns = f"{engine.url.database}-turns"
    sa.event.listen(engine, "connect", lambda connection, entry: _connect(connection, entry, turns))
    sa.event.listen(engine, "begin", _begin)
    sa.event.listen(engine, "checkin", lambda _, entry: _give_turn_back(entry))
    sa.event.listen(engine, "close", lambda _, entry: _close(entry))


def _connect(connection: sqlite3.Connection, entry: ConnectionPoolEntry, turns: str) -> None:
    connection.isolation_level = None  # the driver's own BEGIN comes too late and is the wrong kind
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    entry.info["turns"] = os.open(turns, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("write"):
        info = connection.connection.info
        flock(info["turns"], LOCK_EX)
        info["has_turn"] = True
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    elif not options.get("alone"):
        connection.exec_driver_sql("BEGIN")


def _give_turn_back(entry: ConnectionPoolEntry) -> None:
    """The transaction has ended: SQLAlchemy gives a connection back right after it."""
    if entry.info.pop("has_turn", False):
        flock(entry.info["turns"], LOCK_UN)


def _close(entry: ConnectionPoolEntry) -> None:
    """A closed file is no longer locked."""
    entry.info.pop("has_turn", None)
    if (turns := entry.info.pop("turns", None)) is not None:
        os.close(turns)
