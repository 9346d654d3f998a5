"""Sign up, accept, withdraw, promote. Every verb locks the member, then the slot: two overlapping slots have different
locks, so the member's is what makes the overlap check safe, and one order for all keeps them from waiting for each
other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from activities.audit import service as audit
from activities.duties.models import Slot
from activities.kit.db import UtcDateTime, Words, db, run, transactional
from activities.outbox.jobs import every
from activities.people.models import Member
from activities.signups import arrivals, facts, notices, parties, queries, rules, rules_soft, rules_together
from activities.signups.facts import NOW, SLOT, Engagement, Seen, Waiter
from activities.signups.models import SignUp
from activities.signups.parties import Companion
from activities.signups.rules import Offer, SignUpState
from activities.signups.rules_arrivals import ArrivalFull
from activities.signups.rules_places import Guest, Places
from activities.signups.rules_soft import Consent
from activities.signups.rules_time import Busy

# Which of a slot's counters a sign-up in each state is counted by.
COUNTERS = {
    SignUpState.SEATED: "taken",
    SignUpState.OFFERED: "taken",
    SignUpState.WAITING: "waiting",
    SignUpState.ASKED: "asked",
}
_COUNT = (
    sa.update(Slot)
    .where(Slot.id == SLOT)
    .values(
        taken=Slot.taken + sa.bindparam("d_taken"),
        gathered=Slot.gathered + sa.bindparam("d_gathered"),
        waiting=Slot.waiting + sa.bindparam("d_waiting"),
        asked=Slot.asked + sa.bindparam("d_asked"),
        tickets=Slot.tickets + sa.bindparam("drawn"),
    )
)
_ENTER = sa.insert(SignUp).returning(SignUp.id)
_ENTER_ALL = sa.insert(SignUp)
_ENTERED = sa.select(SignUp.id, SignUp.state, SignUp.ticket).where(
    sa.or_(
        SignUp.wish_id == sa.bindparam("wish_id", type_=sa.Integer()),
        SignUp.team_id == sa.bindparam("team_id", type_=sa.Integer()),
    )
)
_BECOME = (
    sa.update(SignUp)
    .where(SignUp.id.in_(sa.bindparam("ids", type_=sa.Integer(), expanding=True)))
    .values(
        state=sa.bindparam("to", type_=Words(SignUpState)),
        seated_at=sa.func.coalesce(sa.bindparam("seated_at", type_=UtcDateTime()), SignUp.seated_at),
        offered_until=sa.bindparam("until", type_=UtcDateTime()),
        withdrawn_at=sa.bindparam("left_at", type_=UtcDateTime()),
        changed_at=NOW,
        revision=SignUp.revision + 1,
    )
)


def sign_up(
    member_id: int, slot: Seen | int, now: datetime, *, or_wait: bool = False, at_once: bool = False,
    consent: Consent | None = None,
) -> SignUpState:  # fmt: skip
    """Take a seat, or with `or_wait` a place on the waiting list when none is left, or ask for one where an organizer
    or a draw decides, in the slot that somebody sees or that has this id. `at_once`: who waits wants to be seated
    without being asked when the slot starts soon. `consent`: what the person confirms; None: nothing is asked. Raises
    the rules' Refusal.

    Looks first without a lock, so that a slot that is plainly full or closed costs no write.
    """
    offer, person, mine = facts.at_first_sight(member_id, slot)
    if refusal := rules.why_not_sign_up(offer, person, mine, (), now, waiting=or_wait):
        raise refusal
    if offer.waiting and offer.left:
        fill(offer.id, now)  # a waiter whom nothing stops any more comes before who arrives now
    return _sign_up(member_id, offer.id, now, or_wait, at_once, consent)


@transactional
def fill(slot_id: int, now: datetime) -> None:
    """Give free seats to those who wait. A transaction of its own, so that nobody else's refusal takes it back."""
    lock_waiters([slot_id])
    promote(slot_id, now)


@transactional
def _sign_up(
    member_id: int, slot_id: int, now: datetime, or_wait: bool, at_once: bool, consent: Consent | None
) -> SignUpState:
    person = facts.person_locked(member_id, slot_id)
    offer = facts.offer_locked(slot_id)
    mine, busy = facts.around(member_id, offer)
    if refusal := rules.why_not_sign_up(offer, person, mine and mine.mine, busy, now, waiting=or_wait):
        raise refusal
    state, places, guest = offer.entry, Places(offer), Guest(member_id, person, busy)
    if state is SignUpState.SEATED:
        _must_seat(places, guest, consent)
    if consent and (refusal := rules_soft.why_not_consented(places, guest, consent)):
        raise refusal
    enter(offer, member_id, state, now, at_once=at_once, risks_version=consent.risks_version if consent else None)
    arrivals.give(places)
    notices.signed_up(offer, member_id, state, now, places.at(member_id))
    return state


def _must_seat(places: Places, guest: Guest, consent: Consent | None) -> None:
    """Find the time at which somebody comes, where people come one after another: the one they have chosen, or the
    earliest that suits where nothing is asked. Raises the reason against it."""
    if consent and places.offer.quarters:
        if refusal := places.choose(guest, consent.arrival_id):
            raise refusal
    elif not places.seat(guest):
        raise ArrivalFull


@transactional
def accept(member_id: int, slot_id: int, now: datetime, *, consent: Consent | None = None) -> None:
    """Take the seat that is held for the member; of a team that stays whole, one accepts for all. The rules are asked
    once more; raises their Refusal. `consent` as in `sign_up`."""
    people = parties.company_locked(member_id, slot_id)
    offer = facts.offer_locked(slot_id)
    company = parties.around_all(people, offer)
    seats = _acceptable(member_id, company, offer, now)
    if consent:
        _must_know(
            offer,
            seats[member_id],
            Guest(member_id, facts.person_locked(member_id, slot_id), company[member_id].busy),
            consent,
        )
    become([mine.id for mine in seats.values()], slot_id, SignUpState.OFFERED, SignUpState.SEATED, now)
    before, after = {"state": SignUpState.OFFERED}, {"state": SignUpState.SEATED}
    audit.leave_all(now, member_id, "accept", SignUp, [(mine.id, before, after) for mine in seats.values()])
    let_go([mine.wish_id for mine in seats.values() if mine.wish_id], now)
    minutes = {who: mine.arrives_after for who, mine in seats.items()}
    notices.accepted(offer, {who: bool(mine.wish_id) for who, mine in seats.items()}, minutes, now)


def _must_know(offer: Offer, mine: Engagement, guest: Guest, consent: Consent) -> None:
    """Raise what speaks against the seat that is held for somebody who does not know of it."""
    places = Places(offer)
    places.put({guest.id: mine.arrives_after})
    if refusal := rules_soft.why_not_known(places, guest, consent):
        raise refusal


def _acceptable(member_id: int, company: Mapping[int, Companion], offer: Offer, now: datetime) -> dict[int, Engagement]:
    """The held seats of the member and, where the member belongs to a team that stays whole, of all of it. Raises the
    reason against the member's own, or names those of the team in whose way something stands."""
    seats, stopped = {}, []
    for who, one in company.items():
        refusal = rules.why_not_accept(offer, one.person, one.mine and one.mine.mine, one.busy, now)
        if who == member_id and refusal:
            raise refusal
        if isinstance(refusal, rules.NotOffered):
            continue  # who has left the team meanwhile
        if refusal:
            stopped.append(one.name)
        elif one.mine:
            seats[who] = one.mine
    if stopped:
        raise rules_together.TeammateCannot(", ".join(stopped))
    return seats


def withdraw(member_id: int, slot_id: int, now: datetime, reason: str = "") -> None:
    """Give back a seat, one that is held for the member, or a place on the waiting list. A freed seat goes to who waits
    longest, in this transaction; then the member, who has time again, is promoted where a seat was free but clashed.
    What was assigned is given back with a `reason`, of which whoever assigned it is told."""
    _withdraw(member_id, slot_id, now, reason)
    seat_freed([member_id], now)


def seat_freed(member_ids: Collection[int], now: datetime) -> None:
    """Promote people who have time again where a seat was free but clashed."""
    for slot_id in queries.waited_for_beside_free_seats(member_ids, now):
        fill(slot_id, now)


@transactional
def _withdraw(member_id: int, slot_id: int, now: datetime, reason: str) -> None:
    lock_waiters([slot_id], member_id)
    offer = facts.offer_locked(slot_id)
    mine, _ = facts.around(member_id, offer)
    if refusal := rules.why_not_withdraw(offer, mine and mine.state, now):
        raise refusal
    assert mine is not None  # the rule refused otherwise
    if refusal := rules.why_not_unsaid(mine.assigned_by_id is not None, reason):
        raise refusal
    give_back(mine, member_id, now, reason)
    notices.withdrew(offer, member_id, now)
    if mine.assigned_by_id:
        notices.declined(offer, mine.assigned_by_id, queries.name_of(member_id), reason, now)
    promote(slot_id, now)


@every(15, "lapse offers")
def lapse_offers(now: datetime) -> None:
    """Give seats on that were held for somebody until now: each slot in a transaction of its own."""
    for slot_id in queries.slots_with_lapsed_offers(now):
        seat_freed(_lapse(slot_id, now), now)


@transactional
def _lapse(slot_id: int, now: datetime) -> list[int]:
    """Return whose offers lapsed."""
    lock_waiters([slot_id])
    offer = facts.offer_locked(slot_id)
    lapsed = facts.lapsed(slot_id, now)
    give_back_all([mine for _, mine in lapsed], None, now, "offer lapsed")
    people = [member_id for member_id, _ in lapsed]
    notices.lapsed(offer, people, now)
    for member_id, mine in lapsed:
        if mine.assigned_by_id:
            notices.unanswered(offer, mine.assigned_by_id, queries.name_of(member_id), now)
    promote(slot_id, now)
    return people


@every(60, "share gathered seats out")
def share_gathered_out(now: datetime) -> None:
    """Ask anew for whom seats are gathered: the team may have no time any more, or there may be none to gather. Each
    slot in a transaction of its own."""
    for slot_id in queries.slots_gathering(now):
        fill(slot_id, now)


# ── what the verbs of this room share, inside their transactions ────────────


def lock_waiters(slot_ids: Collection[int], *member_ids: int | None) -> None:
    """Lock all who wait for these slots or are offered a seat there, and these members, before the slots themselves: a
    freed seat may go to them."""
    in_line = sa.select(SignUp.member_id).where(
        SignUp.slot_id.in_(slot_ids), SignUp.state.in_((SignUpState.WAITING, SignUpState.OFFERED))
    )
    query = (
        sa.select(Member.id)
        .where(sa.or_(Member.id.in_([m for m in member_ids if m is not None]), Member.id.in_(in_line)))
        .order_by(Member.id)
        .with_for_update(of=Member)
    )
    db.session.execute(query)


def promote(slot_id: int, now: datetime) -> list[int]:
    """Give free seats to waiters in order, as far as the rules still hold for them; the others keep their place. All
    who wait are locked already. A seat is held until its waiter accepts it, unless the activity does not ask, or time
    is short and the waiter wished not to be asked. Seats that are not enough for the whole team whose turn it is are
    gathered for it (`rules_together.share_out`). Return who has been told of a seat."""
    offer = facts.offer_locked(slot_id)
    if not (offer.free and (offer.waiting or offer.gathered)):
        return []
    line, busy = ready(offer, facts.waiters_locked(slot_id), now)
    gathers, places = rules_together.gathers(offer.starts_at, now), Places(offer)
    chosen, gathered = rules_together.share_out(
        line, offer.free, offer.capacity, gathers=gathers,
        admits=lambda party: places.seat(*(Guest(w.member_id, w.person, busy[w.member_id]) for w in party)),
    )  # fmt: skip
    if gathered != offer.gathered:
        count(slot_id, {}, gathered=gathered - offer.gathered)
    until = rules.offered_until(offer.starts_at, offer.offer_minutes, now)
    unasked = [w for w in chosen if rules.is_unasked(offer, w.at_once, now)]
    _move_up(places, unasked, SignUpState.SEATED, None, now)
    _move_up(places, [w for w in chosen if w not in unasked], SignUpState.OFFERED, until, now)
    arrivals.give(places)
    return [w.member_id for w in chosen]


def ready(offer: Offer, waiters: Collection[Waiter], now: datetime) -> tuple[list[list[Waiter]], dict[int, list[Busy]]]:
    """The parties in line of whom nothing stands in the way of anybody, and what they have taken on. Who is asked about
    another slot of the same wish answers that first."""
    busy = facts.busy_around([w.member_id for w in waiters], offer)
    answering = parties.answering([w.wish_id for w in waiters if w.wish_id])
    can = {
        w.id for w in waiters
        if w.wish_id not in answering and not rules.why_not_promote(offer, w.person, busy[w.member_id], now)
    }  # fmt: skip
    return [party for party in parties.in_line(waiters) if can.issuperset(w.id for w in party)], busy


def _move_up(
    places: Places, waiters: Collection[Waiter], state: SignUpState, until: datetime | None, now: datetime
) -> None:
    if not waiters:
        return
    offer, minutes = places.offer, places.minutes
    become([w.id for w in waiters], offer.id, SignUpState.WAITING, state, now, until=until)
    before, after = {"state": SignUpState.WAITING}, {"state": state}
    audit.leave_all(now, None, "promote", SignUp, [(w.id, before, after) for w in waiters])
    if until:
        notices.offered(offer, waiters, minutes, until, now)
    else:
        let_go([w.wish_id for w in waiters if w.wish_id], now)
        notices.promoted(offer, waiters, minutes, now)


def let_go(wish_ids: Collection[int], now: datetime) -> None:
    """End what else stands in these wishes: one seat of each has come. The notice of that seat says so. Whoever changes
    a waiting list has locked all who are on it, so no two meet at its counters without having met at the person."""
    if wish_ids:
        give_back_all(parties.rest_of_wishes(wish_ids, now), None, now, "another slot of the wish came first")


def enter(
    offer: Offer, member_id: int, state: SignUpState, now: datetime, *, at_once: bool = False,
    until: datetime | None = None, actor_id: int | None = None, risks_version: int | None = None,
    assigned_by_id: int | None = None,
) -> int:  # fmt: skip
    """Write a new sign-up with the next ticket of the locked slot, by the member or by who else acts. `risks_version`:
    of the risks that the member has confirmed to have read; nobody has read what there is not. Return its id."""
    ticket, read = offer.tickets + 1, min(risks_version or 0, offer.risks_version)
    count(offer.id, {state: 1}, drawn=1)
    sign_up_id: int = run(
        _ENTER,
        {
            "slot_id": offer.id, "member_id": member_id, "state": state, "ticket": ticket, "revision": 0,
            "signed_up_at": now, "changed_at": now, "seated_at": now if state is SignUpState.SEATED else None,
            "offered_until": until, "at_once": at_once, "risks_version": read or None,
            "risks_read_at": now if read else None, "risks_asked": 0, "assigned_by_id": assigned_by_id,
        },
    ).scalar_one()  # fmt: skip
    audit.leave(now, actor_id or member_id, "sign up", SignUp, sign_up_id, after={"state": state, "ticket": ticket})
    return sign_up_id


class Entry(NamedTuple):
    """A sign-up to be written, and when its person has read the slot's risks as they are now."""

    offer: Offer
    member_id: int
    state: SignUpState
    risks_read_at: datetime | None = None


def enter_all(
    entries: Sequence[Entry], now: datetime, *, actor_id: int, at_once: bool = False,
    wish_id: int | None = None, team_id: int | None = None,
) -> None:  # fmt: skip
    """Write the sign-ups of a new wish or team, each with the next ticket of its locked slot, in their order. Four
    statements, however many."""
    tickets: Counter[int] = Counter()
    states: dict[int, Counter[SignUpState]] = {}
    rows = []
    for offer, member_id, state, risks_read_at in entries:
        tickets[offer.id] += 1
        states.setdefault(offer.id, Counter())[state] += 1
        rows.append({
            "slot_id": offer.id, "member_id": member_id, "state": state, "ticket": offer.tickets + tickets[offer.id],
            "revision": 0, "signed_up_at": now, "changed_at": now, "offered_until": None, "at_once": at_once,
            "seated_at": now if state is SignUpState.SEATED else None, "wish_id": wish_id, "team_id": team_id,
            "risks_version": offer.risks_version if risks_read_at else None, "risks_read_at": risks_read_at,
        })  # fmt: skip
    run(_COUNT, [_counted(slot_id, states[slot_id], drawn=tickets[slot_id]) for slot_id in sorted(states)])
    run(_ENTER_ALL, rows)
    entered = run(_ENTERED, {"wish_id": wish_id, "team_id": team_id})
    audit.leave_all(
        now, actor_id, "sign up", SignUp,
        [(row_id, {}, {"state": state, "ticket": ticket}) for row_id, state, ticket in entered],
    )  # fmt: skip


def become(
    ids: Collection[int], slot_id: int, before: SignUpState, after: SignUpState, now: datetime, *,
    until: datetime | None = None,
) -> None:  # fmt: skip
    """Move sign-ups of one slot from one state to another, and its counters with them. `until`: of an offer."""
    count(slot_id, {before: -len(ids), after: len(ids)})
    _change(ids, after, now, until)


def _change(ids: Collection[int], state: SignUpState, now: datetime, until: datetime | None = None) -> None:
    values = {
        "ids": list(ids), "to": state, "now": now, "until": until,
        "seated_at": now if state is SignUpState.SEATED else None,
        "left_at": now if state is SignUpState.WITHDRAWN else None,
    }  # fmt: skip
    run(_BECOME, values)


def count(slot_id: int, changes: Mapping[SignUpState, int], *, drawn: int = 0, gathered: int = 0) -> None:
    """Move a slot's counters by so many sign-ups more or fewer in each state, and seats gathered for a team."""
    run(_COUNT, _counted(slot_id, changes, drawn, gathered))


def _counted(slot_id: int, changes: Mapping[SignUpState, int], drawn: int = 0, gathered: int = 0) -> dict[str, int]:
    values = {"d_taken": gathered, "d_gathered": gathered, "d_waiting": 0, "d_asked": 0}
    for state, by in changes.items():
        if counter := COUNTERS.get(state):
            values[f"d_{counter}"] += by
    return {**values, "slot_id": slot_id, "drawn": drawn}


def give_back(mine: Engagement, actor_id: int | None, now: datetime, reason: str = "") -> None:
    """End a sign-up. Who gets the seat is asked afterwards (`promote`)."""
    give_back_all([mine], actor_id, now, reason)


def give_back_all(ended: Collection[Engagement], actor_id: int | None, now: datetime, reason: str = "") -> None:
    """End sign-ups, of whatever slots. Three statements, however many."""
    if not ended:
        return
    by_slot: dict[int, Counter[SignUpState]] = {}
    for one in sorted(ended, key=lambda one: one.slot_id):
        by_slot.setdefault(one.slot_id, Counter()).subtract([one.state])
    run(_COUNT, [_counted(slot_id, changes) for slot_id, changes in by_slot.items()])
    _change([one.id for one in ended], SignUpState.WITHDRAWN, now)
    arrivals.recount({one.arrival_id for one in ended if one.arrival_id})
    after = {"state": SignUpState.WITHDRAWN}
    changes = [(one.id, {"state": one.state}, after) for one in ended]
    audit.leave_all(now, actor_id, "withdraw", SignUp, changes, reason=reason)
