"""Draws: announced with the hash of a seed, held at their moment, and kept as they were."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from activities.duties.models import Activity
from activities.kit.columns import Words
from activities.kit.db import Base, new_public_id
from activities.signups.rules import SignUpState


class Draw(Base):
    """All slots of an activity that are drawn at one moment. The seed is read only to hold the draw and, when it was
    held, to show it: whoever knew it before could tell who wins."""

    __tablename__ = "draw"
    __table_args__ = (
        sa.UniqueConstraint("activity_id", "draws_at"),
        sa.Index(
            "ix_draw_due", "draws_at", sqlite_where=sa.text("drawn_at IS NULL"),
            postgresql_where=sa.text("drawn_at IS NULL"),
        ),
    )  # fmt: skip

    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=new_public_id)
    activity_id: Mapped[int] = mapped_column(sa.ForeignKey("activity.id"))
    draws_at: Mapped[datetime]
    # The hours of so many days before it count.
    days: Mapped[int]
    seed: Mapped[str] = mapped_column(sa.String(64), deferred=True)
    seed_hash: Mapped[str] = mapped_column(sa.String(64))
    announced_at: Mapped[datetime]
    drawn_at: Mapped[datetime | None]
    # As they were when it was held: {"slots": [{"id", "name", "starts_at", "ends_at", "seats"}],
    # "clashes": [[id, id]]}; a slot to which people come one after another has "quotas", places by minute after its
    # start. "takes": minutes of each day and week, by minute after its start.
    frozen: Mapped[dict[str, Any]] = mapped_column(default=dict)

    activity: Mapped[Activity] = relationship()


class DrawEntry(Base):
    """One entry as it was when the draw was held, and what became of it."""

    __tablename__ = "draw_entry"
    __table_args__ = (
        sa.UniqueConstraint("draw_id", "slot_id", "number"),
        sa.CheckConstraint("tickets > 0", name="tickets_positive"),
    )

    draw_id: Mapped[int] = mapped_column(sa.ForeignKey("draw.id"))
    slot_id: Mapped[int] = mapped_column(sa.ForeignKey("slot.id"), index=True)
    sign_up_id: Mapped[int] = mapped_column(sa.ForeignKey("sign_up.id"), unique=True)
    # The sign-up's ticket when it asked; the draw has given it another one.
    number: Mapped[int]
    who: Mapped[int]
    tickets: Mapped[int]
    may: Mapped[bool]
    # At which minutes after the start the person could come, where people come one after another, and does.
    times: Mapped[list[int] | None] = mapped_column(sa.JSON(none_as_null=True))
    minute: Mapped[int | None]
    # How many minutes the person could take on yet, by day and week, where the school refuses more.
    minutes_left: Mapped[dict[str, int] | None] = mapped_column(sa.JSON(none_as_null=True))
    lot: Mapped[str] = mapped_column(sa.String(64))
    place: Mapped[int]
    outcome: Mapped[SignUpState] = mapped_column(Words(SignUpState))
