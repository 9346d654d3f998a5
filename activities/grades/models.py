"""Opinions on participants, and how it was decided on them."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from activities.cycles.models import Participant
from activities.cycles.rules import Grade
from activities.kit.columns import Words
from activities.kit.db import Base, new_public_id
from activities.people.models import Member


class GradeVersion(Base):
    """That somebody gave a participant a grade with an opinion, or took it away (`grade` is empty). A change is one
    more, with its reason; none is changed."""

    __tablename__ = "review_grade"
    __table_args__ = (
        sa.UniqueConstraint("participant_id", "count"),
        sa.CheckConstraint("given_by_id <> member_id", name="nobody_grades_themselves"),
    )

    participant_id: Mapped[int] = mapped_column(sa.ForeignKey("review_participant.id"))
    cycle_id: Mapped[int] = mapped_column(sa.ForeignKey("review_cycle.id"), index=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"), index=True)
    count: Mapped[int]
    grade: Mapped[Grade | None] = mapped_column(Words(Grade))
    opinion: Mapped[str]
    reason: Mapped[str] = mapped_column(sa.String(200))
    given_by_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    given_at: Mapped[datetime]

    given_by: Mapped[Member] = relationship(foreign_keys=[given_by_id])


class Opinion(Base):
    """That somebody who knows a participant – a class teacher, the member paired with a class – is asked by name for an
    opinion, and what they wrote."""

    __tablename__ = "review_opinion"
    __table_args__ = (
        sa.UniqueConstraint("participant_id", "by_id"),
        sa.CheckConstraint("by_id <> member_id", name="nobody_on_themselves"),
        sa.CheckConstraint("written_at IS NOT NULL OR text = ''", name="written"),
    )

    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=new_public_id)
    participant_id: Mapped[int] = mapped_column(sa.ForeignKey("review_participant.id"))
    cycle_id: Mapped[int] = mapped_column(sa.ForeignKey("review_cycle.id"), index=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"), index=True)
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"), index=True)
    asked_by_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    asked_at: Mapped[datetime]
    text: Mapped[str] = mapped_column(default="")
    written_at: Mapped[datetime | None]

    participant: Mapped[Participant] = relationship()
    by: Mapped[Member] = relationship(foreign_keys=[by_id])
