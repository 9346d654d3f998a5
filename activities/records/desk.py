"""The desk of a slot, for whoever may walk in: found by number or name, marked with one tap; who walks in is registered
and has arrived at once, on a free seat where there is one, and beside the seats where there is none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa

from activities.duties.models import Arrival, Slot
from activities.duties.queries import WITH_ALL, must_organize
from activities.kit.db import db, lock, transactional
from activities.norms import queries as norms
from activities.people.models import Member, Unit
from activities.people.persons import same_person
from activities.people.service import acting
from activities.records import rules, sheets
from activities.records.models import Record
from activities.records.rules import Attendance, Mark, Row
from activities.records.rules_ticks import How, ticked, why_not_arrive
from activities.records.service import counted_once, known_by, record_marks
from activities.signups import arrivals, facts, notices
from activities.signups.models import SignUp
from activities.signups.rules import SignUpState
from activities.signups.rules_places import Guest, Places
from activities.signups.writing import enter

SHOWN = 30
# Who was to come this long ago is shown as long as they have not come.
BEFORE = timedelta(minutes=30)


class Visitor(NamedTuple):
    """Somebody who is registered, or has been marked: when they were to come, and what was marked."""

    public_id: str
    number: str
    name: str
    unit: str
    minute: int | None
    attendance: Attendance | None
    has_seat: bool


@dataclass(frozen=True)
class Tally:
    """How many are registered, have arrived, were deferred, and came beside the seats."""

    registered: int
    arrived: int
    deferred: int
    extra: int


_SEAT = sa.and_(SignUp.slot_id == sa.bindparam("slot"), SignUp.state == SignUpState.SEATED)
_ALL = (
    sa.select(
        Member.public_id, Member.number, Member.name, Unit.name, Arrival.minute, Record.attendance,
        SignUp.id.is_not(None),
    )
    .select_from(Member)
    .join(Unit, Unit.id == Member.unit_id)
    .outerjoin(SignUp, sa.and_(SignUp.member_id == Member.id, _SEAT))
    .outerjoin(Arrival, Arrival.id == SignUp.arrival_id)
    .outerjoin(Record, sa.and_(Record.member_id == Member.id, Record.slot_id == sa.bindparam("slot")))
    .where(sa.or_(SignUp.id.is_not(None), Record.id.is_not(None)))
    .order_by(Arrival.minute.is_(None), Arrival.minute, Member.number)
)  # fmt: skip


def visitors(slot: Slot, text: str, now: datetime) -> list[Visitor]:
    """Who matches a number or a name; without either, who is to come next and has not come. One statement."""
    query = _ALL.limit(SHOWN)
    if text:
        query = query.where(sa.or_(*(col.icontains(text, autoescape=True) for col in (Member.number, Member.name))))
    else:
        minute = (now - BEFORE - slot.starts_at) // timedelta(minutes=1)
        query = query.where(Record.id.is_(None), sa.func.coalesce(Arrival.minute, minute) >= minute)
    return [Visitor._make(row) for row in db.session.execute(query, {"slot": slot.id})]


def tally(slot_id: int) -> Tally:
    """One statement."""
    seat = sa.and_(SignUp.member_id == Record.member_id, SignUp.slot_id == slot_id, SignUp.state == SignUpState.SEATED)
    registered = sa.select(sa.func.count()).where(SignUp.slot_id == slot_id, SignUp.state == SignUpState.SEATED)
    came = Record.attendance.in_(rules.CAME)
    query = (
        sa.select(
            registered.scalar_subquery(), sa.func.count(sa.case((came, 1))),
            sa.func.count(sa.case((Record.attendance == Attendance.DEFERRED, 1))),
            sa.func.count(sa.case((SignUp.id.is_(None), 1))),
        )
        .select_from(Record)
        .outerjoin(SignUp, seat)
        .where(Record.slot_id == slot_id)
    )  # fmt: skip
    return Tally(*db.session.execute(query).one())


@transactional
def arrive(recorder_id: int, slot_id: int, number: str, attendance: Attendance, now: datetime) -> tuple[str, bool]:
    """Mark the person with this number as arrived or deferred; who has not registered is registered by that. Return
    the name, and whether they came beside the seats. Raises the rules' Refusal, AlreadyOnList for who is marked."""
    guest = sheets.by_number(number)
    if guest is None:
        raise rules.NobodyByNumber(number)
    sheets.names_locked({recorder_id, guest.id})
    slot = lock(Slot, slot_id, WITH_ALL)
    must_organize(acting(recorder_id), slot.post.activity)
    line = sheets.line_of(slot_id, guest.id)
    if line and line.kept:
        raise rules.AlreadyOnList(guest.name)
    if line is None and not sheets.may_see(guest, slot.post.activity):
        raise rules.NobodyByNumber(number)
    session, school = sheets.session(slot), norms.in_force()[0]
    came = ticked(session, school.grace, How.NOW, now)
    mark = came if attendance in rules.CAME else Mark(attendance)
    row = Row(name=guest.name, is_own=same_person(guest.id, recorder_id))
    if refusal := why_not_arrive(session, school, row, mark, now):
        raise refusal
    mark = counted_once(slot, {guest.id: mark})[guest.id]
    known = known_by(slot, {guest.name: mark}, "", now)
    is_extra = line is None and not _seat(slot_id, guest.id, recorder_id, now)
    if is_extra:
        slot.tickets += 1
    record_marks(recorder_id, slot, {guest.id: mark}, known, now)
    return guest.name, is_extra


def _seat(slot_id: int, member_id: int, actor_id: int, now: datetime) -> bool:
    """Give who walks in a free seat, with the earliest time that is free. Return whether there was one. Who waits for a
    seat, or is offered one, keeps that until they answer."""
    offer = facts.offer_locked(slot_id)
    on_it = sa.select(SignUp.id).where(
        SignUp.slot_id == slot_id, SignUp.member_id == member_id, SignUp.state.in_(facts.ACTIVE_STATES)
    )
    if not offer.left or db.session.scalar(on_it):
        return False
    places, person = Places(offer), facts.person(member_id)
    if not places.seat(Guest(member_id, person, ())):  # whatever else they have taken on, they are here
        return False
    enter(offer, member_id, SignUpState.SEATED, now, actor_id=actor_id)
    arrivals.give(places)
    if now < offer.starts_at:  # it is a duty to come, of which calendars tell
        notices.signed_up(offer, member_id, SignUpState.SEATED, now, places.at(member_id))
    return True
