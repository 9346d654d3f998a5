"""Reads of the slots that another calendar touches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta, tzinfo

import sqlalchemy as sa

from activities.duties.models import Activity, Post, Slot
from activities.duties.planning import days_span
from activities.duties.rules import SlotState
from activities.kit.db import db, run
from activities.rescheduling.rules import Calendar, Touched
from activities.signups.facts import ACTIVE_STATES, OFFERS
from activities.signups.models import SignUp
from activities.signups.rules import Offer
from activities.terms.queries import all_terms, special_days
from activities.terms.rules import FIRST_YEAR, LAST_YEAR

ONE = timedelta(days=1)


def calendar() -> Calendar:
    """The school's whole calendar as it is now. Two statements."""
    return Calendar(tuple(all_terms()), special_days(date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)))


def on_days(days: Sequence[date], zone: tzinfo, now: datetime) -> sa.ColumnElement[bool]:
    """Open slots to come that begin on one of these days of the school."""
    spans = [days_span(run[0], run[-1], zone) for run in _runs(days)]
    in_time = sa.or_(sa.false(), *(sa.and_(Slot.starts_at >= first, Slot.starts_at < last) for first, last in spans))
    return sa.and_(Slot.state == SlotState.OPEN, Slot.starts_at > now, in_time)


def _runs(days: Iterable[date]) -> list[list[date]]:
    """Days in order, those in a row together."""
    found: list[list[date]] = []
    for day in sorted(days):
        if found and day - found[-1][-1] == ONE:
            found[-1].append(day)
        else:
            found.append([day])
    return found


def touched(where: sa.ColumnElement[bool]) -> list[Touched]:
    """These slots with who is on them, in order of time. Two statements."""
    rows = OFFERS.add_columns(Activity.id, Activity.public_id, Post.id).where(where)
    on_them = (
        sa.select(SignUp.slot_id, SignUp.member_id)
        .join(Slot, Slot.id == SignUp.slot_id)
        .where(SignUp.state.in_(ACTIVE_STATES), where)
        .order_by(SignUp.slot_id, SignUp.ticket)
    )
    people: defaultdict[int, list[int]] = defaultdict(list)
    for slot_id, member_id in run(on_them):
        people[slot_id].append(member_id)
    found = run(rows.order_by(Slot.starts_at, Activity.name, Post.name, Slot.id))
    return [
        Touched(Offer._make(offer), activity_id, activity, post_id, tuple(people[offer[0]]))
        for *offer, activity_id, activity, post_id in found
    ]


def open_starts(slots: Iterable[Touched], first: datetime, last: datetime) -> set[tuple[int, datetime]]:
    """(post, start) of the open slots that the posts of these slots have in this time."""
    posts = {slot.post_id for slot in slots}
    query = sa.select(Slot.post_id, Slot.starts_at).where(
        Slot.post_id.in_(posts), Slot.state == SlotState.OPEN, Slot.starts_at.between(first, last)
    )
    return {(post_id, starts_at) for post_id, starts_at in db.session.execute(query)}
