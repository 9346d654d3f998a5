"""What organizers do to a slot that may have people: change, cancel, delete, change its post. Like every verb of this
room these lock the people first; then the activity, which carries the revision of its schedule, then the slot."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from activities.audit import service as audit
from activities.duties import schedule, visits
from activities.duties.models import Activity, Post, SeriesGap, Slot
from activities.duties.queries import WITH_ALL, must_organize
from activities.duties.rules import SlotHasPeople, why_not_touch
from activities.duties.service import WITH_UNIT, change_post, lock_to_come
from activities.kit.db import db, lock, transactional
from activities.kit.refusal import ChangedMeanwhile, NotFound
from activities.people.models import Member
from activities.people.service import acting
from activities.signups import changing, notices, notices_together, queries
from activities.signups.changes import Wanted
from activities.signups.facts import ACTIVE_STATES, offer_of
from activities.signups.models import SignUp
from activities.signups.moving_up import seat_freed
from activities.sites.service import lock_sites


@transactional
def edit_post(actor_id: int, post_id: int, revision: int, changes: Mapping[str, Any], now: datetime) -> None:
    """Change what differs of a post; a new place is told to everyone on its slots to come. ChangedMeanwhile where
    `revision` is not the present one any more."""
    lock_people(actor_id, queries.coming(post_id, now).with_only_columns(SignUp.member_id))
    after = change_post(actor_id, post_id, revision, changes, now)
    lock_to_come(Slot.post_id == post_id, now)
    if "site_id" in after or "floor" in after:
        slots = visits.coming(post_id, now)
        visits.must_fit(slots.values(), without=list(slots), is_locked=True)
    if "place" in after or "site_id" in after:
        on_slots = queries.people_to_come(post_id, now).items()
        notices.moved([(offer_of(slot), people) for slot, people in on_slots], now)
        changing.tell_gathering(list(visits.coming(post_id, now)), now, notices_together.team_moved)


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
) -> set[int]:
    """Return who was told of a new time."""
    [slot] = locked(actor_id, [slot_id])
    if slot.revision != revision:
        raise ChangedMeanwhile
    return changing.change([Wanted(slot_id, starts_at, ends_at, capacity)], actor_id, now)


def cancel_slot(actor_id: int, slot_id: int, reason: str, now: datetime) -> int:
    """Cancel a slot and tell everyone on it why; who had no time elsewhere because of it is seated there. Slot and
    sign-ups stay. Return how many were told."""
    told = _cancel_slot(actor_id, slot_id, reason, now)
    seat_freed(told, now)
    return len(told)


@transactional
def _cancel_slot(actor_id: int, slot_id: int, reason: str, now: datetime) -> set[int]:
    locked(actor_id, [slot_id])
    return changing.cancel([slot_id], actor_id, reason, now)


@transactional
def delete_slot(actor_id: int, slot_id: int, now: datetime) -> None:
    """Delete a slot for which nobody ever signed up. Its day of a series does not come back; a team that gathers for it
    is told."""
    [slot] = locked(actor_id, [slot_id])
    if refusal := why_not_touch(slot.state, slot.starts_at, now):
        raise refusal
    if slot.tickets:
        raise SlotHasPeople
    before = {"post": slot.post_id, "starts_at": slot.starts_at, "ends_at": slot.ends_at, "capacity": slot.capacity}
    audit.leave(now, actor_id, "delete slot", Slot, slot.id, before=before)
    if slot.series_id:
        db.session.add(SeriesGap(series_id=slot.series_id, post_id=slot.post_id, day=slot.series_day))
    changing.tell_gathering([slot_id], now)
    schedule.delete(slot.post.activity_id, [slot_id], now)


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
    db.session.execute(people.order_by(Member.id).with_for_update(of=Member, key_share=True))
