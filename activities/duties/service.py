"""Activities and posts: create, change. Every verb locks who acts, so that no role vanishes meanwhile, and then the
activity, which carries the revision of the whole schedule, before a slot or a post."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from activities.audit import service as audit
from activities.duties import queries, schedule
from activities.duties.kinds import kind_of
from activities.duties.models import Activity, ActivityOrganizer, Arrival, Post, Slot
from activities.duties.rules import KindInUse, NoOrganizer, NotBelow, SlotState, WayInUse, spread, why_not_way
from activities.kit.db import db, lock, revise, run, transactional
from activities.kit.refusal import ChangedMeanwhile, NotAllowed, NotFound
from activities.kit.roles import Permission
from activities.people.models import Member, Unit
from activities.people.queries import WITH_ROLES

WITH_UNIT = joinedload(Activity.unit, innerjoin=True)


# ── activities ──────────────────────────────────────────────────────────────


@transactional
def create_activity(actor_id: int, values: Mapping[str, Any], now: datetime) -> str:
    """Create an activity from its columns, for a unit the actor organizes. Return its public id."""
    check_units(_acting(actor_id), values["unit_id"], values.get("eligible_unit_id"))
    activity = Activity(**values, created_at=now, changed_at=now, schedule_changed_at=now)
    db.session.add(activity)
    db.session.flush()
    _check_way(activity)
    audit.leave(now, actor_id, "create activity", Activity, activity.id, after=values)
    return activity.public_id


@transactional
def edit_activity(actor_id: int, activity_id: int, revision: int, changes: Mapping[str, Any], now: datetime) -> None:
    """Change what differs. ChangedMeanwhile where `revision` is not the present one any more."""
    actor, activity = locked(actor_id, activity_id)
    if activity.revision != revision:
        raise ChangedMeanwhile
    before, after = revise(activity, changes, now)
    if "unit_id" in after or "eligible_unit_id" in after:
        check_units(actor, activity.unit_id, activity.eligible_unit_id, moved="unit_id" in after)
    _keep_sum(activity, before)
    if "kind_key" in after or "way_in" in after:
        lock_to_come(Slot.post_id.in_(sa.select(Post.id).where(Post.activity_id == activity_id)), now)
    if "kind_key" in after:
        if queries.has_people(activity_id):
            raise KindInUse
        _spread_anew(activity)
    if "risks" in after or "safeguards" in after:
        activity.risks_version += 1
    _check_way(activity)
    if "way_in" in after:
        if pending := queries.pending(activity_id, now):
            raise WayInUse(pending)
        _forget_draws(activity_id)
    if after:
        audit.leave(now, actor_id, "edit activity", Activity, activity.id, before=before, after=after)


@transactional
def name_organizer(actor_id: int, activity_id: int, member_id: int, now: datetime) -> None:
    """Name a person who holds the organizer's role as one who runs the activity; nothing where that is so already."""
    _, activity = locked(actor_id, activity_id)
    member = db.session.get(Member, member_id, options=WITH_ROLES, populate_existing=True)
    if member is None or not queries.may_be_named(member):
        raise NoOrganizer
    if member in activity.organizers:
        return
    db.session.add(ActivityOrganizer(activity_id=activity_id, member_id=member_id))
    audit.leave(now, actor_id, "name organizer", Activity, activity_id, after={"organizer": member_id})


@transactional
def remove_organizer(actor_id: int, activity_id: int, member_id: int, now: datetime) -> None:
    locked(actor_id, activity_id)
    removed = db.session.execute(
        sa.delete(ActivityOrganizer)
        .where(ActivityOrganizer.activity_id == activity_id, ActivityOrganizer.member_id == member_id)
        .returning(ActivityOrganizer.id)
    ).all()
    if not removed:
        raise NotFound
    audit.leave(now, actor_id, "remove organizer", Activity, activity_id, before={"organizer": member_id})


def _check_way(activity: Activity) -> None:
    if refusal := why_not_way(activity.way_in, activity.kind.ledger, activity.offer_minutes):
        raise refusal


def _spread_anew(activity: Activity) -> None:
    """Let people come one after another to its slots, on which there is nobody, where that is of its kind by now."""
    slots = sa.select(Slot).join(Slot.post).where(Post.activity_id == activity.id, Slot.state == SlotState.OPEN)
    db.session.execute(sa.delete(Arrival).where(Arrival.slot_id.in_(slots.with_only_columns(Slot.id))))
    if activity.kind.has_timed_arrival:
        spread_places((slot.id, slot.capacity, slot.minutes) for slot in db.session.scalars(slots))


def _forget_draws(activity_id: int) -> None:
    """Draws that were announced and not held yet are announced anew should the way in be a draw again."""
    of_it = sa.select(Post.id).where(Post.activity_id == activity_id)
    db.session.execute(sa.update(Slot).where(Slot.post_id.in_(of_it), Slot.drawn_at.is_(None)).values(draws_at=None))


def _keep_sum(activity: Activity, before: Mapping[str, Any]) -> None:
    """Under a unit that changed less often, or with a kind that was renamed less often, the sum of the revisions shown
    would fall: the activity makes up for it."""
    if "unit_id" in before:
        old, new = db.session.get(Unit, before["unit_id"]), db.session.get(Unit, activity.unit_id)
        activity.revision += max(0, old.revision - new.revision) if old and new else 0
    if "kind_key" in before:
        activity.revision += max(0, len(kind_of(before["kind_key"]).renamed) - len(activity.kind.renamed))


def _acting(actor_id: int) -> Member:
    """Lock who acts. NotAllowed for who is no organizer any more."""
    actor = lock(Member, actor_id, *WITH_ROLES)
    if not queries.may_be_named(actor):
        raise NotAllowed
    return actor


def locked(actor_id: int, activity_id: int) -> tuple[Member, Activity]:
    """Lock who acts, then the activity, which the actor must still organize."""
    actor = _acting(actor_id)
    activity = lock(Activity, activity_id, WITH_UNIT)
    queries.must_organize(actor, activity)
    return actor, activity


def check_units(actor: Member, unit_id: int, eligible_id: int | None, *, moved: bool = True) -> None:
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
    locked(actor_id, activity_id)
    post = Post(**values, activity_id=activity_id, changed_at=now)
    db.session.add(post)
    schedule.changed([activity_id], now)
    audit.leave(now, actor_id, "add post", Post, post.id, after=values)
    return post.public_id


def change_post(
    actor_id: int, post_id: int, revision: int, changes: Mapping[str, Any], now: datetime
) -> Mapping[str, Any]:
    """Inside a transaction: change what differs, and return that. ChangedMeanwhile where `revision` is not the present
    one any more."""
    _, activity = locked(actor_id, _activity_of(post_id))
    post = lock(Post, post_id)
    if post.revision != revision:
        raise ChangedMeanwhile
    before, after = revise(post, changes, now)
    if after:
        post.schedule_revision = activity.schedule_revision + 1
        schedule.changed([activity.id], now)
        audit.leave(now, actor_id, "edit post", Post, post_id, before=before, after=after)
    return after


def lock_to_come(of_them: sa.ColumnElement[bool], now: datetime) -> None:
    """Inside a transaction: lock these slots, as far as they are open and to come, before it is asked who is on them.
    Whoever signs up at this moment is done by then, or waits and reads what is new."""
    to_come = sa.select(Slot.id).where(of_them, Slot.state == SlotState.OPEN, Slot.starts_at > now)
    db.session.execute(to_come.order_by(Slot.id).with_for_update(of=Slot)).all()


def _activity_of(post_id: int) -> int:
    activity_id = db.session.scalar(sa.select(Post.activity_id).where(Post.id == post_id))
    if activity_id is None:
        raise NotFound
    return activity_id


def spread_places(slots: Iterable[tuple[int, int, int]]) -> None:
    """Inside a transaction: let people come to these slots, by id, seats and minutes, as evenly over their time as can
    be."""
    places = [
        {"slot_id": slot_id, "minute": minute, "quota": quota, "taken": 0}
        for slot_id, seats, length in slots
        for minute, quota in spread(seats, length).items()
        if quota
    ]
    if places:
        run(sa.insert(Arrival), places)
