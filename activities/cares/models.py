"""What is written in a review of activists, who take no part in it themselves. Once the cycle is closed the database
refuses to change any of it (migration 0136)."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from activities.cycles.models import Cycle
from activities.kit.columns import Words
from activities.kit.db import Base, new_public_id
from activities.pairings.rules import Sort
from activities.people.models import Member, Unit
from activities.people.rules import Stage


class CareOpinion(Base):
    """What somebody (`by_id`) writes of a person in their care: a draft until it is handed in. As what they care, and
    where the person stands and belongs, is as of its last change. `revision` rises with each, so that none is written
    over unseen."""

    __tablename__ = "review_care"
    __table_args__ = (
        sa.UniqueConstraint("cycle_id", "member_id", "by_id"),
        sa.CheckConstraint("by_id <> member_id", name="nobody_on_themselves"),
    )

    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=new_public_id)
    cycle_id: Mapped[int] = mapped_column(sa.ForeignKey("review_cycle.id"))
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"), index=True)
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"), index=True)
    sort: Mapped[Sort] = mapped_column(Words(Sort))
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    class_name: Mapped[str] = mapped_column(sa.String(50))
    stage: Mapped[Stage] = mapped_column(Words(Stage))
    text: Mapped[str]
    revision: Mapped[int]
    saved_at: Mapped[datetime]
    handed_in_at: Mapped[datetime | None]

    cycle: Mapped[Cycle] = relationship()
    member: Mapped[Member] = relationship(foreign_keys=[member_id])
    by: Mapped[Member] = relationship(foreign_keys=[by_id])
    unit: Mapped[Unit] = relationship()
