"""Which ballot is that of a unit in a cycle."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from activities.ballots.models import Ballot
from activities.cycles.models import Cycle
from activities.kit.db import Base
from activities.people.models import Unit


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
