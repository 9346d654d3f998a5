"""Requests to correct a record."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from activities.corrections.rules import CorrectionState, Opinion
from activities.duties.models import Slot
from activities.kit.columns import Words
from activities.kit.db import Base, new_public_id
from activities.people.models import Member
from activities.records.rules import Attendance, Mark

IS_OPEN = "state IN ('asked', 'answered', 'raised')"


class Correction(Base):
    """What somebody says is right of their participation in a slot, and what became of it.

    It is about slot and person, not about the record, which may be taken back meanwhile. `due` is the last day of the
    present step; `opinion`, `answer` and `answered_by` are the organizers' part, `decision` and `decided_by` the
    secretary's.
    """

    __tablename__ = "correction"
    __table_args__ = (
        sa.CheckConstraint(f"({IS_OPEN}) = (ended_at IS NULL)", name="ended"),
        sa.CheckConstraint("(state IN ('granted', 'declined')) = (decided_by_id IS NOT NULL)", name="decided"),
        sa.CheckConstraint("(opinion IN ('agrees', 'disagrees')) = (answered_by_id IS NOT NULL)", name="answered"),
        sa.CheckConstraint(
            "member_id <> answered_by_id AND member_id <> decided_by_id AND answered_by_id <> decided_by_id",
            name="three_different_people",
        ),
        sa.Index("ix_correction_member_id", "member_id"),
        sa.Index(
            "uq_correction_open", "slot_id", "member_id", unique=True, sqlite_where=sa.text(IS_OPEN),
            postgresql_where=sa.text(IS_OPEN),
        ),
        sa.Index("ix_correction_due", "due", sqlite_where=sa.text(IS_OPEN), postgresql_where=sa.text(IS_OPEN)),
    )  # fmt: skip

    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=new_public_id)
    slot_id: Mapped[int] = mapped_column(sa.ForeignKey("slot.id"), index=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    attendance: Mapped[Attendance] = mapped_column(Words(Attendance))
    minutes: Mapped[int]
    minutes_late: Mapped[int]
    reason: Mapped[str] = mapped_column(sa.String(500))
    asked_at: Mapped[datetime]
    state: Mapped[CorrectionState] = mapped_column(Words(CorrectionState), default=CorrectionState.ASKED)
    due: Mapped[date]
    opinion: Mapped[Opinion | None] = mapped_column(Words(Opinion))
    answer: Mapped[str] = mapped_column(sa.String(500), default="")
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"))
    decision: Mapped[str] = mapped_column(sa.String(500), default="")
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"))
    ended_at: Mapped[datetime | None]

    slot: Mapped[Slot] = relationship()
    member: Mapped[Member] = relationship(foreign_keys=[member_id])
    answered_by: Mapped[Member | None] = relationship(foreign_keys=[answered_by_id])
    decided_by: Mapped[Member | None] = relationship(foreign_keys=[decided_by_id])

    @property
    def claim(self) -> Mark:
        """What is said to be right."""
        return Mark(self.attendance, self.minutes, self.minutes_late)
