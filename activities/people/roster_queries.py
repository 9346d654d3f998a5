"""What an import has to know of units and people. A few statements, however long the roster."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import TypeVar

import sqlalchemy as sa

from activities.kit.db import db
from activities.kit.roles import Permission
from activities.people.models import Member, RoleGrant, Unit
from activities.people.queries import within
from activities.people.roster_plan import FIELDS, Known
from activities.people.roster_rules import Entry, without_zeros
from activities.people.rules import Holding, covers

# One statement's share of a long list: databases limit how many values they take.
SHARE = 10_000

T = TypeVar("T")


def shares(values: Collection[T]) -> Iterator[list[T]]:
    listed = list(values)
    for start in range(0, len(listed), SHARE):
        yield listed[start : start + SHARE]


def unit_names(actor: Member | None) -> dict[int, str]:
    """The names of the units the actor may import into, by id, in tree order; the system's are all."""
    query = sa.select(Unit.id, Unit.name).order_by(Unit.path)
    if actor is not None:
        query = query.where(within(actor.paths(Permission.MANAGE_PEOPLE)))
    return {row.id: row.name for row in db.session.execute(query)}


def known(entries: Sequence[Entry], *, lock: bool) -> list[Known]:
    """Those who have one of the numbers, leading zeros aside; locked where they are about to change."""
    columns = [getattr(Member, name) for name in ("id", "number", *FIELDS)]
    found = []
    for numbers in shares({without_zeros(entry.number) for entry in entries}):
        query = sa.select(*columns).where(sa.func.ltrim(Member.number, "0").in_(numbers)).order_by(Member.id)
        rows = db.session.execute(query.with_for_update() if lock else query)
        found += [Known(**row._mapping) for row in rows]
    return found


def owners(entries: Sequence[Entry]) -> dict[str, int]:
    """Who has one of the addresses, by address."""
    found: dict[str, int] = {}
    for emails in shares({entry.email for entry in entries if entry.email}):
        query = sa.select(Member.email, Member.id).where(Member.email.in_(emails))
        found.update({str(row.email): row.id for row in db.session.execute(query)})
    return found


def beyond(people: Sequence[Known], actor: Member | None) -> frozenset[int]:
    """The ids of those who hold a role that the actor may not grant: their accounts are not the actor's to change."""
    if actor is None:
        return frozenset()
    holdings: dict[int, list[Holding]] = defaultdict(list)
    for ids in shares([person.id for person in people]):
        query = sa.select(RoleGrant.member_id, RoleGrant.role, Unit.path).join(RoleGrant.unit)
        for row in db.session.execute(query.where(RoleGrant.member_id.in_(ids))):
            holdings[row.member_id].append(Holding(row.role, row.path))
    return frozenset(member_id for member_id, held in holdings.items() if not covers(actor.holdings, held))
