"""Many slots at once: series, copies of a week, copies of an activity. What is confirmed is what was shown."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

import sqlalchemy as sa

from activities.audit import service as audit
from activities.duties import planning, plans, queries, schedule
from activities.duties.models import Activity, Post, Series, SeriesPost, Slot
from activities.duties.plans import Part, Planned, Stretch, Wish
from activities.duties.rules import PlanChanged
from activities.duties.service import check_units, locked, spread_places
from activities.duties.visits import Stay, must_fit
from activities.kit.db import db, run, transactional

MINUTE = timedelta(minutes=1)


@transactional
def plan_series(
    actor_id: int, activity_id: int, wishes: Sequence[Wish], digest: str, zone: tzinfo, now: datetime
) -> tuple[list[str], int]:
    """Create the slots of these wishes, each as a series, exactly as shown: PlanChanged where what would be created now
    has another digest. Return the public ids of the series that have any, and how many slots there are.
    """
    _, activity = locked(actor_id, activity_id)
    plan, parts = planning.plan(activity_id, wishes, zone, now)
    if plan.digest != digest:
        raise PlanChanged
    made = _create_parts(activity, parts, now)
    trail: list[tuple[int, dict[str, Any], dict[str, Any]]] = []
    for series, (wish, slots) in zip(made, (part for part in parts if part.slots), strict=True):
        assert wish  # all that is planned here belongs to one
        trail.append((series.id, {}, {**told(wish), "slots": len(slots)}))
    audit.leave_all(now, actor_id, "plan slots", Series, trail)
    return [series.public_id for series in made], len(plan.slots)


def add_series(activity: Activity, wish: Wish, now: datetime) -> Series:
    """Inside a transaction: a series that asks for this, without its slots."""
    series = Series(activity_id=activity.id, created_at=now, **columns(wish))
    db.session.add(series)
    db.session.flush()
    put_posts(series.id, wish.post_ids)
    return series


def put_posts(series_id: int, post_ids: Collection[int]) -> None:
    run(sa.insert(SeriesPost), [{"series_id": series_id, "post_id": post_id} for post_id in post_ids])


def columns(wish: Wish) -> dict[str, Any]:
    """A wish as a series' columns; its posts are rows of their own."""
    rule = wish.rule
    return {
        "rule": rule.text, "on_holidays": rule.on_holidays, "plain_days": rule.plain_days, "starts": wish.starts,
        "ends": wish.ends, "capacity": wish.capacity,
    }  # fmt: skip


def told(wish: Wish) -> dict[str, Any]:
    """A wish as the trail tells it."""
    clocks = {"starts": wish.starts.isoformat("minutes"), "ends": wish.ends.isoformat("minutes")}
    return {**columns(wish), **clocks, "posts": list(wish.post_ids)}


@transactional
def copy_week(
    actor_id: int, activity_id: int, monday: date, times: int, digest: str, zone: tzinfo, now: datetime
) -> int:
    """Repeat the open slots of one week in each of the next `times` weeks as series, exactly as shown; see
    `plan_series`. Return how many were created."""
    _, activity = locked(actor_id, activity_id)
    plan = planning.week_copies(activity_id, monday, times, zone, now)
    if plan.digest != digest:
        raise PlanChanged
    first = monday + timedelta(weeks=1)
    parts = plans.in_series(plan, first, first + timedelta(weeks=times, days=-1), zone)
    starts = [slot.starts_at.isoformat() for slot in plan.slots]
    series_ids = [series.id for series in _create_parts(activity, parts, now)]
    audit.leave(
        now, actor_id, "plan slots", Activity, activity.id, after={"starts": starts, "series": series_ids}
    )  # fmt: skip
    return len(plan.slots)


def _create_parts(activity: Activity, parts: Iterable[Part], now: datetime) -> list[Series]:
    """Inside a transaction that has locked the activity: series with their slots, where they have any, and slots by
    themselves. Return the series."""
    made = []
    for wish, slots in parts:
        series = add_series(activity, wish, now) if wish and slots else None
        create(activity, slots, now, series.id if series else None)
        made += [series] if series else []
    return made


def create(activity: Activity, planned: Collection[Planned], now: datetime, series_id: int | None = None) -> None:
    """Inside a transaction that has locked the activity: the slots as planned, in one statement, and where people come
    one after another the places of them all in another one. Raises the reason of a partner's place that does not take
    them all."""
    must_fit((Stay(s.post_id, s.starts_at, s.ends_at, s.capacity) for s in planned), is_locked=True)
    rows = [
        {
            "post_id": slot.post_id, "starts_at": slot.starts_at, "ends_at": slot.ends_at, "capacity": slot.capacity,
            "created_at": now, "changed_at": now, "series_id": series_id, "series_day": series_id and slot.day,
            "schedule_revision": activity.schedule_revision + 1,
        }
        for slot in planned
    ]  # fmt: skip
    if not rows:
        return
    if activity.kind.has_timed_arrival:
        made = run(sa.insert(Slot).returning(Slot.id, Slot.capacity, Slot.starts_at, Slot.ends_at), rows)
        spread_places((slot_id, seats, (ends - starts) // MINUTE) for slot_id, seats, starts, ends in made)
    else:
        run(sa.insert(Slot), rows)
    schedule.changed([activity.id], now)


# ── a copy of an activity ───────────────────────────────────────────────────


@transactional
def copy_activity(
    actor_id: int, activity_id: int, name: str, stretch: Stretch | None, digest: str, zone: tzinfo, now: datetime
) -> tuple[str, int]:
    """Copy an activity with its posts and organizers; with a stretch its open slots of these days too, exactly as
    shown: see `plan_series`. Return the copy's public id and how many slots it has.
    """
    actor, source = locked(actor_id, activity_id)
    check_units(actor, source.unit_id, source.eligible_unit_id)
    plan, parts = planning.activity_copies(source.id, stretch, zone, now)
    if plan.digest != digest:
        raise PlanChanged
    copied = (
        "kind_key", "topic", "unit_id", "description", "risks", "safeguards", "mailbox", "withdraw_minutes", "way_in",
        "offer_minutes", "draw_minutes", "draw_days", "stages", "standings", "classes", "training_ids",
    )  # fmt: skip
    values = {column: getattr(source, column) for column in (*copied, "eligible_unit_id")} | {"name": name}
    for moment in ("sign_up_opens_at", "sign_up_closes_at"):
        if stretch and (at := getattr(source, moment)):
            values[moment] = at + timedelta(days=stretch.shift)
    copy = Activity(**values, created_at=now, changed_at=now, schedule_changed_at=now)
    copy.organizers = queries.named(source.id)
    posts = {post.id: _copy_of(post, copy, now) for post in source.posts}
    db.session.add(copy)
    db.session.flush()
    _create_parts(copy, (_of_posts(part, {old: post.id for old, post in posts.items()}) for part in parts), now)
    days = {name: day.isoformat() for name, day in asdict(stretch).items()} if stretch else {}
    audit.leave(
        now, actor_id, "copy activity", Activity, copy.id,
        after={"name": name, "from": source.id, **days, "slots": len(plan.slots)},
    )  # fmt: skip
    return copy.public_id, len(plan.slots)


def _of_posts(part: Part, ids: Mapping[int, int]) -> Part:
    """The same for other posts, by the ids of those it is said of."""
    wish = part.wish and replace(part.wish, post_ids=tuple(ids[post_id] for post_id in part.wish.post_ids))
    return Part(wish, tuple(replace(slot, post_id=ids[slot.post_id]) for slot in part.slots))


def _copy_of(post: Post, activity: Activity, now: datetime) -> Post:
    return Post(
        activity=activity, name=post.name, place=post.place, standard=post.standard, capacity=post.capacity,
        site_id=post.site_id, floor=post.floor, changed_at=now,
    )  # fmt: skip
