"""Reads of cover that is wanted, and of seats that went from one person to another."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased, contains_eager

from activities.duties.kinds import Kind, kind_of
from activities.duties.models import Activity, Arrival, Slot
from activities.duties.queries import sight_of, visible
from activities.duties.rules import SlotState
from activities.exchanges import rules
from activities.exchanges.models import Cover, CoverTurn, Handover
from activities.exchanges.rules import Way
from activities.invitations.models import Invitation
from activities.invitations.queries import STANDS
from activities.kit.db import db, run
from activities.people.models import Member, Unit
from activities.people.users import Viewer
from activities.signups.facts import MEMBER, NOW, OFFERS
from activities.signups.models import SignUp
from activities.signups.rules import Offer, SignUpState

MOST_SHOWN = 200


Waiting, _Place, _Search = aliased(SignUp), aliased(SignUp), aliased(Cover)  # of whose turn it is; of any search
# Few slots have one. Said in this way they are found by their searches, and not all slots to come are gone through.
_HAS_SEARCH = Slot.id.in_(
    sa.select(_Place.slot_id).where(_Place.id.in_(sa.select(_Search.sign_up_id).where(_Search.ended_at.is_(None))))
)
_HOLDS = sa.and_(
    Cover.ended_at.is_(None), SignUp.state == SignUpState.SEATED, Slot.state == SlotState.OPEN, Slot.starts_at > NOW,
    _HAS_SEARCH,
)  # fmt: skip


def _wanted(*columns: Any) -> sa.Select[Any]:
    """The searches for cover that hold: the seat is still held, and its slot is to come."""
    return (
        sa.select(*columns)
        .select_from(Cover)
        .join(Cover.sign_up)
        .join(Slot, Slot.id == SignUp.slot_id)
        .where(_HOLDS)
        .order_by(Cover.id)
    )


_STANDS = sa.and_(
    CoverTurn.cover_id == Cover.id,
    CoverTurn.until > NOW,
    sa.exists().where(_Place.id == CoverTurn.sign_up_id, _Place.state == SignUpState.WAITING),
)


def _with_turn(*columns: Any) -> sa.Select[Any]:
    """The same, each beside the turn that stands."""
    query = _wanted(*columns).outerjoin(CoverTurn, _STANDS)
    return query.outerjoin(Waiting, Waiting.id == CoverTurn.sign_up_id)


def _open_to(member_id: int | None, *columns: Any) -> sa.Select[Any]:
    """The same, as far as it is nobody's turn or this person's; theirs comes first."""
    is_open = CoverTurn.id.is_(None)
    query = _with_turn(*columns).where(sa.or_(is_open, Waiting.member_id == member_id))
    return query.order_by(None).order_by(is_open, Cover.id)


class Wanted(NamedTuple):
    """A search for cover that holds, the turn in it that stands, and whose that is."""

    cover: Cover
    turn: CoverTurn | None
    asked_id: int | None

    @property
    def giver_id(self) -> int:
        return self.cover.sign_up.member_id


_WANTED = (
    _with_turn(Cover, CoverTurn, Waiting.member_id)
    .options(contains_eager(Cover.sign_up))
    .execution_options(populate_existing=True)
)


def wanted_in(slot_id: int, now: datetime) -> list[Wanted]:
    """The searches for cover in a slot that hold, who asked first comes first."""
    return [Wanted(*row) for row in db.session.execute(_WANTED.where(SignUp.slot_id == slot_id), {"now": now})]


def open_to(member_id: int, wanted: Collection[Wanted]) -> Wanted | None:
    """Of these, the one that the person may take over: in which it is their turn, or else the first in which it is
    nobody's."""
    theirs = (one for one in wanted if one.asked_id == member_id)
    return next(theirs, None) or next((one for one in wanted if one.turn is None), None)


def had_turns(cover_id: int) -> set[int]:
    """The places on the waiting list whose people were asked in a search."""
    return set(db.session.scalars(sa.select(CoverTurn.sign_up_id).where(CoverTurn.cover_id == cover_id)))


def slots_wanted(viewer: Viewer, now: datetime) -> list[Offer]:
    """The slots to come that somebody sees in which others want cover that is open to them, in order of time."""
    others = _open_to(viewer.id, SignUp.slot_id).order_by(None).where(SignUp.member_id != viewer.id)
    query = (
        OFFERS.join(Unit, Unit.id == Activity.unit_id)
        .where(visible(sight_of(viewer)), Slot.state == SlotState.OPEN, Slot.starts_at > NOW, Slot.id.in_(others))
        .order_by(Slot.starts_at, Slot.id)
        .limit(MOST_SHOWN)
    )
    return [Offer._make(row) for row in run(query, {"now": now})]


def minutes(slot_ids: Collection[int], now: datetime, member_id: int | None = None) -> dict[int, int]:
    """When who would be relieved first in each of these slots, by this person or by anybody, comes: in minutes after
    its start, where people come one after another. One statement, none without slots."""
    if not slot_ids:
        return {}
    query = _open_to(member_id, SignUp.slot_id, Arrival.minute).join(Arrival, Arrival.id == SignUp.arrival_id)
    return dict(reversed(run(query.where(SignUp.slot_id.in_(slot_ids)), {"now": now}).all()))


def due_waves(now: datetime) -> list[int]:
    """The searches for which more people are to be asked: while it is somebody's turn nobody else is."""
    found = db.session.execute(_open_to(None, Cover.id, Cover.next_wave_at, Slot.starts_at), {"now": now})
    return [cover_id for cover_id, planned, starts_at in found if rules.is_wave_due(planned, starts_at, now)]


def untold(now: datetime) -> list[int]:
    """The searches of which organizers are to be told."""
    query = _wanted(Cover.id, Cover.told_at, Slot.starts_at).where(Slot.starts_at <= now + rules.TELL_BEFORE)
    found = db.session.execute(query, {"now": now})
    return [cover_id for cover_id, told_at, starts_at in found if rules.is_to_be_told(told_at, starts_at, now)]


_LOST = (
    sa.select(Cover.id)
    .join(Cover.sign_up)
    .join(Slot, Slot.id == SignUp.slot_id)
    .where(
        Cover.ended_at.is_(None), Slot.starts_at > NOW, _HAS_SEARCH,
        sa.or_(SignUp.state != SignUpState.SEATED, Slot.state != SlotState.OPEN),
    )
    .order_by(Cover.id)
)  # fmt: skip


def lost(now: datetime) -> list[int]:
    """The open searches in slots to come of which the seat is given back, or the slot cancelled."""
    return list(db.session.scalars(_LOST, {"now": now}))


def is_lost(cover_id: int, now: datetime) -> bool:
    return db.session.scalar(_LOST.where(Cover.id == cover_id), {"now": now}) is not None


def whose_turn(cover_id: int, now: datetime) -> int | None:
    """Whose turn it is in a search, whether or not that still holds, and who still waits."""
    query = (
        sa.select(SignUp.member_id)
        .join(CoverTurn, CoverTurn.sign_up_id == SignUp.id)
        .where(CoverTurn.cover_id == cover_id, CoverTurn.until > now, SignUp.state == SignUpState.WAITING)
    )
    return db.session.scalar(query)


def slots_with_waiters(now: datetime) -> list[int]:
    """The slots in which people wait while cover is wanted and it is nobody's turn."""
    return sorted(set(db.session.scalars(_open_to(None, SignUp.slot_id).where(Slot.waiting > 0), {"now": now})))


def turns_of(member_id: int, slot_ids: Collection[int], now: datetime) -> set[int]:
    """Those of the slots in which it is the person's turn to take over. One statement, none without slots."""
    if not slot_ids:
        return set()
    query = _with_turn(SignUp.slot_id).where(Waiting.member_id == member_id, SignUp.slot_id.in_(slot_ids))
    return set(db.session.scalars(query, {"now": now}))


class Asked(NamedTuple):
    """A slot in which somebody is asked to take over. `until`: how long it is their turn, where they wait for it."""

    offer: Offer
    until: datetime | None

    @property
    def kind(self) -> Kind:
        return kind_of(self.offer.kind_key)


_INVITED = sa.select(Invitation.slot_id).where(
    Invitation.member_id == MEMBER, Invitation.for_cover, STANDS,
    Invitation.slot_id.not_in(sa.select(_Place.slot_id).where(_Place.member_id == MEMBER)),
)  # fmt: skip
_ASKED_OF = (
    OFFERS.add_columns(CoverTurn.until)
    .join(SignUp, SignUp.slot_id == Slot.id)
    .join(Cover, Cover.sign_up_id == SignUp.id)
    .outerjoin(CoverTurn, _STANDS)
    .outerjoin(Waiting, Waiting.id == CoverTurn.sign_up_id)
    .where(_HOLDS, sa.or_(Waiting.member_id == MEMBER, sa.and_(CoverTurn.id.is_(None), Slot.id.in_(_INVITED))))
    .order_by(Slot.starts_at, Slot.id, CoverTurn.id.is_(None))
)


def asked_of(member_id: int, now: datetime) -> list[Asked]:
    """Where it is the person's turn to take over, or they were invited to and have not answered, in order of time. One
    statement."""
    found: dict[int, Asked] = {}
    for *offer, until in run(_ASKED_OF, {"member_id": member_id, "now": now}):
        asked = Asked(Offer._make(offer), until)
        found.setdefault(asked.offer.id, asked)
    return list(found.values())


def slot_of_cover(cover_id: int) -> int | None:
    query = sa.select(SignUp.slot_id).join(Cover, Cover.sign_up_id == SignUp.id).where(Cover.id == cover_id)
    return db.session.scalar(query)


# ── the record ──────────────────────────────────────────────────────────────


class Before(NamedTuple):
    """Who had a seat before its holder, and since when the holder has it."""

    name: str
    way: Way
    at: datetime


def before(slot_id: int) -> dict[int, Before]:
    """By sign-up that holds, who had the seat before. One statement."""
    given, taken = aliased(SignUp), aliased(SignUp)
    query = (
        sa.select(Handover.taken_id, Member.name, Handover.way, Handover.at)
        .join(given, given.id == Handover.given_id)
        .join(Member, Member.id == given.member_id)
        .join(taken, taken.id == Handover.taken_id)
        .where(Handover.slot_id == slot_id, taken.state == SignUpState.SEATED)
    )
    return {taken_id: Before(name, way, at) for taken_id, name, way, at in db.session.execute(query)}
