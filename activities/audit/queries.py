"""Reading the trail and its chain. Statements are written out, because what is hashed is what the database holds and
not what our types would make of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any, NamedTuple

import sqlalchemy as sa

from activities.audit import rules
from activities.audit.models import AuditCheck, AuditEntry, AuditSeal
from activities.audit.rules import START, Head
from activities.kit.db import db
from activities.kit.reading import drawn, read_as_it_stands

PORTION = 2000

# What an entry's canonical text is made of (`rules.text`), as the database holds it and not as we would read it. SQLite
# would keep a number in these columns too.
_RAW = "e.id, {at}, e.actor_id, e.verb, e.subject, e.subject_id, {before}, {after}, e.reason"
RAW = {
    "sqlite": _RAW.format(
        at="CAST(e.at AS text)", before="CAST(e.before AS text)", after="CAST(e.after AS text)"
    ),
    "postgresql": _RAW.format(
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
    raw = RAW[db.engine.dialect.name]
    query = sa.text(f"SELECT {raw} {_UNSEALED} AND e.id > :after ORDER BY e.id LIMIT :size")
    with read_as_it_stands(db.session.connection()):
        return [(row[0], rules.text(*row)) for row in db.session.execute(query, {"after": after, "size": size})]


def is_any_unsealed(after: int) -> bool:
    query = sa.text(f"SELECT 1 {_UNSEALED} AND e.id > :after LIMIT 1")
    return db.session.scalar(query, {"after": after}) is not None


def links(after: int) -> Iterator[Any]:
    """The chain behind this position, `rules.Link` by `rules.Link` as plain rows; few are in memory at a time."""
    try:
        for link in drawn(_links(after), PORTION):
            after = link[0]
            yield link
    except sqlite3.OperationalError:  # behind this place stands what is no text
        yield from drawn(_links(after), PORTION, as_it_stands=True)


def _links(after: int) -> str:
    return (
        f"SELECT s.id, s.hash, s.sealed_at, {RAW[db.engine.dialect.name]} FROM audit_seal s"  # noqa: S608
        f" LEFT JOIN audit_entry e ON e.id = s.entry_id WHERE s.id > {after:d} ORDER BY s.id"
    )


def left_of_erased() -> dict[int, str]:
    """By entry that lost its words, the digest of what was left, as the trail tells."""
    query = sa.select(AuditEntry.subject_id, AuditEntry.after).where(
        AuditEntry.subject == AuditEntry.__tablename__, AuditEntry.verb == "erase"
    )
    return {entry_id: str(after.get("left")) for entry_id, after in db.session.execute(query.order_by(AuditEntry.id))}


def all_words() -> Iterator[Any]:
    """Salt, text and digest of every word beside the trail."""
    return drawn("SELECT salt, text, digest FROM audit_word ORDER BY id", PORTION)


def raw(entry_id: int) -> tuple[Any, ...]:
    """What one entry's canonical text is made of."""
    query = sa.text(f"SELECT {RAW[db.engine.dialect.name]} FROM audit_entry e WHERE e.id = :id")  # noqa: S608
    return tuple(db.session.execute(query, {"id": entry_id}).one())


def sealed_entry(position: int) -> int | None:
    return db.session.scalar(sa.select(AuditSeal.entry_id).where(AuditSeal.id == position))


def all_unsealed() -> Iterator[Any]:
    """Number and time of every entry that has no seal."""
    return drawn(f"SELECT e.id, e.at {_UNSEALED} ORDER BY e.id", PORTION, as_it_stands=True)


def about(entry_id: int) -> About | None:
    query = sa.text("SELECT at, verb, subject, subject_id FROM audit_entry WHERE id = :id")
    with read_as_it_stands(db.session.connection()):
        found = db.session.execute(query, {"id": entry_id}).first()
    return About(*map(_readable, found)) if found else None


def _readable(value: Any) -> Any:
    return value.encode(errors="replace").decode() if isinstance(value, str) else value


def count() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(AuditEntry)) or 0


def how_many_unsealed() -> int:
    return int(db.session.scalar(sa.text(f"SELECT count(*) {_UNSEALED}")) or 0)


def checks(most: int) -> list[AuditCheck]:
    """The last times that the whole trail was verified, the latest first."""
    return list(db.session.scalars(sa.select(AuditCheck).order_by(AuditCheck.id.desc()).limit(most)))
