"""Reading the trail and its chain. Statements are written out, because the canonical text is made by the database, from
what it holds and not from what we make of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import sqlalchemy as sa

from activities.audit.models import AuditEntry, AuditSeal
from activities.audit.rules import START, Head
from activities.kit.db import db, run_in_portions

PORTION = 2000

# An entry as one text, the same on both databases: its numbers, the lengths of its texts in characters, then the texts
# one after the other. No two entries have the same. `quote` tells a number from a text that looks like one, which
# SQLite would keep in any column.
_TEXT = """{id} || ' ' || {actor} || ' ' || {subject_id} || ' ' || length({at}) || ' ' || length(e.verb) || ' '
    || length(e.subject) || ' ' || length({before}) || ' ' || length({after}) || ' ' || length(e.reason) || ' '
    || {at} || e.verb || e.subject || {before} || {after} || e.reason"""
TEXT = {
    "sqlite": _TEXT.format(
        id="quote(e.id)", actor="quote(e.actor_id)", subject_id="quote(e.subject_id)", at="e.at", before="e.before",
        after="e.after",
    ),
    "postgresql": _TEXT.format(
        id="e.id", actor="coalesce(CAST(e.actor_id AS text), 'NULL')", subject_id="e.subject_id",
        at="to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')", before="CAST(e.before AS text)",
        after="CAST(e.after AS text)",
    ),
}  # fmt: skip
_UNSEALED = "FROM audit_entry e WHERE NOT EXISTS (SELECT 1 FROM audit_seal s WHERE s.entry_id = e.id)"
_HEAD = sa.select(AuditSeal.id, AuditSeal.hash).order_by(AuditSeal.id.desc()).limit(1)
_NEWEST_SEALED = sa.select(sa.func.max(AuditSeal.entry_id))


class About(NamedTuple):
    """What an entry says of itself, for whoever looks for it."""

    at: Any
    verb: str
    subject: str
    subject_id: int


def _text() -> str:
    return TEXT[db.engine.dialect.name]


def head() -> Head:
    """How far the chain goes."""
    found = db.session.execute(_HEAD).first()
    return Head(*found) if found else START


def hash_at(position: int) -> bytes | None:
    return db.session.scalar(sa.select(AuditSeal.hash).where(AuditSeal.id == position))


def newest_sealed() -> int:
    """The highest number of an entry that is sealed."""
    return db.session.scalar(_NEWEST_SEALED) or 0


def unsealed(after: int, size: int) -> list[tuple[int, str]]:
    """Entries without a seal whose number is higher, in the order of their numbers: each with its canonical text."""
    query = sa.text(f"SELECT e.id, {_text()} {_UNSEALED} AND e.id > :after ORDER BY e.id LIMIT :size")
    return [(entry_id, text) for entry_id, text in db.session.execute(query, {"after": after, "size": size})]


def is_any_unsealed(after: int) -> bool:
    query = sa.text(f"SELECT 1 {_UNSEALED} AND e.id > :after LIMIT 1")
    return db.session.scalar(query, {"after": after}) is not None


def links(after: int) -> Iterator[Any]:
    """The chain behind this position, `rules.Link` by `rules.Link` as plain rows; few are in memory at a time."""
    query = sa.text(
        f"SELECT s.id, s.entry_id, s.hash, s.sealed_at, {_text()}, e.at FROM audit_seal s"  # noqa: S608
        " LEFT JOIN audit_entry e ON e.id = s.entry_id WHERE s.id > :after ORDER BY s.id"
    )
    return run_in_portions(query, {"after": after}, PORTION)


def all_unsealed() -> Iterator[Any]:
    """Number and time of every entry that has no seal."""
    return run_in_portions(sa.text(f"SELECT e.id, e.at {_UNSEALED} ORDER BY e.id"), {}, PORTION)


def about(entry_id: int) -> About | None:
    query = sa.text("SELECT at, verb, subject, subject_id FROM audit_entry WHERE id = :id")
    found = db.session.execute(query, {"id": entry_id}).first()
    return About(*found) if found else None


def count() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(AuditEntry)) or 0
