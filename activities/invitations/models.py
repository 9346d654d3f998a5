"""Who was asked to help in which slot, and who does not want to be asked."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from activities.kit.db import Base

STANDS = sa.text("called_off_at IS NULL")


class Invitation(Base):
    """One person asked to help in one slot, once as long as it is not called off. That the person came shows in the
    sign-up."""

    __tablename__ = "invitation"
    __table_args__ = (
        sa.Index(
            "uq_invitation_standing", "slot_id", "member_id", unique=True, sqlite_where=STANDS, postgresql_where=STANDS
        ),
        sa.Index("ix_invitation_member_id_invited_at", "member_id", "invited_at"),
    )

    # A slot that nobody ever signed up for may be deleted, whoever was asked.
    slot_id: Mapped[int] = mapped_column(sa.ForeignKey("slot.id", ondelete="CASCADE"), index=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    # None: the system asked by itself.
    invited_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"))
    invited_at: Mapped[datetime]
    # When the person said “not this time”.
    declined_at: Mapped[datetime | None]
    # Whether to take a seat over from somebody; otherwise to help where people are missing.
    for_cover: Mapped[bool] = mapped_column(default=False)
    # When nobody was wanted any more: the person may be asked anew.
    called_off_at: Mapped[datetime | None]


class InvitationOptOut(Base):
    """Somebody who does not want to be asked. No row: may be asked."""

    __tablename__ = "invitation_opt_out"

    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"), unique=True)
    since: Mapped[datetime]
