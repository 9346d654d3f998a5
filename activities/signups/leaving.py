"""Leaving for good: the account is shut and the seats to come are given back. This stands in this room and not with the
accounts, because a lower room knows nothing of seats."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from activities.duties.models import Activity, Slot
from activities.duties.queries import WITH_ALL
from activities.kit.db import lock, transactional
from activities.people.service import lock_roots, shut_account
from activities.signups import engagements, notices
from activities.signups.moving_up import lock_waiters, promote
from activities.signups.rules import HOLDING
from activities.signups.writing import give_back
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
    seats: defaultdict[Activity, list[Slot]] = defaultdict(list)
    for mine in engagements.engagements_to_come(member_id, now):
        slot = lock(Slot, mine.slot_id, WITH_ALL)
        if mine.state in HOLDING:
            seats[slot.post.activity].append(slot)
        give_back(mine, actor_id, now, reason="account deactivated")
        promote(slot.id, now)
    for activity, slots in seats.items():
        notices.left(activity, slots, member.name, now)
    return sum(map(len, seats.values()))
