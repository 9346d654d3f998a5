"""Feeds: private addresses that carry one person's duties."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from activities.kit.db import Base
from activities.people.models import Member


class Feed(Base):
    """One private address. Its token is derived from the secret key and found by its digest, so that reading the
    database gives no address away. A rotated feed stays, revoked, to answer 410."""

    __tablename__ = "feed"

    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"), index=True)
    digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    nonce: Mapped[str] = mapped_column(sa.String(32))
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    member: Mapped[Member] = relationship()
