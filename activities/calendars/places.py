"""Feeds of places that their reader may take, in the next weeks: the rules that the pages ask, asked of the reader as
they are now. A search for them narrows it down."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import sqlalchemy as sa

from activities.calendars.queries import AnySelect, Row, many, one
from activities.calendars.sight import READER_ID, READER_PATH, Part, feed_row, filters_of, in_part_of_day, slots_of
from activities.duties.models import Activity, Post, Slot
from activities.kit.db import RowsAsJson
from activities.norms.models import IN_FORCE
from activities.people.models import Member
from activities.signups import facts, search
from activities.signups.can_take import can_take, takes_people
from activities.signups.models import SignUp

AHEAD = timedelta(weeks=4)
# What somebody took on so long before may still count into the week of a slot to come.
BEHIND = timedelta(weeks=1)


def edition(subject: str, digest: str, now: datetime) -> Row | None:
    """All that the rules ask: which slots take people, who the reader is to them, what the reader has taken on. One
    statement."""
    part = _part(subject)
    slots = (
        sa.select(RowsAsJson(Slot.id, Slot.revision + Post.revision + Activity.revision))
        .select_from(part.seen)
        .join(Activity, Activity.id == part.seen.c.id)
        .join(Post, Post.activity_id == Activity.id)
        .join(Slot, Slot.post_id == Post.id)
        .where(*part.activities, *part.posts, takes_people(now), Slot.starts_at < now + AHEAD)
    )
    return one(_edition(slots, now), {"digest": digest})


def _edition(slots: AnySelect, now: datetime) -> AnySelect:
    taken_on = (
        sa.select(RowsAsJson(SignUp.id, SignUp.revision, Slot.revision))
        .join(Slot, Slot.id == SignUp.slot_id)
        .where(SignUp.member_id == READER_ID, facts.IS_ACTIVE, Slot.ends_at > now - BEHIND)
    )
    query = feed_row(facts=slots.scalar_subquery(), taken_on=taken_on.scalar_subquery(), names=sa.null())
    who = (Member.stage, Member.standing, Member.class_name, facts.PASSED, IN_FORCE)
    return query.add_columns(
        *(column.label(f"who_{number}") for number, column in enumerate(who)),
        READER_PATH.label("path"), (now < facts.PAUSED).label("paused"),
    )  # fmt: skip


def events(subject: str, digest: str, member_id: int, now: datetime) -> Iterator[Row]:
    """The slots that the reader can take, or ask for, in order of time. Two statements."""
    span = (now, now + AHEAD)
    person, mine = facts.taken_on(member_id, *span)
    query = slots_of(_part(subject), can_take(person, mine, span, now), Slot.starts_at < now + AHEAD)
    return in_part_of_day(many(query, {"digest": digest}), subject)


def _part(subject: str) -> Part:
    filters = filters_of(subject)
    return Part(activities=tuple(search.of_activities(filters)), posts=tuple(search.of_posts(filters)))
