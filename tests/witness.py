"""Held through all tests: whatever a verb changes of a sign-up, a record, a role or a certificate stands in the trail,
in the same transaction. The tables are looked at when a verb begins and before it commits, by SQL and not through what
our code knows, and beside the statements that tests count."""

from __future__ import annotations

from contextlib import closing
from threading import current_thread, main_thread
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from activities.kit.db import db

TABLES = (
    "sign_up", "record", "role_grant", "certificate", "certificate_request", "certificate_objection", "correction",
    "dossier_entry", "requirement_version", "points_formula", "exemption", "photo", "goods_movement", "goods_delivery",
    "review_grade", "review_opinion", "review_objection", "commendation_committee", "commendation_nomination",
    "commendation_objection", "past_grade", "story", "pairing", "review_care",
)  # fmt: skip
# Where there are more rows than this, a test is about many, and what it does has been done with few elsewhere.
MANY = 300


def watch(engine: sa.Engine) -> None:
    sa.event.listen(engine, "begin", _begin)
    sa.event.listen(engine, "commit", _commit)
    sa.event.listen(engine, "rollback", lambda connection: connection.info.pop("seen", None))


def _begin(connection: Connection) -> None:
    """Verbs begin so. Those of a race see what the others do, so each is not looked at by itself."""
    is_write = connection.get_execution_options().get("write") and current_thread() is main_thread()
    if is_write and db.session.info.get("in_transaction"):
        [[(newest,)]] = _read(connection, "SELECT coalesce(max(id), 0) FROM audit_entry")
        connection.info["seen"] = newest, _look(connection)


def _commit(connection: Connection) -> None:
    if "seen" not in connection.info:
        return
    newest, before = connection.info.pop("seen")
    changed = set()
    for table, rows, present in zip(TABLES, before, _look(connection), strict=True):
        if max(len(rows), len(present)) <= MANY:
            changed |= {(table, row[0]) for row in rows ^ present}
    if changed:
        [left] = _read(connection, f"SELECT subject, subject_id FROM audit_entry WHERE id > {newest}")
        assert changed <= set(left), f"changed without a trail: {sorted(changed - set(left))}"


def _look(connection: Connection) -> list[set[tuple[Any, ...]]]:
    """The rows of each table."""
    return [set(rows) for rows in _read(connection, *(f"SELECT id, t.* FROM {t} t LIMIT {MANY + 1}" for t in TABLES))]


def _read(connection: Connection, *statements: str) -> list[list[tuple[Any, ...]]]:
    """What each of them finds. On PostgreSQL they go in one message: a verb would wait for a dozen otherwise."""
    with closing(connection.connection.cursor()) as made:
        cursor: Any = made
        if connection.dialect.name == "sqlite":
            return [cursor.execute(statement).fetchall() for statement in statements]
        cursor.execute("; ".join(statements))
        found = [cursor.fetchall()]
        while cursor.nextset():
            found.append(cursor.fetchall())
        return found
