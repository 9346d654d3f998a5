"""Who cares for a class or a single person."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from activities.kit.columns import Words
from activities.kit.db import Base, new_public_id
from activities.pairings.rules import Sort
from activities.people.models import Member, Unit

LASTS = sa.text("last IS NULL")


class Pairing(Base):
    """That somebody (`member_id`) cares for a class of a unit, or for a single person, from one day to another, both
    included. It is never changed but ended once; whoever cares again has one more."""

    __tablename__ = "pairing"
    __table_args__ = (
        sa.CheckConstraint("(person_id IS NULL) = (unit_id IS NOT NULL)", name="class_or_person"),
        sa.CheckConstraint("(unit_id IS NULL) = (class_name = '')", name="class_of_a_unit"),
        sa.CheckConstraint("(sort = 'mentor') = (person_id IS NOT NULL)", name="mentors_of_people"),
        sa.CheckConstraint("person_id <> member_id", name="nobody_cares_for_themselves"),
        sa.CheckConstraint("last >= first", name="days_in_order"),
        sa.CheckConstraint(
            "(last IS NULL) = (ended_at IS NULL) AND (ended_at IS NULL) = (ended_by_id IS NULL)", name="ended"
        ),
        sa.Index(
            "uq_pairing_class", "member_id", "sort", "unit_id", "class_name", unique=True, sqlite_where=LASTS,
            postgresql_where=LASTS,
        ),
        sa.Index(
            "uq_pairing_person", "member_id", "person_id", unique=True, sqlite_where=LASTS, postgresql_where=LASTS
        ),
        sa.Index("ix_pairing_unit_id_class_name", "unit_id", "class_name"),
        sa.Index("ix_pairing_person_id", "person_id"),
    )  # fmt: skip

    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=new_public_id)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    sort: Mapped[Sort] = mapped_column(Words(Sort))
    unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id"))
    class_name: Mapped[str] = mapped_column(sa.String(50), default="")
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"))
    first: Mapped[date]
    last: Mapped[date | None]
    begun_by_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    begun_at: Mapped[datetime]
    ended_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"))
    ended_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(sa.String(200), default="")

    member: Mapped[Member] = relationship(foreign_keys=[member_id])
    person: Mapped[Member | None] = relationship(foreign_keys=[person_id])
    unit: Mapped[Unit | None] = relationship()
