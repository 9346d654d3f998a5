"""Calendar addresses that the visitor's own account has: one in the phone, and one for the family that says less."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from activities.calendars.rules_feeds import Detail, Scope
from activities.calendars.service import Wanted, make
from activities.kit.db import db
from activities.people.models import Member

FEEDS = (Wanted(Scope.DUTIES, name="手机"), Wanted(Scope.DUTIES, name="家里人", detail=Detail.BUSY))


def make_feeds(now: datetime) -> None:
    member = db.session.scalars(sa.select(Member.id).where(Member.number == "member")).one()
    for feed in FEEDS:
        make(member, feed, now)
