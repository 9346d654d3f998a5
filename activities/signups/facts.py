"""What the rules ask of slots and people, as plain facts in statements built once: hundreds ask at the same moment."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from activities.duties.kinds import kind_of
from activities.duties.models import Activity, ActivityTraining, Arrival, Post, Slot
from activities.duties.queries import Sight, visible
from activities.duties.rules import SlotState
from activities.kit import clock
from activities.kit.db import RowsAsJson, UtcDateTime, run
from activities.kit.refusal import NotFound
from activities.norms.models import IN_FORCE
from activities.people.models import Member, Unit
from activities.people.rules import NotActive
from activities.signups.models import Pause, SignUp, Team
from activities.signups.rules import HOLDING, Mine, Offer, SignUpState, duty_name
from activities.signups.rules_arrivals import Quarter, visit
from activities.signups.rules_person import Person
from activities.signups.rules_time import Busy, reach
from activities.sites.models import Site
from activities.terms.models import SpecialDay
from activities.terms.rules import Special
from activities.timetables.models import Spans, busy_within
from activities.trainings.models import Training, TrainingPass
from activities.trainings.rules import Need, Passed

ACTIVE_STATES = (SignUpState.SEATED, SignUpState.OFFERED, SignUpState.ASKED, SignUpState.WAITING)
# Said in the words of the partial index, so that databases can use it whatever else is asked.
IS_ACTIVE = SignUp.state.in_([sa.literal_column(f"'{state}'") for state in ACTIVE_STATES])

SLOT = sa.bindparam("slot_id", type_=sa.Integer())
SLOTS = sa.bindparam("slot_ids", type_=sa.Integer(), expanding=True)
MEMBER = sa.bindparam("member_id", type_=sa.Integer())
MEMBERS = sa.bindparam("member_ids", type_=sa.Integer(), expanding=True)
FIRST = sa.bindparam("first", type_=UtcDateTime())
LAST = sa.bindparam("last", type_=UtcDateTime())
NOW = sa.bindparam("now", type_=UtcDateTime())


# ── a slot and a person ─────────────────────────────────────────────────────


class Needs(sa.TypeDecorator[tuple[Need, ...]]):
    """The trainings an activity asks for, read along with it."""

    impl = sa.JSON
    cache_ok = True

    def process_result_value(self, value: list[Any] | None, dialect: sa.Dialect) -> tuple[Need, ...]:  # noqa: ARG002
        return tuple(Need._make(row) for row in value or ())


class Quarters(sa.TypeDecorator[tuple[Quarter, ...]]):
    """The times at which people come to a slot, read along with it; in their order."""

    impl = sa.JSON
    cache_ok = True

    def process_result_value(self, value: list[Any] | None, dialect: sa.Dialect) -> tuple[Quarter, ...]:  # noqa: ARG002
        return tuple(sorted((Quarter._make(row) for row in value or ()), key=lambda one: one.minute))


class Passes(sa.TypeDecorator[tuple[Passed, ...]]):
    """The trainings a person has passed, read along with them."""

    impl = sa.JSON
    cache_ok = True

    def process_result_value(self, value: list[Any] | None, dialect: sa.Dialect) -> tuple[Passed, ...]:  # noqa: ARG002
        return tuple(Passed(row_id, until and date.fromisoformat(until)) for row_id, until in value or ())


class DaysApart(sa.TypeDecorator[tuple[tuple[date, Special], ...]]):
    """The days that are not what their weekdays say, read along with what counts working days."""

    impl = sa.JSON
    cache_ok = True

    def process_result_value(
        self, value: list[Any] | None, dialect: sa.Dialect  # noqa: ARG002
    ) -> tuple[tuple[date, Special], ...]:  # fmt: skip
        return tuple((date.fromisoformat(day), Special("", off=bool(off))) for day, off in value or ())


Home, Eligible = aliased(Unit), aliased(Unit)  # the person's unit, and whom the activity is open to
NEEDS = sa.type_coerce(
    sa.select(RowsAsJson(Training.id, Training.name, Training.where))
    .join(ActivityTraining, ActivityTraining.training_id == Training.id)
    .where(ActivityTraining.activity_id == Activity.id)
    .scalar_subquery(),
    Needs,
)
PASSED = sa.type_coerce(
    sa.select(RowsAsJson(TrainingPass.training_id, TrainingPass.valid_until))
    .where(TrainingPass.member_id == Member.id)
    .scalar_subquery(),
    Passes,
)
PAUSED = (
    sa.select(sa.func.max(Pause.until)).where(Pause.member_id == Member.id, Pause.lifted_at.is_(None)).scalar_subquery()
)
RISKS_VERSION = sa.case((Activity.risks != "", Activity.risks_version), else_=0)
YEAR = sa.extract("year", Slot.starts_at)
# Those of the slot's year and the one before, where the place must know so many working days before who comes.
SPECIALS = sa.type_coerce(
    sa.case(
        (
            Site.notice_days > 0,
            sa.select(RowsAsJson(SpecialDay.day, SpecialDay.off))
            .where(sa.extract("year", SpecialDay.day).between(YEAR - 1, YEAR + 1))
            .correlate(Slot)
            .scalar_subquery(),
        ),
    ),
    DaysApart,
)
QUARTER = RowsAsJson(Arrival.id, Arrival.minute, Arrival.quota, Arrival.taken)
QUARTERS = sa.type_coerce(
    sa.select(QUARTER).where(Arrival.slot_id == Slot.id).correlate(Slot).scalar_subquery(), Quarters
)
# In the order of their fields.
OFFER = (
    Slot.id, Slot.public_id, Slot.state, Slot.starts_at, Slot.ends_at, Slot.capacity, Slot.taken, Slot.waiting,
    Slot.tickets, Slot.cancel_reason, Activity.name, Activity.kind_key, Post.name, Post.place,
    Activity.sign_up_opens_at, Activity.sign_up_closes_at, Activity.withdraw_minutes, Activity.stages,
    Activity.standings, Eligible.path, Eligible.name, Slot.asked, Activity.way_in, Activity.offer_minutes,
    Slot.gathered, sa.func.coalesce(Site.notice_days, 0), Activity.classes, RISKS_VERSION, NEEDS, Slot.draws_at,
    Slot.drawn_at, QUARTERS, SPECIALS,
)  # fmt: skip
_WHO = (Member.stage, Member.standing, Home.path, Home.name, Member.class_name, PAUSED, PASSED, IN_FORCE)
# Where nobody asks for the timetable none is read.
PERSON = (*_WHO, sa.type_coerce(sa.null(), Spans))

OFFERS = (
    sa.select(*OFFER)
    .join(Post, Post.id == Slot.post_id)
    .join(Activity, Activity.id == Post.activity_id)
    .outerjoin(Eligible, Eligible.id == Activity.eligible_unit_id)
    .outerjoin(Site, Site.id == Post.site_id)
)
_OFFER = OFFERS.where(Slot.id == SLOT)
_OFFER_LOCKED = OFFERS.where(Slot.id == SLOT).with_for_update(of=Slot)
_PERSON = sa.select(*PERSON).join(Home, Home.id == Member.unit_id).where(Member.id == MEMBER)
_OFFERS_LOCKED = OFFERS.where(Slot.id.in_(SLOTS)).order_by(Slot.id).with_for_update(of=Slot)
_AT_SLOT = [sa.select(time).where(Slot.id == SLOT).scalar_subquery() for time in (Slot.starts_at, Slot.ends_at)]
_PERSON_LOCKED = (
    sa.select(Member.active, Member.name, *_WHO, busy_within(*_AT_SLOT))
    .join(Home, Home.id == Member.unit_id)
    .where(Member.id == MEMBER)
    .with_for_update(of=Member)
)
_FIRST_LOOK = (
    OFFERS.add_columns(*_WHO, busy_within(Slot.starts_at, Slot.ends_at), SignUp.state, SignUp.offered_until)
    .join(Member, Member.id == MEMBER)
    .join(Home, Home.id == Member.unit_id)
    .outerjoin(SignUp, sa.and_(SignUp.slot_id == Slot.id, SignUp.member_id == Member.id, IS_ACTIVE))
)
_FIRST_LOOK_BY_ID = _FIRST_LOOK.where(Slot.id == SLOT)


@lru_cache(maxsize=1024)
def _first_look(sight: Sight) -> sa.Select[*tuple[Any, ...]]:
    as_seen = sa.and_(Slot.public_id == sa.bindparam("public_id"), visible(sight))
    return _FIRST_LOOK.join(Unit, Unit.id == Activity.unit_id).where(as_seen)


class Seen(NamedTuple):
    """A slot by its public id, as far as somebody sees it: of what they do not see there is nothing."""

    public_id: str
    sight: Sight


def offer_of(slot: Slot) -> Offer:
    """The same of a slot that was read as an object, with post, activity and whom it is open to; of the trainings it
    needs nothing is known, so it is for notices and for withdrawing, not for signing up."""
    activity, eligible, site = slot.post.activity, slot.post.activity.eligible_unit, slot.post.site
    return Offer(
        slot.id, slot.public_id, slot.state, slot.starts_at, slot.ends_at, slot.capacity, slot.taken, slot.waiting,
        slot.tickets, slot.cancel_reason, activity.name, activity.kind_key, slot.post.name, slot.post.place,
        activity.sign_up_opens_at, activity.sign_up_closes_at, activity.withdraw_minutes, activity.stages,
        activity.standings, eligible.path if eligible else None, eligible.name if eligible else None, slot.asked,
        activity.way_in, activity.offer_minutes, slot.gathered, site.notice_days if site else 0, activity.classes,
        activity.risks_version if activity.risks else 0, draws_at=slot.draws_at, drawn_at=slot.drawn_at,
    )  # fmt: skip


def person(member_id: int) -> Person:
    """The person as the rules want one; nothing is locked."""
    return Person._make(_one(_PERSON, {"member_id": member_id}))


def at_first_sight(member_id: int, slot: Seen | int) -> tuple[Offer, Person, Mine | None]:
    """The slot, the person with what their timetable has at its time, and what the slot is to them already; nothing is
    locked. NotFound."""
    if isinstance(slot, Seen):
        row = _one(_first_look(slot.sight), {"public_id": slot.public_id, "member_id": member_id})
    else:
        row = _one(_FIRST_LOOK_BY_ID, {"slot_id": slot, "member_id": member_id})
    *facts, state, offered_until = row
    offer, person = facts[: len(OFFER)], facts[len(OFFER) :]
    return Offer._make(offer), Person._make(person), Mine(state, offered_until) if state else None


def offer(slot_id: int) -> Offer:
    """The slot as the rules want one; nothing is locked."""
    return Offer._make(_one(_OFFER, {"slot_id": slot_id}))


def offers(slot_ids: Collection[int]) -> dict[int, Offer]:
    """These slots as the rules want them, by their ids; nothing is locked. One statement."""
    found = map(Offer._make, run(OFFERS.where(Slot.id.in_(slot_ids))))
    return {offer.id: offer for offer in found}


def person_locked(member_id: int, slot_id: int | None = None) -> Person:
    """The person as the rules want one, locked for the rest of the transaction, with what their timetable has at the
    time of a slot. NotActive for who has left by now."""
    active, name, *person = _one(_PERSON_LOCKED, {"member_id": member_id, "slot_id": slot_id})
    if not active:
        raise NotActive(name)
    return Person._make(person)


def offer_locked(slot_id: int) -> Offer:
    """The slot as it is now, locked for the rest of the transaction."""
    [offer] = _with_quarters([Offer._make(_one(_OFFER_LOCKED, {"slot_id": slot_id}))])
    return offer


def offers_locked(slot_ids: Collection[int]) -> list[Offer]:
    """These slots as they are now, locked in the order of their ids; in the order of time. NotFound where one is
    gone."""
    found = _with_quarters([Offer._make(row) for row in run(_OFFERS_LOCKED, {"slot_ids": list(slot_ids)})])
    if len(found) < len(set(slot_ids)):
        raise NotFound
    return sorted(found, key=lambda offer: (offer.starts_at, offer.id))


_QUARTERS = sa.select(Arrival.slot_id, Arrival.id, Arrival.minute, Arrival.quota, Arrival.taken).where(
    Arrival.slot_id.in_(SLOTS)
)


def _with_quarters(offers: list[Offer]) -> list[Offer]:
    """Locked slots with the places at their times as they are now: PostgreSQL reads what stands beside a row that it
    has waited for as it was before. One statement where there can be such times."""
    timed = [offer.id for offer in offers if kind_of(offer.kind_key).has_timed_arrival]
    if not timed:
        return offers
    found: dict[int, list[Quarter]] = {slot_id: [] for slot_id in timed}
    for slot_id, *quarter in run(_QUARTERS.order_by(Arrival.minute), {"slot_ids": timed}):
        found[slot_id].append(Quarter._make(quarter))
    return [offer._replace(quarters=tuple(found.get(offer.id, ()))) for offer in offers]


def _one(statement: sa.Select[*tuple[Any, ...]], values: dict[str, object]) -> sa.Row[*tuple[Any, ...]]:
    row = run(statement, values).one_or_none()
    if row is None:
        raise NotFound
    return row


# ── what people have taken on ───────────────────────────────────────────────


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
    sa.select(*_WHO, busy_within(FIRST, LAST), *_TAKEN_ON.c)
    .join(Home, Home.id == Member.unit_id)
    .outerjoin(_TAKEN_ON, sa.true())
    .where(Member.id == MEMBER)
    .order_by(_TAKEN_ON.c.starts_at)
)
_TO_COME = (
    ENGAGEMENTS.where(SignUp.member_id == MEMBER, Slot.state == SlotState.OPEN, Slot.starts_at > NOW)
    .order_by(None)
    .order_by(Slot.id)
)
_BUSY = ENGAGEMENTS.add_columns(SignUp.member_id).where(SignUp.member_id.in_(MEMBERS), TOUCHES)


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
    for *engagement, member_id in run(_BUSY, {"member_ids": list(member_ids), "first": first, "last": last}):
        one = Engagement._make(engagement)
        found[member_id] += busy_of([one] if one.slot_id != beside else [])
    return found


_LAPSED = ENGAGEMENTS.add_columns(SignUp.member_id).where(
    SignUp.slot_id == SLOT, SignUp.state == SignUpState.OFFERED, SignUp.offered_until <= NOW
)


def lapsed(slot_id: int, now: datetime) -> list[tuple[int, Engagement]]:
    """The offers of a slot that nobody accepted in time, with their members."""
    rows = run(_LAPSED, {"slot_id": slot_id, "now": now})
    return [(member_id, Engagement._make(engagement)) for *engagement, member_id in rows]


# ── who waits ───────────────────────────────────────────────────────────────


class Waiter(NamedTuple):
    """Somebody on a waiting list. `id` and `revision` are the sign-up's; `at_once`: rather seated than asked when time
    is short; `whole_team`: the team that moves up all at once or not at all."""

    id: int
    revision: int
    member_id: int
    at_once: bool
    wish_id: int | None
    whole_team: int | None
    person: Person


WAITER = (SignUp.id, SignUp.revision, SignUp.member_id, SignUp.at_once, SignUp.wish_id, Team.id)
_WAITERS_LOCKED = (
    sa.select(*WAITER, *PERSON)
    .join(Member, Member.id == SignUp.member_id)
    .join(Home, Home.id == Member.unit_id)
    .outerjoin(Team, sa.and_(Team.id == SignUp.team_id, Team.whole))
    .where(SignUp.slot_id == SLOT, SignUp.state == SignUpState.WAITING, Member.active)
    .order_by(SignUp.ticket)
    .with_for_update(of=Member)
)


def waiters_locked(slot_id: int) -> list[Waiter]:
    """Those on the waiting list, who waits longest first; their rows are locked, so that none of them takes another
    seat meanwhile."""
    rows, size = run(_WAITERS_LOCKED, {"slot_id": slot_id}), len(WAITER)
    return [Waiter._make([*row[:size], Person._make(row[size:])]) for row in rows]
