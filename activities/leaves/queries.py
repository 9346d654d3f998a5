"""Reads of requests for leave."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from activities.duties.models import Activity, Post, Slot
from activities.duties.queries import organized_by
from activities.duties.rules import SlotState
from activities.kit.db import db
from activities.kit.refusal import NotFound
from activities.leaves.models import Leave
from activities.leaves.rules import Answer
from activities.people.models import Member
from activities.people.users import Viewer
from activities.signups.models import SignUp
from activities.signups.rules import SignUpState

LATEST = 50


def _leaves() -> sa.Select[Leave]:
    """Requests with seat, slot, post, activity and person, to be narrowed."""
    return (
        sa.select(Leave)
        .join(Leave.sign_up)
        .join(SignUp.slot)
        .join(Slot.post)
        .join(Post.activity)
        .join(Activity.unit)
        .options(
            contains_eager(Leave.sign_up).options(
                contains_eager(SignUp.slot).contains_eager(Slot.post).contains_eager(Post.activity),
                joinedload(SignUp.member, innerjoin=True).joinedload(Member.unit, innerjoin=True),
            ),
            joinedload(Leave.answered_by),
        )
    )


def to_answer(organizer: Viewer, now: datetime) -> list[Leave]:
    """What this organizer has to answer: requests for slots to come, the nearest first."""
    query = _leaves().where(
        organized_by(organizer), Leave.answer == Answer.ASKED, SignUp.state == SignUpState.SEATED,
        Slot.state == SlotState.OPEN, Slot.starts_at > now,
    )  # fmt: skip
    return list(db.session.scalars(query.order_by(Slot.starts_at, Leave.asked_at)).unique())


def answered(organizer: Viewer) -> list[Leave]:
    """What was answered lately in this organizer's activities."""
    query = _leaves().where(organized_by(organizer), Leave.answer != Answer.ASKED)
    return list(db.session.scalars(query.order_by(Leave.answered_at.desc()).limit(LATEST)).unique())


def leave_to_answer(organizer: Viewer, public_id: str) -> Leave:
    """The request, if it is of an activity that this organizer runs."""
    found = db.session.scalars(_leaves().where(Leave.public_id == public_id, organized_by(organizer))).unique()
    leave: Leave | None = found.one_or_none()
    if leave is None:
        raise NotFound
    return leave


def latest_of(sign_up_id: int) -> Leave | None:
    """The last request for leave from a seat."""
    query = sa.select(Leave).where(Leave.sign_up_id == sign_up_id).order_by(Leave.id.desc()).limit(1)
    return db.session.scalars(query).one_or_none()


def of_slot(slot_id: int) -> list[Leave]:
    """The open requests for leave from seats in a slot."""
    query = sa.select(Leave).join(Leave.sign_up).where(SignUp.slot_id == slot_id, Leave.answer == Answer.ASKED)
    return list(db.session.scalars(query))


def granted_to(member_id: int) -> list[Leave]:
    """The leave that a person was given, the latest first."""
    query = _leaves().where(SignUp.member_id == member_id, Leave.answer == Answer.ACCEPTED)
    return list(db.session.scalars(query.order_by(Slot.starts_at.desc()).limit(LATEST)).unique())
