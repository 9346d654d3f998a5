"""What people ask of what is kept about them: one waits to be forgotten, one has thought better of it, and of one who
left the school nothing is used any more."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from activities.duties.models import Slot
from activities.kit.db import db
from activities.people.models import ForgetRequest, Member
from activities.people.rules import Standing
from activities.rights.service import ask_to_be_forgotten, restrict, take_back
from activities.signups.models import SignUp
from activities.signups.rules import SignUpState

DAY = timedelta(days=1)
LEFT = "已退学离校，不再参加学校的活动。"


def play(now: datetime) -> None:
    admin = db.session.scalars(sa.select(Member.id).where(Member.number == "admin")).one()
    for (member_id, reason), end in zip(_asked(now), (None, "taken back", "restricted"), strict=False):
        ask_to_be_forgotten(member_id, reason, now - 3 * DAY)
        if end == "taken back":
            take_back(member_id, now - 2 * DAY)
        if end == "restricted":
            query = sa.select(ForgetRequest.id).where(ForgetRequest.member_id == member_id)
            restrict(admin, db.session.scalars(query).one(), now - DAY)


def _asked(now: datetime) -> list[tuple[int, str]]:
    """Students who have nothing ahead of them, with why each asks."""
    ahead = (
        sa.select(SignUp.member_id).join(SignUp.slot).where(Slot.ends_at > now, SignUp.state != SignUpState.WITHDRAWN)
    )
    query = (
        sa.select(Member.id)
        .where(Member.standing == Standing.STUDENT, Member.number != "member", Member.id.not_in(ahead))
        .order_by(Member.id.desc())
        .limit(3)
    )
    return list(zip(db.session.scalars(query), ("转学到外校，请删除我的信息。", "", LEFT), strict=False))
