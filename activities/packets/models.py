"""Formulas by which points are reckoned, in versions. The database refuses to change or delete one (migration 0100)."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Mapped, mapped_column, relationship

from activities.kit.db import Base, new_public_id
from activities.packets import rules
from activities.packets.rules import Formula
from activities.people.models import Member, Unit


class FormulaText(sa.TypeDecorator[Formula]):
    """A formula, as text."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Formula | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else rules.write(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Formula | None:  # noqa: ARG002
        return None if value is None else rules.read(value)


class PointsFormula(Base):
    """By what a unit, and those below it that have none of their own, reckon the points of a year. The highest version
    holds; who set it and why is read by everyone for whom it does."""

    __tablename__ = "points_formula"
    __table_args__ = (
        sa.UniqueConstraint("unit_id", "year", "version"),
        sa.CheckConstraint("version >= 1", name="version_from_one"),
    )

    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=new_public_id)
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    year: Mapped[int]
    version: Mapped[int]
    formula: Mapped[Formula] = mapped_column(FormulaText)
    reason: Mapped[str] = mapped_column(sa.String(200))
    set_at: Mapped[datetime]
    set_by_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))

    unit: Mapped[Unit] = relationship()
    set_by: Mapped[Member] = relationship()
