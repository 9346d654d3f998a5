"""The database itself refuses to change the trail."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from activities.audit import seals
from activities.audit import service as audit
from activities.kit.db import db, transaction
from activities.people.models import Member
from tests.cast import NOW

ENTRY = "at, verb, subject, subject_id, before, after, reason"
CHANGES = [
    "UPDATE audit_entry SET reason = 'because'",
    "UPDATE audit_entry SET id = id + 1",
    "DELETE FROM audit_entry",
    "UPDATE audit_seal SET hash = hash",
    "DELETE FROM audit_seal",
]
ON_SQLITE = [
    f"REPLACE INTO audit_entry (id, {ENTRY}) SELECT id, {ENTRY} FROM audit_entry",
    f"INSERT OR REPLACE INTO audit_entry (id, {ENTRY}) SELECT id, {ENTRY} FROM audit_entry",
    f"INSERT INTO audit_entry (id, {ENTRY}) SELECT id, {ENTRY} FROM audit_entry WHERE true"
    " ON CONFLICT (id) DO UPDATE SET reason = 'because'",
    "REPLACE INTO audit_seal SELECT * FROM audit_seal",
    "REPLACE INTO audit_seal (id, entry_id, sealed_at, hash) SELECT 7, entry_id, sealed_at, hash FROM audit_seal",
]
ON_POSTGRESQL = [
    "TRUNCATE audit_seal",
    "TRUNCATE audit_entry CASCADE",
    f"INSERT INTO audit_entry (id, {ENTRY}) SELECT id, {ENTRY} FROM audit_entry"
    " ON CONFLICT (id) DO UPDATE SET reason = 'because'",
]


def test_what_has_been_left_can_neither_be_changed_nor_deleted(ctx, cast, database):
    with transaction():
        audit.leave(NOW, cast.gu.id, "greet", Member, cast.lin.id, reason="a reason")
    seals.seal(NOW)
    before = everything()
    for statement in [*CHANGES, *(ON_SQLITE if database == "sqlite" else ON_POSTGRESQL)]:
        with pytest.raises(DBAPIError, match="append-only"), transaction():
            db.session.execute(sa.text(statement))
    assert everything() == before
    assert [len(rows) for rows in before] == [1, 1]


def test_who_has_left_something_in_the_trail_cannot_be_deleted(ctx, cast):
    with transaction():
        audit.leave(NOW, cast.gu.id, "greet", Member, cast.lin.id)
    with pytest.raises(DBAPIError), transaction():
        db.session.execute(sa.delete(Member).where(Member.id == cast.gu.id))


def everything() -> list[list[tuple[object, ...]]]:
    found = [
        db.session.execute(sa.text(f"SELECT * FROM {table} ORDER BY id")) for table in ("audit_entry", "audit_seal")
    ]
    return [[tuple(row) for row in rows] for rows in found]
