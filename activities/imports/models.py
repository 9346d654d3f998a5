"""A calendar between preview and import, and what came of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from activities.duties.models import Activity
from activities.kit.db import Base, new_public_id


class CalendarUpload(Base):
    """What was read of a calendar, so that what was shown is what is imported. It does not last."""

    __tablename__ = "calendar_upload"
    __table_args__ = (sa.UniqueConstraint("member_id", "activity_id"),)

    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=new_public_id)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    activity_id: Mapped[int] = mapped_column(sa.ForeignKey("activity.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    found: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(index=True)


class CalendarImport(Base):
    """Slots that came of one calendar at once."""

    __tablename__ = "calendar_import"

    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=new_public_id)
    activity_id: Mapped[int] = mapped_column(sa.ForeignKey("activity.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    created_at: Mapped[datetime]

    activity: Mapped[Activity] = relationship()


class ImportedEvent(Base):
    """A time of an event that became a slot: it does not become another one while that is there. Of the event no more
    is kept than it takes to know it again."""

    __tablename__ = "imported_event"
    __table_args__ = (sa.UniqueConstraint("activity_id", "digest", "starts_at"),)

    import_id: Mapped[int] = mapped_column(sa.ForeignKey("calendar_import.id", ondelete="CASCADE"), index=True)
    activity_id: Mapped[int] = mapped_column(sa.ForeignKey("activity.id"))
    digest: Mapped[str] = mapped_column(sa.String(64))
    starts_at: Mapped[datetime]
    slot_id: Mapped[int] = mapped_column(sa.ForeignKey("slot.id", ondelete="CASCADE"), index=True)
