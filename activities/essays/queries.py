"""Reads of self-reviews."""

from __future__ import annotations

import sqlalchemy as sa

from activities.cycles.models import Participant
from activities.essays.models import Essay
from activities.kit.db import db
from activities.people.models import Member


def without_essay(cycle_id: int) -> list[int]:
    """Who takes part and has handed nothing in, and can log in to do it. One statement."""
    handed_in = sa.exists().where(Essay.participant_id == Participant.id, Essay.handed_in_at.is_not(None))
    query = sa.select(Participant.member_id).join(Member, Member.id == Participant.member_id)
    there = (Participant.cycle_id == cycle_id, Participant.removed_at.is_(None), Member.active)
    return list(db.session.scalars(query.where(*there, ~handed_in)))


def handed_in(cycle_id: int) -> dict[int, int]:
    """By unit, how many have handed in their self-review. One statement."""
    query = (
        sa.select(Participant.unit_id, sa.func.count())
        .join(Essay, Essay.participant_id == Participant.id)
        .where(Participant.cycle_id == cycle_id, Participant.removed_at.is_(None), Essay.handed_in_at.is_not(None))
        .group_by(Participant.unit_id)
    )
    return dict(db.session.execute(query).all())


def own_essay(participant_id: int) -> Essay | None:
    return db.session.scalars(sa.select(Essay).where(Essay.participant_id == participant_id)).one_or_none()
