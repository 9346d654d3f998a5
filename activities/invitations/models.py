"""Who was asked to help in which slot, and who does not want to be asked."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from activities.kit.db import Base


class Invitation(Base):
    """One person asked once to help in one slot. That the person came shows in the sign-up."""

    __tablename__ = "invitation"
    __table_args__ = (
        sa.UniqueConstraint("slot_id", "member_id"),
        sa.Index("ix_invitation_member_id_invited_at", "member_id", "invited_at"),
    )

    # A slot that nobody ever signed up for may be deleted, whoever was asked.
    slot_id: Mapped[int] = mapped_column(sa.ForeignKey("slot.id", ondelete="CASCADE"))
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    # None: the system asked by itself.
    invited_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"))
    invited_at: Mapped[datetime]
    # When the person said “not this time”.
    declined_at: Mapped[datetime | None]


class InvitationOptOut(Base):
    """Somebody who does not want to be asked. No row: may be asked."""

    __tablename__ = "invitation_opt_out"

    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"), unique=True)
    since: Mapped[datetime]
