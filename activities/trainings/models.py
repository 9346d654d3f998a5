"""Trainings, and who has passed them."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from activities.kit.db import Base, Revised, new_public_id
from activities.people.models import Member


class Training(Revised, Base):
    """What one learns before some duties. It counts for `months`, or for ever where there are none."""

    __tablename__ = "training"
    __table_args__ = (sa.CheckConstraint("months > 0", name="months_positive"),)

    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=new_public_id)
    name: Mapped[str] = mapped_column(sa.String(100), unique=True)
    where: Mapped[str] = mapped_column(sa.String(200), default="")
    months: Mapped[int | None]


class TrainingPass(Base):
    """Who has passed which training on which day, and the last day on which it counts."""

    __tablename__ = "training_pass"
    __table_args__ = (
        sa.UniqueConstraint("member_id", "training_id", "passed_on"),
        sa.CheckConstraint("valid_until >= passed_on", name="valid_after_passed"),
    )

    training_id: Mapped[int] = mapped_column(sa.ForeignKey("training.id"), index=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    passed_on: Mapped[date]
    valid_until: Mapped[date | None]
    entered_by_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    entered_at: Mapped[datetime]

    training: Mapped[Training] = relationship()
    member: Mapped[Member] = relationship(foreign_keys=[member_id])
    entered_by: Mapped[Member] = relationship(foreign_keys=[entered_by_id])
