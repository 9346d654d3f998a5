"""What organizers do to a slot that may have people: change, cancel, delete, change its post. Like every verb of this
room these lock the people first; then the activity, which carries the revision of its schedule, then the slot."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from activities.audit import service as audit
from activities.duties import visits
from activities.duties.models import Activity, Post, SeriesGap, Slot
from activities.duties.queries import WITH_ALL, must_organize
from activities.duties.rules import (
    ByHand,
    SlotHasPeople,
    SlotState,
    SlotThere,
    why_not_move,
    why_not_touch,
)
from activities.duties.service import WITH_UNIT, change_post, schedule_changed
from activities.kit.db import db, lock, revise, transactional
from activities.kit.refusal import ChangedMeanwhile, NotFound, Refusal
from activities.people.models import Member
from activities.people.service import acting
from activities.signups import arrivals, facts, notices, queries, rules
from activities.signups.facts import ACTIVE_STATES, offer_of
from activities.signups.models import SignUp
from activities.signups.rules import SignUpState
from activities.signups.rules_arrivals import why_not_shorter
from activities.signups.service import promote, seat_freed
from activities.sites.service import lock_sites


@transactional
def edit_post(actor_id: int, post_id: int, revision: int, changes: Mapping[str, Any], now: datetime) -> None:
    """Change what differs of a post; a new place is told to everyone on its slots to come. ChangedMeanwhile where
    `revision` is not the present one any more."""
    lock_people(actor_id, queries.coming(post_id, now).with_only_columns(SignUp.member_id))
    after = change_post(actor_id, post_id, revision, changes, now)
    if "site_id" in after or "floor" in after:
        slots = visits.coming(post_id, now)
        visits.must_fit(slots.values(), without=list(slots), is_locked=True)
    if "place" in after or "site_id" in after:
        for slot, people in queries.people_to_come(post_id, now).items():
            notices.moved(offer_of(slot), people, now)


def edit_slot(
    actor_id: int, slot_id: int, revision: int, starts_at: datetime, ends_at: datetime, capacity: int, now: datetime
) -> None:
    """Change time and capacity. More seats go to who waits longest, in this transaction; a new time is told to
    everyone on the slot, and who had no time elsewhere because of the old one is seated there.
    ChangedMeanwhile where `revision` is not the present one any more."""
    seat_freed(_edit_slot(actor_id, slot_id, revision, starts_at, ends_at, capacity, now), now)


@transactional
def _edit_slot(
    actor_id: int, slot_id: int, revision: int, starts_at: datetime, ends_at: datetime, capacity: int, now: datetime
) -> list[int]:
    """Return who was told of a new time."""
    [slot] = locked(actor_id, [slot_id])
    if slot.revision != revision:
        raise ChangedMeanwhile
    return change(slot, actor_id, starts_at, ends_at, capacity, now)


def change(
    slot: Slot, actor_id: int, starts_at: datetime, ends_at: datetime, capacity: int, now: datetime
) -> list[int]:
    """Inside a transaction that has `locked` the slot: change time and capacity, which its series leaves alone from now
    on. Return who was told of a new time."""
    is_moved = (starts_at, ends_at) != (slot.starts_at, slot.ends_at)
    is_shorter = ends_at - starts_at < slot.ends_at - slot.starts_at
    refusal = (
        why_not_touch(slot.state, slot.starts_at, now)
        or (why_not_move(starts_at, ends_at, now) if is_moved else None)
        or _why_not_for_seated(slot, starts_at, ends_at, now)
        or (why_not_shorter(starts_at, ends_at, arrivals.coming(slot.id)) if is_shorter else None)
        or rules.why_not_capacity(slot.taken - slot.gathered, capacity)
        or (SlotThere(starts_at) if _is_taken(slot, starts_at) else None)
    )
    if refusal:
        raise refusal
    if is_moved or capacity > slot.capacity:
        visits.must_fit([visits.Stay(slot.post_id, starts_at, ends_at, capacity)], without=[slot.id])
    changes: dict[str, Any] = {"starts_at": starts_at, "ends_at": ends_at, "capacity": capacity}
    if starts_at != slot.starts_at and slot.drawn_at is None:
        changes["draws_at"] = None  # a draw at another moment is announced anew
    before, after = revise(slot, changes, now)
    if not after:
        return []
    if is_shorter:
        arrivals.close_after(slot.id, slot.minutes)
    _mark(slot, (ByHand.TIME * is_moved) | (ByHand.SEATS * ("capacity" in after)))
    slot.taken, slot.gathered = slot.taken - slot.gathered, 0  # `promote` shares them out anew
    _leave(slot, actor_id, "edit slot", before, after, now)
    told = queries.people_on(slot.id) if is_moved else []
    notices.moved(offer_of(slot), told, now)
    promote(slot.id, now)
    return told


def cancel_slot(actor_id: int, slot_id: int, reason: str, now: datetime) -> int:
    """Cancel a slot and tell everyone on it why; who had no time elsewhere because of it is seated there. Slot and
    sign-ups stay. Return how many were told."""
    told = _cancel_slot(actor_id, slot_id, reason, now)
    seat_freed(told, now)
    return len(told)


@transactional
def _cancel_slot(actor_id: int, slot_id: int, reason: str, now: datetime) -> list[int]:
    [slot] = locked(actor_id, [slot_id])
    return cancel(slot, actor_id, reason, now)


def cancel(slot: Slot, actor_id: int, reason: str, now: datetime) -> list[int]:
    """Inside a transaction that has `locked` the slot: cancel it; its day of a series does not come back. Return who
    was told."""
    if refusal := why_not_touch(slot.state, slot.starts_at, now):
        raise refusal
    changes = {"state": SlotState.CANCELLED, "cancel_reason": reason, "cancelled_at": now}
    before, after = revise(slot, changes, now)
    _mark(slot, ByHand.CANCELLED)
    _leave(slot, actor_id, "cancel slot", before, after, now, reason)
    told = queries.people_on(slot.id)
    notices.cancelled(offer_of(slot), told, now)
    return told


@transactional
def delete_slot(actor_id: int, slot_id: int, now: datetime) -> None:
    """Delete a slot for which nobody ever signed up. Its day of a series does not come back."""
    [slot] = locked(actor_id, [slot_id])
    if refusal := why_not_touch(slot.state, slot.starts_at, now):
        raise refusal
    if slot.tickets:
        raise SlotHasPeople
    before = {"post": slot.post_id, "starts_at": slot.starts_at, "ends_at": slot.ends_at, "capacity": slot.capacity}
    _leave(slot, actor_id, "delete slot", before, {}, now)
    if slot.series_id:
        db.session.add(SeriesGap(series_id=slot.series_id, post_id=slot.post_id, day=slot.series_day))
    db.session.delete(slot)


def locked(actor_id: int, slot_ids: Collection[int], member_ids: Collection[int] = ()) -> list[Slot]:
    """Lock who acts, who is on these slots, and these members; then the slots' activities, which the actor must still
    organize; then the partners' places and the slots, by their ids. NotFound where one of them is gone."""
    on_them = sa.select(SignUp.member_id).where(SignUp.slot_id.in_(slot_ids), SignUp.state.in_(ACTIVE_STATES))
    lock_people(actor_id, on_them, member_ids)
    of_them = sa.select(Post.activity_id).join(Slot).where(Slot.id.in_(slot_ids)).distinct().order_by(Post.activity_id)
    actor = acting(actor_id)
    for activity_id in list(db.session.scalars(of_them)):
        must_organize(actor, lock(Activity, activity_id, WITH_UNIT))
    lock_sites(sa.select(Post.site_id).join(Slot).where(Slot.id.in_(slot_ids)))
    query = sa.select(Slot).where(Slot.id.in_(slot_ids)).order_by(Slot.id).options(WITH_ALL).with_for_update(of=Slot)
    slots = list(db.session.scalars(query, execution_options={"populate_existing": True}).unique())
    if len(slots) < len(slot_ids):
        raise NotFound
    return slots


def lock_people(actor_id: int, others: sa.Select[int], member_ids: Collection[int] = ()) -> None:
    """Lock who acts, these others, and these members, in the one order."""
    named = Member.id.in_([actor_id, *member_ids])
    people = sa.select(Member.id).where(sa.or_(named, Member.id.in_(others)))
    db.session.execute(people.order_by(Member.id).with_for_update(of=Member))


def _why_not_for_seated(slot: Slot, starts_at: datetime, ends_at: datetime, now: datetime) -> Refusal | None:
    """The reason against a time that people would be bound to who have a seat. An end alone may change as long as
    they know of it, unless a later one runs into another duty of somebody who cannot withdraw any more."""
    minutes = slot.post.activity.withdraw_minutes
    if starts_at != slot.starts_at:
        return rules.why_not_withdrawable(slot.taken - slot.gathered, starts_at, minutes, now)
    if ends_at <= slot.ends_at or not rules.is_bound(starts_at, minutes, now):
        return None
    duties = facts.busy(queries.people_on(slot.id, SignUpState.SEATED), slot.ends_at, ends_at)
    return rules.RunsIntoDuty() if any(duties.values()) else None


def _mark(slot: Slot, what: int) -> None:
    """Let the slot's series know what it must leave as it is."""
    if slot.series_id:
        slot.by_hand |= ByHand(what)


def _is_taken(slot: Slot, starts_at: datetime) -> bool:
    """Whether the post has another open slot that starts then."""
    query = sa.select(Slot.id).where(
        Slot.post_id == slot.post_id, Slot.starts_at == starts_at, Slot.state == SlotState.OPEN, Slot.id != slot.id
    )
    return db.session.scalar(query) is not None


def _leave(
    slot: Slot, actor_id: int, verb: str, before: dict[str, object], after: dict[str, object], now: datetime,
    reason: str = "",
) -> None:  # fmt: skip
    schedule_changed(slot.post.activity, now)
    audit.leave(now, actor_id, verb, Slot, slot.id, before=before, after=after, reason=reason)
