"""Letting somebody care for a class or a person, and ending that. Whoever begins one locks who cares and, of a single
person, that person too, so that each is asked as it is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from activities.audit import service as audit
from activities.kit.clock import local_day
from activities.kit.db import db, lock, transactional, unless_there
from activities.kit.refusal import NotFound
from activities.kit.roles import Permission
from activities.pairings import notices, rules
from activities.pairings.models import Pairing
from activities.pairings.queries import LASTING
from activities.pairings.rules import Carer, Sort, Ward
from activities.people.joining import when_joined
from activities.people.models import Member, Unit
from activities.people.persons import is_account_of, same_person
from activities.people.service import acting


@dataclass(frozen=True)
class OfClass:
    """A class of a unit."""

    unit_id: int
    name: str


@dataclass(frozen=True)
class OfPerson:
    """A single person."""

    id: int


Whom = OfClass | OfPerson


@transactional
def pair(actor_id: int, member_id: int, sort: Sort, whom: Whom, first: date, now: datetime) -> str:
    """Let somebody of the school care for a class of the actor's units, or for a person in them; they are told. Return
    its public id. Raises the rules' Refusal."""
    locked = {one: lock(Member, one) for one in sorted({member_id, *([whom.id] if isinstance(whom, OfPerson) else [])})}
    carer, person = locked[member_id], locked[whom.id] if isinstance(whom, OfPerson) else None
    unit = db.session.get(Unit, person.unit_id if person else whom.unit_id)  # type: ignore[union-attr]
    if unit is None or rules.CARES[sort].of_person is not isinstance(whom, OfPerson):
        raise NotFound
    school = unit.path.split("/")[0]
    theirs = db.session.get_one(Unit, carer.unit_id).path.split("/")[0] == school
    if not acting(actor_id).may(Permission.PAIR, unit.path) or not carer.active or not theirs:
        raise NotFound
    name = "" if isinstance(whom, OfPerson) else whom.name
    if person is None and not _is_class(unit.id, name):
        raise NotFound
    facts = _carer(carer, sort, whom)
    if refusal := rules.why_not_pair(sort, facts, _ward(person, carer), first, local_day(now)):
        raise refusal
    one = Pairing(
        member_id=member_id, sort=sort, unit_id=None if person else unit.id, class_name=name,
        person_id=person.id if person else None, first=first, begun_by_id=actor_id, begun_at=now,
    )  # fmt: skip
    refused = rules.PairedAlready(carer.name)
    with unless_there(lambda: refused):
        db.session.add(one)
    audit.leave(now, actor_id, "pair", Pairing, one.id, after=_told(one))
    notices.begun(one, carer.name, person.name if person else name, now)
    return one.public_id


@transactional
def end(actor_id: int, public_id: str, last: date, reason: str, now: datetime) -> None:
    """Let it end with a day that has come; who cared is told why. Raises the rules' Refusal."""
    found = db.session.scalar(sa.select(Pairing.id).where(Pairing.public_id == public_id))
    if found is None:
        raise NotFound
    one = lock(Pairing, found)
    unit_id = db.session.get_one(Member, one.person_id).unit_id if one.person_id else one.unit_id
    if not acting(actor_id).may(Permission.PAIR, db.session.get_one(Unit, unit_id).path):
        raise NotFound
    if refusal := rules.why_not_end(one.first, one.last, last, local_day(now)):
        raise refusal
    _end(one, actor_id, last, reason, now)


@when_joined
def none_of_oneself(actor_id: int, joined: Collection[int], now: datetime) -> None:
    """Nobody mentors another account of theirs."""
    query = sa.select(Pairing).where(LASTING, Pairing.member_id.in_(joined), Pairing.person_id.in_(joined))
    for one in db.session.scalars(query.with_for_update(key_share=True)).all():
        _end(one, actor_id, max(one.first, local_day(now)), "", now)


def _end(one: Pairing, actor_id: int, last: date, reason: str, now: datetime) -> None:
    one.last, one.reason, one.ended_at, one.ended_by_id = last, reason, now, actor_id
    db.session.flush()
    audit.leave(now, actor_id, "end pairing", Pairing, one.id, after={"last": last}, reason=reason)
    carer = db.session.get_one(Member, one.member_id).name
    whom = db.session.get_one(Member, one.person_id).name if one.person_id else one.class_name
    notices.ended(one, carer, whom, now)


def _is_class(unit_id: int, name: str) -> bool:
    query = sa.select(Member.id).where(Member.unit_id == unit_id, Member.class_name == name, Member.active)
    return bool(name) and db.session.scalar(query.limit(1)) is not None


def _carer(carer: Member, sort: Sort, whom: Whom) -> Carer:
    """Who would care, with what they did for the same before. One statement."""
    same: tuple[sa.ColumnElement[bool], ...] = (Pairing.person_id == whom.id,) if isinstance(whom, OfPerson) else (
        Pairing.unit_id == whom.unit_id, Pairing.class_name == whom.name
    )  # fmt: skip
    query = sa.select(Pairing.last).where(is_account_of(Pairing.member_id, carer.id), Pairing.sort == sort, *same)
    days = list(db.session.scalars(query))
    return Carer(carer.name, carer.stage, None in days, max((day for day in days if day), default=None))


def _ward(person: Member | None, carer: Member) -> Ward | None:
    if person is None:
        return None
    query = sa.select(sa.func.count()).select_from(Pairing).where(Pairing.person_id == person.id, LASTING)
    return Ward(person.name, person.stage, db.session.scalar(query) or 0, same_person(carer.id, person.id))


def _told(one: Pairing) -> dict[str, Any]:
    whom = {"person": one.person_id} if one.person_id else {"unit": one.unit_id, "class": one.class_name}
    return {"member": one.member_id, "sort": one.sort, "first": one.first, **whom}
