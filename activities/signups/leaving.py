"""Leaving for good: the account is shut and the seats to come are given back. This stands in this room and not with the
accounts, because a lower room knows nothing of seats."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from activities.duties.models import Activity, Slot
from activities.duties.queries import WITH_ALL
from activities.kit.db import db, transactional
from activities.kit.sql import Among
from activities.people.service import lock_roots, shut_account
from activities.signups import engagements, notices
from activities.signups.moving_up import lock_waiters, promote_all
from activities.signups.rules import HOLDING
from activities.signups.writing import give_back_all
from activities.timetables import service as timetables


@transactional
def deactivate(actor_id: int, member_id: int, now: datetime) -> int:
    return leave(actor_id, member_id, now)


def leave(actor_id: int, member_id: int, now: datetime) -> int:
    """Inside a transaction: shut a person's account and delete their timetable; seats and places in line of slots to
    come go to who waits longest, whether or not it is too late to withdraw, and who runs the activities is told.
    Sign-ups of slots that have begun stay, and so do records. Return how many seats were given back."""
    lock_roots()
    lock_waiters([mine.slot_id for mine in engagements.engagements_to_come(member_id, now)], member_id)
    member = shut_account(actor_id, member_id, now)
    timetables.drop(member_id)
    to_come = engagements.engagements_to_come(member_id, now)
    locked = _locked([mine.slot_id for mine in to_come])
    give_back_all(to_come, actor_id, now, "account deactivated")
    promote_all(locked, now)
    seats: defaultdict[Activity, list[Slot]] = defaultdict(list)
    for mine in to_come:
        if mine.state in HOLDING:
            seats[locked[mine.slot_id].post.activity].append(locked[mine.slot_id])
    for activity, slots in seats.items():
        notices.left(activity, slots, member.name, now)
    return sum(map(len, seats.values()))


def _locked(slot_ids: Collection[int]) -> dict[int, Slot]:
    """These slots, locked in the order of their ids, with all that names them."""
    query = sa.select(Slot).where(Among(Slot.id)).order_by(Slot.id).options(WITH_ALL).with_for_update(of=Slot)
    found = db.session.scalars(query, {"ids": list(slot_ids)}, execution_options={"populate_existing": True})
    return {slot.id: slot for slot in found.unique()}
