"""Terms and the days that are not what the weekday says."""

from __future__ import annotations

from datetime import date, time

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from activities.kit.db import Base


class Term(Base):
    """A term: `weeks` teaching weeks from a Monday on."""

    __tablename__ = "term"

    name: Mapped[str] = mapped_column(sa.String(100), unique=True)
    starts_on: Mapped[date] = mapped_column(unique=True)
    weeks: Mapped[int]


class SpecialDay(Base):
    """A holiday (`off`), or a make-up workday that teaches the timetable of `acts_as`."""

    __tablename__ = "special_day"

    day: Mapped[date] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(sa.String(100))
    off: Mapped[bool]
    acts_as: Mapped[date | None]
    # False while the State Council's notice for the year has not been seen.
    confirmed: Mapped[bool] = mapped_column(default=True)


class ClassPeriod(Base):
    """A period of the school's day. Those with the same `since` are one timetable, in force from that day on until the
    next one is; a period without a name is called by its number."""

    __tablename__ = "class_period"
    __table_args__ = (
        sa.UniqueConstraint("since", "starts"),
        sa.CheckConstraint("ends > starts", name="ends_after_start"),
    )

    since: Mapped[date]
    starts: Mapped[time]
    ends: Mapped[time]
    name: Mapped[str] = mapped_column(sa.String(20), default="")
