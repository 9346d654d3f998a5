"""Reads of who is on slots: rosters of a week, the partner's list of visitors, and whether that was sent."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from activities.board.models import VisitorList
from activities.duties.models import Activity, Post, Slot
from activities.duties.queries import named
from activities.duties.rules import SlotState
from activities.kit.columns import UtcDateTime
from activities.kit.db import db, run
from activities.people.models import Member, Unit
from activities.people.users import Viewer
from activities.signups.facts import ACTIVE_STATES
from activities.signups.models import SignUp
from activities.signups.rules import SignUpState

# ── rosters ─────────────────────────────────────────────────────────────────


class Entry(NamedTuple):
    """One person on a roster, and the slot it is of."""

    slot_id: int
    starts_at: datetime
    ends_at: datetime
    activity: str
    post: str
    place: str
    state: SignUpState
    name: str
    number: str
    class_name: str
    unit: str

    @property
    def home(self) -> str:
        return self.class_name or self.unit


_ENTRIES = (
    sa.select(
        Slot.id, Slot.starts_at, Slot.ends_at, Activity.name, Post.name, Post.place, SignUp.state, Member.name,
        Member.number, Member.class_name, Unit.name,
    )
    .select_from(SignUp)
    .join(Slot, Slot.id == SignUp.slot_id)
    .join(Post, Post.id == Slot.post_id)
    .join(Activity, Activity.id == Post.activity_id)
    .join(Member, Member.id == SignUp.member_id)
    .join(Unit, Unit.id == Member.unit_id)
    .where(SignUp.state.in_(ACTIVE_STATES), Slot.state == SlotState.OPEN)
    .order_by(Slot.starts_at, Activity.name, Post.id, Slot.id, SignUp.ticket)
)  # fmt: skip
_OF_SLOT = _ENTRIES.where(Slot.id == sa.bindparam("slot_id", type_=sa.Integer()))
_OF_WEEK = _ENTRIES.where(
    Activity.id.in_(sa.bindparam("activities", type_=sa.Integer(), expanding=True)),
    Slot.starts_at >= sa.bindparam("first", type_=UtcDateTime()),
    Slot.starts_at < sa.bindparam("last", type_=UtcDateTime()),
)


def roster(slot_id: int) -> list[Entry]:
    """Who is on a slot, in the order in which they were accepted."""
    return [Entry._make(row) for row in run(_OF_SLOT, {"slot_id": slot_id})]


def rosters(activity_ids: Collection[int], first: datetime, last: datetime) -> list[Entry]:
    """Who is on the open slots of these activities between two moments, by slot in the order of time."""
    values = {"activities": list(activity_ids), "first": first, "last": last}
    return [Entry._make(row) for row in run(_OF_WEEK, values)]


# ── what the partner gets ───────────────────────────────────────────────────


class Visitor(NamedTuple):
    """What a partner learns of who comes, and no more. `is_new`: not on the list that was sent."""

    name: str
    home: str
    is_new: bool


@dataclass(frozen=True)
class Visitors:
    """Who comes to a slot. `in_charge` and `contact` are the organizers' names and the reader's own address; `sent` is
    the last list that the partner got, and `gone` the names on it that do not come any more."""

    people: list[Visitor]
    in_charge: list[str]
    contact: str
    sent: VisitorList | None
    gone: list[str]

    @property
    def is_changed(self) -> bool:
        return bool(self.gone) or any(person.is_new for person in self.people)


def visitors(viewer: Viewer, slot: Slot) -> Visitors:
    """Those with a seat they have accepted, by name. Four statements."""
    query = (
        sa.select(Member)
        .join(SignUp, SignUp.member_id == Member.id)
        .where(SignUp.slot_id == slot.id, SignUp.state == SignUpState.SEATED)
        .options(joinedload(Member.unit, innerjoin=True))
        .order_by(Member.name, Member.id)
    )
    coming = list(db.session.scalars(query))
    sent = last_sent(slot.id)
    known = set(sent.members) if sent else {member.id for member in coming}
    left = known - {member.id for member in coming}
    gone = sa.select(Member.name).where(Member.id.in_(left)).order_by(Member.name)
    people = [Visitor(m.name, m.class_name or m.unit.name, m.id not in known) for m in coming]
    in_charge = [member.name for member in named(slot.post.activity_id)] or [viewer.name]
    return Visitors(people, in_charge, viewer.email or "", sent, list(db.session.scalars(gone)))


def last_sent(slot_id: int) -> VisitorList | None:
    query = (
        sa.select(VisitorList)
        .where(VisitorList.slot_id == slot_id)
        .options(joinedload(VisitorList.sent_by, innerjoin=True))
        .order_by(VisitorList.id.desc())
        .limit(1)
    )
    return db.session.scalars(query).one_or_none()


def seated(slot_ids: Collection[int]) -> dict[int, set[int]]:
    """Who has a seat in each of these slots. One statement."""
    query = sa.select(SignUp.slot_id, SignUp.member_id).where(
        SignUp.slot_id.in_(slot_ids), SignUp.state == SignUpState.SEATED
    )
    found: dict[int, set[int]] = {slot_id: set() for slot_id in slot_ids}
    for slot_id, member_id in db.session.execute(query):
        found[slot_id].add(member_id)
    return found
