"""When people come to a slot, and who changes that: the organizer how many, each person their own time."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa

from activities.audit import service as audit
from activities.duties import schedule
from activities.duties.models import Activity, Post, Slot
from activities.duties.rules import minutes_of, why_not_touch
from activities.duties.service import spread_places
from activities.kit.db import db, lock, transactional
from activities.kit.refusal import ChangedMeanwhile, NotFound
from activities.outbox.jobs import every
from activities.signups import (
    changing,
    engagements,
    facts,
    notices,
    organize,
    parties,
    queries,
    queries_together,
    rules,
    rules_keeping,
    rules_leaving,
)
from activities.signups.arrivals import give, quarters, recount, write_quotas
from activities.signups.changes import Wanted
from activities.signups.models import SignUp
from activities.signups.moving_up import fill, lock_waiters, promote, seat_freed
from activities.signups.rules import SignUpState
from activities.signups.rules_arrivals import why_not_quotas
from activities.signups.rules_places import Guest, Places
from activities.signups.rules_soft import Consent, why_not_known


def come_at(
    member_id: int, slot_id: int, arrival_id: int, now: datetime, *, consent: Consent | None = None
) -> None:  # fmt: skip
    """Come at another time. Raises the rules' Refusal; one's own time stays where the other is taken. The time that
    is given back may suit somebody who waits although there is a free seat, and one's own may leave time elsewhere.
    `consent`: what the person confirms; None: nothing is asked."""
    _come_at(member_id, slot_id, arrival_id, consent, now)
    for waited_for in queries_together.waited_for_with_seats_left([slot_id]):
        fill(waited_for, now)
    seat_freed([member_id], now)


@transactional
def _come_at(member_id: int, slot_id: int, arrival_id: int, consent: Consent | None, now: datetime) -> None:
    person = facts.person_locked(member_id, slot_id)
    offer = facts.offer_locked(slot_id)
    mine, busy = engagements.around(member_id, offer)
    if mine is None or mine.state is not SignUpState.SEATED:
        raise rules_leaving.NotIn
    if refusal := rules.why_over(offer, now):
        raise refusal
    if arrival_id == mine.arrival_id:
        return
    places, guest = Places(offer), Guest(member_id, person, busy)
    refusal = places.choose(guest, arrival_id) or (why_not_known(places, guest, consent) if consent else None)
    if refusal:
        raise refusal
    give(places)
    recount([mine.arrival_id] if mine.arrival_id else [])
    _revise([mine.id], now)
    audit.leave(
        now, member_id, "come at", SignUp, mine.id, before={"arrival": mine.arrival_id}, after={"arrival": arrival_id}
    )
    notices.comes_at(offer, member_id, offer.duty_at(places.minutes[member_id]).starts_at, now)


def _revise(sign_up_ids: Collection[int], now: datetime) -> None:
    """Calendars must notice."""
    changed = sa.update(SignUp).where(SignUp.id.in_(sign_up_ids))
    db.session.execute(changed.values(revision=SignUp.revision + 1, changed_at=now))


@transactional
def set_quotas(actor_id: int, slot_id: int, revision: int, quotas: Mapping[int, int], now: datetime) -> None:
    """Say how many may come at each time, by minute after the slot's start; together they are its seats. Who has a seat
    and no time yet gets one and is told; more seats go to who waits longest. Raises the rules' Refusal;
    ChangedMeanwhile where `revision` is not the present one."""
    [slot] = organize.locked(actor_id, [slot_id])
    if not slot.post.activity.kind.has_timed_arrival:
        raise NotFound
    if slot.revision != revision:
        raise ChangedMeanwhile
    present = {one.minute: one for one in quarters([slot_id])}
    starts = {minute: slot.starts_at + timedelta(minutes=minute) for minute in present}
    wanted = {minute: quotas.get(minute, 0) for minute in minutes_of(slot.minutes)}
    seats = sum(wanted.values())
    taken = {minute: one.taken for minute, one in present.items()}
    refusal = (
        why_not_touch(slot.state, slot.starts_at, now)
        or why_not_quotas(wanted, taken, starts)
        or rules_keeping.why_not_capacity(slot.taken - slot.gathered, seats)
    )
    if refusal:
        raise refusal
    write_quotas(slot_id, present, wanted)
    audit.leave(now, actor_id, "set arrivals", Slot, slot_id, after={"quotas": {str(k): v for k, v in wanted.items()}})
    _place_who_has_none(slot_id, now)
    if seats == slot.capacity:  # other times, and as many seats as before
        _times_changed(slot, now)
        promote(slot_id, now)
    else:
        changing.change([Wanted(slot_id, slot.starts_at, slot.ends_at, seats)], actor_id, now)


@every(3600, "give slots the times at which people come")
def give_times(now: datetime) -> None:
    """Slots that are older than the times of their kind get them: each slot in a transaction of its own."""
    for slot_id in queries.slots_without_times(now):
        _give_times(slot_id, now)


@transactional
def _give_times(slot_id: int, now: datetime) -> None:
    lock_waiters([slot_id], *queries.people_on(slot_id))
    lock(Activity, db.session.scalars(sa.select(Post.activity_id).join(Slot).where(Slot.id == slot_id)).one())
    slot = lock(Slot, slot_id)
    if slot_id not in queries.slots_without_times(now):
        return  # somebody was faster, or has cancelled it
    spread_places([(slot_id, slot.capacity, slot.minutes)])
    _times_changed(slot, now)
    quotas = {str(one.minute): one.quota for one in quarters([slot_id])}
    audit.leave(now, None, "set arrivals", Slot, slot_id, after={"quotas": quotas})
    _place_who_has_none(slot_id, now)
    promote(slot_id, now)


def _times_changed(slot: Slot, now: datetime) -> None:
    """Inside a transaction that has locked the slot's activity: the times changed, and nothing else of it."""
    slot.revision, slot.changed_at = slot.revision + 1, max(slot.changed_at, now)
    slot.schedule_revision = slot.post.activity.schedule_revision + 1
    schedule.changed([slot.post.activity_id], now)


def _place_who_has_none(slot_id: int, now: datetime) -> None:
    """Give everybody whose seat is older than the times the earliest that suits, in the order of acceptance: there is
    one, since they had time for all of it. Only where they have it no more it is the earliest that is free."""
    offer = facts.offer_locked(slot_id)
    line = queries.seated_at_no_time(slot_id)
    if not line:
        return
    places, company = Places(offer), parties.around_all(parties.people_locked(line), offer)
    for who in line:
        one = company[who]
        if not places.seat(Guest(who, one.person, one.busy)):
            places.seat(Guest(who, one.person, ()))
    give(places)
    given = [
        (one.mine.id, {"arrival": None}, {"arrival": places.given[who].id}) for who, one in company.items() if one.mine
    ]
    audit.leave_all(now, None, "give a time", SignUp, given)
    notices.moved([(offer, places.minutes)], now)
