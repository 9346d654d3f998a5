"""What the rules ask of slots and people, as plain facts in statements built once: hundreds ask at the same moment."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from activities.duties.kinds import kind_of
from activities.duties.models import Activity, ActivityTraining, Arrival, Post, Slot
from activities.duties.queries import Sight, visible
from activities.kit.columns import UtcDateTime
from activities.kit.db import db, run
from activities.kit.refusal import NotFound
from activities.kit.sql import RowsAsJson
from activities.norms.models import IN_FORCE
from activities.people.models import Member, Unit
from activities.people.rules import NotActive
from activities.signups.models import Pause, SignUp
from activities.signups.rules import Mine, Offer, SignUpState
from activities.signups.rules_arrivals import Quarter
from activities.signups.rules_person import Person
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
WHO = (Member.stage, Member.standing, Home.path, Home.name, Member.class_name, PAUSED, PASSED, IN_FORCE)
# Where nobody asks for the timetable none is read.
PERSON = (*WHO, sa.type_coerce(sa.null(), Spans))

OFFERS = (
    sa.select(*OFFER)
    .join(Post, Post.id == Slot.post_id)
    .join(Activity, Activity.id == Post.activity_id)
    .outerjoin(Eligible, Eligible.id == Activity.eligible_unit_id)
    .outerjoin(Site, Site.id == Post.site_id)
)
_OFFER = OFFERS.where(Slot.id == SLOT)
_LOCKED_FIRST = sa.select(Slot.id).where(Slot.id.in_(SLOTS)).order_by(Slot.id).with_for_update()
_OFFER_LOCKED = OFFERS.where(Slot.id == SLOT).with_for_update(of=Slot)
_PERSON = sa.select(*PERSON).join(Home, Home.id == Member.unit_id).where(Member.id == MEMBER)
_OFFERS_LOCKED = OFFERS.where(Slot.id.in_(SLOTS)).order_by(Slot.id).with_for_update(of=Slot)
_AT_SLOT = [sa.select(time).where(Slot.id == SLOT).scalar_subquery() for time in (Slot.starts_at, Slot.ends_at)]
_PERSON_LOCKED = (
    sa.select(Member.active, Member.name, *WHO, busy_within(*_AT_SLOT))
    .join(Home, Home.id == Member.unit_id)
    .where(Member.id == MEMBER)
    .with_for_update(of=Member, key_share=True)
)
_FIRST_LOOK = (
    OFFERS.add_columns(*WHO, busy_within(Slot.starts_at, Slot.ends_at), SignUp.state, SignUp.offered_until)
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


def _wait_for(slot_ids: Collection[int]) -> None:
    """Lock slots before they are read. What PostgreSQL reads beside a row that it waits for – the post, the activity –
    is as it was when the statement began, and whoever had the row may have changed just that. On SQLite nobody else
    writes meanwhile."""
    if db.engine.dialect.name != "sqlite":
        run(_LOCKED_FIRST, {"slot_ids": list(slot_ids)})


def offer_locked(slot_id: int) -> Offer:
    """The slot as it is now, locked for the rest of the transaction."""
    _wait_for([slot_id])
    [offer] = _with_quarters([Offer._make(_one(_OFFER_LOCKED, {"slot_id": slot_id}))])
    return offer


def offers_locked(slot_ids: Collection[int]) -> list[Offer]:
    """These slots as they are now, locked in the order of their ids; in the order of time. NotFound where one is
    gone."""
    _wait_for(slot_ids)
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
