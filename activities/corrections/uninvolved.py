"""Who may do what needs somebody uninvolved – answer an objection, grant an award – by whichever account: those who
hold the permission for the unit or one above and have nothing to do with it. Where there are none, those who can
appoint one."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from activities.corrections.queries import holders_above
from activities.kit.db import db
from activities.kit.roles import Permission
from activities.people.models import Member
from activities.people.persons import persons


@dataclass(frozen=True)
class Matter:
    """Something of the unit at `path` that nobody of the `involved` may do."""

    key: int
    path: str
    involved: frozenset[int]


@dataclass(frozen=True)
class Uninvolved:
    """Those who may, the nearest first; and where there are none, those who can appoint somebody who may."""

    holders: list[int]
    appointers: list[int]


def matter(key: int, path: str, *involved: int | None) -> Matter:
    return Matter(key, path, frozenset(who for who in involved if who is not None))


def uninvolved(permission: Permission, matters: Collection[Matter]) -> dict[int, Uninvolved]:
    """By the key of each matter. A statement for each unit, one for whose accounts are one person's."""
    holders = _by_path(permission, (one.path for one in matters))
    involved = (who for one in matters for who in one.involved)
    person_of = persons({*involved, *(who for found in holders.values() for who in found)}) if matters else {}
    free = {}
    for one in matters:
        people = {person_of[who] for who in one.involved}
        free[one.key] = [who for who in holders[one.path] if person_of[who] not in people]
    appointers = _by_path(Permission.MANAGE_PEOPLE, (one.path for one in matters if not free[one.key]))
    return {one.key: Uninvolved(free[one.key], [] if free[one.key] else appointers[one.path]) for one in matters}


def names(found: Iterable[Uninvolved]) -> dict[int, str]:
    """The names of all of them, for a page."""
    ids = {who for one in found for who in (*one.holders, *one.appointers)}
    return dict(db.session.execute(sa.select(Member.id, Member.name).where(Member.id.in_(ids))).all())


def _by_path(permission: Permission, paths: Iterable[str]) -> dict[str, list[int]]:
    """Who holds it for each unit or one above, once each."""
    return {path: list(dict(holders_above(path, permission, ()))) for path in set(paths)}
