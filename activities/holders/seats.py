"""Giving who holds a post the seats of its slots, and taking them back, inside a transaction that has locked the people
and the activity. The rules are those of everybody who signs up; only the time of sign-up is not asked."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from activities.holders import queries, rules
from activities.holders.models import Holder, HolderSeat
from activities.kit import clock
from activities.kit.db import db, run
from activities.kit.refusal import Refusal
from activities.kit.sql import Among
from activities.signups import engagements, parties
from activities.signups.engagements import Engagement
from activities.signups.models import SignUp
from activities.signups.moving_up import let_go
from activities.signups.rules import HOLDING, Offer, SignUpState
from activities.signups.rules_places import Guest, Places
from activities.signups.rules_soft import what_speaks_against
from activities.signups.rules_time import reach
from activities.signups.writing import Entry, become_all, enter_all, give_back_all


@dataclass(frozen=True)
class Seating:
    """Of a post's slots to come: those in which there is a seat for who holds it, by sign-ups that are there already,
    those that could be entered, and those in which there is none, and why."""

    seated: tuple[Offer, ...] = ()
    wanted: tuple[tuple[Offer, Engagement | None], ...] = ()
    missed: tuple[tuple[Offer, Refusal], ...] = ()
    speaks: tuple[tuple[Offer, Refusal], ...] = ()  # what merely speaks against those that could be entered

    @property
    def warnings(self) -> tuple[Refusal, ...]:
        return tuple(why for _, why in self.speaks)

    @property
    def slots(self) -> int:
        return len(self.seated) + len(self.wanted) + len(self.missed)


def seating(member_id: int, offers: Sequence[Offer], now: datetime, left: Collection[int] = ()) -> Seating:
    """What there is for a person in these slots of a post; those they have `left` themselves are not asked about.
    One statement."""
    if not offers:
        return Seating()
    person, taken_on = engagements.taken_on(
        member_id, min(offer.starts_at for offer in offers), max(offer.ends_at for offer in offers)
    )
    mine = {one.slot_id: one for one in taken_on}
    busy = {one.slot_id: one.busy for one in taken_on if one.state in HOLDING}
    seated: list[Offer] = []
    wanted: list[tuple[Offer, Engagement | None]] = []
    missed: list[tuple[Offer, Refusal]] = []
    speaks: list[tuple[Offer, Refusal]] = []
    for offer in sorted(offers, key=lambda one: one.starts_at):
        own = mine.get(offer.id)
        if rules.is_seated(own.mine if own else None):
            seated.append(offer)
        elif offer.id not in left:
            others = [one for slot_id, one in busy.items() if slot_id != offer.id]
            others = rules.near(others, *reach(offer.starts_at, offer.ends_at, clock.zone()))
            if reason := rules.why_not_seated(offer, person, own and own.mine, others, now):
                missed.append((offer, reason))
            else:
                wanted.append((offer, own))
                guest = Guest(member_id, person, others)
                speaks += [(offer, why) for why in what_speaks_against(Places(offer), guest)]
                busy[offer.id] = offer.duty
    return Seating(tuple(seated), tuple(wanted), tuple(missed), tuple(speaks))


def take(holder: Holder, found: Seating, actor_id: int | None, risks_version: int, now: datetime) -> list[int]:
    """Enter what was found, in a fixed number of statements. The slots are locked. A place that becomes such a seat is
    no team's any more, and lets the others of its wish go: return the slots in which a seat was held for one of these,
    for `fill` afterwards."""
    places = [own for _, own in found.wanted if own]
    become_all(places, SignUpState.SEATED, "seat holder", actor_id, now)
    entered = enter_all(
        [
            Entry(offer, holder.member_id, SignUpState.SEATED, now if min(risks_version, offer.risks_version) else None)
            for offer, own in found.wanted
            if not own
        ],
        now,
        actor_id=actor_id or holder.member_id,
    )
    seats = [{"holder_id": holder.id, "sign_up_id": one} for one in (*(own.id for own in places), *entered)]
    if seats:
        run(sa.insert(HolderSeat), seats)
    run(sa.update(SignUp).where(Among(SignUp.id)).values(team_id=None), {"ids": [own.id for own in places]})
    wishes = [own.wish_id for own in places if own.wish_id]
    held = [one.slot_id for one in parties.rest_of_wishes(wishes, now) if one.state is SignUpState.OFFERED]
    let_go(wishes, now)
    return held


def give(holder: Holder, slots: Collection[int], actor_id: int | None, reason: str, now: datetime) -> list[Offer]:
    """Give back the seats that the person has in these slots because they hold the post. Who gets them is asked
    afterwards. Return the slots."""
    theirs = {one.slot_id: one for one in db.session.scalars(queries.seats([holder.id], now)) if one.slot_id in slots}
    found = queries.offers_of(theirs.keys())
    to_come = engagements.engagements_to_come(holder.member_id, now)
    give_back_all([one for one in to_come if one.slot_id in theirs], actor_id, now, reason)
    return found
