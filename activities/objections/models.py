"""Objections to grades on notice, and the answers."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from activities.cycles.models import Participant
from activities.kit.columns import Words
from activities.kit.db import Base, new_public_id
from activities.objections.rules import Verdict
from activities.people.models import Member

OPEN = sa.text("verdict = 'open'")


class GradeObjection(Base):
    """Somebody says that a grade on notice is wrong, and what was answered. Of each person one is open at a time."""

    __tablename__ = "review_objection"
    __table_args__ = (
        sa.Index(
            "uq_review_objection_open",
            "participant_id",
            "member_id",
            unique=True,
            sqlite_where=OPEN,
            postgresql_where=OPEN,
        ),
        sa.CheckConstraint("(verdict = 'open') = (answered_at IS NULL)", name="answered"),
        sa.CheckConstraint("(verdict = 'open') = (answered_by_id IS NULL)", name="answered_by_somebody"),
        sa.CheckConstraint("member_id <> answered_by_id", name="nobody_answers_their_own"),
    )

    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=new_public_id)
    participant_id: Mapped[int] = mapped_column(sa.ForeignKey("review_participant.id"))
    cycle_id: Mapped[int] = mapped_column(sa.ForeignKey("review_cycle.id"), index=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"), index=True)
    reason: Mapped[str] = mapped_column(sa.String(500))
    made_at: Mapped[datetime]
    verdict: Mapped[Verdict] = mapped_column(Words(Verdict), default=Verdict.OPEN)
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"))
    word: Mapped[str] = mapped_column(sa.String(500), default="")

    participant: Mapped[Participant] = relationship()
    member: Mapped[Member] = relationship(foreign_keys=[member_id])
    answered_by: Mapped[Member | None] = relationship(foreign_keys=[answered_by_id])
