"""Finding slots: the page's reads, each one statement whatever the number of rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from activities.duties.kinds import Kind, kind_of
from activities.duties.models import Activity, Post, Slot
from activities.duties.queries import Sight, sight_of, visible
from activities.duties.rules import SlotState
from activities.kit import clock
from activities.kit.db import db, run
from activities.people.models import Unit
from activities.people.users import Viewer
from activities.signups.can_take import Span, fits_timetable
from activities.signups.engagements import Engagement
from activities.signups.facts import ACTIVE_STATES, FIRST, LAST, NOW, OFFERS
from activities.signups.forms import PARTS, Filters
from activities.signups.models import SignUp
from activities.signups.rules import Offer, SignUpState

PAGE = 50
AnySelect: TypeAlias = "sa.Select[*tuple[Any, ...]]"


class Group(NamedTuple):
    """Slots of one activity at one time, as the grid shows them. `only` is the slot's id where there is just one."""

    activity: str
    name: str
    kind: Kind
    starts_at: datetime
    ends_at: datetime
    slots: int
    capacity: int
    taken: int
    only: str
    mine: SignUpState | None

    @property
    def left(self) -> int:
        return self.capacity - self.taken


# ── the week ────────────────────────────────────────────────────────────────
# Built once for all who see the same activities; what somebody narrows the week down to is added when it is asked.

IN_TIME = sa.and_(Slot.state == SlotState.OPEN, Slot.starts_at >= FIRST, Slot.starts_at < LAST)
IN_ORDER = (Slot.starts_at, Activity.name, Post.name, Slot.id)
_GROUP = (Activity.public_id, Activity.name, Activity.kind_key, Slot.starts_at, Slot.ends_at)


@lru_cache(maxsize=1024)
def _cards(sight: Sight) -> AnySelect:
    return (
        OFFERS.join(Unit, Unit.id == Activity.unit_id)
        .where(visible(sight), IN_TIME, Slot.starts_at > NOW)
        .order_by(*IN_ORDER)
        .offset(sa.bindparam("offset", type_=sa.Integer()))
        .limit(PAGE + 1)
    )


@lru_cache(maxsize=1024)
def _groups(sight: Sight) -> AnySelect:
    return (
        sa.select(
            *_GROUP, sa.func.count(), sa.func.sum(Slot.capacity), sa.func.sum(Slot.taken), sa.func.min(Slot.public_id)
        )
        .select_from(Slot)
        .join(Slot.post)
        .join(Post.activity)
        .join(Activity.unit)
        .where(visible(sight), IN_TIME)
        .group_by(*_GROUP)
        .order_by(Slot.starts_at, Activity.name)
    )


def cards_page(member: Viewer, filters: Filters, can_take: sa.ColumnElement[bool] | None, now: datetime) -> list[Offer]:
    """One page of upcoming slots in order of time, those that fit the member's timetable first where that is asked, and
    one slot more where there is a next page."""
    query = _narrowed(_cards(sight_of(member)), member, filters, filters.days, can_take)
    if filters.fitting_first:
        query = query.order_by(None).order_by(sa.case((fits_timetable(member.id), 0), else_=1), *IN_ORDER)
    values = {**_span(filters.days), "now": now, "offset": (filters.page - 1) * PAGE}
    return [Offer._make(row) for row in run(query, values)]


def groups(
    member: Viewer, filters: Filters, engagements: Iterable[Engagement], can_take: sa.ColumnElement[bool] | None
) -> list[Group]:
    """The week's slots, those past included, grouped by activity and time; `engagements` are the member's own."""
    query = _narrowed(_groups(sight_of(member)), member, filters, filters.week, can_take)
    mine = {(one.activity_id, one.starts_at, one.ends_at): one.state for one in engagements}
    return [
        Group(
            activity, name, kind_of(kind), starts, ends, count, capacity, taken, only if count == 1 else "",
            mine.get((activity, starts, ends)),
        )
        for activity, name, kind, starts, ends, count, capacity, taken, only in run(query, _span(filters.week))
    ]  # fmt: skip


def span(days: Sequence[date]) -> tuple[datetime, datetime]:
    """The moments from the first day's start to the last day's end."""
    return clock.at(days[0], time(0)), clock.at(days[-1] + timedelta(days=1), time(0))


def _span(days: Sequence[date]) -> dict[str, datetime]:
    first, last = span(days)
    return {"first": first, "last": last}


def _narrowed(
    query: AnySelect, member: Viewer, filters: Filters, days: Sequence[date], can_take: sa.ColumnElement[bool] | None
) -> AnySelect:
    query = query.where(*of_activities(filters), *of_posts(filters))
    if filters.part:
        query = query.where(_in_part(filters.part, days))
    if filters.fits:
        query = query.where(fits_timetable(member.id))
    return query if can_take is None else query.where(can_take)


def of_activities(filters: Filters) -> Iterator[sa.ColumnElement[bool]]:
    """What the filters ask of activities."""
    if filters.kinds:
        yield Activity.kind_key.in_(filters.kinds)
    if filters.activity:
        yield Activity.public_id == filters.activity


def of_posts(filters: Filters) -> Iterator[sa.ColumnElement[bool]]:
    """What they ask of a post together with its activity."""
    if filters.text:
        columns = (Activity.name, Post.name, Post.place)
        yield sa.or_(*(column.icontains(filters.text, autoescape=True) for column in columns))


def _in_part(part: str, days: Sequence[date]) -> sa.ColumnElement[bool]:
    """A part of each day."""
    start, until, _ = PARTS[part]
    spans = [(clock.at(day, start), clock.at(day, until)) for day in days]
    return sa.or_(*(sa.and_(Slot.starts_at >= first, Slot.starts_at < last) for first, last in spans))


# ── other reads ─────────────────────────────────────────────────────────────


def my_sign_ups(member: Viewer, first: datetime, last: datetime) -> list[SignUp]:
    """The member's seats and places in line in open slots that touch the span, with what names them."""
    query = (
        sa.select(SignUp)
        .join(SignUp.slot)
        .join(Slot.post)
        .join(Post.activity)
        .where(
            SignUp.member_id == member.id, SignUp.state.in_(ACTIVE_STATES), Slot.state == SlotState.OPEN,
            Slot.starts_at < last, Slot.ends_at > first,
        )
        .options(contains_eager(SignUp.slot).contains_eager(Slot.post).contains_eager(Post.activity))
        .options(joinedload(SignUp.wish), joinedload(SignUp.team))
        .order_by(Slot.starts_at)
    )  # fmt: skip
    return list(db.session.scalars(query))


_OF_ACTIVITY = (
    OFFERS.where(Activity.id == sa.bindparam("activity_id"), Slot.state == SlotState.OPEN, Slot.starts_at > NOW)
    .order_by(Slot.starts_at, Post.name, Slot.id)
    .offset(sa.bindparam("offset", type_=sa.Integer()))
    .limit(PAGE + 1)
)


def next_of_each(
    member: Viewer, wanted: sa.ColumnElement[bool], can_take: sa.ColumnElement[bool], span: Span, each: int
) -> list[tuple[Offer, str | None]]:
    """Of each kind and topic among what is wanted the next few slots that start in the span, which the member can take
    and which fit their timetable, each with its topic; in order of time. One statement."""
    place = sa.func.row_number().over(
        partition_by=(Activity.kind_key, Activity.topic), order_by=(Slot.starts_at, Slot.id)
    )
    found = (
        sa.select(Slot.id, place.label("place"))
        .select_from(Slot)
        .join(Slot.post)
        .join(Post.activity)
        .join(Activity.unit)
        .where(visible(sight_of(member)), IN_TIME, wanted, can_take, fits_timetable(member.id))
        .subquery()
    )
    query = OFFERS.add_columns(Activity.topic).where(Slot.id.in_(sa.select(found.c.id).where(found.c.place <= each)))
    rows = run(query.order_by(Slot.starts_at, Slot.id), {"first": span[0], "last": span[1]})
    return [(Offer._make(row[:-1]), row[-1]) for row in rows]


def slots_of(activity: Activity, page: int, now: datetime) -> list[Offer]:
    """One page of an activity's slots to come, and one slot more where there is a next page."""
    values = {"activity_id": activity.id, "now": now, "offset": (page - 1) * PAGE}
    return [Offer._make(row) for row in run(_OF_ACTIVITY, values)]


def next_day(
    member: Viewer, filters: Filters, can_take: sa.ColumnElement[bool] | None, days: Sequence[date], now: datetime
) -> date | None:
    """The first of these days with a slot to come that fits the filters: where a page without any points to."""
    query = (
        sa.select(sa.func.min(Slot.starts_at))
        .join(Slot.post)
        .join(Post.activity)
        .join(Activity.unit)
        .where(visible(sight_of(member)), IN_TIME, Slot.starts_at > NOW)
    )
    first = run(_narrowed(query, member, filters, days, can_take), {**_span(days), "now": now}).scalar()
    return clock.local_day(first) if first else None
