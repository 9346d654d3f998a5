"""Reads of timetables."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import sqlalchemy as sa

from activities.kit import clock
from activities.kit.db import db, run
from activities.people.models import Member
from activities.terms.queries import all_terms
from activities.timetables.models import BusySpan, Timetable
from activities.timetables.rules import Span, days_read

ONE_DAY = timedelta(days=1)


def of_member(member_id: int) -> Timetable | None:
    return db.session.scalars(sa.select(Timetable).where(Timetable.member_id == member_id)).one_or_none()


def spans(timetable_id: int, window: Span) -> list[Span]:
    """When the person is busy within a window, in order."""
    query = (
        sa.select(BusySpan.starts_at, BusySpan.ends_at)
        .where(
            BusySpan.timetable_id == timetable_id, BusySpan.ends_at > window.starts_at,
            BusySpan.starts_at < window.ends_at,
        )
        .order_by(BusySpan.starts_at)
    )  # fmt: skip
    return [Span._make(row) for row in run(query)]


def window(now: datetime) -> Span:
    """The time of which a timetable is read at this moment, from midnight to midnight of the school."""
    first, last = days_read(clock.local_day(now), all_terms())
    return Span(clock.at(first, time(0)), clock.at(last + ONE_DAY, time(0)))


def due(now: datetime, most: int) -> list[int]:
    """The timetables of people who are here that are to be fetched by now, who has waited longest first."""
    query = sa.select(Timetable.id).join(Member, Member.id == Timetable.member_id)
    query = query.where(Timetable.next_at <= now, Member.active).order_by(Timetable.next_at).limit(most)
    return list(db.session.scalars(query))
