"""Who takes which slot, who waits for one of several, and who does so together."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from activities.duties.models import Slot
from activities.duties.rules import SlotState
from activities.kit.columns import Words
from activities.kit.db import Base, Revised, new_public_id
from activities.people.models import Member
from activities.signups.rules import SignUpState

ACTIVE = sa.text("state IN ('seated', 'offered', 'asked', 'waiting')")
HELD = sa.text("offered_until IS NOT NULL")
WISHED = sa.text("wish_id IS NOT NULL")
TEAMED = sa.text("team_id IS NOT NULL")


class Wish(Base):
    """Several slots of which somebody wants one: the first seat that comes lets the other places go."""

    __tablename__ = "wish"

    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=new_public_id)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"), index=True)
    made_at: Mapped[datetime]


class Team(Base):
    """People who sign up for one slot together, led by who has been in it longest. Whoever has the address may join
    until the team is signed up; from then on its people are its sign-ups."""

    __tablename__ = "team"

    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=new_public_id)
    slot_id: Mapped[int] = mapped_column(sa.ForeignKey("slot.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(sa.String(50))
    # Whether they get seats all at once or none; otherwise as many as there are, in their order.
    whole: Mapped[bool]
    made_at: Mapped[datetime]
    signed_up_at: Mapped[datetime | None]
    dissolved_at: Mapped[datetime | None]

    slot: Mapped[Slot] = relationship()


class TeamMember(Base):
    """Somebody asked to join a team, or who has: nobody is signed up who has not agreed."""

    __tablename__ = "team_member"
    __table_args__ = (sa.UniqueConstraint("team_id", "member_id"),)

    team_id: Mapped[int] = mapped_column(sa.ForeignKey("team.id", ondelete="CASCADE"))
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"), index=True)
    joined_at: Mapped[datetime | None]
    # Which version of the activity's risks the person has confirmed to have read by joining.
    risks_version: Mapped[int | None]

    team: Mapped[Team] = relationship()
    member: Mapped[Member] = relationship()


class SignUp(Revised, Base):
    """One person's place in one slot. Withdrawn ones stay: a feed learns from them that something left."""

    __tablename__ = "sign_up"
    __table_args__ = (
        sa.CheckConstraint("state IN ('seated', 'offered', 'asked', 'waiting', 'withdrawn')", name="state"),
        sa.CheckConstraint("(state = 'offered') = (offered_until IS NOT NULL)", name="offered_until"),
        sa.CheckConstraint("wish_id IS NULL OR team_id IS NULL", name="wish_or_team"),
        sa.Index(
            "uq_sign_up_active", "slot_id", "member_id", unique=True, sqlite_where=ACTIVE, postgresql_where=ACTIVE
        ),
        sa.UniqueConstraint("slot_id", "ticket"),
        # With the revision, by which a calendar sees how far they have come.
        sa.Index("ix_sign_up_member_id_state_revision", "member_id", "state", "revision"),
        sa.Index("ix_sign_up_offered_until", "offered_until", sqlite_where=HELD, postgresql_where=HELD),
        sa.Index("ix_sign_up_wish_id", "wish_id", sqlite_where=WISHED, postgresql_where=WISHED),
        sa.Index("ix_sign_up_team_id", "team_id", sqlite_where=TEAMED, postgresql_where=TEAMED),
    )

    slot_id: Mapped[int] = mapped_column(sa.ForeignKey("slot.id"))
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    state: Mapped[SignUpState] = mapped_column(Words(SignUpState))
    # The order in which sign-ups of this slot were accepted, from 1.
    ticket: Mapped[int]
    signed_up_at: Mapped[datetime]
    # Until when the seat is held for who was offered it.
    offered_until: Mapped[datetime | None]
    # Who chose the person for it, where seats are assigned.
    assigned_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"))
    # Whether who waits wants a seat without being asked when there is little time left to ask.
    at_once: Mapped[bool] = mapped_column(default=False)
    # The choice of several slots that this is one of, or the team it belongs to.
    wish_id: Mapped[int | None] = mapped_column(sa.ForeignKey("wish.id"))
    team_id: Mapped[int | None] = mapped_column(sa.ForeignKey("team.id"))
    # When the person got the seat; it stays when the seat is given back, so that calendars that have it are told.
    seated_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    # Which version of the activity's risks and safeguards the person has confirmed to have read, and when.
    risks_version: Mapped[int | None]
    risks_read_at: Mapped[datetime | None]
    # When who has a seat comes, where people of the slot come one after another.
    arrival_id: Mapped[int | None] = mapped_column(sa.ForeignKey("arrival.id"), index=True)
    # The last version that the person was asked to read again.
    risks_asked: Mapped[int] = mapped_column(default=0)

    slot: Mapped[Slot] = relationship()
    member: Mapped[Member] = relationship(foreign_keys=[member_id])
    assigned_by: Mapped[Member | None] = relationship(foreign_keys=[assigned_by_id])
    wish: Mapped[Wish | None] = relationship()
    team: Mapped[Team | None] = relationship()

    def is_held(self, now: datetime) -> bool:
        """Whether a seat is held for the member that can still be accepted."""
        held = self.offered_until is not None and now < min(self.offered_until, self.slot.starts_at)
        return held and self.slot.state is SlotState.OPEN


LASTING = sa.text("lifted_at IS NULL")


class Pause(Base):
    """A time in which a person takes on nothing new, and why; somebody may lift it, who says why."""

    __tablename__ = "pause"
    __table_args__ = (
        sa.CheckConstraint("until > begun_at", name="until_after_begun"),
        sa.CheckConstraint(
            "(lifted_at IS NULL) = (lifted_by_id IS NULL) AND (lifted_at IS NULL) = (lift_reason = '')", name="lifted"
        ),
        sa.Index("ix_pause_member_id_until", "member_id", "until", sqlite_where=LASTING, postgresql_where=LASTING),
    )

    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=new_public_id)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"), index=True)
    begun_at: Mapped[datetime]
    until: Mapped[datetime]
    # How many duties were missed, within how many days.
    misses: Mapped[int]
    miss_days: Mapped[int]
    lifted_at: Mapped[datetime | None]
    lifted_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"))
    lift_reason: Mapped[str] = mapped_column(default="")

    member: Mapped[Member] = relationship(foreign_keys=[member_id])
    lifted_by: Mapped[Member | None] = relationship(foreign_keys=[lifted_by_id])
