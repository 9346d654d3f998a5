"""What becomes of commendations and stories of somebody who is to be forgotten: they agree to none of it any more. What
was granted stands in their record, which must be kept."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from activities.commendations import stories
from activities.commendations.models import Nomination, Round, Story
from activities.commendations.nominating import end
from activities.commendations.rules import MAY_DECLINE, RoundState, State
from activities.commendations.rules_stories import MAY_WITHDRAW
from activities.kit.db import db, lock


def let_go(actor_id: int, member_id: int, now: datetime) -> None:
    """End their nominations that are under way, and withdraw what is written about them. Inside the transaction that
    restricts them, with the person locked."""
    under_way = Round.state.in_((RoundState.OPEN, RoundState.NOTICE)), Nomination.state.in_(MAY_DECLINE)
    query = sa.select(Nomination.id, Nomination.round_id).join(Nomination.round).where(*under_way)
    theirs = query.where(Nomination.member_id == member_id).order_by(Nomination.round_id)
    for nomination_id, round_id in db.session.execute(theirs).all():
        one, nomination = lock(Round, round_id), lock(Nomination, nomination_id)
        one.chosen -= nomination.state is State.CHOSEN
        end(actor_id, nomination, now)
    written = sa.select(Story.id).where(Story.member_id == member_id, Story.state.in_(MAY_WITHDRAW))
    for story_id in db.session.scalars(written.order_by(Story.id)).all():
        stories.no_consent(actor_id, lock(Story, story_id), now)
