"""The database: one base class, transactions that mean it, locks that hold on SQLite and PostgreSQL alike."""

from __future__ import annotations

import random
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache, wraps
from typing import Any, TypeVar

import flask_sqlalchemy.session
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import orm
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.orm.interfaces import ORMOption

from activities.kit import postgresql
from activities.kit.columns import UtcDateTime
from activities.kit.refusal import NotFound

TRIES = 40
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


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
        return reader(engine)


@lru_cache(maxsize=16)
def reader(engine: sa.Engine) -> sa.Engine:
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
