"""Places of others at which duties are done: a nursing home, a poverty-relief point, a blood centre."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from activities.kit.db import Base, Revised, new_public_id
from activities.people.models import Unit


class Site(Revised, Base):
    """A partner's place and what the partner asks of visits. Kept by the organizers of its unit, used by those of all
    units below. `contact` is read by organizers only."""

    __tablename__ = "site"
    __table_args__ = (
        sa.UniqueConstraint("unit_id", "name"),
        sa.CheckConstraint("most_visitors > 0", name="most_visitors_positive"),
        sa.CheckConstraint("most_groups > 0", name="most_groups_positive"),
        sa.CheckConstraint("notice_days >= 0", name="notice_days_not_negative"),
        sa.CheckConstraint("list_days >= 0", name="list_days_not_negative"),
    )

    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=new_public_id)
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    name: Mapped[str] = mapped_column(sa.String(100))
    address: Mapped[str] = mapped_column(sa.String(200), default="")
    # Where on the earth it lies, written as RFC 5545 has it (`rules.read_point`). Empty: nobody has said.
    geo: Mapped[str] = mapped_column(sa.String(24), default="")
    contact: Mapped[str] = mapped_column(sa.String(200), default="")
    # How many people may be there at once, and how many slots at once on one floor. None: as many as come.
    most_visitors: Mapped[int | None]
    most_groups: Mapped[int | None]
    # How many working days before a visit the partner must know who comes: nobody signs up after that day. 0: none.
    notice_days: Mapped[int] = mapped_column(default=0)
    # How many working days before a visit the list of visitors is sent. None: the partner wants none.
    list_days: Mapped[int | None]

    unit: Mapped[Unit] = relationship()
