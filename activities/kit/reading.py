"""Reads beside the session: over connections of their own, asked again and again, or too many rows to hold."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, nullcontext, suppress
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from activities.kit.db import db, reader


@contextmanager
def reading() -> Iterator[Connection]:
    """A connection beside the session on which each statement stands alone: no transaction is begun and ended around
    it, which on PostgreSQL spares what is asked very often two of three round trips."""
    with reader(db.engine).connect() as connection:
        yield connection


def look(statement: sa.Executable, values: Mapping[str, Any]) -> sa.Row[*tuple[Any, ...]] | None:
    """The one row of a statement that is asked again and again: over a connection that each thread keeps for it, since
    to take one, begin and end takes as long as to ask. Nothing is begun on it, so it holds nothing back."""
    try:
        return _own_connection().execute(statement, values).one_or_none()
    except DBAPIError as error:
        del _own.held
        if not error.connection_invalidated:
            raise
    # It had rested too long. The next one is fresh.
    return _own_connection().execute(statement, values).one_or_none()


class _Held:
    """A connection out of a pool that is closed with the thread that holds it."""

    def __init__(self, engine: sa.Engine) -> None:
        self.pool = engine.pool
        self.connection = engine.connect()

    def __del__(self) -> None:
        if not self.connection.invalidated:
            with suppress(DBAPIError):  # its server may be gone
                self.connection.invalidate()


_own = threading.local()


def _own_connection() -> Connection:
    engine = reader(db.engine)
    held: _Held | None = getattr(_own, "held", None)
    if held is None or held.pool is not engine.pool:
        held = _own.held = _Held(engine)
    return held.connection


def run_in_portions(statement: sa.Executable, values: Any, size: int) -> Iterator[sa.Row[*tuple[Any, ...]]]:
    """The rows of a statement, `size` of them in memory at a time, over a connection beside the session: PostgreSQL
    reads in portions only within a transaction."""
    with db.engine.connect().execution_options(yield_per=size) as connection:
        yield from connection.execute(statement, values)


@contextmanager
def read_as_it_stands(connection: Connection) -> Iterator[None]:
    """Read also text that is no UTF-8, which SQLite keeps without asking: each byte of it that is none comes as a lone
    surrogate. It takes longer."""
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name != "sqlite":
        yield
        return
    driver.text_factory = _as_it_stands
    try:
        yield
    finally:
        driver.text_factory = str


def _as_it_stands(text: bytes) -> str:
    return text.decode(errors="surrogateescape")


def drawn(statement: str, size: int, *, as_it_stands: bool = False) -> Iterator[tuple[Any, ...]]:
    """The same for a statement as text, its rows as the driver gives them: for millions of them, which only are looked
    through."""
    with (
        db.engine.connect() as connection, connection.begin(),
        read_as_it_stands(connection) if as_it_stands else nullcontext(),
    ):  # fmt: skip
        driver: Any = connection.connection.driver_connection
        cursor = driver.cursor() if connection.dialect.name == "sqlite" else driver.cursor("drawn")
        if connection.dialect.name != "sqlite":
            connection.exec_driver_sql("SET LOCAL cursor_tuple_fraction = 1")  # all of it is wanted, not the first rows
        with closing(cursor):
            cursor.execute(statement)
            while rows := cursor.fetchmany(size):
                yield from rows
