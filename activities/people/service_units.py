"""The tree of units. Each verb locks the whole tree, a few dozen rows, so that a path is made from paths that stay."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from activities.audit import service as audit
from activities.kit.db import db, revise, transactional
from activities.kit.refusal import ChangedMeanwhile, NotFound, Refusal
from activities.kit.roles import Permission
from activities.people import rules
from activities.people.models import Member, Unit
from activities.people.rules import UnitLevel
from activities.people.service import acting


@transactional
def create_unit(actor_id: int, parent_id: int, level: UnitLevel, name: str, now: datetime) -> Unit:
    """Put a unit below one the actor administers. Raises NameTaken or WrongPlace."""
    parent = _managed(_locked_tree(), acting(actor_id), parent_id)
    if refusal := rules.why_not_below(level, "", parent.level, parent.path):
        raise refusal
    unit = Unit(name=name, level=level, parent_id=parent_id, path=f"{parent.path}?", changed_at=now)
    db.session.add(unit)
    with _unique_name():
        db.session.flush()
    unit.path = f"{parent.path}{unit.id}/"
    audit.leave(now, actor_id, "create unit", Unit, unit.id, after=_shown(unit))
    return unit


@transactional
def change_unit(
    actor_id: int, unit_id: int, revision: int, parent_id: int | None, level: UnitLevel, name: str, now: datetime
) -> None:
    """Rename a unit, set its level, move it with all below. A unit at the top of what the actor administers keeps its
    place: `parent_id` is its present one. Raises NameTaken or WrongPlace, and ChangedMeanwhile where `revision` is not
    the present one any more."""
    tree, actor = _locked_tree(), acting(actor_id)
    unit = _managed(tree, actor, unit_id)
    if unit.revision != revision:
        raise ChangedMeanwhile
    if parent_id != unit.parent_id:
        _managed(tree, actor, parent_id)
    if refusal := _why_not_there(tree, unit, level, parent_id):
        raise refusal
    changes = {"name": name, "level": level, "parent_id": parent_id}
    before, after = revise(unit, changes, now)
    with _unique_name():
        db.session.flush()
    if "parent_id" in after:
        _move(unit, f"{tree[after['parent_id']].path}{unit.id}/")
    if after:
        audit.leave(now, actor_id, "change unit", Unit, unit_id, before=before, after=after)


def _move(unit: Unit, path: str) -> None:
    """Give the unit and all below their new paths, in one statement."""
    below = sa.update(Unit).where(Unit.path.startswith(unit.path, autoescape=True))
    moved = sa.literal(path) + sa.func.substr(Unit.path, len(unit.path) + 1)
    db.session.execute(below.values(path=moved), execution_options={"synchronize_session": False})
    db.session.expire_all()


def _why_not_there(tree: dict[int, Unit], unit: Unit, level: UnitLevel, parent_id: int | None) -> Refusal | None:
    """The reason against this level between the parent and the units directly below."""
    pairs = [(child.level, "", level, "") for child in tree.values() if child.parent_id == unit.id]
    if parent_id:
        pairs.append((level, unit.path, tree[parent_id].level, tree[parent_id].path))
    return next(filter(None, (rules.why_not_below(*pair) for pair in pairs)), None)


def _locked_tree() -> dict[int, Unit]:
    query = sa.select(Unit).order_by(Unit.id).with_for_update()
    return {unit.id: unit for unit in db.session.scalars(query, execution_options={"populate_existing": True})}


def _managed(tree: dict[int, Unit], actor: Member, unit_id: int | None) -> Unit:
    unit = tree.get(unit_id or 0)
    if unit is None or not actor.may(Permission.MANAGE_PEOPLE, unit.path):
        raise NotFound
    return unit


def _shown(unit: Unit) -> dict[str, object]:
    return {"name": unit.name, "level": unit.level, "parent_id": unit.parent_id}


@contextmanager
def _unique_name() -> Iterator[None]:
    try:
        yield
    except IntegrityError:
        raise rules.NameTaken from None
