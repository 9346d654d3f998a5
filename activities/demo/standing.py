"""Who answers for some classrooms' switches in the present term, made by the services themselves once all else is
written: what they decide hangs on everything that is there."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from activities.demo.calendar import DemoCalendar
from activities.duties.models import Activity, Post, Slot
from activities.holders import service
from activities.holders.forms import span_of
from activities.holders.models import Holder
from activities.holders.service import Proposal
from activities.kit.db import db
from activities.people.models import Member
from activities.signups.models import SignUp
from activities.signups.rules import SignUpState

# So many rooms have somebody; the member is asked for the first, and for one more nobody has answered yet.
HELD, ASKED = 6, 2


def make_holders(calendar: DemoCalendar, now: datetime) -> None:
    """Ask whoever came most often to each of the first rooms, and let all but the first and the last accept."""
    rooms = _rooms()[: HELD + ASKED]
    organizer = db.session.scalars(sa.select(Member.id).where(Member.number == "organizer")).one()
    span = span_of(calendar.today, calendar.now.ends_on)
    proposals = [Proposal(post_id, _regular(post_id), span) for post_id, _ in rooms]
    member = db.session.scalars(sa.select(Member.id).where(Member.number == "member")).one()
    proposals[0] = Proposal(rooms[0][0], member, span)
    service.propose(organizer, rooms[0][1], proposals, now)
    asked = db.session.execute(
        sa.select(Holder.member_id, Holder.public_id, Activity.risks_version)
        .join(Holder.post)
        .join(Post.activity)
        .order_by(Holder.id)
    ).all()
    for member_id, public_id, risks_version in asked[1:-1]:
        service.accept(member_id, public_id, risks_version, now)


def _rooms() -> list[tuple[int, int]]:
    """(post, activity) of the present term's classrooms, those with slots to come first."""
    latest = sa.select(sa.func.max(Activity.id)).where(Activity.kind_key == "energy").scalar_subquery()
    query = sa.select(Post.id, Post.activity_id).where(Post.activity_id == latest).order_by(Post.id)
    return [(post_id, activity_id) for post_id, activity_id in db.session.execute(query)]


def _regular(post_id: int) -> int:
    """Who has had a seat at a post most often."""
    query = (
        sa.select(SignUp.member_id)
        .join(Slot, Slot.id == SignUp.slot_id)
        .where(Slot.post_id == post_id, SignUp.state == SignUpState.SEATED)
        .group_by(SignUp.member_id)
        .order_by(sa.func.count().desc(), SignUp.member_id)
        .limit(1)
    )
    return db.session.scalars(query).one()
