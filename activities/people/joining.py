"""Say that accounts are one person's, or that they are not."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from activities.audit import service as audit
from activities.kit.db import db, lock, transactional
from activities.people import rules
from activities.people.models import AccountLink, Member
from activities.people.persons import accounts, persons, same_person, with_others
from activities.people.service import managed

Joined = Callable[[int, Collection[int], datetime], None]
JOINED: list[Joined] = []


def when_joined(verb: Joined) -> Joined:
    """Declare what is seen to in the same transaction once accounts are known to be one person's: it is given who says
    so, the accounts, and when. So upper rooms hear of it."""
    JOINED.append(verb)
    return verb


@transactional
def join(actor_id: int, member_id: int, other_id: int, now: datetime) -> None:
    """Say that two accounts are one person's, and with them all that are known to be. Raises OwnAccounts, OnePerson."""
    for one in sorted(with_others((member_id, other_id))):  # what they vouch for keeps still meanwhile
        lock(Member, one)
    for one in (member_id, other_id):
        managed(actor_id, one)
    if same_person(actor_id, member_id, other_id):
        raise rules.OwnAccounts
    if same_person(member_id, other_id):
        raise rules.OnePersonAlready
    person = persons([member_id])[member_id]
    joined = dict.fromkeys(with_others((member_id, other_id)), person)
    _set(actor_id, joined, now)
    for see_to in JOINED:
        see_to(actor_id, joined.keys(), now)


@transactional
def part(actor_id: int, member_id: int, now: datetime) -> None:
    """Say that an account is a person's of its own. Raises OwnAccounts, NotJoined."""
    managed(actor_id, member_id)
    if same_person(actor_id, member_id):
        raise rules.OwnAccounts
    rest = [one.id for one in accounts(member_id) if one.id != member_id]
    if not rest:
        raise rules.NotJoined
    _set(actor_id, {**dict.fromkeys(rest, min(rest)), member_id: member_id}, now)


def _set(actor_id: int, wanted: dict[int, int], now: datetime) -> None:
    """By account, the account its person is known by from now on; who stands alone needs no row."""
    before = persons(wanted)
    db.session.execute(sa.delete(AccountLink).where(AccountLink.member_id.in_(wanted)))
    many = [person for person in wanted.values() if list(wanted.values()).count(person) > 1]
    rows = [{"member_id": one, "person_id": person} for one, person in wanted.items() if person in many]
    if rows:
        db.session.execute(sa.insert(AccountLink), rows)
    changes: list[tuple[int, dict[str, Any], dict[str, Any]]] = [
        (one, {"person": before[one]}, {"person": person}) for one, person in wanted.items() if before[one] != person
    ]
    audit.leave_all(now, actor_id, "same person", Member, changes)
