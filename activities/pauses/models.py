"""Which missed duty somebody was warned of, so that nobody is warned of it twice."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from activities.kit.db import Base


class MissWarning(Base):
    """A person was told that one more missed duty leads to a pause, after the miss in this slot."""

    __tablename__ = "miss_warning"
    __table_args__ = (sa.UniqueConstraint("member_id", "slot_id"),)

    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    slot_id: Mapped[int] = mapped_column(sa.ForeignKey("slot.id"), index=True)
    warned_at: Mapped[datetime]
