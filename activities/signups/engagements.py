"""What people have taken on, as far as the rules ask: seats and places in line, plain facts like those of `facts`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from activities.duties.models import Activity, Arrival, Post, Slot
from activities.duties.rules import SlotState
from activities.kit import clock
from activities.kit.db import run
from activities.kit.sql import Among
from activities.people.models import Member
from activities.signups.facts import FIRST, IS_ACTIVE, LAST, MEMBER, MEMBERS, NOW, PERSON, SLOT, WHO, Home
from activities.signups.models import SignUp
from activities.signups.rules import HOLDING, Mine, Offer, SignUpState, duty_name
from activities.signups.rules_arrivals import visit
from activities.signups.rules_keeping import Duty, Times
from activities.signups.rules_person import Person
from activities.signups.rules_time import Busy, reach
from activities.timetables.models import busy_within


class Engagement(NamedTuple):
    """A sign-up that holds, with the time and name of its slot. `id` is the sign-up's, `activity_id` the public one."""

    id: int
    slot_id: int
    state: SignUpState
    starts_at: datetime
    ends_at: datetime
    activity_id: str
    activity: str
    post: str
    place: str
    offered_until: datetime | None
    wish_id: int | None
    team_id: int | None
    risks_version: int | None = None
    assigned_by_id: int | None = None
    arrival_id: int | None = None
    arrives_after: int | None = None  # so many minutes after the start, where people come one after another

    @property
    def mine(self) -> Mine:
        return Mine(self.state, self.offered_until, self.arrives_after)

    @property
    def busy(self) -> Busy:
        starts_at, ends_at = visit(self.starts_at, self.ends_at, self.arrives_after)
        return Busy(starts_at, ends_at, duty_name(self.activity, self.post), self.place)


ENGAGEMENT = (
    SignUp.id, SignUp.slot_id, SignUp.state, Slot.starts_at, Slot.ends_at, Activity.public_id, Activity.name, Post.name,
    Post.place, SignUp.offered_until, SignUp.wish_id, SignUp.team_id, SignUp.risks_version, SignUp.assigned_by_id,
    SignUp.arrival_id, Arrival.minute,
)  # fmt: skip
TOUCHES = sa.and_(Slot.state == SlotState.OPEN, Slot.starts_at < LAST, Slot.ends_at > FIRST)
ENGAGEMENTS = (
    sa.select(*ENGAGEMENT)
    .join(Slot, Slot.id == SignUp.slot_id)
    .join(Post, Post.id == Slot.post_id)
    .join(Activity, Activity.id == Post.activity_id)
    .outerjoin(Arrival, Arrival.id == SignUp.arrival_id)
    .where(IS_ACTIVE)
    .order_by(Slot.starts_at)
)
_AROUND = ENGAGEMENTS.where(SignUp.member_id == MEMBER, sa.or_(SignUp.slot_id == SLOT, TOUCHES))
_TAKEN_ON = ENGAGEMENTS.order_by(None).where(SignUp.member_id == MEMBER, TOUCHES).subquery()
_IN_SPAN = (
    sa.select(*WHO, busy_within(FIRST, LAST), *_TAKEN_ON.c)
    .join(Home, Home.id == Member.unit_id)
    .outerjoin(_TAKEN_ON, sa.true())
    .where(Member.id == MEMBER)
    .order_by(_TAKEN_ON.c.starts_at)
)
_EACH_IN_SPAN = (
    sa.select(Member.id, *WHO, busy_within(FIRST, LAST))
    .join(Home, Home.id == Member.unit_id)
    .where(Member.id.in_(MEMBERS))
)
_EACH_TAKEN_ON = ENGAGEMENTS.add_columns(SignUp.member_id).where(SignUp.member_id.in_(MEMBERS), TOUCHES)
_TO_COME = (
    ENGAGEMENTS.where(SignUp.member_id == MEMBER, Slot.state == SlotState.OPEN, Slot.starts_at > NOW)
    .order_by(None)
    .order_by(Slot.id)
)


def around(member_id: int, offer: Offer) -> tuple[Engagement | None, list[Busy]]:
    """What the person has taken on as far as it can matter to a slot: this slot itself, whatever its time or state, and
    the seats in others that are open."""
    first, last = reach(offer.starts_at, offer.ends_at, clock.zone())
    values = {"member_id": member_id, "slot_id": offer.id, "first": first, "last": last}
    found = [Engagement._make(row) for row in run(_AROUND, values)]
    mine = next((one for one in found if one.slot_id == offer.id), None)
    return mine, busy_of(one for one in found if one is not mine)


def taken_on(member_id: int, first: datetime, last: datetime) -> tuple[Person, list[Engagement]]:
    """The person with their timetable, and what they have taken on in open slots, as far as it can matter to a slot
    within the span, in order of time. One statement."""
    first, last = reach(first, last, clock.zone())
    rows = run(_IN_SPAN, {"member_id": member_id, "first": first, "last": last}).all()
    size = len(PERSON)
    person = Person._make(rows[0][:size])
    return person, [Engagement._make(row[size:]) for row in rows if row[size] is not None]


def taken_on_by(
    member_ids: Collection[int], first: datetime, last: datetime
) -> dict[int, tuple[Person, list[Engagement]]]:
    """The same of each of these people. Two statements."""
    first, last = reach(first, last, clock.zone())
    values = {"member_ids": list(member_ids), "first": first, "last": last}
    found: dict[int, tuple[Person, list[Engagement]]] = {}
    for member_id, *person in run(_EACH_IN_SPAN, values):
        found[member_id] = Person._make(person), []
    for *engagement, member_id in run(_EACH_TAKEN_ON, values):
        found[member_id][1].append(Engagement._make(engagement))
    return found


def engagements_to_come(member_id: int, now: datetime) -> list[Engagement]:
    """What the person has taken on in open slots to come, by slot."""
    return [Engagement._make(row) for row in run(_TO_COME, {"member_id": member_id, "now": now})]


def busy_of(engagements: Iterable[Engagement]) -> list[Busy]:
    """The seats among them, those held until they are accepted too: a place on a waiting list takes no time."""
    return [one.busy for one in engagements if one.state in HOLDING]


def busy_around(member_ids: Collection[int], offer: Offer) -> dict[int, list[Busy]]:
    """The seats these people hold in other open slots as far as they can matter to this one, by member. One
    statement."""
    return busy(member_ids, *reach(offer.starts_at, offer.ends_at, clock.zone()), beside=offer.id)


def busy_in(member_ids: Collection[int], offers: Collection[Offer]) -> dict[int, list[Busy]]:
    """The seats these people hold in open slots as far as they can matter to any of these slots, by member. One
    statement."""
    if not offers:
        return {}
    first, last = min(offer.starts_at for offer in offers), max(offer.ends_at for offer in offers)
    return busy(member_ids, *reach(first, last, clock.zone()))


def busy(
    member_ids: Collection[int], first: datetime, last: datetime, *, beside: int | None = None
) -> dict[int, list[Busy]]:
    """The seats these people hold in open slots that touch the span, those in one slot aside, by member. One
    statement."""
    found: dict[int, list[Busy]] = {member_id: [] for member_id in member_ids}
    for *engagement, member_id in run(_EACH_TAKEN_ON, {"member_ids": list(member_ids), "first": first, "last": last}):
        one = Engagement._make(engagement)
        found[member_id] += busy_of([one] if one.slot_id != beside else [])
    return found


_ON_THEM = sa.select(SignUp.member_id).where(Among(SignUp.slot_id), SignUp.state.in_(HOLDING)).correlate(None)
_DUTIES = (
    sa.select(SignUp.member_id, Slot.id, Slot.starts_at, Slot.ends_at, Arrival.minute)
    .join(Slot, Slot.id == SignUp.slot_id)
    .outerjoin(Arrival, Arrival.id == SignUp.arrival_id)
    .where(SignUp.member_id.in_(_ON_THEM), SignUp.state.in_(HOLDING), sa.or_(Among(Slot.id), TOUCHES))
)


def duties_beside(wanted: Mapping[int, Times]) -> list[Duty]:
    """The seats of everybody with a seat in slots that are to have other times, as far as these can matter: in the
    slots themselves, and in open ones that touch the new times. One statement."""
    if not wanted:
        return []
    first, last = min(starts_at for starts_at, _ in wanted.values()), max(ends_at for _, ends_at in wanted.values())
    return [Duty._make(row) for row in run(_DUTIES, {"ids": list(wanted), "first": first, "last": last})]


_LAPSED = ENGAGEMENTS.add_columns(SignUp.member_id).where(
    SignUp.slot_id == SLOT, SignUp.state == SignUpState.OFFERED, SignUp.offered_until <= NOW
)


def lapsed(slot_id: int, now: datetime) -> list[tuple[int, Engagement]]:
    """The offers of a slot that nobody accepted in time, with their members."""
    rows = run(_LAPSED, {"slot_id": slot_id, "now": now})
    return [(member_id, Engagement._make(engagement)) for *engagement, member_id in rows]
