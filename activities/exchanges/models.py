"""Who looks for cover, who would swap with whom, and who had a seat before whom."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from activities.exchanges.rules import CoverEnd, SwapEnd, Way
from activities.kit.columns import Words
from activities.kit.db import Base, new_public_id
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


class CoverTurn(Base):
    """Somebody on the waiting list of the slot whose turn it is, or was, to take the seat over: asked once, before
    everybody behind them in the line and everybody else. It stands while they wait."""

    __tablename__ = "cover_turn"
    __table_args__ = (sa.UniqueConstraint("cover_id", "sign_up_id"),)

    cover_id: Mapped[int] = mapped_column(sa.ForeignKey("cover.id"))
    # Their place on the waiting list.
    sign_up_id: Mapped[int] = mapped_column(sa.ForeignKey("sign_up.id"), index=True)
    asked_at: Mapped[datetime]
    # Who says “not this time” ends it at once.
    until: Mapped[datetime]


class Handover(Base):
    """A seat that went from one person to another: the sign-up that ended, and the one that began in its place."""

    __tablename__ = "handover"

    slot_id: Mapped[int] = mapped_column(sa.ForeignKey("slot.id"), index=True)
    given_id: Mapped[int] = mapped_column(sa.ForeignKey("sign_up.id"), unique=True)
    taken_id: Mapped[int] = mapped_column(sa.ForeignKey("sign_up.id"), unique=True)
    way: Mapped[Way] = mapped_column(Words(Way))
    at: Mapped[datetime]


class SwapOffer(Base):
    """Somebody who would swap a seat: their name is shown with it to whoever sees the slot, until they take it back.
    It holds only while the seat is held and the slot is to come."""

    __tablename__ = "swap_offer"
    __table_args__ = (
        sa.Index("uq_swap_offer_open", "sign_up_id", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
    )

    sign_up_id: Mapped[int] = mapped_column(sa.ForeignKey("sign_up.id"))
    # What they would take for it, in their words.
    wish: Mapped[str] = mapped_column(sa.String(200), default="")
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    sign_up: Mapped[SignUp] = relationship()


class Swap(Base):
    """A swap that one person has proposed to another: two seats, and what became of it."""

    __tablename__ = "swap"
    __table_args__ = (
        sa.CheckConstraint("(ended_at IS NULL) = (how IS NULL)", name="ended"),
        sa.CheckConstraint("given_id <> wanted_id", name="two_seats"),
        sa.Index("uq_swap_open", "given_id", "wanted_id", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
        sa.Index("ix_swap_expires_at", "expires_at", sqlite_where=OPEN, postgresql_where=OPEN),
    )

    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=new_public_id)
    # The seat of who proposes, and the one they would have; and when the two slots started when it was proposed.
    given_id: Mapped[int] = mapped_column(sa.ForeignKey("sign_up.id"), index=True)
    wanted_id: Mapped[int] = mapped_column(sa.ForeignKey("sign_up.id"), index=True)
    given_starts_at: Mapped[datetime]
    wanted_starts_at: Mapped[datetime]
    # Of the risks of the wanted slot, which who proposes has confirmed to have read.
    risks_version: Mapped[int | None]
    proposed_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    how: Mapped[SwapEnd | None] = mapped_column(Words(SwapEnd))

    given: Mapped[SignUp] = relationship(foreign_keys=[given_id])
    wanted: Mapped[SignUp] = relationship(foreign_keys=[wanted_id])

    def end(self, how: SwapEnd, now: datetime) -> None:
        self.how, self.ended_at = how, now
