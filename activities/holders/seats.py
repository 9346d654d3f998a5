"""Giving who holds a post the seats of its slots, and taking them back, inside a transaction that has locked the people
and the activity. The rules are those of everybody who signs up; only the time of sign-up is not asked."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from activities.audit import service as audit
from activities.holders import queries, rules
from activities.holders.models import Holder, HolderSeat
from activities.kit import clock
from activities.kit.db import db
from activities.kit.refusal import Refusal
from activities.signups import engagements, parties
from activities.signups.engagements import Engagement
from activities.signups.models import SignUp
from activities.signups.moving_up import let_go, promote
from activities.signups.rules import HOLDING, Offer, SignUpState
from activities.signups.rules_places import Guest, Places
from activities.signups.rules_soft import what_speaks_against
from activities.signups.rules_time import reach
from activities.signups.writing import become, enter, give_back


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
    """Enter what was found. The slots are locked. A place that becomes such a seat is no team's any more, and lets the
    others of its wish go: return the slots in which a seat was held for one of these, for `fill` afterwards."""
    for offer, own in found.wanted:
        if own:
            become([own.id], offer.id, own.state, SignUpState.SEATED, now)
            before, after = {"state": own.state}, {"state": SignUpState.SEATED}
            audit.leave(now, actor_id, "seat holder", SignUp, own.id, before=before, after=after)
            sign_up_id = own.id
        else:
            sign_up_id = enter(
                offer, holder.member_id, SignUpState.SEATED, now, actor_id=actor_id, risks_version=risks_version
            )
        db.session.add(HolderSeat(holder_id=holder.id, sign_up_id=sign_up_id))
    places = [own for _, own in found.wanted if own]
    alone = sa.update(SignUp).where(SignUp.id.in_([own.id for own in places]))
    db.session.execute(alone.values(team_id=None))
    wishes = [own.wish_id for own in places if own.wish_id]
    held = [one.slot_id for one in parties.rest_of_wishes(wishes, now) if one.state is SignUpState.OFFERED]
    let_go(wishes, now)
    return held


def give(holder: Holder, slots: Collection[int], actor_id: int | None, reason: str, now: datetime) -> list[Offer]:
    """Give back the seats that the person has in these slots because they hold the post. Who gets them is asked
    afterwards. Return the slots."""
    theirs = {one.slot_id: one for one in db.session.scalars(queries.seats([holder.id], now)) if one.slot_id in slots}
    found = queries.offers_of(theirs.keys())
    for engagement in engagements.engagements_to_come(holder.member_id, now):
        if engagement.slot_id in theirs:
            give_back(engagement, actor_id, now, reason)
    return found


def offer_to_others(slots: Collection[int], now: datetime) -> None:
    """Give seats that are free by now to who waits."""
    for slot_id in sorted(slots):
        promote(slot_id, now)
