"""Cycles of the annual review: their steps, what they go by, the units and the people in them. Once a cycle is closed
the database refuses to change any of it (migration 0093)."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Mapped, mapped_column, relationship

from activities.cycles import rules_settings
from activities.cycles.rules import CycleState, Grade, Window
from activities.cycles.rules_settings import Settings
from activities.kit.columns import Words
from activities.kit.db import Base, new_public_id
from activities.people.models import Member, Unit
from activities.people.rules import Stage

STANDS = sa.text("state <> 'called off'")
TAKES_PART = sa.text("removed_at IS NULL")


class SettingsText(sa.TypeDecorator[Settings]):
    """What a review goes by, as text."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Settings | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else rules_settings.write(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Settings | None:  # noqa: ARG002
        return None if value is None else rules_settings.read(value)


class Cycle(Base):
    """The review of a year by a unit, of its members and those of all units below. Two people close it: who asks for
    it, and who confirms; from then on nothing of it changes, and once all of it is frozen it is closed. `revision`
    rises with each change of its windows or settings."""

    __tablename__ = "review_cycle"
    __table_args__ = (
        sa.CheckConstraint(
            "(state = 'open') = (ended_at IS NULL) AND (ended_at IS NULL) = (ended_by_id IS NULL)", name="ended"
        ),
        sa.CheckConstraint("(close_asked_at IS NULL) = (close_asked_by_id IS NULL)", name="close_asked"),
        sa.CheckConstraint("state <> 'closed' OR close_asked_by_id <> ended_by_id", name="two_people_close"),
        sa.CheckConstraint(
            "(close_confirmed_at IS NULL) = (close_confirmed_by_id IS NULL)"
            " AND (close_confirmed_at IS NULL OR close_confirmed_by_id <> close_asked_by_id)",
            name="close_confirmed",
        ),
        sa.Index(
            "uq_review_cycle_unit_id_year", "unit_id", "year", unique=True, sqlite_where=STANDS, postgresql_where=STANDS
        ),
    )

    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=new_public_id)
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    year: Mapped[int]
    state: Mapped[CycleState] = mapped_column(Words(CycleState), default=CycleState.OPEN)
    opened_at: Mapped[datetime]
    opened_by_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    close_asked_at: Mapped[datetime | None]
    close_asked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"))
    close_confirmed_at: Mapped[datetime | None]
    close_confirmed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"))
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"))
    revision: Mapped[int] = mapped_column(default=0)

    unit: Mapped[Unit] = relationship()
    steps: Mapped[list[CycleStep]] = relationship(order_by="CycleStep.id")
    close_asked_by: Mapped[Member | None] = relationship(foreign_keys=[close_asked_by_id])
    close_confirmed_by: Mapped[Member | None] = relationship(foreign_keys=[close_confirmed_by_id])
    ended_by: Mapped[Member | None] = relationship(foreign_keys=[ended_by_id])

    @property
    def windows(self) -> dict[str, Window]:
        return {step.key: Window(step.first, step.last) for step in self.steps}

    @property
    def is_open(self) -> bool:
        """Whether anything about it may still change."""
        return self.state is CycleState.OPEN and self.close_confirmed_at is None

    @property
    def is_being_frozen(self) -> bool:
        return self.state is CycleState.OPEN and self.close_confirmed_at is not None


class CycleStep(Base):
    """The window of a step that has one: a first and a last day; and the moments at which it was opened again after it
    had been over, and people may have seen what came of it."""

    __tablename__ = "review_step"
    __table_args__ = (
        sa.UniqueConstraint("cycle_id", "key"),
        sa.CheckConstraint("first <= last", name="days_in_order"),
    )

    cycle_id: Mapped[int] = mapped_column(sa.ForeignKey("review_cycle.id"))
    key: Mapped[str] = mapped_column(sa.String(32))
    first: Mapped[date]
    last: Mapped[date]
    reopened: Mapped[list[str]] = mapped_column(sa.JSON, default=list, server_default="[]")


class CycleVersion(Base):
    """What a cycle goes by from a moment on, who set it, and why. The last one holds; the earlier ones stay to be
    read."""

    __tablename__ = "review_version"

    cycle_id: Mapped[int] = mapped_column(sa.ForeignKey("review_cycle.id"), index=True)
    settings: Mapped[Settings] = mapped_column(SettingsText)
    set_at: Mapped[datetime]
    set_by_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    reason: Mapped[str] = mapped_column(sa.String(200))

    set_by: Mapped[Member] = relationship()


class CycleUnit(Base):
    """A unit with people in a cycle: how many, how many of them may be excellent, and how many are. Whoever gives a
    grade locks it; the check constraint on its counter is what lets the database refuse one more."""

    __tablename__ = "review_unit"
    __table_args__ = (
        sa.UniqueConstraint("cycle_id", "unit_id"),
        sa.CheckConstraint("excellent BETWEEN 0 AND most", name="excellent_within_share"),
        sa.CheckConstraint("full_members BETWEEN 0 AND everyone", name="full_among_everyone"),
    )

    cycle_id: Mapped[int] = mapped_column(sa.ForeignKey("review_cycle.id"))
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    full_members: Mapped[int]
    everyone: Mapped[int]
    most: Mapped[int]
    excellent: Mapped[int] = mapped_column(default=0)

    unit: Mapped[Unit] = relationship()


class Participant(Base):
    """A person in a cycle, with unit, stage and class as of when they came into it. Who is not `graded` takes part
    without a grade. `grade` is the last one of `GradeVersion`, and never without the person who gave it. A person is in
    one cycle of a year; who is removed is in none."""

    __tablename__ = "review_participant"
    __table_args__ = (
        sa.UniqueConstraint("cycle_id", "member_id"),
        sa.CheckConstraint("(grade IS NULL) = (graded_by_id IS NULL)", name="a_person_grades"),
        sa.CheckConstraint("graded_by_id <> member_id", name="nobody_grades_themselves"),
        sa.CheckConstraint("grade IS NULL OR graded = (grade <> 'ungraded')", name="graded_or_not"),
        sa.CheckConstraint("removed_at IS NULL OR grade IS NULL", name="removed_without_grade"),
        sa.CheckConstraint("(removed_at IS NULL) = (removed_by_id IS NULL)", name="removed"),
        sa.Index("ix_review_participant_member_id", "member_id"),
        sa.Index("ix_review_participant_cycle_id_unit_id", "cycle_id", "unit_id"),
        sa.Index(
            "uq_review_participant_once_a_year", "member_id", "year", unique=True, sqlite_where=TAKES_PART,
            postgresql_where=TAKES_PART,
        ),
    )  # fmt: skip

    cycle_id: Mapped[int] = mapped_column(sa.ForeignKey("review_cycle.id"))
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    year: Mapped[int]
    stage: Mapped[Stage] = mapped_column(Words(Stage))
    class_name: Mapped[str] = mapped_column(sa.String(50))
    graded: Mapped[bool]
    grade: Mapped[Grade | None] = mapped_column(Words(Grade))
    graded_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"))
    # Who came into it after the opening, by whom and why; and who left it again.
    added_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"))
    removed_at: Mapped[datetime | None]
    removed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"))
    reason: Mapped[str] = mapped_column(sa.String(200), default="")

    cycle: Mapped[Cycle] = relationship()
    member: Mapped[Member] = relationship(foreign_keys=[member_id])
    unit: Mapped[Unit] = relationship()
    graded_by: Mapped[Member | None] = relationship(foreign_keys=[graded_by_id])


class Snapshot(Base):
    """What a cycle was when it was closed, as canonical JSON, and the SHA-256 of that. Since version 3 its people stand
    in `FrozenPart`s, and here the hash of those of each unit; before, all of it stood here."""

    __tablename__ = "review_snapshot"

    cycle_id: Mapped[int] = mapped_column(sa.ForeignKey("review_cycle.id"), unique=True)
    text: Mapped[str]
    hash: Mapped[str] = mapped_column(sa.String(64))
    made_at: Mapped[datetime]


class FrozenPart(Base):
    """What a participant's part was when the cycle was closed, as canonical JSON, and the SHA-256 of that. It counts
    once there is a snapshot."""

    __tablename__ = "review_frozen_part"

    cycle_id: Mapped[int] = mapped_column(sa.ForeignKey("review_cycle.id"), index=True)
    participant_id: Mapped[int] = mapped_column(sa.ForeignKey("review_participant.id"), unique=True)
    text: Mapped[str]
    hash: Mapped[str] = mapped_column(sa.String(64))
