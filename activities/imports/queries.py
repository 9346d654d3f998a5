"""Reads of calendars that are imported."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from activities.duties.models import Activity, Post, Slot
from activities.duties.queries import must_organize, visible_to
from activities.duties.rules import SlotState
from activities.imports.models import CalendarImport, CalendarUpload, ImportedEvent
from activities.imports.rules import Event, Facts, Place
from activities.kit.db import db, run
from activities.kit.refusal import NotFound
from activities.people.users import Viewer
from activities.terms.queries import all_terms, special_days
from activities.timetables.rules import Span

KEPT = timedelta(hours=1)
# What an open slot may reach beyond the days that are asked for.
MARGIN = timedelta(days=32)


class UploadGone(NotFound):
    """The upload was imported, replaced by a newer one, is too old, or never was this person's."""


class Batch(NamedTuple):
    """An import, how many of its slots are there, in how many somebody has ever been, and from when to when."""

    public_id: str
    name: str
    created_at: datetime
    slots: int
    used: int
    first: datetime
    last: datetime


def kept_upload(member_id: int, activity_id: int, public_id: str, now: datetime) -> CalendarUpload:
    """What this member is about to import into the activity. Raises UploadGone."""
    query = sa.select(CalendarUpload).where(
        CalendarUpload.public_id == public_id, CalendarUpload.member_id == member_id,
        CalendarUpload.activity_id == activity_id, CalendarUpload.created_at >= now - KEPT,
    )  # fmt: skip
    upload = db.session.scalar(query)
    if upload is None:
        raise UploadGone
    return upload


def facts(activity_id: int, events: Sequence[Event], zone: tzinfo, now: datetime) -> Facts:
    """What is there already, as far as these events touch it. Five statements."""
    moments = [moment for event in events for one in event.times for moment in one[1:]]
    first, last = min(moments, default=now), max(moments, default=now)
    posts = [Place(*row) for row in run(_posts(activity_id))]
    slots: dict[int, list[Span]] = {post.id: [] for post in posts}
    around = sa.select(Slot.post_id, Slot.starts_at, Slot.ends_at).where(
        Slot.post_id.in_(slots), Slot.state == SlotState.OPEN, Slot.starts_at > first - MARGIN, Slot.starts_at < last,
        Slot.ends_at > first,
    )  # fmt: skip
    for post_id, *span in run(around):
        slots[post_id].append(Span(*span))
    known = sa.select(ImportedEvent.digest, ImportedEvent.starts_at).where(
        ImportedEvent.activity_id == activity_id, ImportedEvent.starts_at.between(first, last)
    )
    days = first.astimezone(zone).date(), last.astimezone(zone).date()
    return Facts(posts, {(row[0], row[1]) for row in run(known)}, slots, special_days(*days), all_terms())


def _posts(activity_id: int) -> sa.Select[int, str, str, int]:
    columns = sa.select(Post.id, Post.name, Post.place, Post.capacity)
    return columns.where(Post.activity_id == activity_id).order_by(Post.id)


def slot_ids(activity_id: int, moments: Sequence[datetime]) -> dict[tuple[int, datetime], int]:
    """The open slots of the activity between the first and the last of these starts, by post and start."""
    query = sa.select(Slot.post_id, Slot.starts_at, Slot.id).join(Slot.post).where(
        Post.activity_id == activity_id, Slot.state == SlotState.OPEN,
        Slot.starts_at.between(min(moments), max(moments)),
    )  # fmt: skip
    return {(post_id, starts_at): slot_id for post_id, starts_at, slot_id in run(query)}


def batches(activity_id: int, most: int) -> list[Batch]:
    """The activity's imports of which slots are there, the latest first. One statement."""
    query = (
        sa.select(
            CalendarImport.public_id, CalendarImport.name, CalendarImport.created_at, sa.func.count(Slot.id),
            sa.func.sum(sa.case((Slot.tickets > 0, 1), else_=0)), sa.func.min(Slot.starts_at),
            sa.func.max(Slot.starts_at),
        )
        .join(ImportedEvent, ImportedEvent.import_id == CalendarImport.id)
        .join(Slot, Slot.id == ImportedEvent.slot_id)
        .where(CalendarImport.activity_id == activity_id)
        .group_by(CalendarImport.id, CalendarImport.public_id, CalendarImport.name, CalendarImport.created_at)
        .order_by(CalendarImport.id.desc())
        .limit(most)
    )  # fmt: skip
    return [Batch(*row) for row in run(query)]


def import_to_organize(member: Viewer, public_id: str) -> CalendarImport:
    """The import, if this member organizes its activity: not visible is NotFound, visible but another's NotAllowed."""
    query = (
        sa.select(CalendarImport)
        .join(CalendarImport.activity)
        .join(Activity.unit)
        .options(contains_eager(CalendarImport.activity).contains_eager(Activity.unit))
    )
    found = db.session.scalar(query.where(CalendarImport.public_id == public_id, visible_to(member)))
    if found is None:
        raise NotFound
    must_organize(member, found.activity)
    return found
