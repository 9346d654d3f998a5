"""Grades of years that were reviewed elsewhere, as a file says them: kept apart from those that were given here."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from activities.cycles.rules import Grade
from activities.kit.columns import Words
from activities.kit.db import Base, new_public_id
from activities.people.models import Member, Unit


class PastImport(Base):
    """Grades that came of one file at once. `digest` is the file's SHA-256."""

    __tablename__ = "past_import"

    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=new_public_id)
    imported_by_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    name: Mapped[str] = mapped_column(sa.String(200))
    digest: Mapped[str] = mapped_column(sa.String(64))
    created_at: Mapped[datetime]

    imported_by: Mapped[Member] = relationship()


class PastGrade(Base):
    """The grade of somebody in a year, once, with the row of the file that says so; `unit` is theirs as of the
    import."""

    __tablename__ = "past_grade"
    __table_args__ = (
        sa.UniqueConstraint("member_id", "year"),
        sa.Index("ix_past_grade_unit_id_year", "unit_id", "year"),
    )

    import_id: Mapped[int] = mapped_column(sa.ForeignKey("past_import.id"), index=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    year: Mapped[int]
    grade: Mapped[Grade] = mapped_column(Words(Grade))
    row: Mapped[int]

    batch: Mapped[PastImport] = relationship()
    unit: Mapped[Unit] = relationship()
