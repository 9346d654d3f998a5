"""Reads of formulas: which of them hold, for whom, and what they said before."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import aliased, contains_eager, joinedload

from activities.kit.db import db
from activities.kit.refusal import NotFound
from activities.kit.roles import Permission
from activities.packets import rules
from activities.packets.models import PointsFormula
from activities.people.models import Member, Unit
from activities.people.queries import within
from activities.people.users import Viewer


def _all() -> sa.Select[PointsFormula]:
    return sa.select(PointsFormula).join(PointsFormula.unit).options(contains_eager(PointsFormula.unit))


def _in_force(year: int) -> sa.Select[PointsFormula]:
    later = aliased(PointsFormula)
    newer = sa.exists().where(
        later.unit_id == PointsFormula.unit_id, later.year == year, later.version > PointsFormula.version
    )
    return _all().where(PointsFormula.year == year, ~newer)


def _above(paths: Collection[str]) -> set[int]:
    return {int(part) for path in paths for part in path.split("/") if part}


def holding(paths: Collection[str], year: int) -> dict[str, PointsFormula]:
    """By the path of their unit, the formulas that can hold for people at these paths. One statement."""
    query = _in_force(year).where(Unit.id.in_(_above(paths)))
    return {one.unit.path: one for one in db.session.scalars(query)}


def holding_for(path: str, year: int) -> PointsFormula | None:
    """By which the points of people at a path are reckoned."""
    return rules.nearest(holding([path], year), path)


def around(paths: Collection[str], year: int) -> list[PointsFormula]:
    """Those in force in the units at these paths, above and below them, in tree order. One statement."""
    query = _in_force(year).where(sa.or_(Unit.id.in_(_above(paths)), within(paths)))
    return list(db.session.scalars(query.order_by(Unit.path)))


def to_compare(paths: Collection[str]) -> list[PointsFormula]:
    """All versions of all years of these units, the newest first. One statement."""
    query = _all().where(sa.or_(Unit.id.in_(_above(paths)), within(paths)))
    return list(db.session.scalars(query.order_by(PointsFormula.year.desc(), Unit.path, PointsFormula.version.desc())))


def by_public_ids(public_ids: Collection[str]) -> dict[str, PointsFormula]:
    """Versions of which somebody has kept the public id. One statement."""
    return {one.public_id: one for one in db.session.scalars(_all().where(PointsFormula.public_id.in_(public_ids)))}


def to_begin_with(found: Sequence[PointsFormula]) -> PointsFormula | None:
    """Of those to compare, the newest that holds no more; where all do, the newest."""
    seen: set[tuple[int, int]] = set()
    for one in found:
        if (one.unit_id, one.year) in seen:
            return one
        seen.add((one.unit_id, one.year))
    return next(iter(found), None)


def newest(unit_id: int, year: int) -> PointsFormula | None:
    return db.session.scalars(_in_force(year).where(PointsFormula.unit_id == unit_id)).one_or_none()


def versions(unit_id: int, year: int) -> list[PointsFormula]:
    """All versions of a unit's year with who set them, the newest first."""
    query = (
        _all()
        .where(PointsFormula.unit_id == unit_id, PointsFormula.year == year)
        .options(joinedload(PointsFormula.set_by, innerjoin=True))
        .order_by(PointsFormula.version.desc())
    )
    return list(db.session.scalars(query))


def seen_by(viewer: Viewer, public_id: str) -> PointsFormula:
    """A version of the person's own unit or one above, or around what they review; NotFound for anybody else."""
    reviewed = viewer.paths(Permission.REVIEW)
    seen = sa.or_(Unit.id.in_(_above([viewer.unit.path, *reviewed])), within(reviewed))
    found = db.session.scalars(_all().where(PointsFormula.public_id == public_id, seen)).one_or_none()
    if found is None:
        raise NotFound
    return found


def concerned(path: str, year: int) -> list[int]:
    """The active people for whom a formula of the unit at `path` holds: no unit nearer to them has one. Two
    statements."""
    query = _in_force(year).where(within([path]), Unit.path != path)
    nearer = [one.unit.path for one in db.session.scalars(query)]
    people = (
        sa.select(Member.id)
        .join(Unit, Unit.id == Member.unit_id)
        .where(within([path]), ~within(nearer), Member.active)
        .order_by(Unit.path, Member.class_name, Member.name, Member.id)
    )
    return list(db.session.scalars(people))
