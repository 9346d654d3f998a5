"""Feeds of places that their reader may take, in the next weeks: the rules that the pages ask, asked of the reader as
they are now. A search for them narrows it down."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import sqlalchemy as sa

from activities.calendars.queries import AnySelect, Row, many, one
from activities.calendars.rules_feeds import Scope
from activities.calendars.sight import (
    READER_ID,
    READER_PATH,
    TIMETABLE_READ_AT,
    feed_row,
    in_part_of_day,
    part_of,
    slots_of,
)
from activities.duties.models import Activity, Arrival, Post, Slot
from activities.kit import clock
from activities.kit.sql import RowsAsJson
from activities.norms.models import IN_FORCE
from activities.people.models import Member, Unit
from activities.signups import engagements, facts
from activities.signups.can_take import FURTHEST, can_take, takes_people
from activities.signups.models import SignUp
from activities.sites.models import Site
from activities.terms.models import SpecialDay

AHEAD = timedelta(weeks=4)
# What somebody took on so long before may still count into the week of a slot to come.
BEHIND = timedelta(weeks=1)


def edition(subject: str, digest: str, now: datetime) -> Row | None:
    """All that the rules ask: which slots take people and at which times, who the reader is to them, what the reader
    has taken on, and which days count before a visit. One statement."""
    part = part_of(Scope.SEARCH, subject)
    times = sa.select(RowsAsJson(Arrival.minute, Arrival.taken < Arrival.quota)).where(Arrival.slot_id == Slot.id)
    revision = Slot.revision + Post.revision + Activity.revision + Unit.revision
    slots = (
        sa.select(RowsAsJson(Slot.id, revision, times.correlate(Slot).scalar_subquery()))
        .select_from(part.seen)
        .join(Activity, Activity.id == part.seen.c.id)
        .join(Post, Post.activity_id == Activity.id)
        .join(Slot, Slot.post_id == Post.id)
        .join(Unit, Unit.id == Activity.unit_id)
        .where(*part.activities, *part.posts, takes_people(now), Slot.starts_at < now + AHEAD)
    )
    return one(_edition(slots, now), {"digest": digest})


def _edition(slots: AnySelect, now: datetime) -> AnySelect:
    taken_on = (
        sa.select(RowsAsJson(SignUp.id, SignUp.revision, Slot.revision, Post.revision))
        .join(Slot, Slot.id == SignUp.slot_id)
        .join(Post, Post.id == Slot.post_id)
        .where(SignUp.member_id == READER_ID, facts.IS_ACTIVE, Slot.ends_at > now - BEHIND)
    )
    query = feed_row(facts=slots.scalar_subquery(), taken_on=taken_on.scalar_subquery(), names=sa.null())
    who = (Member.stage, Member.standing, Member.class_name, facts.PASSED, IN_FORCE)
    return query.add_columns(
        *(column.label(f"who_{number}") for number, column in enumerate(who)),
        READER_PATH.label("path"), (now < facts.PAUSED).label("paused"), TIMETABLE_READ_AT.label("timetable"),
        *(column.label(f"before_{number}") for number, column in enumerate(_before_visits(now))),
    )  # fmt: skip


def _before_visits(now: datetime) -> tuple[sa.ScalarSelect[object], ...]:
    """Where a partner must know working days before who comes: what day it is, and which days are not as others."""
    today = clock.local_day(now)
    must_know = sa.exists().where(Site.notice_days > 0)
    specials = sa.select(RowsAsJson(SpecialDay.day, SpecialDay.off))
    is_near = SpecialDay.day.between(today, today + FURTHEST)
    return (
        sa.select(sa.literal(today.isoformat())).where(must_know).scalar_subquery(),
        specials.where(is_near, must_know).scalar_subquery(),
    )


def events(subject: str, digest: str, member_id: int, now: datetime) -> Iterator[Row]:
    """The slots that the reader can take, or ask for, in order of time. Three statements."""
    span = (now, now + AHEAD)
    person, mine = engagements.taken_on(member_id, *span)
    query = slots_of(part_of(Scope.SEARCH, subject), can_take(person, mine, span, now), Slot.starts_at < now + AHEAD)
    return in_part_of_day(many(query, {"digest": digest}), subject)
