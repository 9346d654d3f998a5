"""What people did: one record a person and slot, with how it is known and who vouched for it."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from activities.duties.kinds import Evidence, Ledger
from activities.duties.models import Post, Slot
from activities.kit.columns import Words
from activities.kit.db import Base, new_public_id
from activities.people.models import Member
from activities.records.rules import Attendance
from activities.records.rules_codes import CODES
from activities.records.rules_odd import Odd
from activities.records.rules_ticks import Outcome


class Record(Base):
    """The present state of one person's participation; how it came to be stands in the audit trail.

    `minutes` is time given, `minutes_late` how late the person came. `day` is the school's local day of the slot,
    `ledger` what its kind counted into and `weight` what a minute weighed there, in hundredths, when it was recorded:
    so a year is read from this table alone.
    `recorded_by` vouches for it as it now stands; `recorded_at` is when it first was recorded, `changed_at` when last.
    `note` is what belongs to the evidence: why it was typed in later, or the file and row it was imported from.
    `came_at` and `left_at` are when the person checked in and out with a code. Hours that are not `is_final` wait for
    somebody who countersigns; the three people are never the same.
    """

    __tablename__ = "record"
    __table_args__ = (
        sa.UniqueConstraint("slot_id", "member_id"),
        sa.CheckConstraint("minutes >= 0 AND minutes_late >= 0", name="minutes_not_negative"),
        sa.CheckConstraint("member_id <> recorded_by_id", name="nobody_records_their_own"),
        sa.CheckConstraint(
            "attendance IN ('present', 'late', 'left_early') OR minutes = 0", name="no_minutes_without_presence"
        ),
        sa.CheckConstraint("left_at IS NULL OR left_at >= came_at", name="nobody_goes_before_they_come"),
        sa.CheckConstraint(
            "countersigned_by_id <> member_id AND countersigned_by_id <> recorded_by_id", name="three_different_people"
        ),
        sa.CheckConstraint("is_final OR countersigned_by_id IS NULL", name="countersigned_is_final"),
        sa.CheckConstraint(
            "NOT is_final OR countersigned_by_id IS NOT NULL OR evidence IN ('rotating_code', 'organizer_tick')"
            " OR minutes = 0",
            name="no_final_hours_without_a_witness",
        ),
        sa.CheckConstraint("weight > 0", name="weighs_something"),
        # Volunteer service is the time that was given and nothing else (Order 67, Art. 7).
        sa.CheckConstraint("weight = 100 OR ledger = 'duty'", name="only_duty_is_weighed"),
        # A signature comes on top of how it was recorded, which stays to be seen.
        sa.CheckConstraint("evidence <> 'countersigned'", name="evidence_is_how_it_was_recorded"),
        # All that a year's figures need, so that they are read from the index alone.
        sa.Index("ix_record_year", "member_id", "day", "ledger", "attendance", "minutes", "is_final", "weight"),
        sa.Index(
            # In the words in which each is asked, or it finds no use.
            "ix_record_provisional", "slot_id", sqlite_where=sa.text("is_final = 0"),
            postgresql_where=sa.text("NOT is_final"),
        ),
    )  # fmt: skip

    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=new_public_id)
    slot_id: Mapped[int] = mapped_column(sa.ForeignKey("slot.id"))
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    attendance: Mapped[Attendance] = mapped_column(Words(Attendance))
    minutes: Mapped[int] = mapped_column(default=0)
    minutes_late: Mapped[int] = mapped_column(default=0)
    ledger: Mapped[Ledger] = mapped_column(Words(Ledger))
    day: Mapped[date]
    weight: Mapped[int] = mapped_column(default=100, server_default="100")
    evidence: Mapped[Evidence] = mapped_column(Words(Evidence))
    note: Mapped[str] = mapped_column(default="")
    is_final: Mapped[bool] = mapped_column(default=False)
    recorded_by_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    countersigned_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"))
    came_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]
    recorded_at: Mapped[datetime] = mapped_column(index=True)
    changed_at: Mapped[datetime]

    slot: Mapped[Slot] = relationship()
    member: Mapped[Member] = relationship(foreign_keys=[member_id])
    recorded_by: Mapped[Member] = relationship(foreign_keys=[recorded_by_id])
    countersigned_by: Mapped[Member | None] = relationship(foreign_keys=[countersigned_by_id])

    @property
    def is_corrected(self) -> bool:
        """Whether it was said anew: checking out changes it too, as long as it still is what the codes said."""
        by_code = self.left_at is not None and self.evidence in CODES
        return self.changed_at > self.recorded_at and not by_code


class OddNote(Base):
    """What somebody found who looked at what is odd about a record, so that it is listed no more. It goes with the
    record; on the trail it stays."""

    __tablename__ = "odd_note"
    __table_args__ = (sa.UniqueConstraint("record_id", "odd"),)

    record_id: Mapped[int] = mapped_column(sa.ForeignKey("record.id", ondelete="CASCADE"))
    odd: Mapped[Odd] = mapped_column(Words(Odd))
    note: Mapped[str]
    noted_by_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    noted_at: Mapped[datetime]


class PostedCode(Base):
    """A code that hangs at a place, for every slot of its post around its time. Who posted it vouches for it, as long
    as they organize the activity; one that was withdrawn never holds again."""

    __tablename__ = "posted_code"
    __table_args__ = (
        sa.Index(
            "uq_posted_code_post_id", "post_id", unique=True, sqlite_where=sa.text("withdrawn_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        ),
    )  # fmt: skip

    code: Mapped[str] = mapped_column(sa.String(24), unique=True)
    post_id: Mapped[int] = mapped_column(sa.ForeignKey("post.id"))
    posted_by_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    posted_at: Mapped[datetime]
    withdrawn_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"))
    withdrawn_at: Mapped[datetime | None]

    post: Mapped[Post] = relationship()
    posted_by: Mapped[Member] = relationship(foreign_keys=[posted_by_id])


class Tick(Base):
    """What became of a tick from an organizer's phone, by the key that the phone gave it: so the same tick, sent as
    often as the network wants, is decided once. `received_at` is when that was; what is older than any phone keeps a
    tick is forgotten."""

    __tablename__ = "tick"
    __table_args__ = (sa.UniqueConstraint("slot_id", "recorder_id", "key"),)

    key: Mapped[str] = mapped_column(sa.String(36))
    slot_id: Mapped[int] = mapped_column(sa.ForeignKey("slot.id"))
    recorder_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    outcome: Mapped[Outcome] = mapped_column(Words(Outcome))
    received_at: Mapped[datetime] = mapped_column(index=True)
