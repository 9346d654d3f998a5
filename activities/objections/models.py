"""Objections to grades on notice, and the answers."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from activities.certificates.models import Objecting, answered_by_another
from activities.cycles.models import Participant
from activities.kit.db import Base

OPEN = sa.text("verdict = 'open'")


class GradeObjection(Objecting, Base):
    """Somebody says that a grade on notice is wrong, and what was answered. Of each person one is open at a time."""

    __tablename__ = "review_objection"
    __table_args__ = (
        sa.Index(
            "uq_review_objection_open", "participant_id", "member_id", unique=True, sqlite_where=OPEN,
            postgresql_where=OPEN,
        ),
        *answered_by_another(),
    )  # fmt: skip

    participant_id: Mapped[int] = mapped_column(sa.ForeignKey("review_participant.id"))
    cycle_id: Mapped[int] = mapped_column(sa.ForeignKey("review_cycle.id"), index=True)

    participant: Mapped[Participant] = relationship()
