"""What chat groups are told of their unit: new slots, where people are missing, what is cancelled. Never a name.

It is looked up from time to time rather than told by who plans or cancels, so that hundreds of slots planned at once
are one message. A group has been told of everything up to `told_until`, which moves on in the same transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from activities.chats.rules import SETTLED, SHORT_AHEAD, is_noon_between
from activities.duties.models import Activity, Post, Slot
from activities.duties.rules import SlotState
from activities.kit import clock
from activities.kit.db import db, lock, run, transactional
from activities.kit.refusal import N_, NotFound
from activities.outbox import service as outbox
from activities.outbox.jobs import every
from activities.outbox.models import Hook
from activities.outbox.rules import Group, News
from activities.outbox.words import Page, words
from activities.people.models import Unit
from activities.signups.can_take import goes_to_who_comes, takes_people
from activities.signups.rules import duty_name

NEW, CANCELLED, SHORT, TRIAL = "chats.new", "chats.cancelled", "chats.short", "chats.trial"


def _activity(params: Mapping[str, Any]) -> Page:
    return "signups.activity", {"public_id": params["activity"]}


words(
    NEW,
    N_("New slots: %(what)s"),
    N_("Slots: %(slots)s, the first %(when)s, %(where)s. Sign up here:"),
    _activity,
    Group.ORGANIZING,
)
words(
    CANCELLED,
    N_("Cancelled: %(what)s"),
    N_("Slots: %(slots)s, the first %(when)s, %(where)s."),
    _activity,
    Group.ORGANIZING,
)
words(
    SHORT,
    N_("People are missing"),
    N_("Seats free in the next two days: %(seats)s, in slots: %(slots)s. The first: %(what)s, %(when)s, %(where)s."),
    lambda _: ("signups.find", {"open": 1}),
    Group.ORGANIZING,
)
words(
    TRIAL,
    N_("It works"),
    N_("News of %(unit)s will be told here."),
    lambda _: ("home.my_duties", {}),
    Group.ORGANIZING,
)

_Eligible = aliased(Unit)
_SLOTS = (
    sa.select(
        Slot.id, Slot.starts_at, Slot.ends_at, (Slot.capacity - Slot.taken).label("left"), Post.name.label("post"),
        Post.place, Activity.name.label("activity"), Activity.public_id, Activity.id.label("activity_id"),
    )
    .join(Post, Post.id == Slot.post_id)
    .join(Activity, Activity.id == Post.activity_id)
    .join(Unit, Unit.id == Activity.unit_id)
    .outerjoin(_Eligible, _Eligible.id == Activity.eligible_unit_id)
    .order_by(Activity.id, Slot.starts_at, Slot.id)
)  # fmt: skip


@every(60, "news for chat groups")
def tell_groups(now: datetime) -> int:
    """Put into the outbox what groups have not been told yet. Return how many messages that are."""
    return sum(_tell(hook_id, now) for hook_id in db.session.scalars(sa.select(Hook.id).order_by(Hook.id)).all())


@transactional
def _tell(hook_id: int, now: datetime) -> int:
    try:
        hook = lock(Hook, hook_id)
    except NotFound:  # taken away meanwhile
        return 0
    since, until = hook.told_until, now - SETTLED
    if until <= since:
        return 0
    hook.told_until = until
    path = db.session.scalars(sa.select(Unit.path).where(Unit.id == hook.unit_id)).one()
    to_come = _seen_by(path).where(Slot.starts_at > now)
    told = 0
    if News.NEW_SLOTS in hook.news:
        new = to_come.where(Slot.created_at > since, Slot.created_at <= until, Slot.state == SlotState.OPEN)
        told += _by_activity(hook, NEW, run(new).all(), now)
    if News.CANCELLED in hook.news:
        cancelled = to_come.where(Slot.cancelled_at > since, Slot.cancelled_at <= until)
        told += _by_activity(hook, CANCELLED, run(cancelled).all(), now)
    if News.SHORT in hook.news and is_noon_between(since, until, clock.zone()):
        short = to_come.where(
            Slot.starts_at <= now + SHORT_AHEAD, Slot.taken < Slot.capacity, takes_people(now), goes_to_who_comes()
        )
        told += _short(hook, run(short).all(), now)
    return told


def _seen_by(path: str) -> sa.Select[*tuple[Any, ...]]:
    """Slots of activities that all members of the unit see, and some may join."""
    own = sa.literal(path)
    joins = sa.or_(_Eligible.id.is_(None), own.startswith(_Eligible.path), _Eligible.path.startswith(path))
    return _SLOTS.where(own.startswith(Unit.path), joins)


def _by_activity(hook: Hook, topic: str, slots: Sequence[Any], now: datetime) -> int:
    """One message for each activity."""
    told = 0
    for activity_id, own in groupby(slots, key=lambda slot: slot.activity_id):
        rows = list(own)
        first = {**_facts(rows[0]), "what": rows[0].activity, "slots": len(rows), "activity": rows[0].public_id}
        outbox.post_to_group(now, hook.id, topic, f"{topic} {activity_id} {now.isoformat()}", **first)
        told += 1
    return told


def _short(hook: Hook, slots: Sequence[Any], now: datetime) -> int:
    if not slots:
        return 0
    first = min(slots, key=lambda slot: (slot.starts_at, slot.id))
    facts = {**_facts(first), "slots": len(slots), "seats": sum(slot.left for slot in slots)}
    outbox.post_to_group(now, hook.id, SHORT, f"{SHORT} {clock.local_day(now)}", **facts)
    return 1


def _facts(slot: Any) -> dict[str, Any]:
    return {
        "what": duty_name(slot.activity, slot.post), "where": slot.place,
        "when": [slot.starts_at.isoformat(), slot.ends_at.isoformat()],
    }  # fmt: skip
