"""Reads of what is planned. What a person may not see is not found."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload
from sqlalchemy.orm.interfaces import ORMOption

from activities.duties.models import Activity, ActivityOrganizer, Post, Slot
from activities.kit.db import db
from activities.kit.refusal import NotAllowed, NotFound
from activities.kit.roles import Permission
from activities.people.models import Member, Unit

# A slot with all that a card of it shows, in one statement.
WITH_ALL: ORMOption = (
    joinedload(Slot.post, innerjoin=True)
    .joinedload(Post.activity, innerjoin=True)
    .options(joinedload(Activity.unit, innerjoin=True), joinedload(Activity.eligible_unit))
)


def visible_to(member: Member) -> sa.ColumnElement[bool]:
    """Activities of the member's own unit and those above it, and of the units for which the member holds a role."""
    above = [int(part) for part in member.unit.path.split("/") if part]
    granted = {path for p in (Permission.ORGANIZE, Permission.REVIEW) for path in member.paths(p)}
    return sa.or_(
        Activity.unit_id.in_(above), *(Unit.path.startswith(path, autoescape=True) for path in sorted(granted))
    )


def organized_by(member: Member) -> sa.ColumnElement[bool]:
    """Activities of the units the member organizes, and those that name the member as organizer."""
    named = sa.select(ActivityOrganizer.activity_id).where(ActivityOrganizer.member_id == member.id)
    paths = sorted(member.paths(Permission.ORGANIZE))
    return sa.or_(Activity.id.in_(named), *(Unit.path.startswith(path, autoescape=True) for path in paths))


def slots() -> sa.Select[Slot]:
    """Slots with their post, activity and units, to be narrowed."""
    return (
        sa.select(Slot)
        .join(Slot.post)
        .join(Post.activity)
        .join(Activity.unit)
        .options(
            contains_eager(Slot.post)
            .contains_eager(Post.activity)
            .options(contains_eager(Activity.unit), joinedload(Activity.eligible_unit))
        )
    )


def slot_for(member: Member, public_id: str) -> Slot:
    """The slot, if this member may see it."""
    slot: Slot = _one(slots().where(Slot.public_id == public_id, visible_to(member)))
    return slot


def slot_to_organize(member: Member, public_id: str) -> Slot:
    """The slot, if this member organizes it: not visible is NotFound, visible but another's is NotAllowed."""
    slot: Slot = _one(slots().where(Slot.public_id == public_id, visible_to(member)))
    if not organizes(member, slot.post.activity):
        raise NotAllowed
    return slot


def organizes(member: Member, activity: Activity) -> bool:
    """Whether the member runs the activity: by a role for its unit, or by name."""
    if member.may(Permission.ORGANIZE, activity.unit.path):
        return True
    query = sa.select(ActivityOrganizer.id).where(
        ActivityOrganizer.activity_id == activity.id, ActivityOrganizer.member_id == member.id
    )
    return db.session.scalar(query) is not None


def activity_for(member: Member, public_id: str) -> Activity:
    """The activity, if this member may see it."""
    activity: Activity = _one(_activities().where(Activity.public_id == public_id, visible_to(member)))
    return activity


def activity_to_organize(member: Member, public_id: str) -> Activity:
    activity = activity_for(member, public_id)
    if not organizes(member, activity):
        raise NotAllowed
    return activity


def _activities() -> sa.Select[Activity]:
    return (
        sa.select(Activity)
        .join(Activity.unit)
        .options(contains_eager(Activity.unit), joinedload(Activity.eligible_unit))
    )


def _one(query: sa.Select[Any]) -> Any:
    row = db.session.execute(query).unique().scalar_one_or_none()
    if row is None:
        raise NotFound
    return row
