"""What units ask of their people in a year, in versions, and who is exempted from some of it."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship

from activities.kit.columns import Flags
from activities.kit.db import Base, new_public_id
from activities.people.models import Member, Unit
from activities.people.rules import Stages, Standings
from activities.requirements import rules
from activities.requirements.rules import Asked, Exempted, Whom


class AskedText(sa.TypeDecorator[Asked]):
    """What is asked, as text."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Asked | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else rules.write(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Asked | None:  # noqa: ARG002
        return None if value is None else rules.read(value)


class RequirementSet(Base):
    """What a unit asks in a year of some of its people, and of those in units below that have no set of their own for
    them. What it says stands in its versions."""

    __tablename__ = "requirement_set"
    __table_args__ = (sa.UniqueConstraint("unit_id", "year", "stages", "standings"),)

    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=new_public_id)
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    year: Mapped[int]
    # Zero: any.
    stages: Mapped[Stages] = mapped_column(Flags(Stages))
    standings: Mapped[Standings] = mapped_column(Flags(Standings))

    unit: Mapped[Unit] = relationship()

    @property
    def whom(self) -> Whom:
        return Whom(self.unit.path, self.stages, self.standings)


class RequirementVersion(Base):
    """What a set says from a moment on, who set it, and why. The last one holds; the earlier ones stay to be read."""

    __tablename__ = "requirement_version"

    set_id: Mapped[int] = mapped_column(sa.ForeignKey("requirement_set.id"), index=True)
    asked: Mapped[Asked] = mapped_column(AskedText)
    set_at: Mapped[datetime]
    set_by_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    reason: Mapped[str] = mapped_column(sa.String(200))

    of: Mapped[RequirementSet] = relationship()
    set_by: Mapped[Member] = relationship()


class Exemption(Base):
    """That somebody need not do a share of a line, or of all where `line` is empty, from one day to another. Why is
    sealed, and read by who gave it and those above `unit`, for which they gave it, alone. It ends before its time by
    an earlier `last`; taken back, it never counted."""

    __tablename__ = "exemption"
    __table_args__ = (
        sa.CheckConstraint("last >= first", name="last_after_first"),
        sa.CheckConstraint("percent BETWEEN 1 AND 100", name="percent"),
        sa.CheckConstraint("member_id <> given_by_id AND member_id <> ended_by_id", name="nobody_exempts_themselves"),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_by_id IS NULL) AND (ended_at IS NULL) = (end_reason = '')", name="ended"
        ),
        sa.CheckConstraint("ended_at IS NOT NULL OR NOT taken_back", name="taken_back_is_ended"),
        sa.Index("ix_exemption_member_id", "member_id"),
    )

    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=new_public_id)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    first: Mapped[date]
    last: Mapped[date]
    percent: Mapped[int]
    line: Mapped[str] = mapped_column(sa.String(64))
    reason: Mapped[str] = deferred(mapped_column(sa.Text, nullable=False))
    given_by_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    given_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"))
    end_reason: Mapped[str] = mapped_column(sa.String(200), default="")
    taken_back: Mapped[bool] = mapped_column(default=False)

    member: Mapped[Member] = relationship(foreign_keys=[member_id])
    unit: Mapped[Unit] = relationship()
    given_by: Mapped[Member] = relationship(foreign_keys=[given_by_id])
    ended_by: Mapped[Member | None] = relationship(foreign_keys=[ended_by_id])

    @property
    def facts(self) -> Exempted:
        """What of it the rules ask."""
        return Exempted(self.first, self.last, self.percent, self.line)
