"""What was achieved, and what was to be. Amounts are thousandths of the measure's unit."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from activities.duties.kinds import PhotoMoment
from activities.duties.models import Slot
from activities.kit.columns import Words
from activities.kit.db import Base
from activities.people.models import Member
from activities.photos.models import Photo

OF_SLOT = sa.text("is_current AND member_id IS NULL")
OF_PERSON = sa.text("is_current AND member_id IS NOT NULL")
CURRENT = sa.text("is_current")


class Outcome(Base):
    """One amount as somebody entered it. A correction adds another, from which on this one is not `is_current`; without
    an amount it takes back what was entered. `day` is the school's local day of the slot, so that sums over a year are
    read from this table alone."""

    __tablename__ = "outcome"
    __table_args__ = (
        sa.CheckConstraint("amount >= 0", name="amount_not_negative"),
        sa.Index("uq_outcome_slot", "slot_id", "measure", unique=True, sqlite_where=OF_SLOT, postgresql_where=OF_SLOT),
        sa.Index(
            "uq_outcome_person", "slot_id", "measure", "member_id", unique=True, sqlite_where=OF_PERSON,
            postgresql_where=OF_PERSON,
        ),
        sa.Index("ix_outcome_day", "day", "slot_id", sqlite_where=CURRENT, postgresql_where=CURRENT),
        sa.Index("ix_outcome_slot_id", "slot_id"),
    )  # fmt: skip

    slot_id: Mapped[int] = mapped_column(sa.ForeignKey("slot.id"))
    member_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"), index=True)
    measure: Mapped[str] = mapped_column(sa.String(32))
    amount: Mapped[int | None] = mapped_column(sa.BigInteger)
    day: Mapped[date]
    reason: Mapped[str] = mapped_column(sa.String(200), default="")
    entered_by_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"), index=True)
    entered_at: Mapped[datetime]
    is_current: Mapped[bool] = mapped_column(default=True)

    slot: Mapped[Slot] = relationship()
    member: Mapped[Member | None] = relationship(foreign_keys=[member_id])
    entered_by: Mapped[Member] = relationship(foreign_keys=[entered_by_id])


class Target(Base):
    """How much of a measure an activity is to achieve in a term."""

    __tablename__ = "target"
    __table_args__ = (
        sa.UniqueConstraint("activity_id", "term_id", "measure"),
        sa.CheckConstraint("amount > 0", name="amount_positive"),
    )

    activity_id: Mapped[int] = mapped_column(sa.ForeignKey("activity.id"))
    term_id: Mapped[int] = mapped_column(sa.ForeignKey("term.id", ondelete="CASCADE"), index=True)
    measure: Mapped[str] = mapped_column(sa.String(32))
    amount: Mapped[int] = mapped_column(sa.BigInteger)


class SlotPhoto(Base):
    """A photo of what was achieved in a slot, seen by whoever sees its outcomes."""

    __tablename__ = "slot_photo"

    slot_id: Mapped[int] = mapped_column(sa.ForeignKey("slot.id"), index=True)
    photo_id: Mapped[int] = mapped_column(sa.ForeignKey("photo.id"), unique=True)
    moment: Mapped[PhotoMoment] = mapped_column(Words(PhotoMoment))

    slot: Mapped[Slot] = relationship()
    photo: Mapped[Photo] = relationship()
