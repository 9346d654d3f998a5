"""Rounds of commendation, their committees, nominations and objections; exemplary stories."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from activities.certificates.models import Objecting, answered_once
from activities.commendations.rules import MOST_REASONS, MOST_WORD, Nominators, RoundState, State, Whom
from activities.commendations.rules_stories import MOST_TITLE, MOST_WHY, StoryState
from activities.duties.models import Activity
from activities.kit.columns import Words
from activities.kit.db import Base, new_public_id
from activities.people.models import Member, Unit
from activities.photos.models import Photo


class Round(Base):
    """A commendation of a year, of people of a unit and all below. `most` is the quota, reckoned of `people` when it
    was opened; whoever decides locks the row, and the check constraint on `chosen` is what lets the database refuse one
    more. `granted_by` is whose name stands on it."""

    __tablename__ = "commendation_round"
    __table_args__ = (
        sa.CheckConstraint("chosen BETWEEN 0 AND most", name="chosen_within_quota"),
        sa.CheckConstraint("most > 0 AND people >= 0", name="somebody_to_commend"),
        sa.CheckConstraint("percent BETWEEN 1 AND 100", name="percent_of_all"),
        sa.CheckConstraint("first <= last", name="days_in_order"),
        sa.CheckConstraint("notice_days > 0", name="on_notice_for_a_while"),
        sa.CheckConstraint("(notice_until IS NULL) = (published_by_id IS NULL)", name="published_by_somebody"),
        sa.CheckConstraint("state NOT IN ('notice', 'awarded') OR notice_until IS NOT NULL", name="notice_comes_first"),
        sa.CheckConstraint("(state IN ('open', 'notice')) = (ended_by_id IS NULL)", name="ended_by_somebody"),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_by_id IS NULL)", name="ended_at_some_time"),
        sa.CheckConstraint("state <> 'awarded' OR ended_by_id <> published_by_id", name="second_person_grants"),
    )

    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=new_public_id)
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    title: Mapped[str] = mapped_column(sa.String(100))
    year: Mapped[int]
    granted_by: Mapped[str] = mapped_column(sa.String(100))
    whom: Mapped[Whom] = mapped_column(Words(Whom))
    nominators: Mapped[Nominators] = mapped_column(Words(Nominators))
    percent: Mapped[int | None]
    people: Mapped[int]
    most: Mapped[int]
    chosen: Mapped[int] = mapped_column(default=0)
    first: Mapped[date]
    last: Mapped[date]
    notice_days: Mapped[int]
    state: Mapped[RoundState] = mapped_column(Words(RoundState), default=RoundState.OPEN)
    opened_at: Mapped[datetime]
    opened_by_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    notice_until: Mapped[date | None]
    published_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"))
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"))

    unit: Mapped[Unit] = relationship()

    def is_nominating(self, today: date) -> bool:
        return self.state is RoundState.OPEN and self.first <= today <= self.last


class CommitteeMember(Base):
    """Somebody who decides in a round."""

    __tablename__ = "commendation_committee"
    __table_args__ = (sa.UniqueConstraint("round_id", "member_id"),)

    round_id: Mapped[int] = mapped_column(sa.ForeignKey("commendation_round.id"))
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"), index=True)
    named_by_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    named_at: Mapped[datetime]

    member: Mapped[Member] = relationship(foreign_keys=[member_id])
    round: Mapped[Round] = relationship()


class Nomination(Base):
    """That somebody nominates a person, why, and what became of it. `evidence` is what they picked of the year, as it
    was then, a line each. The person's word on being named stands here, as it is asked for each nomination; `revision`
    rises with each change of the reasons, for which it is asked anew."""

    __tablename__ = "commendation_nomination"
    __table_args__ = (
        sa.Index(
            "uq_commendation_nomination_once", "round_id", "member_id", unique=True,
            postgresql_where=sa.text("state <> 'taken back'"), sqlite_where=sa.text("state <> 'taken back'"),
        ),
        sa.CheckConstraint("member_id <> by_id", name="nobody_nominates_themselves"),
        sa.CheckConstraint("member_id <> decided_by_id", name="nobody_decides_on_themselves"),
        sa.CheckConstraint("by_id <> decided_by_id", name="nominator_does_not_decide"),
        sa.CheckConstraint(
            "state IN ('asked', 'declined', 'taken back') OR answered_at IS NOT NULL", name="named_with_consent"
        ),
        sa.CheckConstraint(
            "state IN ('asked', 'declined', 'agreed', 'taken back') OR decided_by_id IS NOT NULL",
            name="decided_by_somebody",
        ),
        sa.CheckConstraint("(decided_by_id IS NULL) = (decided_on IS NULL)", name="decided_on_some_day"),
        sa.CheckConstraint("(state IN ('awarded', 'revoked')) = (entry_id IS NOT NULL)", name="awarded_is_entered"),
        sa.CheckConstraint("(state = 'revoked') = (revoked_by_id IS NOT NULL)", name="revoked_by_somebody"),
    )  # fmt: skip

    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=new_public_id)
    round_id: Mapped[int] = mapped_column(sa.ForeignKey("commendation_round.id"))
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"), index=True)
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"), index=True)
    reasons: Mapped[str] = mapped_column(sa.String(MOST_REASONS))
    revision: Mapped[int] = mapped_column(default=1)
    evidence: Mapped[str] = mapped_column(default="")
    nominated_at: Mapped[datetime]
    state: Mapped[State] = mapped_column(Words(State), default=State.ASKED)
    answered_at: Mapped[datetime | None]
    decided_on: Mapped[date | None]
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"))
    word: Mapped[str] = mapped_column(sa.String(MOST_WORD), default="")
    entry_id: Mapped[int | None] = mapped_column(sa.ForeignKey("dossier_entry.id"))
    revoked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"))

    round: Mapped[Round] = relationship()
    member: Mapped[Member] = relationship(foreign_keys=[member_id])
    by: Mapped[Member] = relationship(foreign_keys=[by_id])
    decided_by: Mapped[Member | None] = relationship(foreign_keys=[decided_by_id])

    @property
    def picked(self) -> list[str]:
        return self.evidence.splitlines()


class NoticeObjection(Objecting, Base):
    """Somebody of the school says that a person on notice should not be commended, and what was answered."""

    __tablename__ = "commendation_objection"
    __table_args__ = answered_once("nomination_id")

    nomination_id: Mapped[int] = mapped_column(sa.ForeignKey("commendation_nomination.id"))

    nomination: Mapped[Nomination] = relationship()


class Story(Base):
    """What somebody wrote about a person and their activities. `revision` rises with each change of text or pictures;
    what the person agreed to is one revision, and nothing else is ever published. Who keeps their records can take it
    down and, as long as that consent stands, publish it again."""

    __tablename__ = "story"
    __table_args__ = (
        sa.CheckConstraint("member_id <> by_id", name="nobody_writes_about_themselves"),
        sa.CheckConstraint(
            "state <> 'published' OR (agreed_revision IS NOT NULL AND agreed_revision = revision)",
            name="published_as_agreed",
        ),
        sa.CheckConstraint("(agreed_revision IS NULL) = (agreed_at IS NULL)", name="agreed_at_some_time"),
        sa.CheckConstraint("(state = 'taken down') = (taken_down_by_id IS NOT NULL)", name="taken_down_by_somebody"),
        sa.CheckConstraint("(taken_down_by_id IS NULL) = (taken_down_at IS NULL)", name="taken_down_at_some_time"),
    )

    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=new_public_id)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"), index=True)
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    title: Mapped[str] = mapped_column(sa.String(MOST_TITLE))
    text: Mapped[str]
    revision: Mapped[int] = mapped_column(default=1)
    state: Mapped[StoryState] = mapped_column(Words(StoryState), default=StoryState.DRAFT)
    written_at: Mapped[datetime]
    agreed_revision: Mapped[int | None]
    agreed_at: Mapped[datetime | None]
    taken_down_at: Mapped[datetime | None]
    taken_down_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"))
    why_down: Mapped[str] = mapped_column(sa.String(MOST_WHY), default="")

    member: Mapped[Member] = relationship(foreign_keys=[member_id])
    by: Mapped[Member] = relationship(foreign_keys=[by_id])
    taken_down_by: Mapped[Member | None] = relationship(foreign_keys=[taken_down_by_id])
    activities: Mapped[list[Activity]] = relationship(secondary="story_activity", order_by=Activity.name)
    photos: Mapped[list[Photo]] = relationship(
        secondary="story_photo",
        order_by=lambda: (StoryPhoto.place, Photo.id),
        secondaryjoin=lambda: sa.and_(Photo.id == StoryPhoto.photo_id, Photo.removed_at.is_(None)),
    )


class StoryActivity(Base):
    """An activity that a story tells of."""

    __tablename__ = "story_activity"
    __table_args__ = (sa.UniqueConstraint("story_id", "activity_id"),)

    story_id: Mapped[int] = mapped_column(sa.ForeignKey("story.id"))
    activity_id: Mapped[int] = mapped_column(sa.ForeignKey("activity.id"))


class StoryPhoto(Base):
    """A photo of a story; they are shown by `place`."""

    __tablename__ = "story_photo"

    story_id: Mapped[int] = mapped_column(sa.ForeignKey("story.id"), index=True)
    photo_id: Mapped[int] = mapped_column(sa.ForeignKey("photo.id"), unique=True)
    place: Mapped[int] = mapped_column(default=0)
