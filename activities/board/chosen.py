"""Reads for what is done to many slots at once: the slots, the people on them, and what was done before."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from activities.board.changes import MOST_SLOTS, UNDO_WITHIN, TooManyChosen
from activities.board.models import BulkChange, Message
from activities.board.rules import REACHED, Audience
from activities.duties import queries as duties
from activities.duties.models import Activity, Post, Slot
from activities.duties.rules import SlotState
from activities.kit.db import db
from activities.kit.refusal import NotFound
from activities.people.models import Member
from activities.people.users import Viewer
from activities.signups.models import SignUp
from activities.signups.rules import HOLDING

PAGE = 20
# The same message to the same people within this time is a button pressed twice.
SAME_WITHIN = timedelta(minutes=10)


def slots(member: Viewer, public_ids: Collection[str]) -> list[Slot]:
    """Those of the slots that the member runs, in the order of time, with all that a card shows. TooManyChosen."""
    if len(public_ids) > MOST_SLOTS:
        raise TooManyChosen(MOST_SLOTS)
    query = duties.slots().where(Slot.public_id.in_(public_ids), duties.organized_by(member))
    return list(db.session.scalars(query.order_by(Slot.starts_at, Post.id)).unique())


def coming(member: Viewer, activity: Activity, now: datetime) -> list[Slot]:
    """The activity's open slots to come, as many as can be chosen at once."""
    query = duties.slots().where(
        Post.activity_id == activity.id, Slot.state == SlotState.OPEN, Slot.starts_at > now, duties.organized_by(member)
    )
    return list(db.session.scalars(query.order_by(Slot.starts_at, Post.id).limit(MOST_SLOTS)).unique())


class Crowd(NamedTuple):
    """How many people are on some slots, each counted once: with a seat, in line or waiting for an answer, and in
    all."""

    seated: int
    waiting: int
    both: int


def crowd(slot_ids: Collection[int]) -> Crowd:
    """One statement."""
    holds = SignUp.state.in_(HOLDING)

    def people(*conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
        return sa.func.count(sa.case((sa.and_(sa.true(), *conditions), SignUp.member_id)).distinct())

    query = (
        sa.select(people(holds), people(~holds), people())
        .join(Member, Member.id == SignUp.member_id)
        .where(SignUp.slot_id.in_(slot_ids), SignUp.state.in_(REACHED[Audience.BOTH]), Member.active)
    )
    return Crowd(*db.session.execute(query).one())


def people_of(slot_ids: Collection[int], audience: Audience) -> list[int]:
    """The people on these slots whom a message reaches, each once."""
    query = (
        sa.select(SignUp.member_id)
        .join(Member, Member.id == SignUp.member_id)
        .where(SignUp.slot_id.in_(slot_ids), SignUp.state.in_(REACHED[audience]), Member.active)
        .distinct()
        .order_by(SignUp.member_id)
    )
    return list(db.session.scalars(query))


# ── what was done ───────────────────────────────────────────────────────────


def change_by(actor_id: int, public_id: str) -> BulkChange:
    """What this person did. NotFound where it was somebody else."""
    query = sa.select(BulkChange).where(BulkChange.public_id == public_id, BulkChange.actor_id == actor_id)
    found = db.session.scalars(query).one_or_none()
    if found is None:
        raise NotFound
    return found


def latest_change(actor_id: int, now: datetime) -> BulkChange | None:
    """What this person did last, while it can be taken back."""
    query = (
        sa.select(BulkChange)
        .where(BulkChange.actor_id == actor_id, BulkChange.made_at > now - UNDO_WITHIN)
        .order_by(BulkChange.made_at.desc(), BulkChange.id.desc())
        .limit(1)
    )
    found = db.session.scalars(query).one_or_none()
    return found if found and found.undone_at is None and found.act != "cancel" else None


def sent_since(actor_id: int, since: datetime) -> int:
    """How many messages this person has sent since."""
    query = sa.select(sa.func.count(Message.id)).where(Message.actor_id == actor_id, Message.sent_at > since)
    return db.session.scalar(query) or 0


def is_sent_already(actor_id: int, audience: Audience, subject: str, text: str, digest: str, now: datetime) -> bool:
    """Whether this person has just sent the same to the same people."""
    query = sa.select(Message.id).where(
        Message.actor_id == actor_id, Message.sent_at > now - SAME_WITHIN, Message.audience == audience,
        Message.subject == subject, Message.text == text, Message.fingerprint == digest,
    )  # fmt: skip
    return db.session.scalar(query.limit(1)) is not None


def messages(member: Viewer, page: int) -> list[Message]:
    """A page of the messages that the member sent, or others about activities the member runs, the latest first; and
    one more where more follow."""
    ran = sa.select(Activity.id).join(Activity.unit).where(duties.organized_by(member))
    query = (
        sa.select(Message)
        .where(sa.or_(Message.actor_id == member.id, Message.activity_id.in_(ran)))
        .options(joinedload(Message.actor, innerjoin=True), joinedload(Message.activity))
        .order_by(Message.sent_at.desc(), Message.id.desc())
        .limit(PAGE + 1)
        .offset((page - 1) * PAGE)
    )
    return list(db.session.scalars(query))
