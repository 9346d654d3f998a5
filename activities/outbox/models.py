"""Notices wait here, stored in the same transaction as their cause."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from activities.kit.db import Base


class Notice(Base):
    """One thing to tell one person. `topic` names its words, `params` fills them; no secret is ever stored here."""

    __tablename__ = "notice"
    __table_args__ = (
        sa.Index(
            "ix_notice_due",
            "due_at",
            sqlite_where=sa.text("sent_at IS NULL"),
            postgresql_where=sa.text("sent_at IS NULL"),
        ),
    )

    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"), index=True)
    topic: Mapped[str] = mapped_column(sa.String(64))
    params: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    # None: nobody will try again, either for want of an address or after too many tries.
    due_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    trouble: Mapped[str] = mapped_column(default="")
