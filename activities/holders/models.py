"""Who is responsible for a post, which seats they have by that, and when they cannot come."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from activities.duties.models import Post
from activities.holders.rules import HolderState, Span
from activities.kit import clock
from activities.kit.columns import Words
from activities.kit.db import Base, new_public_id
from activities.people.models import Member
from activities.signups.models import SignUp

ACCEPTED = sa.text("state = 'accepted'")
MOMENT = timedelta(microseconds=1)


class Holder(Base):
    """One person responsible for one post from a moment to another, the second excluded; or proposed for it."""

    __tablename__ = "holder"
    __table_args__ = (
        sa.CheckConstraint("ends_at > begins_at", name="ends_after_beginning"),
        sa.CheckConstraint("state IN ('proposed', 'accepted', 'declined', 'ended')", name="state"),
        # The rule, asked under the activity's lock, keeps all overlaps out; this is what every database can hold.
        sa.Index(
            "uq_holder_accepted", "post_id", "begins_at", unique=True, sqlite_where=ACCEPTED, postgresql_where=ACCEPTED
        ),
        sa.Index("ix_holder_post_id_ends_at", "post_id", "ends_at"),
        sa.Index("ix_holder_member_id_ends_at", "member_id", "ends_at"),
    )

    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=new_public_id)
    post_id: Mapped[int] = mapped_column(sa.ForeignKey("post.id"))
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    state: Mapped[HolderState] = mapped_column(Words(HolderState), default=HolderState.PROPOSED)
    proposed_by_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    proposed_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    # Why it was declined; for the organizers alone.
    reason: Mapped[str] = mapped_column(default="")

    post: Mapped[Post] = relationship()
    member: Mapped[Member] = relationship(foreign_keys=[member_id])

    @property
    def span(self) -> Span:
        return Span(self.begins_at, self.ends_at)

    @property
    def first(self) -> date:
        return clock.local_day(self.begins_at)

    @property
    def last(self) -> date:
        return clock.local_day(self.ends_at - MOMENT)


class HolderSeat(Base):
    """A seat that somebody has because they hold the post: it is given back when they hold it no more."""

    __tablename__ = "holder_seat"

    holder_id: Mapped[int] = mapped_column(sa.ForeignKey("holder.id"), index=True)
    sign_up_id: Mapped[int] = mapped_column(sa.ForeignKey("sign_up.id"), unique=True)

    sign_up: Mapped[SignUp] = relationship()


class Absence(Base):
    """Days on which who holds a post cannot come: cover is looked for in their slots, unless it is taken back."""

    __tablename__ = "holder_absence"
    __table_args__ = (sa.CheckConstraint("ends_at > begins_at", name="ends_after_beginning"),)

    holder_id: Mapped[int] = mapped_column(sa.ForeignKey("holder.id"), index=True)
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    # For the organizers alone.
    reason: Mapped[str] = mapped_column(default="")
    told_at: Mapped[datetime]
    # When the person said that they can come after all.
    taken_back_at: Mapped[datetime | None]

    holder: Mapped[Holder] = relationship()

    @property
    def first(self) -> date:
        return clock.local_day(self.begins_at)

    @property
    def last(self) -> date:
        return clock.local_day(self.ends_at - MOMENT)
