"""Reads of grades that were imported."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from activities.cycles.models import Cycle, Participant
from activities.cycles.queries import paths_in
from activities.cycles.rules import CycleState, Grade, Tally
from activities.kit.db import db
from activities.kit.refusal import NotFound
from activities.kit.roles import Permission
from activities.kit.sql import Among
from activities.past.models import PastGrade, PastImport
from activities.past.rules import Known
from activities.people.models import Member, Unit
from activities.people.persons import is_account_of
from activities.people.queries import within
from activities.people.users import Viewer

LATEST = 20


def known(importer: Viewer, numbers: Collection[str], *, locked: bool = False) -> dict[str, Known]:
    """Whom these numbers mean among the active people whose review the importer holds. Three statements; with `locked`
    they keep still."""
    who = (
        sa.select(Member.number, Member.id, Member.unit_id, Member.name, is_account_of(Member.id, importer.id))
        .join(Unit, Unit.id == Member.unit_id)
        .where(Member.number.in_(numbers), Member.active, within(importer.paths(Permission.HOLD_REVIEW)))
        .order_by(Member.id)
    )
    rows = db.session.execute(who.with_for_update(key_share=True, of=Member) if locked else who).all()
    ids = {row.id for row in rows}
    here, there = defaultdict[int, set[int]](set), defaultdict[int, dict[int, Grade]](dict)
    reviewed = (
        sa.select(Participant.member_id, Participant.year)
        .join(Participant.cycle)
        .where(Among(Participant.member_id, ids), Participant.removed_at.is_(None))
        .where(Cycle.state != CycleState.CALLED_OFF)
    )
    for member_id, year in db.session.execute(reviewed):
        here[member_id].add(year)
    imported = sa.select(PastGrade.member_id, PastGrade.year, PastGrade.grade).where(Among(PastGrade.member_id, ids))
    for member_id, year, grade in db.session.execute(imported):
        there[member_id][year] = grade
    return {
        number: Known(who, unit, name, bool(own), frozenset(here[who]), there[who])
        for number, who, unit, name, own in rows
    }


# ── what was imported ───────────────────────────────────────────────────────


@dataclass(frozen=True)
class Batch:
    """An import with the number of its grades."""

    batch: PastImport
    grades: int


def _whole(paths: Sequence[str]) -> sa.ColumnElement[bool]:
    """Imports that are of nobody outside these units."""
    of_it = sa.orm.aliased(PastGrade)
    outside = sa.select(of_it.id).join(Unit, Unit.id == of_it.unit_id).where(of_it.import_id == PastImport.id)
    return ~outside.where(sa.not_(within(paths))).correlate(PastImport).exists()


def batches(holder: Viewer) -> list[Batch]:
    """The latest imports that are the holder's to take back. One statement."""
    number = sa.func.count(PastGrade.id)
    query = (
        sa.select(PastImport, number)
        .join(PastImport.imported_by)
        .join(PastGrade, PastGrade.import_id == PastImport.id)
        .where(_whole(holder.paths(Permission.HOLD_REVIEW)))
        .group_by(PastImport.id, Member.id)
        .options(contains_eager(PastImport.imported_by))
        .order_by(PastImport.id.desc())
        .limit(LATEST)
    )
    return [Batch(batch, grades) for batch, grades in db.session.execute(query)]


def batch_of(holder: Viewer, public_id: str) -> PastImport:
    query = sa.select(PastImport).where(PastImport.public_id == public_id)
    found = db.session.scalars(query.where(_whole(holder.paths(Permission.HOLD_REVIEW)))).one_or_none()
    if found is None:
        raise NotFound
    return found


def years(holder: Viewer, cycle: Cycle) -> dict[int, Tally]:
    """The imported grades of years before a cycle, of the same units, without the holder's own. One statement."""
    query = (
        sa.select(PastGrade.year, PastGrade.grade, sa.func.count())
        .join(PastGrade.unit)
        .where(
            PastGrade.year < cycle.year, within(paths_in(holder, cycle)),
            ~is_account_of(PastGrade.member_id, holder.id),
        )
        .group_by(PastGrade.year, PastGrade.grade)
    )  # fmt: skip
    found: dict[int, Tally] = defaultdict(dict)
    for year, grade, count in db.session.execute(query):
        found[year][grade] = count
    return found


@dataclass(frozen=True)
class Earlier:
    """A grade of a year before; of which file and row, where it was imported."""

    year: int
    grade: Grade
    source: str = ""
    row: int = 0


def earlier(member_id: int, before: int) -> list[Earlier]:
    """What somebody's grades were in closed reviews and in files, the latest year first. Two statements."""
    there = [one for one in imported(member_id) if one.year < before]
    here = (
        sa.select(Participant.year, Participant.grade)
        .join(Participant.cycle)
        .where(Participant.member_id == member_id, Participant.year < before, Participant.grade.is_not(None))
        .where(Cycle.state == CycleState.CLOSED)
    )
    closed = [Earlier(year, grade) for year, grade in db.session.execute(here) if grade]
    return sorted([*there, *closed], key=lambda one: -one.year)


def imported(member_id: int) -> list[Earlier]:
    """What files say of somebody, the latest year first. One statement."""
    query = (
        sa.select(PastGrade.year, PastGrade.grade, PastImport.name, PastGrade.row)
        .join(PastGrade.batch)
        .where(PastGrade.member_id == member_id)
        .order_by(PastGrade.year.desc())
    )
    return [Earlier(*row) for row in db.session.execute(query)]
