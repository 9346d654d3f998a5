"""The append-only trail. The database refuses to change or delete what stands in these tables (migration 0023)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from activities.kit.db import Base


class AuditEntry(Base):
    """Who changed what, when, from what, to what, and why. `subject` is the table's name, `subject_id` its row."""

    __tablename__ = "audit_entry"
    __table_args__ = (sa.Index("ix_audit_entry_subject", "subject", "subject_id"),)

    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"))
    verb: Mapped[str] = mapped_column(sa.String(64))
    subject: Mapped[str] = mapped_column(sa.String(64))
    subject_id: Mapped[int]
    before: Mapped[dict[str, Any]] = mapped_column(default=dict)
    after: Mapped[dict[str, Any]] = mapped_column(default=dict)
    reason: Mapped[str] = mapped_column(default="")


class AuditWord(Base):
    """Something about a person that an entry tells of and may have to forget. The entry holds its digest alone, under
    the chain: SHA-256 over the salt and the text. While the word is here, it can be held against that; once it is
    deleted, nobody can tell from the digest what it was."""

    __tablename__ = "audit_word"

    digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"), index=True)
    salt: Mapped[str] = mapped_column(sa.String(32))
    text: Mapped[str]


class AuditSeal(Base):
    """A place of the chain: `id` is its position – 1, 2, 3 and so on without gaps – and `hash` that of the place before
    it together with `sealed_at` and the entry. Entries are sealed in the order in which the sealer comes to see them,
    so that writers need not wait for each other to be chained."""

    __tablename__ = "audit_seal"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("audit_entry.id"), unique=True)
    sealed_at: Mapped[datetime]
    hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32))


class AuditCheck(Base):
    """That the whole trail was verified: up to which head, and how much was found that should not be."""

    __tablename__ = "audit_check"

    at: Mapped[datetime]
    position: Mapped[int]
    head: Mapped[str] = mapped_column(sa.String(64))
    walked: Mapped[int]
    erased: Mapped[int]
    findings: Mapped[int]
