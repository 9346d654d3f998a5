"""Feeds of what their reader sees: a unit and below, what one organizes, an activity, a post, a search.

What somebody sees is asked in SQL, of the roles and the unit they have at that moment (`duties.queries.visible` says
the same of who is logged in; a test holds the two against each other). So one statement tells whether such a feed
changed, and a role that was lost shows at the next fetch.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from werkzeug.datastructures import MultiDict

from activities.calendars.models import Feed
from activities.calendars.queries import (
    ALL,
    DIGEST,
    FEED,
    IS_SHOWN,
    SHOWN_TO_ALL,
    AnySelect,
    Only,
    Row,
    last_shown,
    many,
    one,
    these,
)
from activities.calendars.rules_feeds import Scope
from activities.calendars.sheaf import State
from activities.duties.models import Activity, ActivityOrganizer, Post, Slot
from activities.kit import clock
from activities.kit.roles import PERMISSIONS, Permission, Role
from activities.kit.sql import Among, RowsAsJson
from activities.people.models import Member, RoleGrant, Unit
from activities.signups import search
from activities.signups.can_take import fits_timetable
from activities.signups.forms import PARTS, Filters
from activities.timetables.models import Timetable

Condition = sa.ColumnElement[bool]
ANY_WEEK = date(2000, 1, 3)

_Home, _Granted = aliased(Unit), aliased(Unit)
# Whose feed it is, while it is theirs.
READER = (
    sa.select(Member.id, _Home.path)
    .select_from(Feed)
    .join(Member, Member.id == Feed.member_id)
    .join(_Home, _Home.id == Member.unit_id)
    .where(Feed.digest == DIGEST, Feed.revoked_at.is_(None), Member.active)
    .cte("reader")
)


READER_ID, READER_PATH = sa.select(READER.c.id).scalar_subquery(), sa.select(READER.c.path).scalar_subquery()

TIMETABLE_READ_AT = sa.select(Timetable.read_at).where(Timetable.member_id == READER_ID).scalar_subquery()


def holding(permission: Permission) -> sa.Subquery:
    """The paths of the units for which the reader has a permission, each with all below."""
    return (
        sa.select(_Granted.path)
        .join(RoleGrant, RoleGrant.unit_id == _Granted.id)
        .where(RoleGrant.member_id == READER_ID, RoleGrant.role.in_(_roles(permission)))
        .subquery()
    )


def _roles(permission: Permission) -> list[Role]:
    return [role for role, permitted in PERMISSIONS.items() if permission in permitted]


_ORGANIZED, _REVIEWED = holding(Permission.ORGANIZE), holding(Permission.REVIEW)
_UNITS_ABOVE = sa.select(Unit.id).where(READER_PATH.startswith(Unit.path))
_UNITS_REVIEWED = sa.select(Unit.id).join(_REVIEWED, Unit.path.startswith(_REVIEWED.c.path))
_UNITS_ORGANIZED = sa.select(Unit.id).join(_ORGANIZED, Unit.path.startswith(_ORGANIZED.c.path))
_NAMED = sa.select(ActivityOrganizer.activity_id).where(
    ActivityOrganizer.member_id == READER_ID, sa.exists(sa.select(_ORGANIZED.c.path))
)


def _activities_of(units: sa.Select[int] | sa.CompoundSelect[int]) -> sa.Select[int]:
    return sa.select(Activity.id).where(Activity.unit_id.in_(units))


ORGANIZED = sa.union(_activities_of(_UNITS_ORGANIZED), _NAMED).cte("organized")
SEEN = sa.union(_activities_of(sa.union(_UNITS_ABOVE, _UNITS_REVIEWED, _UNITS_ORGANIZED)), _NAMED).cte("seen")


class Part(NamedTuple):
    """Which part of what the reader sees a feed is of. `names` are the columns that name it, of an activity or of a
    post with its activity."""

    seen: sa.CTE = SEEN
    activities: tuple[Condition, ...] = ()
    posts: tuple[Condition, ...] = ()
    names: sa.ScalarSelect[object] | None = None


def filters_of(subject: str) -> Filters:
    """The filters of a search that was kept."""
    return Filters.read(MultiDict(parse_qsl(subject)), ANY_WEEK)


def part_of(scope: Scope, subject: str) -> Part:
    if scope is Scope.ORGANIZED:
        return Part(ORGANIZED)
    if scope is Scope.SEARCH:
        filters = filters_of(subject)
        fits = (fits_timetable(READER_ID),) if filters.fits else ()
        return Part(SEEN, tuple(search.of_activities(filters)), (*search.of_posts(filters), *fits))
    if scope is Scope.UNIT:
        return _of_unit(subject)
    if scope is Scope.POST:
        these = sa.select(Post.activity_id).where(Post.public_id == subject)
        names = _names(Activity.name, Post.name).join(Post, Post.activity_id == Activity.id)
        return Part(SEEN, (Activity.id.in_(these),), (Post.public_id == subject,), _said(names, Post, subject))
    return Part(SEEN, (Activity.public_id == subject,), (), _said(_names(Activity.name), Activity, subject))


def _of_unit(public_id: str) -> Part:
    """The activities of a unit and those below; it has a name for who sees anything of it."""
    top = aliased(Unit)
    below = sa.select(Unit.id).join(top, Unit.path.startswith(top.path)).where(top.public_id == public_id)
    names = sa.select(RowsAsJson(Unit.name)).where(Unit.public_id == public_id)
    return Part(SEEN, (Activity.unit_id.in_(below),), (), names.scalar_subquery())


def _names(*columns: sa.orm.InstrumentedAttribute[str]) -> AnySelect:
    return sa.select(RowsAsJson(*columns)).select_from(Activity).join(SEEN, SEEN.c.id == Activity.id)


def _said(names: AnySelect, model: type[Activity | Post], public_id: str) -> sa.ScalarSelect[object]:
    return names.where(model.public_id == public_id).scalar_subquery()


def feed_row(**more: sa.ColumnElement[Any]) -> AnySelect:
    """A feed with whose it is, and what more there is to know of its edition."""
    columns = (column.label(name) for name, column in more.items())
    return sa.select(*FEED, *columns).join(Member, Member.id == Feed.member_id).where(Feed.digest == DIGEST)


@lru_cache(maxsize=1024)
def _edition(scope: Scope, subject: str) -> AnySelect:
    part = part_of(scope, subject)
    found = (
        sa.select(
            RowsAsJson(
                Activity.id, Activity.schedule_revision, Activity.revision + Unit.revision,
                last_shown(Slot.starts_at), last_shown(Slot.cancelled_at),
            )
        )
        .select_from(part.seen)
        .join(Activity, Activity.id == part.seen.c.id)
        .join(Unit, Unit.id == Activity.unit_id)
        .where(*part.activities)
    )  # fmt: skip
    names = sa.null() if part.names is None else part.names
    fits = scope is Scope.SEARCH and filters_of(subject).fits
    return feed_row(facts=found.scalar_subquery(), timetable=TIMETABLE_READ_AT if fits else sa.null(), names=names)


@lru_cache(maxsize=1024)
def _events(scope: Scope, subject: str, only: str) -> AnySelect:
    part = part_of(scope, subject)
    if only == "slots":  # of activities that the edition has found
        return these(*part.posts)
    return slots_of(part, IS_SHOWN, *([Among(Activity.id)] if only == "activities" else []))


def slots_of(part: Part, *which: Condition) -> AnySelect:
    """The slots of a part of what the reader sees, in order of time."""
    return (
        sa.select(*SHOWN_TO_ALL)
        .select_from(part.seen)
        .join(Activity, Activity.id == part.seen.c.id)
        .join(Post, Post.activity_id == Activity.id)
        .join(Slot, Slot.post_id == Post.id)
        .join(Unit, Unit.id == Activity.unit_id)
        .where(*part.activities, *part.posts, *which)
        .order_by(Slot.starts_at, Slot.id)
    )


def edition(scope: Scope, subject: str, digest: str, since: datetime) -> Row | None:
    """What tells whether a feed changed: what its reader sees of its part, by the activities' own revisions."""
    return one(_edition(scope, subject), {"digest": digest, "since": since})


def states(row: Any) -> dict[int, State]:
    """How far each activity of an edition has come: all its entries, and its schedule."""
    return {activity_id: (repr(look), come) for activity_id, come, *look in row.facts or ()}


def events(scope: Scope, subject: str, digest: str, since: datetime, only: Only = ALL) -> Iterator[Row]:
    """The slots its reader sees of it, or some of them, in order of time. No person is read."""
    found = many(_events(scope, subject, only.of), {"digest": digest, "since": since, "ids": only.ids})
    return in_part_of_day(found, subject) if scope is Scope.SEARCH else found


def in_part_of_day(rows: Iterator[Row], subject: str) -> Iterator[Row]:
    """Those that begin in the part of a day that a search asks for: databases do not know the school's zone alike."""
    if not (part := filters_of(subject).part):
        return rows
    first, until, _ = PARTS[part]
    return (row for row in rows if first <= clock.local(row.starts_at).time() < until)
