"""When people come to a slot, and who changes that: the organizer how many, each person their own time."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa

from activities.audit import service as audit
from activities.duties.models import Arrival, Slot
from activities.duties.rules import SlotState
from activities.kit.db import db, run, transactional
from activities.kit.refusal import ChangedMeanwhile, NotFound
from activities.outbox.jobs import every
from activities.signups import changing, facts, notices, organize, rules
from activities.signups.arrivals import HOLDS, recount, settle, take
from activities.signups.changing import Wanted
from activities.signups.facts import NOW
from activities.signups.models import SignUp
from activities.signups.rules import SignUpState
from activities.signups.rules_arrivals import minutes_of, why_not_quotas

_UNSETTLED = (
    sa.select(Slot.id)
    .join(SignUp, SignUp.slot_id == Slot.id)
    .where(
        Slot.state == SlotState.OPEN, Slot.ends_at > NOW, HOLDS, SignUp.arrival_id.is_(None),
        sa.exists().where(Arrival.slot_id == Slot.id, Arrival.taken < Arrival.quota),
    )
    .distinct()
    .order_by(Slot.id)
)  # fmt: skip


@every(60, "give times of arrival")
def settle_all(now: datetime) -> None:
    """Give times to those who came to a seat in another way than by choosing one: each slot in its transaction."""
    for slot_id in run(_UNSETTLED, {"now": now}).scalars().all():
        _settle(slot_id, now)


@transactional
def _settle(slot_id: int, now: datetime) -> None:
    given = settle(facts.offer_locked(slot_id))
    _revise(given, now)
    audit.leave_all(now, None, "give a time", SignUp, [(row_id, {}, {}) for row_id in given])


def _revise(sign_up_ids: Collection[int], now: datetime) -> None:
    """Calendars must notice."""
    changed = sa.update(SignUp).where(SignUp.id.in_(sign_up_ids))
    db.session.execute(changed.values(revision=SignUp.revision + 1, changed_at=now))


@transactional
def come_at(member_id: int, slot_id: int, arrival_id: int, now: datetime) -> None:
    """Come at another time. Raises the rules' Refusal; one's own time stays where the other is taken."""
    person = facts.person_locked(member_id)
    offer = facts.offer_locked(slot_id)
    mine, busy = facts.around(member_id, offer)
    if mine is None or mine.state is not SignUpState.SEATED:
        raise rules.NotIn
    if refusal := rules.why_over(offer, now):
        raise refusal
    if arrival_id == mine.arrival_id:
        return
    at = take(offer, mine.id, arrival_id)
    assert at is not None  # a time was named
    if refusal := rules.why_no_visit(offer, at, busy, person):
        raise refusal
    recount([mine.arrival_id] if mine.arrival_id else [])
    _revise([mine.id], now)
    audit.leave(
        now, member_id, "come at", SignUp, mine.id, before={"arrival": mine.arrival_id}, after={"arrival": arrival_id}
    )
    notices.comes_at(offer, member_id, at, now)


@transactional
def set_quotas(actor_id: int, slot_id: int, revision: int, quotas: Mapping[int, int], now: datetime) -> None:
    """Say how many may come at each time, by minute after the slot's start; together they are its seats. More seats go
    to who waits longest. Raises the rules' Refusal; ChangedMeanwhile where `revision` is not the present one."""
    [slot] = organize.locked(actor_id, [slot_id])
    if not slot.post.activity.kind.has_timed_arrival:
        raise NotFound
    if slot.revision != revision:
        raise ChangedMeanwhile
    present = {one.minute: one for one in db.session.scalars(sa.select(Arrival).where(Arrival.slot_id == slot_id))}
    taken = {minute: one.taken for minute, one in present.items()}
    starts = {minute: slot.starts_at + timedelta(minutes=minute) for minute in present}
    if refusal := why_not_quotas(quotas, taken, starts):
        raise refusal
    for minute in minutes_of(slot.minutes):
        quota, one = quotas.get(minute, 0), present.pop(minute, None)
        if one:
            one.quota = quota
        elif quota:
            db.session.add(Arrival(slot_id=slot_id, minute=minute, quota=quota))
    for beyond in present.values():  # the slot has become shorter
        beyond.quota = beyond.taken
    db.session.flush()
    audit.leave(now, actor_id, "set arrivals", Slot, slot_id, after={"quotas": {str(k): v for k, v in quotas.items()}})
    changing.change([Wanted(slot_id, slot.starts_at, slot.ends_at, sum(quotas.values()))], actor_id, now)
