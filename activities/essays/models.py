"""What participants write about their own year."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from activities.kit.db import Base


class Essay(Base):
    """What a participant writes about their own year: a draft until it is handed in. `revision` rises with each draft,
    so that none is written over unseen."""

    __tablename__ = "review_essay"

    participant_id: Mapped[int] = mapped_column(sa.ForeignKey("review_participant.id"), unique=True)
    cycle_id: Mapped[int] = mapped_column(sa.ForeignKey("review_cycle.id"), index=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"), index=True)
    text: Mapped[str]
    revision: Mapped[int]
    saved_at: Mapped[datetime]
    handed_in_at: Mapped[datetime | None]
