"""Activities, posts and rows of slots: create, change, copy. Every verb locks who acts, so that no role vanishes
meanwhile, and then the activity, which carries the revision of the whole schedule, before a slot or a post."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from activities.audit import service as audit
from activities.duties import planning, queries
from activities.duties.models import Activity, ActivityOrganizer, Post, Slot
from activities.duties.plans import Plan, Planned, Stretch, Wish
from activities.duties.rules import KindInUse, NoOrganizer, NotBelow, PlanChanged
from activities.kit.db import db, lock, revise, transactional
from activities.kit.refusal import ChangedMeanwhile, NotAllowed, NotFound
from activities.kit.roles import Permission
from activities.people.models import Member, Unit
from activities.people.queries import WITH_ROLES

WITH_UNIT = joinedload(Activity.unit, innerjoin=True)


# ── activities ──────────────────────────────────────────────────────────────


@transactional
def create_activity(actor_id: int, values: Mapping[str, Any], now: datetime) -> str:
    """Create an activity from its columns, for a unit the actor organizes. Return its public id."""
    _check_units(_acting(actor_id), values["unit_id"], values.get("eligible_unit_id"))
    activity = Activity(**values, created_at=now, changed_at=now, schedule_changed_at=now)
    db.session.add(activity)
    db.session.flush()
    audit.leave(now, actor_id, "create activity", Activity, activity.id, after=values)
    return activity.public_id


@transactional
def edit_activity(actor_id: int, activity_id: int, revision: int, changes: Mapping[str, Any], now: datetime) -> None:
    """Change what differs. ChangedMeanwhile where `revision` is not the present one any more."""
    actor, activity = _locked(actor_id, activity_id)
    if activity.revision != revision:
        raise ChangedMeanwhile
    before, after = revise(activity, changes, now)
    if "unit_id" in after or "eligible_unit_id" in after:
        _check_units(actor, activity.unit_id, activity.eligible_unit_id, moved="unit_id" in after)
    if "unit_id" in after:
        _keep_sum(activity, before["unit_id"])
    if "kind_key" in after and queries.has_people(activity_id):
        raise KindInUse
    if after:
        audit.leave(now, actor_id, "edit activity", Activity, activity.id, before=before, after=after)


@transactional
def copy_activity(
    actor_id: int, activity_id: int, name: str, stretch: Stretch | None, digest: str, zone: tzinfo, now: datetime
) -> tuple[str, int]:
    """Copy an activity with its posts and organizers; with a stretch its open slots of these days too, exactly as
    shown: see `plan_slots`. Return the copy's public id and how many slots it has.
    """
    actor, source = _locked(actor_id, activity_id)
    _check_units(actor, source.unit_id, source.eligible_unit_id)
    plan = planning.activity_copies(source.id, stretch, zone, now)
    if plan.digest != digest:
        raise PlanChanged
    copied = (
        "kind_key",
        "unit_id",
        "description",
        "risks",
        "safeguards",
        "withdraw_minutes",
        "way_in",
        "offer_minutes",
        "stages",
        "standings",
    )
    values = {column: getattr(source, column) for column in (*copied, "eligible_unit_id")} | {"name": name}
    for moment in ("sign_up_opens_at", "sign_up_closes_at"):
        if stretch and (at := getattr(source, moment)):
            values[moment] = at + timedelta(days=stretch.shift)
    copy = Activity(**values, created_at=now, changed_at=now, schedule_changed_at=now)
    copy.organizers = queries.named(source.id)
    posts = {post.id: _copy_of(post, copy, now) for post in source.posts}
    db.session.add(copy)
    db.session.flush()
    _create(copy, [replace(slot, post_id=posts[slot.post_id].id) for slot in plan.slots], now)
    days = {name: day.isoformat() for name, day in asdict(stretch).items()} if stretch else {}
    audit.leave(
        now, actor_id, "copy activity", Activity, copy.id,
        after={"name": name, "from": source.id, **days, "slots": len(plan.slots)},
    )  # fmt: skip
    return copy.public_id, len(plan.slots)


@transactional
def name_organizer(actor_id: int, activity_id: int, member_id: int, now: datetime) -> None:
    """Name a person who holds the organizer's role as one who runs the activity; nothing where that is so already."""
    _, activity = _locked(actor_id, activity_id)
    member = db.session.get(Member, member_id, options=WITH_ROLES, populate_existing=True)
    if member is None or not queries.may_be_named(member):
        raise NoOrganizer
    if member in activity.organizers:
        return
    db.session.add(ActivityOrganizer(activity_id=activity_id, member_id=member_id))
    audit.leave(now, actor_id, "name organizer", Activity, activity_id, after={"organizer": member_id})


@transactional
def remove_organizer(actor_id: int, activity_id: int, member_id: int, now: datetime) -> None:
    _locked(actor_id, activity_id)
    removed = db.session.execute(
        sa.delete(ActivityOrganizer)
        .where(ActivityOrganizer.activity_id == activity_id, ActivityOrganizer.member_id == member_id)
        .returning(ActivityOrganizer.id)
    ).all()
    if not removed:
        raise NotFound
    audit.leave(now, actor_id, "remove organizer", Activity, activity_id, before={"organizer": member_id})


def _keep_sum(activity: Activity, old_unit_id: int) -> None:
    """Under a unit that changed less often the sum of the revisions shown would fall: the activity makes up for it."""
    old, new = db.session.get(Unit, old_unit_id), db.session.get(Unit, activity.unit_id)
    if old and new:
        activity.revision += max(0, old.revision - new.revision)


def _acting(actor_id: int) -> Member:
    """Lock who acts. NotAllowed for who is no organizer any more."""
    actor = lock(Member, actor_id, *WITH_ROLES)
    if not queries.may_be_named(actor):
        raise NotAllowed
    return actor


def _locked(actor_id: int, activity_id: int) -> tuple[Member, Activity]:
    """Lock who acts, then the activity, which the actor must still organize."""
    actor = _acting(actor_id)
    activity = lock(Activity, activity_id, WITH_UNIT)
    queries.must_organize(actor, activity)
    return actor, activity


def _check_units(actor: Member, unit_id: int, eligible_id: int | None, *, moved: bool = True) -> None:
    """The activity's unit must be one the actor organizes, and whom it is open to must be among those who see it."""
    unit = db.session.get(Unit, unit_id)
    if unit is None or (moved and not actor.may(Permission.ORGANIZE, unit.path)):
        raise NotAllowed
    eligible = db.session.get(Unit, eligible_id) if eligible_id else None
    if eligible and not eligible.is_within(unit.path):
        raise NotBelow(unit.name)


# ── posts ───────────────────────────────────────────────────────────────────


@transactional
def add_post(actor_id: int, activity_id: int, values: Mapping[str, Any], now: datetime) -> str:
    """Add a post from its columns. Return its public id."""
    _, activity = _locked(actor_id, activity_id)
    post = Post(**values, activity_id=activity_id, changed_at=now)
    db.session.add(post)
    schedule_changed(activity, now)
    db.session.flush()
    audit.leave(now, actor_id, "add post", Post, post.id, after=values)
    return post.public_id


def change_post(
    actor_id: int, post_id: int, revision: int, changes: Mapping[str, Any], now: datetime
) -> Mapping[str, Any]:
    """Inside a transaction: change what differs, and return that. ChangedMeanwhile where `revision` is not the present
    one any more."""
    _, activity = _locked(actor_id, _activity_of(post_id))
    post = lock(Post, post_id)
    if post.revision != revision:
        raise ChangedMeanwhile
    before, after = revise(post, changes, now)
    if after:
        schedule_changed(activity, now)
        audit.leave(now, actor_id, "edit post", Post, post_id, before=before, after=after)
    return after


def _copy_of(post: Post, activity: Activity, now: datetime) -> Post:
    return Post(
        activity=activity, name=post.name, place=post.place, standard=post.standard, capacity=post.capacity,
        changed_at=now,
    )  # fmt: skip


def _activity_of(post_id: int) -> int:
    activity_id = db.session.scalar(sa.select(Post.activity_id).where(Post.id == post_id))
    if activity_id is None:
        raise NotFound
    return activity_id


# ── slots ───────────────────────────────────────────────────────────────────


@transactional
def plan_slots(actor_id: int, post_id: int, wish: Wish, digest: str, zone: tzinfo, now: datetime) -> int:
    """Create the slots of a wish, exactly as shown: PlanChanged where what would be created now has another digest.

    Return how many were created.
    """
    _, activity = _locked(actor_id, _activity_of(post_id))
    plan = planning.plan(post_id, wish, zone, now)
    return _confirm(actor_id, activity, plan, digest, now)


@transactional
def copy_week(
    actor_id: int, activity_id: int, monday: date, times: int, digest: str, zone: tzinfo, now: datetime
) -> int:
    """Repeat the open slots of one week in each of the next `times` weeks, exactly as shown; see `plan_slots`."""
    _, activity = _locked(actor_id, activity_id)
    plan = planning.week_copies(activity_id, monday, times, zone, now)
    return _confirm(actor_id, activity, plan, digest, now)


def schedule_changed(activity: Activity, now: datetime) -> None:
    """One of the activity's slots or posts has changed: its feed and its pages must notice."""
    activity.schedule_revision += 1
    activity.schedule_changed_at = now


def _confirm(actor_id: int, activity: Activity, plan: Plan, digest: str, now: datetime) -> int:
    if plan.digest != digest:
        raise PlanChanged
    _create(activity, plan.slots, now)
    starts = [slot.starts_at.isoformat() for slot in plan.slots]
    audit.leave(now, actor_id, "plan slots", Activity, activity.id, after={"starts": starts})
    return len(plan.slots)


def _create(activity: Activity, planned: Iterable[Planned], now: datetime) -> None:
    rows = [
        {
            "post_id": slot.post_id, "starts_at": slot.starts_at, "ends_at": slot.ends_at, "capacity": slot.capacity,
            "created_at": now, "changed_at": now,
        }
        for slot in planned
    ]  # fmt: skip
    if rows:
        db.session.execute(sa.insert(Slot), rows)
        schedule_changed(activity, now)
