"""Announce draws and hold them. Both are done by themselves, as soon as there is a slot to draw and when its moment has
come; done late or twice they leave the same."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import combinations

import sqlalchemy as sa

from activities.audit import service as audit
from activities.draws import notices, queries, rules, rules_limits
from activities.draws.models import Draw, DrawEntry
from activities.draws.queries import Entrant
from activities.draws.rules import Drawn, Entry
from activities.duties.models import Activity, Slot
from activities.duties.rules import draw_moment
from activities.kit import clock
from activities.kit.db import db, lock, run, transactional
from activities.outbox.jobs import every
from activities.records.queries import minutes_since
from activities.signups import arrivals, engagements, facts
from activities.signups.models import SignUp
from activities.signups.rules import Offer, SignUpState, why_over
from activities.signups.rules_offered import why_not_promote
from activities.signups.rules_places import Guest, Places
from activities.signups.rules_time import why_no_time
from activities.signups.writing import count

_ENTER = sa.insert(DrawEntry)
_DECIDE = (
    sa.update(SignUp)
    .where(DrawEntry.draw_id == sa.bindparam("draw"), DrawEntry.sign_up_id == SignUp.id, Slot.id == SignUp.slot_id)
    .values(
        state=DrawEntry.outcome, ticket=Slot.tickets + DrawEntry.place, revision=SignUp.revision + 1,
        seated_at=sa.case((DrawEntry.outcome == SignUpState.SEATED, facts.NOW), else_=None), changed_at=facts.NOW,
    )
)  # fmt: skip


# ── announce ────────────────────────────────────────────────────────────────


@every(5, "announce draws")
def announce_draws(now: datetime) -> None:
    """Say when each slot is drawn, and publish the hash of the seed, before anybody can ask for it."""
    for activity_id in queries.unannounced(now):
        _announce(activity_id, now)


@transactional
def _announce(activity_id: int, now: datetime) -> None:
    activity = lock(Activity, activity_id)
    for slot in queries.slots_unannounced(activity_id, now):
        slot.draws_at = draw_moment(slot.starts_at, activity.draw_minutes, activity.sign_up_closes_at, now)
        if queries.draw_at(activity_id, slot.draws_at) is None:
            _begin(activity, slot.draws_at, now)


def _begin(activity: Activity, moment: datetime, now: datetime) -> None:
    seed = secrets.token_hex(32)
    draw = Draw(
        activity_id=activity.id, draws_at=moment, days=activity.draw_days, seed=seed, seed_hash=rules.hash_of(seed),
        announced_at=now,
    )  # fmt: skip
    db.session.add(draw)
    db.session.flush()
    told = {"activity": activity.id, "draws_at": moment, "days": draw.days, "hash": draw.seed_hash}
    audit.leave(now, None, "announce draw", Draw, draw.id, after=told)


# ── hold ────────────────────────────────────────────────────────────────────


@every(5, "hold draws")
def hold_draws(now: datetime) -> None:
    for draw_id in queries.due(now):
        hold(draw_id, now)


@transactional
def hold(draw_id: int, now: datetime) -> None:
    """Draw once: nothing where it was held already. Where somebody's request is written at this very moment, the next
    round does it, so that everyone who takes part is locked."""
    slots = queries.slot_ids(db.session.get_one(Draw, draw_id), now)
    people = queries.lock_entrants(slots)
    draw = queries.locked(draw_id)
    if draw.drawn_at:
        return
    locked = facts.offers_locked(slots) if slots else []
    # One may have been cancelled or moved meanwhile, or the way in be another.
    offers = {offer.id: offer for offer in locked if _is_drawn(offer, draw.draws_at, now)}
    entrants = queries.entrants(offers)
    if not {one.member_id for one in entrants} <= people:
        return
    entries = _entries(draw, offers, entrants, now)
    clashes = _clashes(list(offers.values()), entrants)
    seats = {offer.public_id: offer.left for offer in offers.values()}
    quotas = {offer.public_id: _quotas(offer) for offer in offers.values() if offer.quarters}
    takes = {offer.public_id: _takes(offer) for offer in offers.values()}
    drawn = rules.draw(draw.seed, seats, clashes, entries, quotas, takes)
    draw.drawn_at, draw.frozen = now, {"slots": [_frozen(o) for o in offers.values()], "clashes": clashes}
    result = {"seed": draw.seed, "entries": len(drawn), "seats": sum(d.outcome == rules.SEATED for d in drawn)}
    audit.leave(now, None, "hold draw", Draw, draw.id, before={"hash": draw.seed_hash}, after=result)
    db.session.flush()
    _write(draw, offers, dict(zip(entries, entrants, strict=True)), drawn, now)


def _is_drawn(offer: Offer, moment: datetime, now: datetime) -> bool:
    """Whether a slot is still drawn at this moment."""
    return offer.awaits_draw and offer.draws_at == moment and why_over(offer, now) is None


def _entries(draw: Draw, offers: Mapping[int, Offer], entrants: Sequence[Entrant], now: datetime) -> list[Entry]:
    """The entries as data, in the order of the entrants."""
    ids = {one.member_id for one in entrants}
    minutes = minutes_since(ids, clock.local_day(draw.draws_at) - timedelta(days=draw.days))
    busy = engagements.busy_in(ids, offers.values())
    ledger, whose = draw.activity.kind.ledger, {member: who for who, member in enumerate(sorted(ids), start=1)}
    return [
        Entry(
            slot=offers[one.slot_id].public_id,
            number=one.number,
            who=whose[one.member_id],
            tickets=rules.tickets(minutes.get((one.member_id, ledger), 0)),
            may=why_not_promote(offers[one.slot_id], one.person, busy[one.member_id], now) is None,
            times=Places(offers[one.slot_id]).minutes_for(Guest(one.member_id, one.person, busy[one.member_id])),
            left=rules_limits.left(offers[one.slot_id].duty, busy[one.member_id], one.person.norms),
        )
        for one in entrants
    ]


def _clashes(offers: Sequence[Offer], entrants: Sequence[Entrant]) -> list[tuple[str, str]]:
    """The pairs of slots of which nobody can have both: they overlap, or the school wants more time between them. How
    much somebody may take on a day or a week is counted for each, since it depends on what they have already."""
    norms = [*{rules_limits.without_limits(one.person.norms): None for one in entrants}]
    return [
        (one.public_id, other.public_id)
        for one, other in combinations(offers, 2)
        if any(why_no_time(one.duty, [other.duty], asked) for asked in norms)
    ]


def _frozen(offer: Offer) -> dict[str, object]:
    quotas = {"quotas": {str(minute): left for minute, left in _quotas(offer).items()}} if offer.quarters else {}
    takes = {str(minute): spans for minute, spans in _takes(offer).items()}
    return {
        "id": offer.public_id, "name": offer.name, "starts_at": offer.starts_at.isoformat(),
        "ends_at": offer.ends_at.isoformat(), "seats": offer.left, **quotas, "takes": takes,
    }  # fmt: skip


def _quotas(offer: Offer) -> dict[int, int]:
    """The places that are left, by minute after the start."""
    return {one.minute: one.left for one in offer.quarters}


def _takes(offer: Offer) -> dict[int, dict[str, int]]:
    """How much of each day and week the slot takes, by when one comes in minutes after its start."""
    duties = {one.minute: offer.duty_at(one.minute) for one in offer.quarters} or {0: offer.duty}
    return {minute: rules_limits.taken(duty, clock.zone()) for minute, duty in duties.items()}


def _write(
    draw: Draw, offers: Mapping[int, Offer], whose: Mapping[Entry, Entrant], drawn: Sequence[Drawn], now: datetime
) -> None:
    """Keep what was drawn: the entries, then from them the sign-ups, whose new tickets go by the lots; the slots'
    counters; and to each their entry of the trail and their notice."""
    rows = [
        {
            "draw_id": draw.id, "slot_id": whose[found.entry].slot_id, "sign_up_id": whose[found.entry].id,
            "number": found.entry.number, "who": found.entry.who, "tickets": found.entry.tickets,
            "may": found.entry.may, "times": list(found.entry.times) or None, "minute": found.minute, "lot": found.lot,
            "minutes_left": dict(found.entry.left) or None, "place": found.place, "outcome": SignUpState(found.outcome),
        }
        for found in drawn
    ]  # fmt: skip
    if rows:
        run(_ENTER, rows)
        run(_DECIDE, {"draw": draw.id, "now": now})
    by_slot: defaultdict[int, list[Drawn]] = defaultdict(list)
    for found in drawn:
        by_slot[whose[found.entry].slot_id].append(found)
    for offer in offers.values():
        _tell(draw, offer, by_slot[offer.id], whose, now)
    before = {"state": SignUpState.ASKED}
    changes = [
        (whose[found.entry].id, before, {"state": found.outcome, "draw": draw.id, "place": found.place})
        for found in drawn
    ]
    audit.leave_all(now, None, "draw", SignUp, changes)
    db.session.execute(sa.update(Slot).where(Slot.id.in_(offers)).values(drawn_at=now))


def _tell(draw: Draw, offer: Offer, drawn: Sequence[Drawn], whose: Mapping[Entry, Entrant], now: datetime) -> None:
    of_each = [(found.outcome, whose[found.entry].member_id, found.entry.number) for found in drawn]
    seated = {member: number for outcome, member, number in of_each if outcome == rules.SEATED}
    line = [(member, number) for outcome, member, number in of_each if outcome == rules.WAITING]
    places = Places(offer)
    places.put({whose[found.entry].member_id: found.minute for found in drawn if found.minute is not None})
    moved = {SignUpState.ASKED: -len(drawn), SignUpState.SEATED: len(seated), SignUpState.WAITING: len(line)}
    count(offer.id, moved, drawn=len(drawn))
    arrivals.give(places)
    notices.seated(draw.public_id, offer, seated, places.minutes, now)
    notices.waiting(draw.public_id, offer, line, now)
