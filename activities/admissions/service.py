"""Approve, decline, assign. Like all who change what organizers run these lock the people first, then the activities,
then the slots (`organize.locked`), and ask the rules again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from activities.admissions import notices, queries, rules
from activities.admissions.queries import Asked
from activities.audit import service as audit
from activities.kit.db import transactional
from activities.outbox.jobs import every
from activities.people.persons import persons, same_person
from activities.people.service import acting
from activities.signups import arrivals, engagements, facts
from activities.signups.models import SignUp
from activities.signups.moving_up import promote
from activities.signups.organize import locked
from activities.signups.queries import name_of, people_on
from activities.signups.rules import Offer, SignUpState
from activities.signups.rules_offered import offered_until, why_not_promote
from activities.signups.rules_person import why_paused
from activities.signups.rules_places import Guest, Places
from activities.signups.rules_time import Busy
from activities.signups.writing import become, enter


@dataclass
class Decided:
    """What approving requests has led to. Whom a rule forbids is `refused` and stays undecided."""

    seated: int = 0
    waiting: int = 0
    refused: int = 0


@transactional
def approve(actor_id: int, sign_up_ids: Collection[int], now: datetime) -> Decided:
    """Give those who asked a seat, who asked first first, or where none is left a place on the waiting list. Requests
    that somebody has decided meanwhile are passed over; NothingAsked where that leaves none."""
    requests = _locked(actor_id, sign_up_ids)
    done = Decided()
    for slot_id in sorted({one.slot_id for one in requests}):
        promote(slot_id, now)  # who waits already comes before, and is busy then
    busy = engagements.busy_in(
        {one.member_id for one in requests}, facts.offers({one.slot_id for one in requests}).values()
    )
    for slot_id, some in groupby(requests, key=lambda asked: asked.slot_id):
        _let_in(actor_id, facts.offer_locked(slot_id), list(some), busy, done, now)
    return done


@transactional
def decline(actor_id: int, sign_up_ids: Collection[int], reason: str, now: datetime) -> int:
    """Refuse those who asked, who read the reason. Return how many; see `approve`."""
    requests = _locked(actor_id, sign_up_ids)
    for slot_id, some in groupby(requests, key=lambda asked: asked.slot_id):
        asked, offer = list(some), facts.offer_locked(slot_id)
        _decide(actor_id, asked, slot_id, SignUpState.WITHDRAWN, "decline", now, reason)
        notices.declined(offer, [one.member_id for one in asked], reason, now)
    return len(requests)


@every(60, "close requests")
def close_requests(now: datetime) -> None:
    """End requests that nobody decided before their slot started: each slot in a transaction of its own."""
    for slot_id in queries.slots_started_undecided(now):
        _close(slot_id, now)


@transactional
def _close(slot_id: int, now: datetime) -> None:
    queries.lock_askers(slot_id)
    offer = facts.offer_locked(slot_id)
    if asked := queries.undecided(slot_id):
        _decide(None, asked, slot_id, SignUpState.WITHDRAWN, "close request", now)
        notices.closed(offer, [one.member_id for one in asked], now)


@transactional
def assign(actor_id: int, slot_id: int, member_ids: Collection[int], now: datetime) -> int:
    """Hold free seats of a slot for these people until they accept or decline. All of them or none: Unfit names those
    whom a rule forbids. Return how many."""
    [slot] = locked(actor_id, [slot_id], member_ids)
    offer = facts.offer_locked(slot_id)
    people = queries.chosen(member_ids)
    if refusal := rules.why_not_assign(offer, len(people), is_own=same_person(actor_id, *member_ids)):
        raise refusal
    on_it = set(people_on(slot_id))
    busy = engagements.busy_around([one.id for one in people], offer)
    seen_by = slot.post.activity.unit.path
    places = Places(offer)
    unfit = [
        one.name
        for one in people
        if one.id in on_it
        or not one.person.unit_path.startswith(seen_by)
        or why_paused(one.person, now)
        or why_not_promote(offer, one.person, busy[one.id], now)
        or not places.seat(Guest(one.id, one.person, busy[one.id]))
    ]
    if unfit:
        raise rules.Unfit(tuple(unfit))
    until = offered_until(offer.starts_at, offer.offer_minutes, now)
    assert until is not None  # an activity by assignment has time to answer
    for ahead, one in enumerate(people):
        offered = offer._replace(tickets=offer.tickets + ahead)
        enter(offered, one.id, SignUpState.OFFERED, now, until=until, actor_id=actor_id, assigned_by_id=actor_id)
    arrivals.give(places)
    notices.assigned(offer, [one.id for one in people], places.minutes, name_of(actor_id), until, now)
    return len(people)


# ── inside their transactions ───────────────────────────────────────────────


def _locked(actor_id: int, sign_up_ids: Collection[int]) -> list[Asked]:
    """The requests of others among these that the actor decides and that are still undecided, with everyone on their
    slots, the activities and the slots locked. OwnRequest where the actor's own is all there is."""
    mine = queries.decided_by(acting(actor_id), sign_up_ids)
    if mine:
        locked(actor_id, set(mine.values()))
    requests = queries.asked(mine)
    person = persons([actor_id, *(one.member_id for one in requests)])
    if others := [one for one in requests if person[one.member_id] != person[actor_id]]:
        return others
    raise rules.OwnRequest if requests else rules.NothingAsked


def _let_in(
    actor_id: int, offer: Offer, requests: Sequence[Asked], busy: dict[int, list[Busy]], done: Decided, now: datetime
) -> None:
    """Approve requests for one slot. Who gets a seat is busy then for the slots that follow."""
    ready = [one for one in requests if not why_not_promote(offer, one.person, busy[one.member_id], now)]
    places, seated, waiting = Places(offer), list[Asked](), list[Asked]()
    for one in ready:
        if len(seated) == offer.left:
            waiting.append(one)
        elif places.seat(Guest(one.member_id, one.person, busy[one.member_id])):
            seated.append(one)
    for state, some in ((SignUpState.SEATED, seated), (SignUpState.WAITING, waiting)):
        if some:
            _decide(actor_id, some, offer.id, state, "approve", now)
            notices.approved(offer, [one.member_id for one in some], places.minutes, state, now)
    arrivals.give(places)
    for one in seated:
        busy[one.member_id].append(places.duty(one.member_id))
    done.seated += len(seated)
    done.waiting += len(waiting)
    done.refused += len(requests) - len(seated) - len(waiting)


def _decide(
    actor_id: int | None, requests: Sequence[Asked], slot_id: int, state: SignUpState, verb: str, now: datetime,
    reason: str = "",
) -> None:  # fmt: skip
    ids = [one.id for one in requests]
    become(ids, slot_id, SignUpState.ASKED, state, now)
    before, after = {"state": SignUpState.ASKED}, {"state": state}
    audit.leave_all(now, actor_id, verb, SignUp, [(row_id, before, after) for row_id in ids], reason=reason)
