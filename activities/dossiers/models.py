"""Entries of volunteers' records. The database refuses to change or delete one (migrations 0036, 0053)."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from activities.dossiers.rules import Block, Said
from activities.kit.columns import Words
from activities.kit.db import Base, new_public_id
from activities.people.models import Member


class Entry(Base):
    """What is entered in one block of a person's record. A correction is another entry that `replaces` this one, and so
    is taking it back (`is_void`), which says what it was. `source` is the file and row it was imported from."""

    __tablename__ = "dossier_entry"
    __table_args__ = (
        sa.CheckConstraint("member_id <> entered_by_id", name="nobody_enters_their_own"),
        sa.CheckConstraint("(block = 'training') = (minutes IS NOT NULL)", name="hours_of_trainings"),
        sa.CheckConstraint("minutes > 0", name="minutes_positive"),
        sa.CheckConstraint("replaces_id IS NOT NULL OR NOT is_void", name="void_of_something"),
        sa.Index("ix_dossier_entry_member_id", "member_id", "block"),
    )

    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=new_public_id)
    block: Mapped[Block] = mapped_column(Words(Block))
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    title: Mapped[str] = mapped_column(sa.String(100))
    day: Mapped[date]
    content: Mapped[str] = mapped_column(sa.String(500), default="")
    minutes: Mapped[int | None]
    unit: Mapped[str] = mapped_column(sa.String(100), default="")
    source: Mapped[str] = mapped_column(sa.String(240), default="")
    entered_by_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    entered_at: Mapped[datetime]
    replaces_id: Mapped[int | None] = mapped_column(sa.ForeignKey("dossier_entry.id"), unique=True)
    is_void: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(sa.String(200), default="")

    member: Mapped[Member] = relationship(foreign_keys=[member_id])
    entered_by: Mapped[Member] = relationship(foreign_keys=[entered_by_id])
    replaces: Mapped[Entry | None] = relationship(remote_side="Entry.id")

    @property
    def said(self) -> Said:
        return Said(self.title, self.day, self.content, self.minutes, self.unit)
