"""Requests for leave from a seat."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from activities.kit.columns import Words
from activities.kit.db import Base, new_public_id
from activities.leaves.rules import Answer
from activities.people.models import Member
from activities.signups.models import SignUp

OPEN = sa.text("answer = 'asked'")


class Leave(Base):
    """Who asks to be let go from a seat after the deadline, why, and who answered what."""

    __tablename__ = "leave"
    __table_args__ = (
        sa.CheckConstraint("(answer = 'asked') = (answered_at IS NULL)", name="answered"),
        sa.Index("uq_leave_open", "sign_up_id", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
    )

    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=new_public_id)
    sign_up_id: Mapped[int] = mapped_column(sa.ForeignKey("sign_up.id"), index=True)
    reason: Mapped[str] = mapped_column(sa.String(200))
    asked_at: Mapped[datetime]
    answer: Mapped[Answer] = mapped_column(Words(Answer), default=Answer.ASKED)
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"))
    # What the organizer says with the answer.
    word: Mapped[str] = mapped_column(sa.String(200), default="")

    sign_up: Mapped[SignUp] = relationship()
    answered_by: Mapped[Member | None] = relationship()
