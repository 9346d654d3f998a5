"""Photos. The bytes stand in the row: they come and go with it, and one backup holds all of it."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from activities.kit.columns import Words
from activities.kit.db import Base, new_public_id
from activities.people.models import Member
from activities.photos.rules import LONGEST_CAPTION, People


class Photo(Base):
    """A photo that somebody brought, and what they said of it. Once removed, its row says by whom and why, and the
    pictures are gone. Which row it belongs to, and so who sees it, is kept by the room that shows it."""

    __tablename__ = "photo"
    __table_args__ = (
        sa.CheckConstraint(
            "(removed_at IS NULL) = (whole IS NOT NULL) AND (whole IS NULL) = (small IS NULL)",
            name="there_until_removed",
        ),
        sa.CheckConstraint(
            "(removed_at IS NULL) = (removed_by_id IS NULL) AND (removed_at IS NULL) = (remove_reason = '')",
            name="removed_by_somebody",
        ),
        sa.CheckConstraint("caption <> ''", name="said_in_words"),
        sa.CheckConstraint("width > 0 AND height > 0", name="of_some_size"),
    )

    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=new_public_id)
    caption: Mapped[str] = mapped_column(sa.String(LONGEST_CAPTION))
    people: Mapped[People] = mapped_column(Words(People))
    width: Mapped[int]
    height: Mapped[int]
    added_by_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    added_at: Mapped[datetime]
    removed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"))
    removed_at: Mapped[datetime | None]
    remove_reason: Mapped[str] = mapped_column(sa.String(200), default="")
    # Read only where a picture is shown.
    small: Mapped[bytes | None] = mapped_column(sa.LargeBinary, deferred=True)
    whole: Mapped[bytes | None] = mapped_column(sa.LargeBinary, deferred=True)

    added_by: Mapped[Member] = relationship(foreign_keys=[added_by_id])
