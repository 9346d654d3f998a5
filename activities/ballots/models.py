"""Ballots, who is appraised, who may vote and whether they have, the box of papers, and what was counted.

Nothing here is a paper: see "A secret ballot" in docs/architecture.md before you add a column, above all one of time.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from activities.ballots import rules
from activities.ballots.rules import BallotState, Plan, Shape, Whose
from activities.kit.columns import Lines, Words
from activities.kit.db import Base, Revised, new_public_id
from activities.people.models import Member, Unit


class Ballot(Revised, Base):
    """A secret ballot of a unit, with those below or of it alone, on some of its people. `opened_at` is when it was
    fixed who may vote; from then on only its end moves."""

    __tablename__ = "ballot"
    __table_args__ = (
        sa.CheckConstraint(f"least >= {rules.FEWEST}", name="least"),
        sa.CheckConstraint("state = 'draft' OR opened_at IS NOT NULL OR state = 'cancelled'", name="opened"),
        sa.CheckConstraint("(state IN ('draft', 'open')) = (ended_at IS NULL)", name="ended"),
        sa.Index("ix_ballot_state_ends_at", "state", "ends_at"),
        sa.Index("ix_ballot_unit_id", "unit_id"),
    )

    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=new_public_id)
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    title: Mapped[str] = mapped_column(sa.String(100))
    below: Mapped[bool]
    choices: Mapped[tuple[str, ...]] = mapped_column(Lines)
    asks_masses: Mapped[bool]
    least: Mapped[int]
    shows_own: Mapped[bool]
    state: Mapped[BallotState] = mapped_column(Words(BallotState), default=BallotState.DRAFT)
    prepared_by_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    prepared_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    ends_at: Mapped[datetime]
    reminded_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    # When what its box had left on the disk was wiped.
    wiped_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(sa.String(200), default="")

    unit: Mapped[Unit] = relationship()
    prepared_by: Mapped[Member] = relationship()

    @property
    def plan(self) -> Plan:
        return Plan(
            self.title, self.below, self.choices, self.asks_masses, self.least, self.shows_own, self.ends_at
        )  # fmt: skip

    def shape(self, people: int) -> Shape:
        return Shape(people, len(self.choices))

    def is_over(self, now: datetime) -> bool:
        """Whether the time to vote has passed, counted or not."""
        return self.opened_at is not None and (self.state is not BallotState.OPEN or self.ends_at <= now)


class Appraised(Base):
    """Somebody on the form; `place` is where, and where in the box they are counted, from 0 without a gap once the
    ballot is open."""

    __tablename__ = "ballot_appraised"
    __table_args__ = (sa.UniqueConstraint("ballot_id", "member_id"), sa.UniqueConstraint("ballot_id", "place"))

    ballot_id: Mapped[int] = mapped_column(sa.ForeignKey("ballot.id"))
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"), index=True)
    place: Mapped[int]

    ballot: Mapped[Ballot] = relationship()
    member: Mapped[Member] = relationship()


class BallotVoter(Base):
    """Somebody who may vote, and whether they have: a mark without a time. One row a person, however many accounts
    they have."""

    __tablename__ = "ballot_voter"
    __table_args__ = (sa.UniqueConstraint("ballot_id", "member_id"),)

    ballot_id: Mapped[int] = mapped_column(sa.ForeignKey("ballot.id"))
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"), index=True)
    of_masses: Mapped[bool]
    has_voted: Mapped[bool] = mapped_column(default=False)

    ballot: Mapped[Ballot] = relationship()


class BallotBox(Base):
    """All papers of an open ballot as one sealed text of counts, which each paper replaces by another of the same
    length. It is gone once they are counted, or the ballot is cancelled."""

    __tablename__ = "ballot_box"

    ballot_id: Mapped[int] = mapped_column(sa.ForeignKey("ballot.id"), unique=True)
    sealed: Mapped[bytes]


class BallotTally(Base):
    """What may be known of the papers on one person: of each choice how many, and last how many made none. What may
    not be known is not here."""

    __tablename__ = "ballot_tally"
    __table_args__ = (sa.UniqueConstraint("appraised_id", "whose"),)

    appraised_id: Mapped[int] = mapped_column(sa.ForeignKey("ballot_appraised.id"))
    whose: Mapped[Whose] = mapped_column(Words(Whose))
    counts: Mapped[list[int]] = mapped_column(sa.JSON)
