"""Enter, correct and take back what stands in people's records. Each appends; the person is locked first, so that the
same is entered once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from activities.audit import service as audit
from activities.dossiers import notices, queries, rules
from activities.dossiers.models import Entry
from activities.dossiers.rules import Block, Said
from activities.kit.clock import local_day
from activities.kit.db import db, lock, new_public_id, transactional
from activities.kit.refusal import NotFound
from activities.kit.roles import Permission
from activities.people.models import Member
from activities.people.persons import persons, same_person
from activities.people.service import acting


def told(member_id: int, values: Mapping[str, Any]) -> dict[str, Any]:
    """What an entry says of a person, as the trail may tell of it."""
    return audit.private(member_id, values, ("title", "content", "unit"))


@transactional
def enter(actor_id: int, member_id: int, block: Block, said: Said, now: datetime) -> str:
    """Enter something for one of the actor's people. Return its public id. Raises the rules' Refusal."""
    _keep_for(actor_id, member_id)
    _ask(actor_id, member_id, block, said, now)
    entry = _append(actor_id, member_id, block, said, now)
    audit.leave(
        now, actor_id, "enter", Entry, entry.id,
        after={"block": block, "member": member_id, **told(member_id, said.values)},
    )  # fmt: skip
    notices.entered({member_id: [said.title]}, now)
    return entry.public_id


@transactional
def correct(actor_id: int, entry_id: int, said: Said, reason: str, now: datetime) -> str:
    """Put another entry in this one's place. Return its public id. Raises the rules' Refusal."""
    old = _to_replace(actor_id, entry_id)
    _ask(actor_id, old.member_id, old.block, said, now)
    entry = _append(actor_id, old.member_id, old.block, said, now, replaces_id=old.id, reason=reason)
    before, after = old.said.values, said.values
    changed = [name for name in after if after[name] != before[name]]
    audit.leave(
        now, actor_id, "correct", Entry, entry.id, before=told(old.member_id, {name: before[name] for name in changed}),
        after={"replaces": old.id, **told(old.member_id, {name: after[name] for name in changed})}, reason=reason,
    )  # fmt: skip
    notices.corrected(old.member_id, said.title, reason, now)
    return entry.public_id


@transactional
def withdraw(actor_id: int, entry_id: int, reason: str, now: datetime) -> None:
    """Have an entry hold no more; what it said stays to be seen."""
    old = _to_replace(actor_id, entry_id)
    _void(actor_id, old, reason, now)
    notices.withdrawn(old.member_id, old.title, reason, now)


def _void(actor_id: int, old: Entry, reason: str, now: datetime) -> None:
    void = _append(actor_id, old.member_id, old.block, old.said, now, replaces_id=old.id, is_void=True, reason=reason)
    audit.leave(
        now, actor_id, "withdraw", Entry, void.id, before=told(old.member_id, old.said.values),
        after={"replaces": old.id}, reason=reason,
    )  # fmt: skip


# ── for verbs of rooms above, inside their transactions: they ask who may, lock the people first, and tell them ──


def enter_for(actor_id: int, block: Block, said: Mapping[int, Said], now: datetime, source: str) -> dict[int, int]:
    """Enter something for each of these people, one entry each; return its id by person. As many statements for many as
    for one. Raises OwnEntry where one of them is the actor."""
    person_of = persons({actor_id, *said})
    if any(person_of[who] == person_of[actor_id] for who in said):
        raise rules.OwnEntry
    same = {"block": block, "entered_by_id": actor_id, "entered_at": now, "source": source}
    rows = [{**same, **one.values, "public_id": new_public_id(), "member_id": who} for who, one in said.items()]
    insert = sa.insert(Entry).returning(Entry.member_id, Entry.id)
    ids = {row.member_id: row.id for row in db.session.execute(insert, rows)} if rows else {}
    nothing: dict[str, Any] = {}
    changes = [
        (ids[who], nothing, {"block": block, "member": who, **told(who, one.values)}) for who, one in said.items()
    ]
    audit.leave_all(now, actor_id, "enter", Entry, changes, reason=source)
    return ids


def withdraw_for(actor_id: int, entry_id: int, reason: str, now: datetime) -> None:
    """Have what was entered hold no more, also where it was corrected since; nothing is left to do where it was taken
    back. Raises OwnEntry."""
    present = queries.present_of(entry_id)
    if present is None:
        return
    if same_person(actor_id, present.member_id):
        raise rules.OwnEntry
    _void(actor_id, present, reason, now)


def _keep_for(actor_id: int, member_id: int) -> Member:
    """The locked person, if they are one of the actor's people."""
    member, actor = lock(Member, member_id), acting(actor_id)
    if not actor.may(Permission.KEEP_RECORDS, member.unit.path):
        raise NotFound
    return member


def _to_replace(actor_id: int, entry_id: int) -> Entry:
    """An entry that holds and that this person may replace."""
    entry = db.session.get(Entry, entry_id)
    if entry is None:
        raise NotFound
    _keep_for(actor_id, entry.member_id)
    if same_person(actor_id, entry.member_id):
        raise rules.OwnEntry
    if entry.is_void or queries.replaced(entry_id):
        raise rules.ReplacedMeanwhile
    return entry


def _ask(actor_id: int, member_id: int, block: Block, said: Said, now: datetime) -> None:
    there = queries.said(block, [member_id])[member_id]
    if refusal := rules.why_not_enter(said, local_day(now), there, is_own=same_person(actor_id, member_id)):
        raise refusal


def _append(
    actor_id: int, member_id: int, block: Block, said: Said, now: datetime, *, replaces_id: int | None = None,
    is_void: bool = False, reason: str = "",
) -> Entry:  # fmt: skip
    entry = Entry(
        block=block, member_id=member_id, **said.values, entered_by_id=actor_id, entered_at=now,
        replaces_id=replaces_id, is_void=is_void, reason=reason,
    )  # fmt: skip
    db.session.add(entry)
    db.session.flush()
    return entry
