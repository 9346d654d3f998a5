"""Signing up together. A team is for one slot; people join it themselves, since nobody is signed up who has not agreed,
and who has been in it longest leads it. One that stays whole gets seats for all or for none and waits as one; otherwise
as many as there are seats for get one, in their order, and from then on each is on their own."""

from __future__ import annotations

from datetime import datetime

from activities.audit import service as audit
from activities.duties.models import Slot
from activities.duties.queries import sight_of
from activities.kit.db import db, lock, transactional
from activities.kit.refusal import ChangedMeanwhile, NotFound
from activities.signups import (
    arrivals,
    engagements,
    facts,
    notices_together,
    parties,
    queries,
    queries_together,
    rules,
    rules_leaving,
    rules_soft,
    rules_together,
)
from activities.signups.models import Team, TeamMember
from activities.signups.moving_up import fill, lock_waiters, promote, seat_freed
from activities.signups.rules import Offer, SignUpState
from activities.signups.rules_places import Guest, Places
from activities.signups.rules_soft import Consent
from activities.signups.writing import Entry, enter_all, give_back_all


@transactional
def make_team(
    member_id: int, slot_id: int, name: str, whole: bool, now: datetime, *, consent: Consent | None = None
) -> str:
    """Make a team and be the first in it. `consent` as in `sign_up`. Return its public id."""
    offer = _must_join(member_id, slot_id, consent, now)
    team = Team(slot_id=slot_id, name=name, whole=whole, made_at=now)
    db.session.add(team)
    db.session.flush()
    _enter_team(team, member_id, offer, now)
    return team.public_id


@transactional
def join(member_id: int, team_id: int, now: datetime, *, consent: Consent | None = None) -> None:
    """Be in the team, and agree to be signed up with it. `consent` as in `sign_up`."""
    offer = _must_join(member_id, db.session.get_one(Team, team_id).slot_id, consent, now)
    team = _open(team_id)
    if refusal := rules_together.why_not_grow(len(queries_together.joined(team_id)), offer.capacity, whole=team.whole):
        raise refusal
    _enter_team(team, member_id, offer, now)


def _must_join(member_id: int, slot_id: int, consent: Consent | None, now: datetime) -> Offer:
    """Lock the member and the slot; raise the reason why the member cannot be in a team for it."""
    person = facts.person_locked(member_id, slot_id)
    offer = facts.offer_locked(slot_id)
    mine, busy = engagements.around(member_id, offer)
    if refusal := rules_together.why_not_join(offer, person, mine and mine.mine, busy, now):
        raise refusal
    if queries_together.team_joined(member_id, slot_id):
        raise rules_together.InTeam
    if consent and (refusal := rules_soft.why_not_consented(Places(offer), Guest(member_id, person, busy), consent)):
        raise refusal
    return offer


def _enter_team(team: Team, member_id: int, offer: Offer, now: datetime) -> None:
    own = queries_together.invitation(team.id, member_id) or TeamMember(team_id=team.id, member_id=member_id)
    own.joined_at, own.risks_version = now, offer.risks_version
    db.session.add(own)
    audit.leave(now, member_id, "join team", Team, team.id, after={"member": member_id})


@transactional
def invite(actor_id: int, team_id: int, number: str, now: datetime) -> None:
    """Ask who has this number to join. NobodyToInvite where nobody has it who could, or who was asked already; TeamFull
    where as many were asked as a team can have."""
    team = _led(actor_id, team_id)
    member = queries_together.active_by_number(number)
    if member is None or queries_together.invitation(team_id, member.id):
        raise rules_together.NobodyToInvite
    try:
        seen = facts.Seen(db.session.get_one(Slot, team.slot_id).public_id, sight_of(member))
        offer, person, mine = facts.at_first_sight(member.id, seen)
    except NotFound:  # an activity that the person does not see
        raise rules_together.NobodyToInvite from None
    if refusal := rules_together.why_not_grow(queries_together.asked_or_in(team_id), offer.capacity, whole=False):
        raise refusal
    if rules_together.why_not_join(offer, person, mine, (), now):
        raise rules_together.NobodyToInvite
    db.session.add(TeamMember(team_id=team_id, member_id=member.id))
    audit.leave(now, actor_id, "invite to team", Team, team_id, after={"member": member.id})
    notices_together.team_invited(offer, team, queries.name_of(actor_id), member.id, now)


@transactional
def leave(member_id: int, team_id: int, now: datetime) -> None:
    """Not be in the team, or not join it. The next leads it; without anybody it is dissolved."""
    team = _open(team_id)
    own = queries_together.invitation(team_id, member_id)
    if own is None:
        raise rules_leaving.NotIn
    db.session.delete(own)
    db.session.flush()
    audit.leave(now, member_id, "leave team", Team, team_id, before={"member": member_id})
    if not queries_together.joined(team_id):
        team.dissolved_at = now


def sign_up_team(
    actor_id: int, team_id: int, now: datetime, *, at_once: bool = False, consent: Consent | None = None
) -> int:  # fmt: skip
    """Sign the team up, or put it on the waiting list where the seats are not enough. Return how many have a seat.
    Raises the rules' Refusal; it names those of the team in whose way something stands. `consent` as in `sign_up`, of
    who leads it: the others were asked when they joined, and nobody learns what else they have to do."""
    slot_id = db.session.get_one(Team, team_id).slot_id
    for one in queries_together.waited_for_with_seats_left([slot_id]):
        fill(one, now)
    return _sign_up_team(actor_id, team_id, now, at_once, consent)


@transactional
def _sign_up_team(actor_id: int, team_id: int, now: datetime, at_once: bool, consent: Consent | None) -> int:
    slot_id, members = db.session.get_one(Team, team_id).slot_id, queries_together.joined(team_id)
    lock_waiters([slot_id], *members)
    people = parties.people_locked(members)
    offer = facts.offer_locked(slot_id)
    team = _led(actor_id, team_id)
    if queries_together.joined(team_id) != members:
        raise ChangedMeanwhile
    if refusal := rules_together.why_not_team(len(members), offer.capacity, whole=team.whole):
        raise refusal
    stopped, read = [], queries_together.risks_read(team_id)
    company = parties.around_all(people, offer)
    for who, one in company.items():
        refusal = rules.why_not_sign_up(offer, one.person, one.mine and one.mine.mine, one.busy, now, waiting=True)
        if offer.risks_version and read[who][0] != offer.risks_version:
            refusal = refusal or rules_soft.RisksNotRead()
        if refusal and who == actor_id:
            raise refusal
        if refusal:
            stopped.append(one.name)
    if stopped:
        raise rules_together.TeammateCannot(", ".join(stopped))
    places, guests = Places(offer), [Guest(who, company[who].person, company[who].busy) for who in members]
    seated = rules_together.seats_for_team(guests, offer.left, places.seat, whole=team.whole)
    if consent:
        me = Guest(actor_id, facts.person_locked(actor_id, slot_id), company[actor_id].busy)
        if unknown := rules_soft.why_not_known(places, me, consent):
            raise unknown
    states = {who: SignUpState.SEATED if who in seated else SignUpState.WAITING for who in members}
    entries = [Entry(offer, who, state, read[who][1] if offer.risks_version else None) for who, state in states.items()]
    enter_all(entries, now, actor_id=actor_id, at_once=at_once, team_id=team_id)
    arrivals.give(places)
    team.signed_up_at = now
    audit.leave(now, actor_id, "sign team up", Team, team_id, after={"people": len(members), "seats": len(seated)})
    notices_together.team_signed_up(offer, team, states, places.minutes, now)
    promote(slot_id, now)
    return len(seated)


def dissolve(actor_id: int, team_id: int, now: datetime) -> None:
    """End the team: whatever seats and places it has are given back, and all in it are told. Raises OnTheirOwn where it
    was seated as far as it fitted: then nobody gives back what is another's."""
    seat_freed(_dissolve(actor_id, team_id, now), now)


@transactional
def _dissolve(actor_id: int, team_id: int, now: datetime) -> list[int]:
    """Return who was in it."""
    slot_id, members = db.session.get_one(Team, team_id).slot_id, queries_together.people_of_team(team_id)
    lock_waiters([slot_id], actor_id, *members)
    offer = facts.offer_locked(slot_id)
    team = _led(actor_id, team_id, signed_up=True)
    if team.signed_up_at and not team.whole:
        raise rules_together.OnTheirOwn
    places = parties.of_team(team_id)
    for mine in places:
        if refusal := rules_leaving.why_not_withdraw(offer, mine.state, now):
            raise refusal
    members = queries_together.people_of_team(team_id)
    give_back_all(places, actor_id, now, "team dissolved")
    team.dissolved_at = now
    audit.leave(now, actor_id, "dissolve team", Team, team_id, after={"people": len(members)})
    notices_together.team_dissolved(offer, team, members, now)
    promote(slot_id, now)
    return members


def _open(team_id: int) -> Team:
    """The team, locked, while people may still join and leave it."""
    team = lock(Team, team_id)
    if team.signed_up_at or team.dissolved_at:
        raise rules_together.TeamClosed
    return team


def _led(actor_id: int, team_id: int, *, signed_up: bool = False) -> Team:
    """The team, locked; who acts must lead it. `signed_up`: it may be signed up already."""
    team = lock(Team, team_id) if signed_up else _open(team_id)
    if team.dissolved_at:
        raise rules_together.TeamClosed
    if queries_together.people_of_team(team_id)[:1] != [actor_id]:
        raise rules_together.NotLeading
    return team
