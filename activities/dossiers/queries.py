"""Reads of volunteers' records."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload

from activities.dossiers.models import Entry
from activities.dossiers.rules import Block, Said
from activities.kit.db import db, run
from activities.kit.refusal import NotFound
from activities.kit.roles import Permission
from activities.kit.sql import Among
from activities.people.models import Member, Unit
from activities.people.queries import person_for, within
from activities.people.users import Viewer

LATEST = 20


def _present() -> sa.ColumnElement[bool]:
    """Whether an entry holds: nothing has replaced it, and it takes nothing back."""
    later = aliased(Entry)
    return sa.and_(~Entry.is_void, ~sa.exists().where(later.replaces_id == Entry.id))


def entries(member_id: int) -> dict[Block, list[Entry]]:
    """What holds, by block, the latest first. One statement."""
    query = (
        sa.select(Entry)
        .where(Entry.member_id == member_id, _present())
        .options(joinedload(Entry.entered_by, innerjoin=True))
        .order_by(Entry.day.desc(), Entry.id.desc())
    )
    found: dict[Block, list[Entry]] = {block: [] for block in Block}
    for entry in db.session.scalars(query):
        found[entry.block].append(entry)
    return found


def said(block: Block, member_ids: Collection[int]) -> dict[int, set[Said]]:
    """What the present entries of these people say. One statement."""
    query = sa.select(Entry).where(Entry.block == block, Entry.member_id.in_(member_ids), _present())
    found: dict[int, set[Said]] = {member_id: set() for member_id in member_ids}
    for entry in db.session.scalars(query):
        found[entry.member_id].add(entry.said)
    return found


def of_year(member_ids: Collection[int], year: int) -> dict[int, list[tuple[Block, Said]]]:
    """What holds of a year in these people's records, by day. One statement, however many they are."""
    days = Entry.day.between(date(year, 1, 1), date(year, 12, 31))
    query = (
        sa.select(Entry.member_id, Entry.block, Entry.title, Entry.day, Entry.content, Entry.minutes, Entry.unit)
        .where(Among(Entry.member_id, member_ids), days, _present())
        .order_by(Entry.day, Entry.id)
    )
    found: dict[int, list[tuple[Block, Said]]] = defaultdict(list)
    for member_id, block, *said in run(query):
        found[member_id].append((block, Said(*said)))
    return found


def replaced(entry_id: int) -> bool:
    return db.session.scalar(sa.select(Entry.id).where(Entry.replaces_id == entry_id)) is not None


def person(keeper: Viewer, public_id: str) -> Member:
    return person_for(keeper, Permission.KEEP_RECORDS, public_id)


def latest(keeper: Viewer) -> list[Entry]:
    """What was entered last for the keeper's people, whether it still holds or not."""
    query = (
        sa.select(Entry)
        .join(Entry.member)
        .join(Member.unit)
        .where(within(keeper.paths(Permission.KEEP_RECORDS)))
        .options(joinedload(Entry.member), joinedload(Entry.entered_by))
        .order_by(Entry.id.desc())
        .limit(LATEST)
    )
    return list(db.session.scalars(query))


def entry_to_keep(keeper: Viewer, public_id: str) -> Entry:
    """An entry of one of the keeper's people, whether it still holds or not."""
    query = (
        sa.select(Entry)
        .join(Entry.member)
        .join(Member.unit)
        .where(Entry.public_id == public_id, within(keeper.paths(Permission.KEEP_RECORDS)))
        .options(joinedload(Entry.member), joinedload(Entry.entered_by))
    )
    found = db.session.scalars(query).one_or_none()
    if found is None:
        raise NotFound
    return found


def history(entry: Entry) -> list[Entry]:
    """The entry and all that it replaced, the latest first."""
    first = sa.select(Entry.id, Entry.replaces_id).where(Entry.id == entry.id).cte("chain", recursive=True)
    older = sa.select(Entry.id, Entry.replaces_id).join(first, Entry.id == first.c.replaces_id)
    chain = first.union_all(older)
    query = sa.select(Entry).join(chain, chain.c.id == Entry.id).options(joinedload(Entry.entered_by))
    return list(db.session.scalars(query.order_by(Entry.id.desc())))


def present_of(entry_id: int) -> Entry | None:
    """What holds in the place of an entry by now: itself, or what it was corrected to; None once it was taken back."""
    first = sa.select(Entry.id).where(Entry.id == entry_id).cte("later", recursive=True)
    later = first.union_all(sa.select(Entry.id).join(first, Entry.replaces_id == first.c.id))
    return db.session.scalars(sa.select(Entry).join(later, later.c.id == Entry.id).where(_present())).one_or_none()


class Known(NamedTuple):
    id: int
    name: str


def by_number(keeper: Viewer, numbers: Collection[str], *, locked: bool = False) -> dict[str, Known]:
    """The active people with these numbers who are in the keeper's units; locked where something is entered."""
    query = (
        sa.select(Member.number, Member.id, Member.name)
        .join(Unit, Unit.id == Member.unit_id)
        .where(Member.number.in_(numbers), Member.active, within(keeper.paths(Permission.KEEP_RECORDS)))
        .order_by(Member.id)
    )
    query = query.with_for_update(key_share=True, of=Member) if locked else query
    return {number: Known(member_id, name) for number, member_id, name in db.session.execute(query)}
