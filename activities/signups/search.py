"""Finding slots: the page's reads, each one statement whatever the number of rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased, contains_eager

from activities.duties import queries as duties
from activities.duties.kinds import Kind, kind_of
from activities.duties.models import Activity, Post, Slot
from activities.duties.rules import SlotState
from activities.kit import clock
from activities.kit.db import db
from activities.people.models import Member, Unit
from activities.people.rules import Stages, Standings
from activities.signups.forms import PARTS, Filters
from activities.signups.models import SignUp
from activities.signups.queries import ACTIVE_STATES
from activities.signups.rules import SignUpState

PAGE = 50
MIDNIGHT = time(0, 0)


@dataclass(frozen=True)
class Group:
    """Slots of one activity at one time, as the grid shows them. `only` is the slot's id where there is just one."""

    activity: str
    name: str
    kind: Kind
    starts_at: datetime
    ends_at: datetime
    count: int
    capacity: int
    taken: int
    only: str
    mine: SignUpState | None

    @property
    def left(self) -> int:
        return self.capacity - self.taken


def cards_page(member: Member, filters: Filters, now: datetime) -> list[Slot]:
    """One page of upcoming slots in order of time, and one slot more where there is a next page."""
    query = _narrowed(duties.slots_for_cards(), member, filters, filters.days, now).where(Slot.starts_at > now)
    query = query.order_by(Slot.starts_at, Activity.name, Post.name, Slot.id)
    query = query.offset((filters.page - 1) * PAGE).limit(PAGE + 1)
    return list(db.session.scalars(query).unique())


def groups(member: Member, filters: Filters, now: datetime) -> list[Group]:
    """The week's slots, those past included, grouped by activity and time."""
    mine = aliased(SignUp)
    columns = (Activity.public_id, Activity.name, Activity.kind_key, Slot.starts_at, Slot.ends_at)
    counted = (
        sa.select(
            *columns, sa.func.count(), sa.func.sum(Slot.capacity), sa.func.sum(Slot.taken),
            sa.func.min(Slot.public_id), sa.func.min(mine.state),
        )
        .select_from(Slot)
        .join(Slot.post)
        .join(Post.activity)
        .join(Activity.unit)
        .outerjoin(mine, sa.and_(mine.slot_id == Slot.id, mine.member_id == member.id, mine.state.in_(ACTIVE_STATES)))
    )  # fmt: skip
    query = _narrowed(counted, member, filters, filters.week, now)
    query = query.group_by(*columns).order_by(Slot.starts_at, Activity.name)
    return [
        Group(activity, name, kind_of(kind), starts, ends, count, capacity, taken, only if count == 1 else "", state)
        for activity, name, kind, starts, ends, count, capacity, taken, only, state in db.session.execute(query)
    ]


def my_sign_ups(member: Member, first: datetime, last: datetime) -> list[SignUp]:
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
        .order_by(Slot.starts_at)
    )  # fmt: skip
    return list(db.session.scalars(query))


def slots_of(activity: Activity, page: int, now: datetime) -> list[Slot]:
    """One page of an activity's slots to come, and one slot more where there is a next page."""
    query = duties.slots_for_cards().where(
        Post.activity_id == activity.id, Slot.state == SlotState.OPEN, Slot.starts_at > now
    )
    query = query.order_by(Slot.starts_at, Post.name, Slot.id).offset((page - 1) * PAGE).limit(PAGE + 1)
    return list(db.session.scalars(query).unique())


def next_week_with_slots(member: Member, after: datetime) -> date | None:
    """The day of the first slot at or after a moment that the member may see: where an empty week points to."""
    query = (
        sa.select(sa.func.min(Slot.starts_at))
        .join(Slot.post)
        .join(Post.activity)
        .join(Activity.unit)
        .where(duties.visible_to(member), Slot.state == SlotState.OPEN, Slot.starts_at >= after)
    )
    first = db.session.scalar(query)
    return clock.local_day(first) if first else None


def _narrowed(
    query: sa.Select[*tuple[Any, ...]], member: Member, filters: Filters, days: Sequence[date], now: datetime
) -> sa.Select[*tuple[Any, ...]]:
    query = query.where(duties.visible_to(member), Slot.state == SlotState.OPEN, _when(filters, days))
    if filters.kinds:
        query = query.where(Activity.kind_key.in_(filters.kinds))
    if filters.activity:
        query = query.where(Activity.public_id == filters.activity)
    if filters.text:
        found = [column.icontains(filters.text, autoescape=True) for column in (Activity.name, Post.name, Post.place)]
        query = query.where(sa.or_(*found))
    if filters.only_open:
        query = query.where(can_take(member, now))
    return query


def _when(filters: Filters, days: Sequence[date]) -> sa.ColumnElement[bool]:
    """The days as one span, or a part of each day."""
    if not filters.part:
        end = clock.at(days[-1] + timedelta(days=1), MIDNIGHT)
        return sa.and_(Slot.starts_at >= clock.at(days[0], MIDNIGHT), Slot.starts_at < end)
    start, until, _ = PARTS[filters.part]
    spans = [(clock.at(day, start), clock.at(day, until)) for day in days]
    return sa.or_(*(sa.and_(Slot.starts_at >= first, Slot.starts_at < last) for first, last in spans))


def can_take(member: Member, now: datetime) -> sa.ColumnElement[bool]:
    """`rules.why_not_sign_up(…) is None`, said in SQL; a test holds the two against each other."""
    other, taken = aliased(Slot), aliased(SignUp)
    in_the_way = (
        sa.select(taken.id)
        .join(other, other.id == taken.slot_id)
        .where(
            taken.member_id == member.id,
            sa.or_(
                taken.slot_id == Slot.id,
                sa.and_(
                    taken.state == SignUpState.SEATED, other.state == SlotState.OPEN,
                    other.starts_at < Slot.ends_at, other.ends_at > Slot.starts_at,
                ),
            ),
            taken.state.in_(ACTIVE_STATES),
        )
    )  # fmt: skip
    eligible = sa.select(Unit.id).where(sa.literal(member.unit.path).startswith(Unit.path))
    return sa.and_(
        Slot.state == SlotState.OPEN,
        Slot.starts_at > now,
        Slot.taken < Slot.capacity,
        sa.or_(Activity.sign_up_opens_at.is_(None), Activity.sign_up_opens_at <= now),
        sa.or_(Activity.sign_up_closes_at.is_(None), Activity.sign_up_closes_at > now),
        sa.or_(Activity.stages == 0, Activity.stages.bitwise_and(int(Stages[member.stage.name])) != 0),
        sa.or_(Activity.standings == 0, Activity.standings.bitwise_and(int(Standings[member.standing.name])) != 0),
        sa.or_(Activity.eligible_unit_id.is_(None), Activity.eligible_unit_id.in_(eligible)),
        ~in_the_way.exists(),
    )
