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
        if rows is not None and present is not None:
            changed |= {(table, row[0]) for row in rows ^ present}
    if changed:
        [left] = _read(connection, f"SELECT subject, subject_id FROM audit_entry WHERE id > {newest}")
        assert changed <= set(left), f"changed without a trail: {sorted(changed - set(left))}"


def _look(connection: Connection) -> list[set[tuple[Any, ...]] | None]:
    """The rows of each table; None of one that has many, of which the database reads none."""
    few = "SELECT count(*) AS n FROM (SELECT 1 FROM {0} LIMIT {1}) few"
    query = f"SELECT c.n, t.id, t.* FROM ({few}) c LEFT JOIN {{0}} t ON c.n < {{1}}"
    looked = _read(connection, *(query.format(table, MANY + 1) for table in TABLES))
    return [{row[1:] for row in rows if row[1]} if rows[0][0] <= MANY else None for rows in looked]


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
