"""How peer review is drawn in a cycle, who reviews whom, and what they write."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from activities.cycles.models import Participant
from activities.kit.columns import Lines, Words
from activities.kit.db import Base
from activities.peers.rules import FEWEST, PeerRule, Scope, seed_hash
from activities.people.models import Member


class PeerDraw(Base):
    """By what rule people of a cycle review one another, and the seed from which the pairs follow. Whoever has it knows
    who reviews whom: pages and trail hold its hash."""

    __tablename__ = "review_peer_draw"
    __table_args__ = (sa.CheckConstraint(f"least >= {FEWEST}", name="least"),)

    cycle_id: Mapped[int] = mapped_column(sa.ForeignKey("review_cycle.id"), unique=True)
    scope: Mapped[Scope] = mapped_column(Words(Scope))
    each: Mapped[int]
    least: Mapped[int]
    criteria: Mapped[tuple[str, ...]] = mapped_column(Lines)
    seed: Mapped[str] = mapped_column(sa.String(64))
    drawn_at: Mapped[datetime]
    drawn_by_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))

    drawn_by: Mapped[Member] = relationship()

    @property
    def rule(self) -> PeerRule:
        return PeerRule(self.scope, self.each, self.least, self.criteria)

    @property
    def seed_hash(self) -> str:
        return seed_hash(self.seed)


class PeerReview(Base):
    """What somebody writes about somebody else: nothing while `revision` is 0, a draft until it is handed in. `marks`
    are by criterion, empty where none is chosen yet."""

    __tablename__ = "review_peer"
    __table_args__ = (
        sa.UniqueConstraint("reviewer_id", "reviewed_id"),
        sa.CheckConstraint("reviewer_id <> reviewed_id", name="nobody_reviews_themselves"),
        sa.Index("ix_review_peer_reviewed_id", "reviewed_id"),
    )

    cycle_id: Mapped[int] = mapped_column(sa.ForeignKey("review_cycle.id"), index=True)
    reviewer_id: Mapped[int] = mapped_column(sa.ForeignKey("review_participant.id"))
    reviewed_id: Mapped[int] = mapped_column(sa.ForeignKey("review_participant.id"))
    # Who writes, once more: what is kept about somebody is looked for by this.
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"), index=True)
    marks: Mapped[tuple[str, ...]] = mapped_column(Lines)
    comment: Mapped[str] = mapped_column(sa.Text, default="")
    revision: Mapped[int] = mapped_column(default=0)
    saved_at: Mapped[datetime | None]
    handed_in_at: Mapped[datetime | None]

    reviewer: Mapped[Participant] = relationship(foreign_keys=[reviewer_id])
    reviewed: Mapped[Participant] = relationship(foreign_keys=[reviewed_id])
