"""Activities, their posts, and the slots in which the posts are kept."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from activities.duties.kinds import Kind, Topic, kind_of
from activities.duties.plans import Wish
from activities.duties.recurrence import Rule, read
from activities.duties.rules import ByHand, SlotState, WayIn
from activities.kit.columns import Flags, Lines, Words
from activities.kit.db import Base, Revised, new_public_id
from activities.people.models import Member, Unit
from activities.people.rules import Stages, Standings
from activities.sites.models import Site
from activities.trainings.models import Training


class ActivityOrganizer(Base):
    """A named person who runs an activity and answers for it."""

    __tablename__ = "activity_organizer"
    __table_args__ = (sa.UniqueConstraint("activity_id", "member_id"),)

    activity_id: Mapped[int] = mapped_column(sa.ForeignKey("activity.id"))
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"), index=True)


class ActivityTraining(Base):
    """A training without which nobody takes on a duty of the activity."""

    __tablename__ = "activity_training"
    __table_args__ = (sa.UniqueConstraint("activity_id", "training_id"),)

    activity_id: Mapped[int] = mapped_column(sa.ForeignKey("activity.id"))
    training_id: Mapped[int] = mapped_column(sa.ForeignKey("training.id"), index=True)


class Activity(Revised, Base):
    """What is done, by which unit, and who may join. Seen by the members of its unit and of all units below."""

    __tablename__ = "activity"

    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=new_public_id)
    kind_key: Mapped[str] = mapped_column("kind", sa.String(32), index=True)
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(100))
    # What of members' education it is about, where it is study.
    topic: Mapped[Topic | None] = mapped_column(Words(Topic))
    description: Mapped[str] = mapped_column(default="")
    risks: Mapped[str] = mapped_column(default="")
    safeguards: Mapped[str] = mapped_column(default="")
    # Raised when risks or safeguards change, and then only: who signs up confirms to have read this version.
    risks_version: Mapped[int] = mapped_column(default=1)
    # None: open from the start, closed when the slot starts.
    sign_up_opens_at: Mapped[datetime | None]
    sign_up_closes_at: Mapped[datetime | None]
    # How long before its slot a person may still withdraw.
    withdraw_minutes: Mapped[int] = mapped_column(default=24 * 60)
    way_in: Mapped[WayIn] = mapped_column(Words(WayIn), default=WayIn.FIRST_COME)
    # How long a seat is held for who is offered it or assigned to it; 0: who is next is seated without being asked.
    offer_minutes: Mapped[int] = mapped_column(default=12 * 60)
    # How long before its slot a draw takes place, and the hours of how many days before count against one in it.
    draw_minutes: Mapped[int] = mapped_column(default=2 * 24 * 60)
    draw_days: Mapped[int] = mapped_column(default=90)
    # Zero: any.
    stages: Mapped[Stages] = mapped_column(Flags(Stages), default=Stages(0))
    standings: Mapped[Standings] = mapped_column(Flags(Standings), default=Standings(0))
    # None: every unit that sees the activity.
    eligible_unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id"))
    # Empty: any.
    classes: Mapped[tuple[str, ...]] = mapped_column(Lines, default=())
    # Who calendar invitations come from, and where answers to them go. Empty: the school's own sender.
    mailbox: Mapped[str] = mapped_column(sa.String(254), default="")
    created_at: Mapped[datetime]
    # Raised with every change to one of its slots or posts, so that its feed answers "unchanged" from one row.
    schedule_revision: Mapped[int] = mapped_column(default=0)
    schedule_changed_at: Mapped[datetime]

    unit: Mapped[Unit] = relationship(foreign_keys=[unit_id])
    eligible_unit: Mapped[Unit | None] = relationship(foreign_keys=[eligible_unit_id])
    trainings: Mapped[list[Training]] = relationship(
        secondary="activity_training", order_by=Training.name, viewonly=True
    )
    training_links: Mapped[list[ActivityTraining]] = relationship(cascade="all, delete-orphan")
    organizers: Mapped[list[Member]] = relationship(secondary="activity_organizer", order_by=Member.name)
    posts: Mapped[list[Post]] = relationship(back_populates="activity", order_by="Post.id")

    @property
    def kind(self) -> Kind:
        return kind_of(self.kind_key)

    @property
    def draw_lead(self) -> timedelta:
        return timedelta(minutes=self.draw_minutes)

    @property
    def training_ids(self) -> tuple[int, ...]:
        """The trainings without which nobody takes on a duty of it, by their ids."""
        return tuple(sorted(link.training_id for link in self.training_links))

    @training_ids.setter
    def training_ids(self, ids: Iterable[int]) -> None:
        present = {link.training_id: link for link in self.training_links}
        self.training_links = [present.get(one) or ActivityTraining(training_id=one) for one in sorted(ids)]


class Post(Revised, Base):
    """A duty with a place and a standard; `capacity` is what its new slots start with."""

    __tablename__ = "post"

    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=new_public_id)
    activity_id: Mapped[int] = mapped_column(sa.ForeignKey("activity.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(100))
    place: Mapped[str] = mapped_column(sa.String(200), default="")
    standard: Mapped[str] = mapped_column(default="")
    capacity: Mapped[int] = mapped_column(default=1)
    # The partner's place where it is, and which floor or part of it. None: a place of the school's own.
    site_id: Mapped[int | None] = mapped_column(sa.ForeignKey("site.id"), index=True)
    floor: Mapped[str] = mapped_column(sa.String(50), default="")
    # Which `schedule_revision` of its activity came with its last change. Slots have one too: who has kept what they
    # show asks only for what came since.
    schedule_revision: Mapped[int] = mapped_column(default=0)

    activity: Mapped[Activity] = relationship(back_populates="posts")
    site: Mapped[Site | None] = relationship(lazy="joined")


class GoneSlot(Base):
    """A slot that was deleted, when, and which `schedule_revision` of its activity came with that: who has kept what
    was shown of it takes it out. It is forgotten after a while (`schedule.forget`)."""

    __tablename__ = "gone_slot"
    __table_args__ = (sa.Index("ix_gone_slot_activity_id_schedule_revision", "activity_id", "schedule_revision"),)

    activity_id: Mapped[int] = mapped_column(sa.ForeignKey("activity.id", ondelete="CASCADE"))
    schedule_revision: Mapped[int]
    slot_id: Mapped[int]
    gone_at: Mapped[datetime]


class SeriesPost(Base):
    """A post that a series is of."""

    __tablename__ = "series_post"
    __table_args__ = (sa.UniqueConstraint("series_id", "post_id"),)

    series_id: Mapped[int] = mapped_column(sa.ForeignKey("series.id"))
    post_id: Mapped[int] = mapped_column(sa.ForeignKey("post.id"), index=True)


class SeriesGap(Base):
    """A slot that was deleted from a series by hand: it does not come back with the next change of the series."""

    __tablename__ = "series_gap"
    __table_args__ = (sa.UniqueConstraint("series_id", "post_id", "day"),)

    series_id: Mapped[int] = mapped_column(sa.ForeignKey("series.id"))
    post_id: Mapped[int] = mapped_column(sa.ForeignKey("post.id"))
    day: Mapped[date]


class Series(Base):
    """Slots planned together, and the rule that says when. `rule` is written as RFC 5545 does."""

    __tablename__ = "series"

    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=new_public_id)
    activity_id: Mapped[int] = mapped_column(sa.ForeignKey("activity.id"), index=True)
    rule: Mapped[str]
    on_holidays: Mapped[bool]
    plain_days: Mapped[bool]
    starts: Mapped[time]
    ends: Mapped[time]
    # None: each post's own.
    capacity: Mapped[int | None]
    created_at: Mapped[datetime]
    # The series whose later days this one was, until they were changed apart from the earlier ones.
    follows_id: Mapped[int | None] = mapped_column(sa.ForeignKey("series.id"), index=True)

    activity: Mapped[Activity] = relationship()
    posts: Mapped[list[Post]] = relationship(secondary="series_post", order_by=Post.id)

    @property
    def days(self) -> Rule:
        """The rule, read."""
        return read(self.rule, on_holidays=self.on_holidays, plain_days=self.plain_days)

    @property
    def wish(self) -> Wish:
        """What the series asks for now."""
        post_ids = tuple(post.id for post in self.posts)
        return Wish(post_ids=post_ids, rule=self.days, starts=self.starts, ends=self.ends, capacity=self.capacity)


class Arrival(Base):
    """So many minutes after its start so many people may come to a slot. `taken` is written by the sign-ups; the
    database refuses more than there are. It moves with its slot."""

    __tablename__ = "arrival"
    __table_args__ = (
        sa.UniqueConstraint("slot_id", "minute"),
        sa.CheckConstraint("taken >= 0 AND taken <= quota", name="taken_within_quota"),
        sa.CheckConstraint("minute >= 0", name="minute_not_negative"),
    )

    slot_id: Mapped[int] = mapped_column(sa.ForeignKey("slot.id", ondelete="CASCADE"))
    minute: Mapped[int]
    quota: Mapped[int]
    taken: Mapped[int] = mapped_column(default=0)


class Slot(Revised, Base):
    """A post at a time. The counters are written by the sign-ups; the database refuses more taken than there are."""

    __tablename__ = "slot"
    __table_args__ = (
        sa.CheckConstraint("taken >= 0 AND taken <= capacity", name="taken_within_capacity"),
        sa.CheckConstraint("waiting >= 0", name="waiting_not_negative"),
        sa.CheckConstraint("asked >= 0", name="asked_not_negative"),
        sa.CheckConstraint("gathered >= 0 AND gathered <= taken", name="gathered_within_taken"),
        sa.CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        sa.CheckConstraint("extra_minutes >= 0", name="extra_minutes_not_negative"),
        # In which slots that have started nobody has decided yet.
        sa.Index(
            "ix_slot_asked", "starts_at", sqlite_where=sa.text("asked > 0"), postgresql_where=sa.text("asked > 0")
        ),
        sa.Index("ix_slot_post_id_starts_at", "post_id", "starts_at"),
        # Which of a post's slots have changed since somebody looked.
        sa.Index("ix_slot_post_id_schedule_revision", "post_id", "schedule_revision"),
        # Which cancellation has become too old for calendars last.
        sa.Index(
            "ix_slot_post_id_cancelled_at", "post_id", "cancelled_at",
            sqlite_where=sa.text("cancelled_at IS NOT NULL"), postgresql_where=sa.text("cancelled_at IS NOT NULL"),
        ),
        # One time of one post exists once: planning the same row again creates nothing.
        sa.Index(
            "uq_slot_open_post_start", "post_id", "starts_at", unique=True,
            sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"),
        ),
        # So does one day of a series, wherever the slot was moved: what was changed by hand is not planned anew.
        sa.Index(
            "uq_slot_open_series_post_day", "series_id", "post_id", "series_day", unique=True,
            sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"),
        ),
        # Slots are deleted, and what was kept of one must never be taken for another's: its number is not given again.
        {"sqlite_autoincrement": True},
    )  # fmt: skip

    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=new_public_id)
    # The calendar's UID: the same in every feed and mail, for ever.
    uid: Mapped[uuid.UUID] = mapped_column(sa.Uuid, default=uuid.uuid4)
    post_id: Mapped[int] = mapped_column(sa.ForeignKey("post.id"))
    starts_at: Mapped[datetime] = mapped_column(index=True)
    ends_at: Mapped[datetime]
    capacity: Mapped[int]
    state: Mapped[SlotState] = mapped_column(Words(SlotState), default=SlotState.OPEN)
    cancel_reason: Mapped[str] = mapped_column(default="")
    cancelled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    # By draw: until when people ask, once it is announced, and when it was held.
    draws_at: Mapped[datetime | None]
    drawn_at: Mapped[datetime | None]
    # Seats taken, those held for who is offered them and those gathered for a team among them; free seats that are
    # gathered until they are enough for the team that waits longest; people waiting; people who have asked and have no
    # answer yet; and the last number drawn: acceptance goes by these numbers. Who was added to the list without having
    # signed up has drawn one too.
    taken: Mapped[int] = mapped_column(default=0)
    gathered: Mapped[int] = mapped_column(default=0)
    waiting: Mapped[int] = mapped_column(default=0)
    asked: Mapped[int] = mapped_column(default=0)
    tickets: Mapped[int] = mapped_column(default=0)
    # How long it ran on, as an organizer said afterwards: time that may count, and that no plan knows of.
    extra_minutes: Mapped[int] = mapped_column(default=0)
    # The series that it was planned with, which of its days it is, and what was changed by hand since.
    series_id: Mapped[int | None] = mapped_column(sa.ForeignKey("series.id"), index=True)
    series_day: Mapped[date | None]
    by_hand: Mapped[ByHand] = mapped_column(Flags(ByHand), default=ByHand(0))
    # Which `schedule_revision` of its activity came with its last change.
    schedule_revision: Mapped[int] = mapped_column(default=0)

    post: Mapped[Post] = relationship()
    series: Mapped[Series | None] = relationship()

    @property
    def left(self) -> int:
        return self.capacity - self.taken

    @property
    def is_to_be_drawn(self) -> bool:
        """Whether its free seats are given by a draw that is still to be held, so that they miss nobody yet."""
        return self.post.activity.way_in is WayIn.DRAW and self.drawn_at is None

    @property
    def people(self) -> int:
        """How many have a seat, are offered one, wait, or have asked."""
        return self.taken - self.gathered + self.waiting + self.asked

    @property
    def minutes(self) -> int:
        return int((self.ends_at - self.starts_at).total_seconds() // 60)

    @property
    def counted_minutes(self) -> int:
        """How much of it may count."""
        return self.minutes + self.extra_minutes
