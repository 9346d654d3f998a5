"""Reads of the organizer's door: what I run, and what comes next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from itertools import groupby

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from activities.duties import queries
from activities.duties.models import Activity, ActivityOrganizer, Post, Series, SeriesPost, Slot
from activities.duties.planning import monday_of, week_span
from activities.duties.rules import RISK_BELOW, RISK_WITHIN, SlotState, WayIn, at_risk
from activities.kit.db import db
from activities.kit.roles import Permission, Role
from activities.people.models import Member, RoleGrant
from activities.people.queries import within
from activities.people.users import Viewer

PAGE = 20
SLOTS_PAGE = 50
AHEAD = timedelta(days=7)
MOST_AHEAD = 20


@dataclass(frozen=True)
class Line:
    """One activity of the list: its posts, its open slots to come with their seats, and when the next one starts."""

    activity: Activity
    posts: int
    coming: int
    capacity: int
    taken: int
    next_at: datetime | None


@dataclass(frozen=True)
class Ahead:
    """A slot of the next days. `at_risk`: it may stay without people."""

    slot: Slot
    at_risk: bool


def activities(member: Viewer, text: str, kind: str, page: int, now: datetime) -> list[Line]:
    """A page of what the member organizes, and one more where more follow: what comes next first. One statement."""
    sight = queries.sight_of(member)
    coming = (
        sa.select(
            Post.activity_id,
            sa.func.count().label("coming"),
            sa.func.sum(Slot.capacity).label("capacity"),
            sa.func.sum(Slot.taken).label("taken"),
            sa.func.min(Slot.starts_at).label("next_at"),
        )
        .join(Slot, Slot.post_id == Post.id)
        .where(queries.among_organized(sight), Slot.state == SlotState.OPEN, Slot.starts_at > now)
        .group_by(Post.activity_id)
        .subquery()
    )
    posts = sa.select(sa.func.count()).where(Post.activity_id == Activity.id).scalar_subquery()
    query = (
        sa.select(Activity, posts, coming.c.coming, coming.c.capacity, coming.c.taken, coming.c.next_at)
        .join(Activity.unit)
        .outerjoin(coming, coming.c.activity_id == Activity.id)
        .options(contains_eager(Activity.unit))
        .where(Activity.id.in_(queries.activities_organized(sight)))
        .order_by(coming.c.next_at.is_(None), coming.c.next_at, Activity.created_at.desc(), Activity.id.desc())
        .limit(PAGE + 1)
        .offset((page - 1) * PAGE)
    )
    if text:
        query = query.where(_mentions(text))
    if kind:
        query = query.where(Activity.kind_key == kind)
    return [Line(row[0], row[1], row[2] or 0, row[3] or 0, row[4] or 0, row[5]) for row in db.session.execute(query)]


def ahead(member: Viewer, now: datetime) -> list[Ahead]:
    """The slots of the next seven days, those at risk first, at most `MOST_AHEAD`."""
    risky = sa.and_(
        Slot.starts_at <= now + RISK_WITHIN, Slot.taken < Slot.capacity * RISK_BELOW,
        sa.or_(Activity.way_in != WayIn.DRAW, Slot.drawn_at.is_not(None)),
    )  # fmt: skip
    query = (
        queries.slots()
        .where(
            queries.among_organized(queries.sight_of(member)), Slot.state == SlotState.OPEN,
            Slot.starts_at > now, Slot.starts_at <= now + AHEAD,
        )
        .order_by(risky.desc(), Slot.starts_at, Slot.id)
        .limit(MOST_AHEAD)
    )  # fmt: skip
    slots = db.session.scalars(query)
    return [
        Ahead(slot, not slot.is_to_be_drawn and at_risk(slot.taken, slot.capacity, slot.starts_at, now))
        for slot in slots
    ]


@dataclass(frozen=True, kw_only=True)
class WeekView:
    """A page of an activity's slots of one week by day, and the weeks nearest to it that have any."""

    monday: date
    sunday: date
    by_day: list[tuple[date, list[Slot]]]
    has_more: bool
    before: date | None
    after: date | None


def week_view(activity: Activity, monday: date, page: int, zone: tzinfo) -> WeekView:
    """Cancelled slots are shown too. Two statements."""
    starts, ends = week_span(monday, zone)
    own = sa.select(Slot).join(Slot.post).where(Post.activity_id == activity.id)
    query = (
        own.options(contains_eager(Slot.post))
        .where(Slot.starts_at >= starts, Slot.starts_at < ends)
        .order_by(Slot.starts_at, Post.id, Slot.id)
        .limit(SLOTS_PAGE + 1)
        .offset((page - 1) * SLOTS_PAGE)
    )
    slots = list(db.session.scalars(query))
    moments = own.with_only_columns(Slot.starts_at).limit(1)
    before = moments.where(Slot.starts_at < starts).order_by(Slot.starts_at.desc()).scalar_subquery()
    after = moments.where(Slot.starts_at >= ends).order_by(Slot.starts_at).scalar_subquery()
    nearest = db.session.execute(sa.select(before, after)).one()

    def day(moment: datetime) -> date:
        return moment.astimezone(zone).date()

    return WeekView(
        monday=monday,
        sunday=monday + timedelta(days=6),
        by_day=[(d, list(some)) for d, some in groupby(slots[:SLOTS_PAGE], lambda slot: day(slot.starts_at))],
        has_more=len(slots) > SLOTS_PAGE,
        before=monday_of(day(nearest[0])) if nearest[0] else None,
        after=monday_of(day(nearest[1])) if nearest[1] else None,
    )


def series_to_come(activity: Activity, now: datetime) -> list[tuple[Series, int, int]]:
    """The activity's series that go on: each with the number of its posts and of its open slots to come."""
    posts = sa.select(sa.func.count()).where(SeriesPost.series_id == Series.id).scalar_subquery()
    coming = sa.func.count(Slot.id)
    query = (
        sa.select(Series, posts, coming)
        .join(Slot, Slot.series_id == Series.id)
        .where(Series.activity_id == activity.id, Slot.state == SlotState.OPEN, Slot.starts_at > now)
        .group_by(Series.id)
        .order_by(sa.func.min(Slot.starts_at), Series.id)
    )
    return [tuple(row) for row in db.session.execute(query)]


def posts(activity: Activity) -> list[Post]:
    return list(db.session.scalars(sa.select(Post).where(Post.activity_id == activity.id).order_by(Post.id)))


def candidates(member: Viewer, activity: Activity) -> list[Member]:
    """Whom the member may still name as an organizer of the activity, by name: who organizes its unit, or a unit among
    the member's own."""
    above = [int(part) for part in activity.unit.path.split("/") if part]
    holders = (
        sa.select(RoleGrant.member_id)
        .join(RoleGrant.unit)
        .where(
            RoleGrant.role == Role.ORGANIZER,
            sa.or_(RoleGrant.unit_id.in_(above), within(member.paths(Permission.ORGANIZE))),
        )
    )
    named = sa.select(ActivityOrganizer.member_id).where(ActivityOrganizer.activity_id == activity.id)
    query = (
        sa.select(Member)
        .join(Member.unit)
        .options(contains_eager(Member.unit))
        .where(Member.id.in_(holders), Member.id.not_in(named), Member.active)
        .order_by(Member.name, Member.number)
    )
    return list(db.session.scalars(query))


def _mentions(text: str) -> sa.ColumnElement[bool]:
    here = sa.select(Post.id).where(
        Post.activity_id == Activity.id,
        sa.or_(Post.name.icontains(text, autoescape=True), Post.place.icontains(text, autoescape=True)),
    )
    return sa.or_(Activity.name.icontains(text, autoescape=True), here.exists())
