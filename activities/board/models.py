"""What organizers did to many slots at once, and what they told the people on them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from activities.board.rules import Audience
from activities.duties.models import Activity
from activities.kit.columns import Words
from activities.kit.db import Base, new_public_id
from activities.people.models import Member


class BulkChange(Base):
    """One act on many slots. `lines` say of each slot what it was and which revision it was left at, so that the act
    can be taken back while nothing else has changed it."""

    __tablename__ = "bulk_change"
    __table_args__ = (sa.Index("ix_bulk_change_actor_id_made_at", "actor_id", "made_at"),)

    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=new_public_id)
    actor_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    made_at: Mapped[datetime]
    act: Mapped[str] = mapped_column(sa.String(16))
    # What was asked for: seats, minutes or the reason of a cancellation.
    value: Mapped[str] = mapped_column(sa.String(200))
    slots: Mapped[int]
    people: Mapped[int]
    lines: Mapped[dict[str, Any]]
    undone_at: Mapped[datetime | None]


class Message(Base):
    """What an organizer wrote to the people on some slots. `activity` where all of them are its."""

    __tablename__ = "message"
    __table_args__ = (sa.Index("ix_message_actor_id_sent_at", "actor_id", "sent_at"),)

    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=new_public_id)
    actor_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    activity_id: Mapped[int | None] = mapped_column(sa.ForeignKey("activity.id"), index=True)
    sent_at: Mapped[datetime]
    audience: Mapped[Audience] = mapped_column(Words(Audience))
    subject: Mapped[str] = mapped_column(sa.String(100))
    text: Mapped[str]
    slots: Mapped[int]
    people: Mapped[int]
    # Of the people it went to; see `rules.fingerprint`.
    fingerprint: Mapped[str] = mapped_column(sa.String(64))

    actor: Mapped[Member] = relationship()
    activity: Mapped[Activity | None] = relationship()


class VisitorList(Base):
    """That the list of visitors of a slot was sent to the partner, and who stood on it: what changes afterwards is
    pointed out. A list that is sent again is another row."""

    __tablename__ = "visitor_list"

    slot_id: Mapped[int] = mapped_column(sa.ForeignKey("slot.id", ondelete="CASCADE"), index=True)
    sent_at: Mapped[datetime]
    sent_by_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    members: Mapped[list[int]] = mapped_column(sa.JSON)

    sent_by: Mapped[Member] = relationship()
