"""Who moves together: a team that stays whole, and the slots of which somebody wants one. Facts in statements built
once, like those of `facts`."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from activities.duties.models import Slot
from activities.duties.rules import SlotState
from activities.kit import clock
from activities.kit.db import run
from activities.people.models import Member
from activities.people.rules import NotActive
from activities.signups.engagements import ENGAGEMENTS, TOUCHES, Engagement, busy_of
from activities.signups.facts import MEMBER, MEMBERS, NOW, PERSON, SLOT, Home
from activities.signups.models import SignUp, Team
from activities.signups.rules import Offer, SignUpState
from activities.signups.rules_person import Person
from activities.signups.rules_time import Busy, reach
from activities.signups.waiters import Waiter

WISHES = sa.bindparam("wish_ids", type_=sa.Integer(), expanding=True)


def in_line(waiters: Iterable[Waiter]) -> list[list[Waiter]]:
    """The waiters as parties: each for themselves, or a whole team at the place of its first."""
    parties: dict[tuple[int | None, int], list[Waiter]] = {}
    for waiter in waiters:
        key = (waiter.whole_team, 0) if waiter.whole_team else (None, waiter.id)
        parties.setdefault(key, []).append(waiter)
    return list(parties.values())


# ── a team that stays whole ─────────────────────────────────────────────────


class Companion(NamedTuple):
    """One of those who accept together, with what they have taken on around the slot."""

    name: str
    person: Person
    mine: Engagement | None
    busy: list[Busy]


Own = aliased(SignUp)
_OF_WHOLE_TEAM = (
    sa.select(SignUp.member_id)
    .join(Team, sa.and_(Team.id == SignUp.team_id, Team.whole))
    .join(Own, sa.and_(Own.team_id == Team.id, Own.member_id == MEMBER))
    .where(SignUp.slot_id == SLOT, SignUp.state == SignUpState.OFFERED, Own.state == SignUpState.OFFERED)
)
_PEOPLE = (
    sa.select(Member.id, Member.active, Member.name, *PERSON)
    .join(Home, Home.id == Member.unit_id)
    .order_by(Member.id)
    .with_for_update(of=Member, key_share=True)
)
_PEOPLE_LOCKED = _PEOPLE.where(Member.id.in_(MEMBERS))
_COMPANY_LOCKED = _PEOPLE.where(sa.or_(Member.id == MEMBER, Member.id.in_(_OF_WHOLE_TEAM)))
_OF_TEAM = ENGAGEMENTS.where(SignUp.team_id == sa.bindparam("team_id", type_=sa.Integer()))
_AROUND_ALL = ENGAGEMENTS.add_columns(SignUp.member_id).where(
    SignUp.member_id.in_(MEMBERS), sa.or_(SignUp.slot_id == SLOT, TOUCHES)
)


def company_locked(member_id: int, slot_id: int) -> dict[int, tuple[str, Person]]:
    """Names and persons of the member and of all whose seats are held together with the member's, locked for the rest
    of the transaction. NotActive for a member who has left."""
    company = {}
    for row_id, active, name, *person in run(_COMPANY_LOCKED, {"member_id": member_id, "slot_id": slot_id}):
        if row_id == member_id and not active:
            raise NotActive(name)
        company[row_id] = (name, Person._make(person))
    return company


def people_locked(member_ids: Collection[int]) -> dict[int, tuple[str, Person]]:
    """Names and persons of these members, locked for the rest of the transaction. NotActive where one has left."""
    company = {}
    for row_id, active, name, *person in run(_PEOPLE_LOCKED, {"member_ids": list(member_ids)}):
        if not active:
            raise NotActive(name)
        company[row_id] = (name, Person._make(person))
    return company


def of_team(team_id: int) -> list[Engagement]:
    """What the people of a team have by it: seats and places."""
    return [Engagement._make(row) for row in run(_OF_TEAM, {"team_id": team_id})]


def around_all(people: dict[int, tuple[str, Person]], offer: Offer) -> dict[int, Companion]:
    """What each of these people has taken on around a slot, as `facts.around` tells of one. One statement."""
    first, last = reach(offer.starts_at, offer.ends_at, clock.zone())
    values = {"member_ids": list(people), "slot_id": offer.id, "first": first, "last": last}
    found: dict[int, list[Engagement]] = {member_id: [] for member_id in people}
    for *engagement, member_id in run(_AROUND_ALL, values):
        found[member_id].append(Engagement._make(engagement))
    company = {}
    for member_id, (name, person) in people.items():
        mine = next((one for one in found[member_id] if one.slot_id == offer.id), None)
        company[member_id] = Companion(name, person, mine, busy_of(one for one in found[member_id] if one is not mine))
    return company


# ── one of several ──────────────────────────────────────────────────────────

_ANSWERING = (
    sa.select(SignUp.wish_id)
    .join(Slot, Slot.id == SignUp.slot_id)
    .where(SignUp.wish_id.in_(WISHES), SignUp.state == SignUpState.OFFERED, Slot.state == SlotState.OPEN)
)
_REST_OF_WISHES = (
    ENGAGEMENTS.where(SignUp.wish_id.in_(WISHES), SignUp.state != SignUpState.SEATED)
    .where(Slot.state == SlotState.OPEN, Slot.starts_at > NOW)
    .order_by(None)
    .order_by(SignUp.slot_id)
)


def answering(wish_ids: Collection[int]) -> set[int]:
    """Those of the wishes for which a seat is held already: its answer comes first."""
    return set(run(_ANSWERING, {"wish_ids": list(wish_ids)}).scalars()) if wish_ids else set()


def rest_of_wishes(wish_ids: Collection[int], now: datetime) -> list[Engagement]:
    """The places of these wishes in slots to come that have no seat for good yet."""
    values = {"wish_ids": list(wish_ids), "now": now}
    return [Engagement._make(row) for row in run(_REST_OF_WISHES, values)]
