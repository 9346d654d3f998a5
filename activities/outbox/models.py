"""Notices wait here, stored in the same transaction as their cause; beside each, the deliveries it is sent by."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from activities.kit.columns import Flags, Words
from activities.kit.db import Base, new_public_id
from activities.outbox.rules import (
    DIGEST_AT,
    REMINDED_BY_DEFAULT,
    Channel,
    DeliveryState,
    News,
    Quiet,
    Reminders,
    Vendor,
    Wish,
)


def _partial(name: str, *columns: str, where: str, unique: bool = False) -> sa.Index:
    condition = sa.text(where)
    return sa.Index(name, *columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


class Notice(Base):
    """One thing to tell one person, or one group. `topic` names its words, `params` fills them; no secret is ever
    stored here. Of one `key` a person is told once."""

    __tablename__ = "notice"
    __table_args__ = (
        sa.CheckConstraint("(member_id IS NULL) <> (hook_id IS NULL)", name="to_one"),
        _partial("ix_notice_planned_at", "id", where="planned_at IS NULL"),
        _partial("ix_notice_unread", "member_id", where="read_at IS NULL"),
        _partial("uq_notice_member_key", "member_id", "key", where="key IS NOT NULL", unique=True),
        _partial("uq_notice_hook_key", "hook_id", "key", where="key IS NOT NULL", unique=True),
    )

    member_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"), index=True)
    hook_id: Mapped[int | None] = mapped_column(sa.ForeignKey("hook.id"))
    topic: Mapped[str] = mapped_column(sa.String(64))
    params: Mapped[dict[str, Any]]
    key: Mapped[str | None] = mapped_column(sa.String(100))
    created_at: Mapped[datetime]
    # When the worker decided by which ways it goes out.
    planned_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
    # The day's letter that this stands in.
    digest_id: Mapped[int | None] = mapped_column(sa.ForeignKey("notice.id"), index=True)


class Delivery(Base):
    """One way by which a notice goes out. There is one a channel, so that nothing goes out twice by the same."""

    __tablename__ = "delivery"
    __table_args__ = (
        sa.UniqueConstraint("notice_id", "channel"),
        sa.CheckConstraint("state IN ('waiting', 'sent', 'dropped', 'failed')", name="state"),
        _partial("ix_delivery_due", "channel", "due_at", "id", where="state = 'waiting'"),
        _partial("ix_delivery_failed", "id", where="state = 'failed'"),
    )

    notice_id: Mapped[int] = mapped_column(sa.ForeignKey("notice.id"))
    channel: Mapped[Channel] = mapped_column(Words(Channel))
    state: Mapped[DeliveryState] = mapped_column(Words(DeliveryState), default=DeliveryState.WAITING)
    # When its turn comes; while somebody sends it, when that claim ends.
    due_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    trouble: Mapped[str] = mapped_column(default="")
    sent_at: Mapped[datetime | None]


class Wishes(Base):
    """What a person chose of notices. Who never chose has no row."""

    __tablename__ = "wishes"

    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"), unique=True)
    # The way of each group for which the person chose another than `rules.DEFAULT_WAYS` says.
    ways: Mapped[dict[str, Any]]
    quiet_from: Mapped[time | None]
    quiet_to: Mapped[time | None]
    digest_at: Mapped[time] = mapped_column(default=DIGEST_AT)
    reminders: Mapped[Reminders] = mapped_column(Flags(Reminders), default=REMINDED_BY_DEFAULT)

    @property
    def wish(self) -> Wish:
        """The choices as the rules want them."""
        return Wish(self.ways, self.quiet, self.digest_at)

    @property
    def quiet(self) -> Quiet | None:
        if self.quiet_from is None or self.quiet_to is None:
            return None
        return Quiet(self.quiet_from, self.quiet_to)


class Hook(Base):
    """A chat group's robot, to which news of a unit goes. Address and secret let whoever has them write to the group:
    they are shown nowhere."""

    __tablename__ = "hook"

    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=new_public_id)
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    vendor: Mapped[Vendor] = mapped_column(Words(Vendor))
    name: Mapped[str] = mapped_column(sa.String(100))
    url: Mapped[str]
    secret: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(sa.String(8))
    # What the group is told of, and up to when it has been.
    news: Mapped[News] = mapped_column(Flags(News))
    told_until: Mapped[datetime]
    created_at: Mapped[datetime]
    created_by_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
