"""The database: one base class, transactions that mean it, locks that hold on SQLite and PostgreSQL alike."""

from __future__ import annotations

import random
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, nullcontext, suppress
from datetime import UTC, datetime
from enum import IntFlag, StrEnum
from functools import lru_cache, wraps
from typing import Any, TypeVar

import flask_sqlalchemy.session
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import orm
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.orm.interfaces import ORMOption

from activities.kit import postgresql
from activities.kit.refusal import NotFound

TRIES = 40
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(sa.TypeDecorator[datetime]):
    """Aware UTC in Python; `timestamptz` on PostgreSQL, UTC without zone on SQLite."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None] | None:
        """Pages and calendars read them by the ten thousand: one call for each, where SQLite gives text."""
        return _in_utc if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _in_utc(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text + "+00:00")


class Words(sa.TypeDecorator[StrEnum]):
    """A StrEnum stored as its value."""

    impl = sa.String(32)
    cache_ok = True

    def __init__(self, words: type[StrEnum]) -> None:
        super().__init__()
        self.words = words

    def process_bind_param(self, value: StrEnum | str | None, dialect: Dialect) -> str | None:
        return None if value is None else str(self.words(value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:
        return None if value is None else self.words(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[str | None], StrEnum | None]:
        """A look into a table, since these too are read by the ten thousand."""
        known: dict[str | None, StrEnum | None] = {None: None, **{str(word): word for word in self.words}}
        return known.__getitem__


class Flags(sa.TypeDecorator[IntFlag]):
    """An IntFlag stored as its number, so that SQL can ask `column & bit`."""

    impl = sa.Integer
    cache_ok = True

    def __init__(self, flags: type[IntFlag]) -> None:
        super().__init__()
        self.flags = flags

    def process_bind_param(self, value: IntFlag | int | None, dialect: Dialect) -> int | None:
        return None if value is None else int(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> IntFlag | None:
        return None if value is None else self.flags(value)


class Lines(sa.TypeDecorator[tuple[str, ...]]):
    """Several single lines in one text, each between line ends, so that SQL can look for one as it stands."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Iterable[str] | None, dialect: Dialect) -> str | None:
        return None if value is None else "".join(f"\n{line}\n" for line in value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[str, ...]:
        return tuple(line for line in value.split("\n") if line) if value else ()


class RowsAsJson(sa.FunctionElement[Any]):
    """The rows of these columns as one list of lists: what a subquery of several rows and columns gives to one row."""

    type = sa.JSON()
    inherit_cache = True
    name = "rows_as_json"


@compiles(RowsAsJson, "sqlite")
def _on_sqlite(element: RowsAsJson, compiler: Any, **how: Any) -> str:
    return f"json_group_array(json_array({compiler.process(element.clauses, **how)}))"


@compiles(RowsAsJson, "postgresql")
def _on_postgresql(element: RowsAsJson, compiler: Any, **how: Any) -> str:
    return f"json_agg(json_build_array({compiler.process(element.clauses, **how)}))"


class Latest(sa.FunctionElement[datetime]):
    """The latest of several moments: PostgreSQL's `greatest`, which SQLite calls `max`."""

    type = UtcDateTime()
    inherit_cache = True
    name = "latest"


@compiles(Latest, "postgresql")
def _latest_on_postgresql(element: Latest, compiler: Any, **how: Any) -> str:
    return f"greatest({compiler.process(element.clauses, **how)})"


@compiles(Latest, "sqlite")
def _latest_on_sqlite(element: Latest, compiler: Any, **how: Any) -> str:
    return f"max({compiler.process(element.clauses, **how)})"


class Among(sa.FunctionElement[bool]):
    """Whether a column is one of many ids, however many there are: they go as one parameter, `ids`."""

    type = sa.Boolean()
    inherit_cache = True
    name = "among"

    def __init__(self, column: sa.ColumnElement[int] | orm.InstrumentedAttribute[int]) -> None:
        super().__init__(column, sa.bindparam("ids", type_=sa.JSON()))

    def self_group(self, against: object = None) -> Any:
        """It stands as it is: compared with 1, as booleans are on SQLite, it would find no index."""
        return self


@compiles(Among, "sqlite")
def _among_on_sqlite(element: Among, compiler: Any, **how: Any) -> str:
    column, ids = (compiler.process(clause, **how) for clause in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({ids}))"  # noqa: S608 - the ids are a parameter


@compiles(Among, "postgresql")
def _among_on_postgresql(element: Among, compiler: Any, **how: Any) -> str:
    column, ids = (compiler.process(clause, **how) for clause in element.clauses)
    return f"{column} IN (SELECT CAST(value AS INTEGER) FROM json_array_elements_text({ids}))"  # noqa: S608


class Base(DeclarativeBase):
    registry = orm.registry(
        metadata=sa.MetaData(naming_convention=NAMES),
        type_annotation_map={datetime: UtcDateTime, dict[str, Any]: sa.JSON, str: sa.Text},
    )

    id: Mapped[int] = mapped_column(primary_key=True)


class Session(flask_sqlalchemy.session.Session):
    """Reads on PostgreSQL without a transaction around them, unless it is a verb's."""

    def get_bind(self, *arguments: Any, **named: Any) -> Any:
        engine: Any = super().get_bind(*arguments, **named)
        if self.info.get("in_transaction") or engine.dialect.name == "sqlite":
            return engine
        return _reader(engine)


@lru_cache(maxsize=16)
def _reader(engine: sa.Engine) -> sa.Engine:
    """The same connections, on which each statement stands alone. To make one costs as much as a statement."""
    if engine.dialect.name == "sqlite":
        return engine.execution_options(alone=True)
    return postgresql.reader(engine)


db = SQLAlchemy(model_class=Base, session_options={"class_": Session, "expire_on_commit": False})

Row = TypeVar("Row", bound=Base)


def new_public_id() -> str:
    """72 random bits for addresses: neither guessable nor countable."""
    return secrets.token_urlsafe(9)


class Revised:
    """A row whose change shows elsewhere. An entry made of several rows has the sum of their revisions as its
    SEQUENCE and the latest of their `changed_at` as its LAST-MODIFIED, so a change that reaches far costs one row."""

    revision: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime]


def revise(row: Any, changes: Mapping[str, Any], now: datetime) -> tuple[dict[str, Any], dict[str, Any]]:
    """Set what differs and raise the row's revision if anything did. Return what was and what is, for the audit.

    Who began earlier may be done later; the time of change never goes back for it, or calendars would take the change
    for one that they have seen.
    """
    before = {k: getattr(row, k) for k, v in changes.items() if getattr(row, k) != v}
    after = {k: changes[k] for k in before}
    for name, value in after.items():
        setattr(row, name, value)
    if after:
        row.revision += 1
        row.changed_at = max(row.changed_at, now)
    return before, after


@contextmanager
def reading() -> Iterator[Connection]:
    """A connection beside the session on which each statement stands alone: no transaction is begun and ended around
    it, which on PostgreSQL spares what is asked very often two of three round trips."""
    with _reader(db.engine).connect() as connection:
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
    engine = _reader(db.engine)
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


def run(statement: sa.Executable, values: Any = None) -> sa.CursorResult[*tuple[Any, ...]]:
    """Execute a statement that was built once, in the session's transaction, as rows rather than objects: for a single
    row the session's own machinery takes ten times as long as the database.

    Objects that were changed are written first; those that were read do not learn of what is written in this way.
    """
    session = db.session()
    session.flush()
    return session.connection().execute(statement, values)


# ── transactions ────────────────────────────────────────────────────────────


@contextmanager
def transaction() -> Iterator[None]:
    """Commit what the block did, or nothing of it. Transactions do not nest: the outermost verb owns it."""
    session = db.session
    if session.info.get("in_transaction"):
        raise RuntimeError("a service verb was called inside another's transaction")
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("something was changed outside a transaction")
    session.commit()  # ends the transaction that earlier reads of this request began
    session.info["in_transaction"] = True
    try:
        session.connection(execution_options={"write": True})
        yield
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info["in_transaction"] = False


F = TypeVar("F", bound=Callable[..., Any])


def transactional(verb: F) -> F:
    """Run a service verb in one transaction, again when the database asks for a retry, a bounded number of times.

    Its arguments must be plain values: a row from before a retry would be stale.
    """

    @wraps(verb)
    def run(*args: Any, **kwargs: Any) -> Any:
        for attempt in range(TRIES):
            try:
                with transaction():
                    return verb(*args, **kwargs)
            except DBAPIError as error:
                if attempt == TRIES - 1 or not asks_for_retry(error):
                    raise
                # Full jitter, so that those who lost the same race do not meet again.
                time.sleep(random.uniform(0, min(1.0, 0.001 * 2**attempt)))
        raise AssertionError("unreachable")

    return run  # type: ignore[return-value]


def asks_for_retry(error: DBAPIError) -> bool:
    """Serialization failure and deadlock on PostgreSQL and its kin, a busy SQLite."""
    original = error.orig
    if isinstance(original, sqlite3.OperationalError):
        return getattr(original, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
    return getattr(original, "sqlstate", None) in ("40001", "40P01")


@contextmanager
def unless_there(refusal: Callable[[], Exception]) -> Iterator[None]:
    """Store what the block adds. The rule has asked before whether it is there already; but at SERIALIZABLE it saw the
    state from before it waited for its locks, and then the database is the first to know."""
    try:
        yield
        db.session.flush()
    except IntegrityError:
        raise refusal() from None


def lock(model: type[Row], row_id: int, *options: ORMOption) -> Row:
    """Lock one row for the rest of the transaction and read it as it is now, with what `options` load beside it;
    NotFound where there is none.

    PostgreSQL locks the row, but not its key: others may write what refers to it, such as a notice to a person who is
    locked; they would wait for one another otherwise. SQLite ignores FOR UPDATE, but a write transaction there holds
    the whole database from its BEGIN IMMEDIATE on, so what is read cannot change either way.
    """
    if not db.session.info.get("in_transaction"):
        raise RuntimeError("a lock outside a transaction would hold nothing")
    query = sa.select(model).where(model.id == row_id).options(*options).with_for_update(of=model, key_share=True)
    row = db.session.execute(query, execution_options={"populate_existing": True}).unique().scalar_one_or_none()
    if row is None:
        raise NotFound
    return row


def take_turn(what: str) -> None:
    """Let one transaction at a time do this; the others wait until it ends. On SQLite every write transaction does."""
    if not db.session.info.get("in_transaction"):
        raise RuntimeError("a turn outside a transaction would hold nothing")
    if db.engine.dialect.name != "sqlite":
        db.session.execute(sa.text("SELECT pg_advisory_xact_lock(hashtext(:what))"), {"what": what})
