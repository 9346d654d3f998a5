"""Who looks for cover, and who had a seat before whom."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from activities.exchanges.rules import CoverEnd, Way
from activities.kit.db import Base, Words
from activities.signups.models import SignUp

OPEN = sa.text("ended_at IS NULL")


class Cover(Base):
    """Somebody with a seat who looks for somebody to take it over, and stays responsible until then. It holds only
    while the seat is held and the slot is to come: nobody has to be told by a lower room that it is over."""

    __tablename__ = "cover"
    __table_args__ = (
        sa.CheckConstraint("(ended_at IS NULL) = (how IS NULL)", name="ended"),
        sa.Index("uq_cover_open", "sign_up_id", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
    )

    sign_up_id: Mapped[int] = mapped_column(sa.ForeignKey("sign_up.id"))
    # For the organizers alone.
    reason: Mapped[str] = mapped_column(default="")
    asked_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    how: Mapped[CoverEnd | None] = mapped_column(Words(CoverEnd))
    # When more people are asked.
    next_wave_at: Mapped[datetime | None]
    # When the organizers were told that nobody has taken over.
    told_at: Mapped[datetime | None]

    sign_up: Mapped[SignUp] = relationship()

    def end(self, how: CoverEnd, now: datetime) -> None:
        self.how, self.ended_at = how, now


class Handover(Base):
    """A seat that went from one person to another: the sign-up that ended, and the one that began in its place."""

    __tablename__ = "handover"

    slot_id: Mapped[int] = mapped_column(sa.ForeignKey("slot.id"), index=True)
    given_id: Mapped[int] = mapped_column(sa.ForeignKey("sign_up.id"), unique=True)
    taken_id: Mapped[int] = mapped_column(sa.ForeignKey("sign_up.id"), unique=True)
    way: Mapped[Way] = mapped_column(Words(Way))
    at: Mapped[datetime]
