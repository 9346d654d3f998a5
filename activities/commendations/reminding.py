"""Tell who is waited for once days have passed: the committee, and who may grant."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from activities.commendations import notices_keeping as notices
from activities.commendations import queries, uninvolved
from activities.commendations.models import Round
from activities.commendations.rules import RoundState, State
from activities.kit.clock import local_day
from activities.kit.db import db, lock, transactional
from activities.outbox.jobs import every


@every(3 * 3600, "tell who has to decide on commendations, and who may grant them")
def tell(now: datetime) -> None:
    today = local_day(now)
    is_over = sa.or_(
        sa.and_(Round.state == RoundState.OPEN, Round.last < today),
        sa.and_(Round.state == RoundState.NOTICE, Round.notice_until < today),
    )
    for round_id in db.session.scalars(sa.select(Round.id).where(is_over).order_by(Round.id)).all():
        _tell(round_id, now)


@transactional
def _tell(round_id: int, now: datetime) -> None:
    """Of a round, which may have gone on meanwhile."""
    one, today = lock(Round, round_id), local_day(now)
    is_decided_on = one.state is RoundState.OPEN and one.last < today
    if is_decided_on and queries.nominations(round_id, [State.AGREED]):
        notices.decide_now([each.member_id for each in queries.committee(round_id)], one, now)
    elif one.state is RoundState.NOTICE and (chosen := queries.nominations(round_id, [State.CHOSEN])):
        may = uninvolved.granters(one, chosen)
        notices.to_grant(may.holders, one, now)
        notices.nobody_grants(may.appointers, one, now)
