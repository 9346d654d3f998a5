"""Reads that "My duties" takes together, because it is the page that everybody opens first."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from activities.kit.db import db
from activities.signups.models import Pause
from activities.timetables.models import Timetable


def pause_and_timetable(member_id: int, now: datetime) -> tuple[datetime | None, bool]:
    """Until when a pause of the person holds, and whether they have brought a timetable. One statement."""
    holds = Pause.member_id == member_id, Pause.lifted_at.is_(None), Pause.until > now
    until = sa.select(sa.func.max(Pause.until)).where(*holds).scalar_subquery()
    has_timetable = sa.exists().where(Timetable.member_id == member_id)
    paused_until, has_one = db.session.execute(sa.select(until, has_timetable)).one()
    return paused_until, has_one
