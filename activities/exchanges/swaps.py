"""Swap: two people who have agreed exchange their seats, in one transaction, after all rules hold for both.

Both people are locked in the order of their ids, then both slots. Whatever becomes of a proposal happens under the lock
of who has made it.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from activities.audit import service as audit
from activities.exchanges import line, notices, queries, rules, swap_queries
from activities.exchanges.ending import tell_asked
from activities.exchanges.handing import hand_over, place
from activities.exchanges.models import Swap, SwapOffer
from activities.exchanges.queries import Wanted
from activities.exchanges.rules import CoverEnd, Side, SwapEnd, Way
from activities.exchanges.swap_queries import Ends
from activities.kit.db import db, lock, transactional, unless_there
from activities.kit.refusal import NotFound
from activities.outbox.jobs import every
from activities.people.models import Member
from activities.signups import engagements, facts
from activities.signups.engagements import Engagement
from activities.signups.moving_up import seat_freed
from activities.signups.rules import SignUpState, why_over
from activities.signups.rules_leaving import NotIn
from activities.signups.rules_places import Guest, Places
from activities.signups.rules_soft import Consent, why_not_consented

# ── who would swap ──────────────────────────────────────────────────────────


@transactional
def offer_seat(member_id: int, slot_id: int, wish: str, now: datetime) -> None:
    """Show others that one would swap this seat, and for what."""
    facts.person_locked(member_id)
    offer = facts.offer_locked(slot_id)
    seat, _ = engagements.around(member_id, offer)
    if refusal := why_over(offer, now):
        raise refusal
    if seat is None or seat.state is not SignUpState.SEATED:
        raise NotIn
    if swap_queries.offer_by(seat.id):
        raise rules.SwapOffered
    with unless_there(rules.SwapOffered):
        db.session.add(SwapOffer(sign_up_id=seat.id, wish=wish, made_at=now))


@transactional
def take_offer_back(member_id: int, slot_id: int, now: datetime) -> None:
    lock(Member, member_id)
    seat, _ = engagements.around(member_id, facts.offer_locked(slot_id))
    offered = swap_queries.offer_by(seat.id) if seat else None
    if offered is None:
        raise rules.NotOnOffer
    offered.ended_at = now


# ── proposals ───────────────────────────────────────────────────────────────


@transactional
def propose(
    member_id: int, slot_id: int, other_id: int, other_slot_id: int, now: datetime, *, consent: Consent | None = None
) -> None:
    """Propose to somebody that they swap their seat in the other slot for one's own. `consent`: what the person
    confirms of the slot they would have; None: nothing is asked. Raises the rules' Refusal."""
    own, other = _sides(Ends(member_id, slot_id, other_id, other_slot_id))
    if refusal := rules.why_not_swap(own.side, other.side, now):
        raise refusal
    assert own.seat is not None  # the rule refused otherwise
    assert other.seat is not None
    _must_consent(place(other.side.gives, other.seat, own.guest), own.guest, consent)
    if swap_queries.proposed_between(own.seat.id, other.seat.id, now):
        raise rules.SwapProposed
    gives, takes = own.side.gives, own.side.takes
    swap = Swap(
        given_id=own.seat.id, wanted_id=other.seat.id, given_starts_at=gives.starts_at,
        wanted_starts_at=takes.starts_at, risks_version=consent.risks_version if consent else None, proposed_at=now,
        expires_at=rules.expires_at(gives, takes, now),
    )  # fmt: skip
    with unless_there(rules.SwapProposed):
        db.session.add(swap)
    seats = {"given": own.seat.id, "wanted": other.seat.id}
    audit.leave(now, member_id, "propose swap", Swap, swap.id, after=seats)
    notices.swap_proposed(gives, takes, _name(member_id), other_id, swap.expires_at, now)


def agree(member_id: int, swap_id: int, now: datetime, *, consent: Consent | None = None) -> None:
    """Agree to a proposal: both seats are exchanged. Raises the rules' Refusal, which are asked for both."""
    seat_freed(_agree(member_id, swap_id, consent, now), now)


@transactional
def _agree(member_id: int, swap_id: int, consent: Consent | None, now: datetime) -> list[int]:
    """Return the two, who have time again where they had none."""
    ends = _ends(swap_id)
    if ends.taker_id != member_id:
        raise NotFound
    giver, taker = _sides(ends)
    swap = _open(swap_id, now)
    own_seat, other_seat = taker.seat, giver.seat
    if not (own_seat and other_seat and (other_seat.id, own_seat.id) == (swap.given_id, swap.wanted_id)):
        raise rules.SeatGone
    if refusal := rules.why_not_swap(taker.side, giver.side, now):
        raise refusal
    if (swap.given_starts_at, swap.wanted_starts_at) != (other_seat.starts_at, own_seat.starts_at):
        raise rules.SlotMoved
    given, wanted = giver.side.gives, taker.side.gives
    own, other = place(given, other_seat, taker.guest), place(wanted, own_seat, giver.guest)
    _must_consent(own, taker.guest, consent)
    read = consent.risks_version if consent else None
    sought = [(offer, one) for offer, seat in ((given, other_seat), (wanted, own_seat)) for one in _cover(seat, now)]
    own_minute = hand_over(own, other_seat, member_id, Way.SWAP, now, actor_id=member_id, risks_version=read)
    other_minute = hand_over(
        other, own_seat, ends.giver_id, Way.SWAP, now, actor_id=member_id, risks_version=swap.risks_version
    )
    for offer, one in sought:
        line.give_up(offer, one, CoverEnd.SWAPPED, now)
    swap.end(SwapEnd.AGREED, now)
    _end_others(swap, now)
    notices.swapped(given, wanted, member_id, now, own_minute)
    notices.swapped(wanted, given, ends.giver_id, now, other_minute)
    return [ends.giver_id, member_id]


@transactional
def decline(member_id: int, swap_id: int, now: datetime) -> None:
    ends = _ends(swap_id)
    if ends.taker_id != member_id:
        raise NotFound
    lock(Member, ends.giver_id)
    swap = _open(swap_id, now)
    swap.end(SwapEnd.DECLINED, now)
    audit.leave(now, member_id, "decline swap", Swap, swap.id)
    _tell_not_swapped(swap, ends, now, declined=True)


@transactional
def take_back(member_id: int, swap_id: int, now: datetime) -> None:
    """Take back what one has proposed. Who was asked is told."""
    ends = _ends(swap_id)
    if ends.giver_id != member_id:
        raise NotFound
    lock(Member, member_id)
    swap = _open(swap_id, now)
    swap.end(SwapEnd.TAKEN_BACK, now)
    audit.leave(now, member_id, "take swap back", Swap, swap.id)
    tell_asked(swap, ends, now)


@every(300, "lapse swaps")
def lapse(now: datetime) -> None:
    """End what nobody has answered in time, and tell who has proposed it: each in a transaction of its own."""
    for swap_id in swap_queries.expired(now):
        _lapse(swap_id, now)


@transactional
def _lapse(swap_id: int, now: datetime) -> None:
    ends = _ends(swap_id)
    lock(Member, ends.giver_id)
    swap = lock(Swap, swap_id)
    if swap.ended_at is None:
        swap.end(SwapEnd.LAPSED, now)
        _tell_not_swapped(swap, ends, now, declined=False)


# ── what the verbs share, inside their transactions ─────────────────────────


class Party(NamedTuple):
    guest: Guest
    seat: Engagement | None
    side: Side


def _sides(ends: Ends) -> tuple[Party, Party]:
    """Both, as they are now; both people are locked, then both slots, each in the order of their ids."""
    people = {who: facts.person_locked(who) for who in sorted({ends.giver_id, ends.taker_id})}
    offers = {slot: facts.offer_locked(slot) for slot in sorted({ends.given_slot_id, ends.wanted_slot_id})}
    paths = swap_queries.paths(offers)

    def party(who: int, gives: int, other: int, takes: int) -> Party:
        seat, _ = engagements.around(who, offers[gives])
        theirs, _ = engagements.around(other, offers[takes])
        wanted = offers[takes].without(theirs and theirs.arrives_after)
        there, _ = engagements.around(who, offers[takes])
        seen, duties = engagements.taken_on(who, offers[takes].starts_at, offers[takes].ends_at)
        busy = engagements.busy_of(duty for duty in duties if duty.slot_id not in (gives, takes))
        has_seat = seat is not None and seat.state is SignUpState.SEATED
        person = people[who]._replace(timetable=seen.timetable)
        sees = person.unit_path.startswith(paths[takes])
        return Party(
            Guest(who, person, busy),
            seat,
            Side(person, offers[gives], wanted, has_seat, sees, there and there.mine, busy),
        )

    return (
        party(ends.giver_id, ends.given_slot_id, ends.taker_id, ends.wanted_slot_id),
        party(ends.taker_id, ends.wanted_slot_id, ends.giver_id, ends.given_slot_id),
    )


def _must_consent(places: Places, guest: Guest, consent: Consent | None) -> None:
    if consent and (refusal := why_not_consented(places, guest, consent)):
        raise refusal


def _ends(swap_id: int) -> Ends:
    ends = swap_queries.ends_of(swap_id)
    if ends is None:
        raise NotFound
    return ends


def _open(swap_id: int, now: datetime) -> Swap:
    """The proposal, while it awaits an answer."""
    swap = lock(Swap, swap_id)
    if swap.ended_at is not None or now >= swap.expires_at:
        raise rules.SwapOver
    return swap


def _cover(seat: Engagement, now: datetime) -> list[Wanted]:
    """The search for cover of who has a seat, where there is one."""
    return [one for one in queries.wanted_in(seat.slot_id, now) if one.cover.sign_up_id == seat.id]


def _end_others(swap: Swap, now: datetime) -> None:
    """End the other proposals for these seats, which are gone. Who has proposed one or was asked is told, once for each
    seat of theirs that would have been swapped, unless it has gone too."""
    gone: dict[int, Ends] = {}
    asked: dict[int, tuple[Swap, Ends]] = {}
    for other in swap_queries.competing(swap):
        other.end(SwapEnd.SEAT_GONE, now)
        gone[other.given_id] = _ends(other.id)
        asked[other.wanted_id] = other, gone[other.given_id]
    for given_id, ends in gone.items():
        seat, _ = engagements.around(ends.giver_id, offer := facts.offer(ends.given_slot_id))
        if seat and seat.id == given_id:
            notices.seat_gone(offer, ends.giver_id, now)
    for wanted_id, (other, ends) in asked.items():
        if wanted_id not in gone:
            tell_asked(other, ends, now)


def _tell_not_swapped(swap: Swap, ends: Ends, now: datetime, *, declined: bool) -> None:
    """Tell who has proposed a swap that nothing comes of it, and that they keep their seat – if they have it still."""
    seat, _ = engagements.around(ends.giver_id, offer := facts.offer(ends.given_slot_id))
    if seat and seat.id == swap.given_id:
        notices.not_swapped(offer, ends.giver_id, now, declined=declined)


def _name(member_id: int) -> str:
    return db.session.get_one(Member, member_id).name
