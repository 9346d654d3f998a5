"""Which ballot is that of a unit in a cycle, and that they open by themselves."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from activities.ballots.models import Ballot
from activities.cycles.models import Cycle
from activities.kit.db import Base
from activities.people.models import Member, Unit


class CycleBallot(Base):
    """The secret ballot of a unit in a cycle."""

    __tablename__ = "review_ballot"
    __table_args__ = (sa.UniqueConstraint("cycle_id", "unit_id"),)

    cycle_id: Mapped[int] = mapped_column(sa.ForeignKey("review_cycle.id"))
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    ballot_id: Mapped[int] = mapped_column(sa.ForeignKey("ballot.id"), unique=True)

    cycle: Mapped[Cycle] = relationship()
    unit: Mapped[Unit] = relationship()
    ballot: Mapped[Ballot] = relationship()


class BallotPlan(Base):
    """The ballots of a cycle open on the first day of their step, by the settings and with the people of that moment.
    Who does not want that any more takes it away."""

    __tablename__ = "review_ballot_plan"

    cycle_id: Mapped[int] = mapped_column(sa.ForeignKey("review_cycle.id"), unique=True)
    planned_at: Mapped[datetime]
    planned_by_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))

    cycle: Mapped[Cycle] = relationship()
    planned_by: Mapped[Member] = relationship()
