"""Reads of what is planned. What a person may not see is not found."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from activities.duties.models import Activity, ActivityOrganizer, Post, Series, Slot
from activities.duties.rules import SlotState, WayIn
from activities.kit.db import db
from activities.kit.refusal import NotAllowed, NotFound
from activities.kit.roles import Permission, Role
from activities.people.models import Member, RoleGrant, Unit
from activities.people.queries import WITH_ROLES
from activities.people.users import Viewer

# A slot with all that a card of it shows, in one statement.
WITH_ALL: ORMOption = (
    joinedload(Slot.post, innerjoin=True)
    .joinedload(Post.activity, innerjoin=True)
    .options(joinedload(Activity.unit, innerjoin=True), joinedload(Activity.eligible_unit))
)


class Sight(NamedTuple):
    """What decides which activities somebody sees: the paths of the own unit and of those reviewed and organized; for
    who organizes also who it is, because an activity may name people."""

    path: str
    reviewed: tuple[str, ...]
    organized: tuple[str, ...]
    member_id: int | None


def sight_of(member: Viewer) -> Sight:
    reviewed, organized = (tuple(sorted(member.paths(what))) for what in (Permission.REVIEW, Permission.ORGANIZE))
    return Sight(member.unit.path, reviewed, organized, member.id if organized else None)


def visible_to(member: Viewer) -> sa.ColumnElement[bool]:
    """Activities of the member's own unit and those above it, of the units for which the member holds a role, and
    those that name the member as organizer."""
    return visible(sight_of(member))


@lru_cache(maxsize=1024)
def visible(sight: Sight) -> sa.ColumnElement[bool]:
    above = [sa.literal(int(part)) for part in sight.path.split("/") if part]
    conditions = [Activity.unit_id.in_(above), *(Unit.path.startswith(p, autoescape=True) for p in sight.reviewed)]
    return sa.or_(organized(sight), *conditions)


def organized_by(member: Viewer) -> sa.ColumnElement[bool]:
    """Activities of the units the member organizes, and those that name the member as organizer. To be named gives
    nothing to who does not hold the role any more."""
    return organized(sight_of(member))


def organized(sight: Sight) -> sa.ColumnElement[bool]:
    if not sight.organized:
        return sa.false()
    named = sa.select(ActivityOrganizer.activity_id).where(ActivityOrganizer.member_id == sight.member_id)
    return sa.or_(Activity.id.in_(named), *(Unit.path.startswith(p, autoescape=True) for p in sight.organized))


def among_organized(sight: Sight) -> sa.ColumnElement[bool]:
    """Slots of the activities that are organized, found by their posts: of other units' slots none is looked at,
    however many there are."""
    return Slot.post_id.in_(posts_organized(sight))


def posts_organized(sight: Sight) -> sa.Select[int]:
    """The posts of the activities that are organized, by id."""
    return sa.select(Post.id).where(Post.activity_id.in_(activities_organized(sight)))


def activities_organized(sight: Sight) -> sa.SelectBase:
    """The activities that are organized, by id, found by their units. As a union, since PostgreSQL takes an "or" of two
    lists for half of all there is, and looks at everybody's slots."""
    found = sa.select(Activity.id)
    if not sight.organized:
        return found.where(sa.false())
    named = sa.select(ActivityOrganizer.activity_id).where(ActivityOrganizer.member_id == sight.member_id)
    units = sa.select(Unit.id).where(sa.or_(*(Unit.path.startswith(p, autoescape=True) for p in sight.organized)))
    return sa.union(named, found.where(Activity.unit_id.in_(units)))


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


def slot_to_organize(member: Viewer, public_id: str) -> Slot:
    """The slot, if this member organizes it: not visible is NotFound, visible but another's is NotAllowed."""
    slot: Slot = _one(slots().where(Slot.public_id == public_id, visible_to(member)))
    must_organize(member, slot.post.activity)
    return slot


def organizes(member: Viewer, activity: Activity) -> bool:
    """Whether the member runs the activity: by a role for its unit, or by name with a role for any."""
    if not may_be_named(member):
        return False
    if member.may(Permission.ORGANIZE, activity.unit.path):
        return True
    query = sa.select(ActivityOrganizer.id).where(
        ActivityOrganizer.activity_id == activity.id, ActivityOrganizer.member_id == member.id
    )
    return db.session.scalar(query) is not None


def must_organize(member: Viewer, activity: Activity) -> None:
    """NotAllowed unless the member runs the activity. A verb asks it of who acts, read anew under its locks."""
    if not organizes(member, activity):
        raise NotAllowed


def may_be_named(member: Viewer) -> bool:
    """Whether the person can be an activity's organizer by name."""
    return member.active and member.may(Permission.ORGANIZE)


def named(activity_id: int) -> list[Member]:
    """Those named as the activity's organizers who still hold the role."""
    query = (
        sa.select(Member)
        .join(ActivityOrganizer, ActivityOrganizer.member_id == Member.id)
        .where(ActivityOrganizer.activity_id == activity_id)
        .options(*WITH_ROLES)
        .execution_options(populate_existing=True)
    )
    return [member for member in db.session.scalars(query).unique() if may_be_named(member)]


def running(activity: Activity) -> list[int]:
    """Those who run the activity: who is named, and where nobody is every organizer of its unit."""
    if members := named(activity.id):
        return [member.id for member in members]
    above = [int(part) for part in activity.unit.path.split("/") if part]
    query = (
        sa.select(RoleGrant.member_id)
        .join(RoleGrant.member)
        .where(RoleGrant.role == Role.ORGANIZER, RoleGrant.unit_id.in_(above), Member.active)
        .distinct()
    )
    return list(db.session.scalars(query))


def activity_for(member: Viewer, public_id: str) -> Activity:
    """The activity, if this member may see it."""
    activity: Activity = _one(_activities().where(Activity.public_id == public_id, visible_to(member)))
    return activity


def activity_to_organize(member: Viewer, public_id: str) -> Activity:
    activity = activity_for(member, public_id)
    must_organize(member, activity)
    return activity


def post_to_organize(member: Viewer, public_id: str) -> Post:
    """The post, if this member organizes its activity: not visible is NotFound, visible but another's is NotAllowed."""
    query = (
        sa.select(Post)
        .join(Post.activity)
        .join(Activity.unit)
        .options(contains_eager(Post.activity).contains_eager(Activity.unit))
    )
    post: Post = _one(query.where(Post.public_id == public_id, visible_to(member)))
    must_organize(member, post.activity)
    return post


def series_to_organize(member: Viewer, public_id: str) -> Series:
    """The series, if this member organizes its activity: not visible is NotFound, visible but another's NotAllowed."""
    query = (
        sa.select(Series)
        .join(Series.activity)
        .join(Activity.unit)
        .options(contains_eager(Series.activity).contains_eager(Activity.unit), selectinload(Series.posts))
    )
    series: Series = _one(query.where(Series.public_id == public_id, visible_to(member)))
    must_organize(member, series.activity)
    return series


def has_people(activity_id: int) -> bool:
    """Whether anybody has ever signed up for one of the activity's slots, or was recorded there without."""
    query = sa.select(Slot.id).join(Slot.post).where(Post.activity_id == activity_id, Slot.tickets > 0).limit(1)
    return db.session.scalar(query) is not None


def to_decide(member: Viewer, now: datetime) -> int:
    """How many people ask for a seat that the member, among others, decides about."""
    mine = sa.select(Activity.id).join(Activity.unit).where(organized_by(member), Activity.way_in == WayIn.APPROVAL)
    query = (
        sa.select(sa.func.sum(Slot.asked))
        .join(Slot.post)
        .where(Post.activity_id.in_(mine), Slot.asked > 0, Slot.state == SlotState.OPEN, Slot.starts_at > now)
    )
    return int(db.session.scalar(query) or 0)


def pending(activity_id: int, now: datetime) -> int:
    """How many people ask or wait for a seat in the activity's open slots to come."""
    query = (
        sa.select(sa.func.coalesce(sa.func.sum(Slot.asked + Slot.waiting), 0))
        .join(Slot.post)
        .where(Post.activity_id == activity_id, Slot.state == SlotState.OPEN, Slot.starts_at > now)
    )
    return int(db.session.scalar(query) or 0)


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
