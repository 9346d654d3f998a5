"""Hours that come from another system: the file until it is imported, how its columns are read, and what came of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from activities.kit.db import Base, new_public_id
from activities.people.models import Member, Unit


class HoursUpload(Base):
    """A file between preview and import, so that what was shown is what is imported. It does not last."""

    __tablename__ = "hours_upload"

    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=new_public_id)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"), index=True)
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    name: Mapped[str] = mapped_column(sa.String(200))
    content: Mapped[bytes]
    created_at: Mapped[datetime]

    unit: Mapped[Unit] = relationship()


class HoursMapping(Base):
    """Which column holds what in files of this shape, as a unit has read them last."""

    __tablename__ = "hours_mapping"
    __table_args__ = (sa.UniqueConstraint("unit_id", "shape"),)

    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    shape: Mapped[str] = mapped_column(sa.String(64))
    # The columns by field, and the kind that the hours became.
    columns: Mapped[dict[str, Any]]
    kind_key: Mapped[str] = mapped_column(sa.String(32))


class HoursImport(Base):
    """Records that came of one file at once. `digest` is the file's SHA-256."""

    __tablename__ = "hours_import"

    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=new_public_id)
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    imported_by_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    name: Mapped[str] = mapped_column(sa.String(200))
    digest: Mapped[str] = mapped_column(sa.String(64))
    created_at: Mapped[datetime]

    unit: Mapped[Unit] = relationship()
    imported_by: Mapped[Member] = relationship()


class ImportedHours(Base):
    """Of which import and row a record came."""

    __tablename__ = "imported_hours"

    import_id: Mapped[int] = mapped_column(sa.ForeignKey("hours_import.id", ondelete="CASCADE"), index=True)
    record_id: Mapped[int] = mapped_column(sa.ForeignKey("record.id", ondelete="CASCADE"), unique=True)
    row: Mapped[int]
