"""What plans need to know, read from the database, and the plans made of it. Preview and confirmation ask the same."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from activities.duties import plans
from activities.duties.models import Post, Series, Slot
from activities.duties.plans import Part, Plan, Span, Stretch, Wish
from activities.duties.rules import HORIZON, LastBeforeFirst, SlotState, TooFar
from activities.duties.visits import Stay, must_fit
from activities.kit.db import db
from activities.kit.refusal import NotFound
from activities.terms.queries import special_days, term_starts

# What a slot may reach beyond the days that are asked for, time zones included.
MARGIN = timedelta(days=2)


def plan(activity_id: int, wishes: Sequence[Wish], zone: tzinfo, now: datetime) -> tuple[Plan, list[Part]]:
    """What these wishes, at least one, would create for posts of the activity: all of it, and what of it belongs to
    each wish. Raises the refusal of a wish that cannot be planned."""
    today = now.astimezone(zone).date()
    if refusal := next(filter(None, (plans.why_not_wish(wish, today) for wish in wishes)), None):
        raise refusal
    first, last = min(wish.rule.first for wish in wishes), max(wish.rule.last for wish in wishes)
    capacities = _capacities(activity_id)
    if not all(capacities.keys() >= set(wish.post_ids) for wish in wishes):
        raise NotFound
    existing = open_starts({post_id for wish in wishes for post_id in wish.post_ids}, first, last)
    found = plans.in_turn(wishes, capacities, special_days(first, last), existing, zone, now)
    return _within_limits(found[0]), found[1]


def as_wished(
    activity_id: int, wish: Wish, existing: Collection[tuple[int, datetime]], zone: tzinfo, now: datetime
) -> Plan:
    """The slots of a wish beside those that exist. NotFound where a post is not the activity's."""
    capacities = _capacities(activity_id)
    if not capacities.keys() >= set(wish.post_ids):
        raise NotFound
    special = special_days(wish.rule.first, wish.rule.last)
    return plans.weekly(wish, capacities, special, existing, zone, now)


def week_copies(activity_id: int, monday: date, times: int, zone: tzinfo, now: datetime) -> Plan:
    """What repeating the open slots of a week in each of the next `times` weeks would create."""
    starts, ends = week_span(monday, zone)
    originals = _open_slots(activity_id, Slot.starts_at >= starts, Slot.starts_at < ends)
    return copies(originals, [7 * (n + 1) for n in range(times)], zone, now)


def activity_copies(
    activity_id: int, stretch: Stretch | None, zone: tzinfo, now: datetime
) -> tuple[Plan, list[Part]]:  # fmt: skip
    """What a copy of the activity with the open slots of these days would have, said of the posts it is copied from:
    all of it, and what of it is planned together. A series is planned anew by its rule, with the holidays and make-up
    workdays of the new days; slots of their own are repeated."""
    if stretch is None:
        return Plan((), ()), []
    if stretch.last < stretch.first:
        raise LastBeforeFirst
    until = now.astimezone(zone).date() + HORIZON
    if stretch.start + (stretch.last - stretch.first) > until:
        raise TooFar(until)
    starts, ends = days_span(stretch.first, stretch.last, zone)
    of_days = (Slot.starts_at >= starts, Slot.starts_at < ends)
    by_itself = copies(
        _open_slots(activity_id, *of_days, Slot.series_id.is_(None)), [stretch.shift], zone, now, is_apart=True
    )
    wishes = [plans.moved(series.wish, stretch) for series in _series_with(activity_id, *of_days)]
    special = special_days(stretch.start, stretch.start + (stretch.last - stretch.first))
    there = {(slot.post_id, slot.starts_at) for slot in by_itself.slots}
    anew, parts = plans.in_turn(wishes, _capacities(activity_id), special, there, zone, now)
    return _within_limits(plans.merged([by_itself, anew])), [Part(None, by_itself.slots), *parts]


def usual_stretch(activity_id: int, zone: tzinfo) -> dict[str, date | None]:
    """What is copied most often: the activity's slots of its latest term, into the next one."""
    moments = sa.select(sa.func.min(Slot.starts_at), sa.func.max(Slot.starts_at)).join(Slot.post)
    query = moments.where(Post.activity_id == activity_id, Slot.state == SlotState.OPEN)
    first, last = (moment and moment.astimezone(zone).date() for moment in db.session.execute(query).one())
    if first is None or last is None:
        return {}
    own, following = term_starts(last)
    return {"first": own or first, "last": last, "start": following}


def copies(
    originals: Iterable[Slot], shifts: Sequence[int], zone: tzinfo, now: datetime, *, is_apart: bool = False
) -> Plan:
    """What repeating these slots so many days later would create beside what is there, or `is_apart` from it."""
    spans = [_span(slot, zone) for slot in originals]
    if not spans or not shifts:
        return Plan((), ())
    first = min(span.day for span in spans) + timedelta(min(shifts))
    last = max(span.day for span in spans) + timedelta(max(shifts))
    until = now.astimezone(zone).date() + HORIZON
    if last > until:
        raise TooFar(until)
    existing = set() if is_apart else open_starts({span.post_id for span in spans}, first, last)
    return _within_limits(plans.copies(spans, shifts, special_days(first, last), existing, zone, now))


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def week_span(monday: date, zone: tzinfo) -> tuple[datetime, datetime]:
    """The moments at which a week of the school begins and ends, in UTC."""
    return days_span(monday, monday + timedelta(days=6), zone)


def days_span(first: date, last: date, zone: tzinfo) -> tuple[datetime, datetime]:
    """The moments at which the school's first of these days begins and the last one ends, in UTC."""
    begins, ends = (datetime.combine(day, time(), zone) for day in (first, last + timedelta(days=1)))
    return begins.astimezone(UTC), ends.astimezone(UTC)


def _within_limits(plan: Plan) -> Plan:
    if refusal := plans.why_not_plan(plan):
        raise refusal
    must_fit(Stay(slot.post_id, slot.starts_at, slot.ends_at, slot.capacity) for slot in plan.slots)
    return plan


def _span(slot: Slot, zone: tzinfo) -> Span:
    starts, ends = slot.starts_at.astimezone(zone), slot.ends_at.astimezone(zone)
    return Span(slot.post_id, starts.date(), starts.time(), ends.date(), ends.time(), slot.capacity)


def _open_slots(activity_id: int, *conditions: sa.ColumnElement[bool]) -> list[Slot]:
    query = (
        sa.select(Slot)
        .join(Slot.post)
        .where(Post.activity_id == activity_id, Slot.state == SlotState.OPEN, *conditions)
        .order_by(Slot.starts_at, Slot.id)
    )
    return list(db.session.scalars(query))


def _capacities(activity_id: int) -> dict[int, int]:
    """The seats of each of the activity's posts."""
    query = sa.select(Post.id, Post.capacity).where(Post.activity_id == activity_id)
    return dict(db.session.execute(query).all())


def _series_with(activity_id: int, *conditions: sa.ColumnElement[bool]) -> list[Series]:
    """The activity's series that have such open slots. Two statements."""
    with_such = sa.select(Slot.series_id).where(Slot.state == SlotState.OPEN, *conditions)
    query = sa.select(Series).where(Series.activity_id == activity_id, Series.id.in_(with_such))
    return list(db.session.scalars(query.options(selectinload(Series.posts)).order_by(Series.id)))


def open_starts(post_ids: Collection[int], first: date, last: date) -> set[tuple[int, datetime]]:
    """(post, start) of the posts' open slots of these days, and some around them."""
    begins = datetime.combine(first, time(), UTC) - MARGIN
    ends = datetime.combine(last, time(), UTC) + MARGIN
    query = sa.select(Slot.post_id, Slot.starts_at).where(
        Slot.post_id.in_(post_ids), Slot.state == SlotState.OPEN, Slot.starts_at.between(begins, ends)
    )
    return {(post_id, starts_at) for post_id, starts_at in db.session.execute(query)}
