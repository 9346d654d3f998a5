"""Reads of swaps: which seats somebody may propose to swap, and what has been proposed."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload
from sqlalchemy.orm.interfaces import ORMOption

from activities.duties.models import Activity, Arrival, Post, Slot
from activities.duties.queries import WITH_ALL, sight_of, visible
from activities.duties.rules import SlotState
from activities.exchanges.models import Swap, SwapOffer
from activities.kit.db import db, run
from activities.people.models import Member, Unit
from activities.people.users import Viewer
from activities.signups.facts import IS_ACTIVE, NOW, OFFER, OFFERS, PERSON, Home
from activities.signups.models import SignUp
from activities.signups.rules import Mine, Offer, SignUpState
from activities.signups.rules_person import Person

MOST_SHOWN = 100


class Seat(NamedTuple):
    """Somebody's seat that may be swapped. `path`: the unit whose activity it is, so that only who sees it takes it."""

    id: int
    member_id: int
    member: str
    name: str
    wish: str
    path: str
    minute: int | None  # when they come after its start, where people come one after another
    offer: Offer
    person: Person

    @property
    def taken_over(self) -> Offer:
        """The slot as it is offered to who takes this seat over."""
        return self.offer.without(self.minute)


_SEATS = (
    OFFERS.with_only_columns(
        SignUp.id, Member.id, Member.public_id, Member.name, sa.func.coalesce(SwapOffer.wish, ""), Unit.path,
        Arrival.minute, *OFFER, *PERSON,
    )
    .join(Unit, Unit.id == Activity.unit_id)
    .join(SignUp, SignUp.slot_id == Slot.id)
    .join(Member, Member.id == SignUp.member_id)
    .join(Home, Home.id == Member.unit_id)
    .outerjoin(SwapOffer, sa.and_(SwapOffer.sign_up_id == SignUp.id, SwapOffer.ended_at.is_(None)))
    .outerjoin(Arrival, Arrival.id == SignUp.arrival_id)
    .where(SignUp.state == SignUpState.SEATED, Slot.state == SlotState.OPEN, Slot.starts_at > NOW, Member.active)
    .order_by(Slot.starts_at, Slot.id, SignUp.id)
)  # fmt: skip


def _seats(query: sa.Select[Any], now: datetime) -> list[Seat]:
    size = 7 + len(OFFER)
    rows = run(query, {"now": now})
    return [Seat._make((*row[:7], Offer._make(row[7:size]), Person._make(row[size:]))) for row in rows]


def own_seat(member_id: int, slot_id: int, now: datetime) -> Seat | None:
    """The member's seat in a slot to come."""
    return next(iter(_seats(_SEATS.where(SignUp.member_id == member_id, Slot.id == slot_id), now)), None)


def on_offer(viewer: Viewer, own: Seat, now: datetime) -> list[Seat]:
    """The seats that others would swap, as far as the viewer sees their slots."""
    query = _SEATS.where(SwapOffer.id.is_not(None), *_for(viewer, own)).limit(MOST_SHOWN)
    return _seats(query, now)


def of_colleague(viewer: Viewer, own: Seat, number: str, now: datetime) -> list[Seat]:
    """The seats of a colleague, known by number, of the viewer's own unit, in the activity in which the viewer has a
    seat: beyond that nobody learns who sits where."""
    query = _SEATS.where(
        Member.number == number, Member.unit_id == _unit(viewer), Activity.id == _activity(own), *_for(viewer, own)
    )
    return _seats(query.limit(MOST_SHOWN), now)


def swappable(viewer: Viewer, own: Seat, slot: str, member: str, now: datetime) -> Seat | None:
    """The seat of this person in this slot, by their public ids, if the viewer may propose to swap it."""
    is_colleagues = sa.and_(Member.unit_id == _unit(viewer), Activity.id == _activity(own))
    query = _SEATS.where(
        Slot.public_id == slot, Member.public_id == member, sa.or_(SwapOffer.id.is_not(None), is_colleagues),
        *_for(viewer, own),
    )  # fmt: skip
    return next(iter(_seats(query, now)), None)


def _for(viewer: Viewer, own: Seat) -> Iterable[sa.ColumnElement[bool]]:
    return visible(sight_of(viewer)), SignUp.member_id != viewer.id, Slot.id != own.offer.id


def _unit(viewer: Viewer) -> sa.ScalarSelect[int]:
    asking = aliased(Member)
    return sa.select(asking.unit_id).where(asking.id == viewer.id).scalar_subquery()


def _activity(own: Seat) -> sa.ScalarSelect[int]:
    slot, post = aliased(Slot), aliased(Post)
    query = sa.select(post.activity_id).join(slot, slot.post_id == post.id).where(slot.id == own.offer.id)
    return query.scalar_subquery()


def on_slot(slot_id: int, member_ids: Collection[int]) -> dict[int, Mine]:
    """What a slot is to these people already, by member."""
    query = sa.select(SignUp.member_id, SignUp.state, SignUp.offered_until).where(
        SignUp.slot_id == slot_id, SignUp.member_id.in_(member_ids), IS_ACTIVE
    )
    return {member_id: Mine(state, until) for member_id, state, until in db.session.execute(query)}


def offer_by(sign_up_id: int) -> SwapOffer | None:
    """That this seat is offered for a swap."""
    query = sa.select(SwapOffer).where(SwapOffer.sign_up_id == sign_up_id, SwapOffer.ended_at.is_(None))
    return db.session.scalar(query, execution_options={"populate_existing": True})


# ── proposals ───────────────────────────────────────────────────────────────


class Ends(NamedTuple):
    """The two sign-ups of a swap: whose they are, and in which slots."""

    giver_id: int
    given_slot_id: int
    taker_id: int
    wanted_slot_id: int


def ends_of(swap_id: int) -> Ends | None:
    given, wanted = aliased(SignUp), aliased(SignUp)
    query = (
        sa.select(given.member_id, given.slot_id, wanted.member_id, wanted.slot_id)
        .select_from(Swap)
        .join(given, given.id == Swap.given_id)
        .join(wanted, wanted.id == Swap.wanted_id)
        .where(Swap.id == swap_id)
    )
    row = db.session.execute(query).one_or_none()
    return Ends(*row) if row else None


def paths(slot_ids: Collection[int]) -> dict[int, str]:
    """The path of the unit whose activity each slot is of."""
    query = (
        sa.select(Slot.id, Unit.path)
        .join(Post, Post.id == Slot.post_id)
        .join(Activity, Activity.id == Post.activity_id)
        .join(Unit, Unit.id == Activity.unit_id)
        .where(Slot.id.in_(slot_ids))
    )
    return dict(db.session.execute(query).all())


def proposed_between(given_id: int, wanted_id: int, now: datetime) -> list[Swap]:
    """The open proposals between these two seats, from either side."""
    pair = (given_id, wanted_id)
    query = sa.select(Swap).where(
        Swap.ended_at.is_(None), Swap.expires_at > now, Swap.given_id.in_(pair), Swap.wanted_id.in_(pair)
    )
    return list(db.session.scalars(query))


def expired(now: datetime) -> list[int]:
    """The proposals that nobody has answered in time."""
    query = sa.select(Swap.id).where(Swap.ended_at.is_(None), Swap.expires_at <= now).order_by(Swap.id)
    return list(db.session.scalars(query))


_Given, _Wanted = aliased(SignUp), aliased(SignUp)
_GivenSlot, _WantedSlot = aliased(Slot), aliased(Slot)
_VOID = (
    sa.select(Swap.id)
    .join(_Given, _Given.id == Swap.given_id)
    .join(_Wanted, _Wanted.id == Swap.wanted_id)
    .join(_GivenSlot, _GivenSlot.id == _Given.slot_id)
    .join(_WantedSlot, _WantedSlot.id == _Wanted.slot_id)
    .where(
        Swap.ended_at.is_(None), Swap.expires_at > NOW,
        sa.or_(
            _Given.state != SignUpState.SEATED, _Wanted.state != SignUpState.SEATED,
            _GivenSlot.state != SlotState.OPEN, _WantedSlot.state != SlotState.OPEN,
            _GivenSlot.starts_at != Swap.given_starts_at, _WantedSlot.starts_at != Swap.wanted_starts_at,
        ),
    )
    .order_by(Swap.id)
)  # fmt: skip


def void(now: datetime) -> list[int]:
    """The open proposals of which nothing can come: a seat is given back, or its slot cancelled or moved."""
    return list(db.session.scalars(_VOID, {"now": now}))


def is_void(swap_id: int, now: datetime) -> bool:
    return db.session.scalar(_VOID.where(Swap.id == swap_id), {"now": now}) is not None


def competing(swap: Swap) -> list[Swap]:
    """The other open proposals for the seats of this one, locked."""
    pair = (swap.given_id, swap.wanted_id)
    query = sa.select(Swap).where(
        Swap.ended_at.is_(None), Swap.id != swap.id, sa.or_(Swap.given_id.in_(pair), Swap.wanted_id.in_(pair))
    )
    locked = query.order_by(Swap.id).with_for_update()
    return list(db.session.scalars(locked, execution_options={"populate_existing": True}))


def swap_for(member_id: int, public_id: str) -> Swap | None:
    """The proposal, if this member is one of the two."""
    return next(iter(_swaps(member_id, Swap.public_id == public_id)), None)


def swaps_of(member_id: int) -> list[Swap]:
    """What the member has proposed or was proposed to them, the newest first."""
    return _swaps(member_id)


def asked_of(member_id: int, now: datetime) -> int:
    """How many proposals await the member's answer."""
    query = (
        sa.select(sa.func.count())
        .select_from(Swap)
        .join(Swap.wanted)
        .where(SignUp.member_id == member_id, Swap.ended_at.is_(None), Swap.expires_at > now)
    )
    return db.session.scalar(query) or 0


def _swaps(member_id: int, *which: sa.ColumnElement[bool]) -> list[Swap]:
    given, wanted = aliased(SignUp), aliased(SignUp)
    query = (
        sa.select(Swap)
        .join(given, given.id == Swap.given_id)
        .join(wanted, wanted.id == Swap.wanted_id)
        .where(sa.or_(given.member_id == member_id, wanted.member_id == member_id), *which)
        .options(*(option for end in (Swap.given, Swap.wanted) for option in _with_all(end)))
        .order_by(Swap.id.desc())
        .limit(MOST_SHOWN)
    )
    return list(db.session.scalars(query, execution_options={"populate_existing": True}).unique())


def _with_all(end: Any) -> tuple[ORMOption, ...]:
    sign_up: Any = joinedload(end, innerjoin=True)
    slot = sign_up.joinedload(SignUp.slot, innerjoin=True).options(WITH_ALL)
    return sign_up.joinedload(SignUp.member, innerjoin=True), slot
