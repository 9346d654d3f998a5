"""What of a cycle is frozen, read in a fixed number of statements for each portion of its people. It names people by
their public ids and texts by their hashes, so that it stays as it is once somebody has to be forgotten."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from activities.closings import rules
from activities.cycles import queries as cycles
from activities.cycles.models import Cycle, CycleUnit, FrozenPart, Participant
from activities.cycles.plugs import BESIDE, PLUGS
from activities.cycles.portions import Portion
from activities.cycles.rules import hash_of
from activities.cycles.rules_settings import write
from activities.essays.models import Essay
from activities.essays.rules import characters
from activities.grades.models import GradeVersion, Opinion
from activities.kit.db import db, run
from activities.kit.sql import Among
from activities.objections.models import GradeObjection
from activities.people.models import Member, Unit

Other = aliased(Member)
NOBODY = rules.hash_of_all(())


def parts(portion: Portion) -> dict[int, str]:
    """By participant, all of their part as canonical JSON."""
    ids = portion.members.keys()
    said = said_of(ids)
    plugged = {key: one.frozen(portion) for key, one in PLUGS.items() if one.frozen}
    return {
        part_id: rules.canonical({
            **one, **said[part_id],
            "steps": {key: frozen[part_id] for key, frozen in plugged.items() if part_id in frozen},
        })
        for part_id, one in _people(ids).items()
    }  # fmt: skip


def said_of(ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """By participant, what was decided and written of them, each text as its hash. Four statements."""
    grades, essays, opinions, objections = _grades(ids), _essays(ids), _opinions(ids), _objections(ids)
    return {
        part_id: {
            "grades": grades.get(part_id, []), "essay": essays.get(part_id), "opinions": opinions.get(part_id, []),
            "objections": objections.get(part_id, []),
        }
        for part_id in ids
    }  # fmt: skip


def whole(cycle: Cycle) -> str:
    """What holds the parts of a cycle together, as canonical JSON: with each unit the hash of its people's parts, and
    what is frozen of people who take no part."""
    units = sa.select(
        Unit.public_id, Unit.name, CycleUnit.full_members, CycleUnit.everyone, CycleUnit.most, CycleUnit.excellent
    ).join(Unit, Unit.id == CycleUnit.unit_id)
    hashes = unit_hashes(cycle.id)
    rows = db.session.execute(units.where(CycleUnit.cycle_id == cycle.id).order_by(Unit.path))
    return rules.canonical({
        "version": rules.VERSION, "cycle": cycle.public_id, "year": cycle.year,
        "unit": cycle.unit.public_id, "opened_at": cycle.opened_at.isoformat(),
        "steps": {key: [day.isoformat() for day in window] for key, window in cycle.windows.items()},
        "settings": json.loads(write(cycles.settings_of(cycle.id))),
        "units": [[*row, hashes.get(row[0], NOBODY)] for row in rows],
        "beside": {key: one.frozen(cycle) for key, one in BESIDE.items()},
    })  # fmt: skip


def unit_hashes(cycle_id: int) -> dict[str, str]:
    """By unit's public id, the hash of the hashes of its people's parts, in the order in which they came into the
    cycle. One statement."""
    query = (
        sa.select(Unit.public_id, FrozenPart.hash)
        .join(Participant, Participant.id == FrozenPart.participant_id)
        .join(Unit, Unit.id == Participant.unit_id)
        .where(FrozenPart.cycle_id == cycle_id)
        .order_by(Participant.unit_id, Participant.id)
    )
    rows = groupby(run(query), key=lambda row: row.public_id)
    return {unit: rules.hash_of_all(row.hash for row in some) for unit, some in rows}


def _people(ids: Collection[int]) -> dict[int, dict[str, Any]]:
    query = (
        sa.select(
            Participant.id, Member.public_id, Unit.public_id, Participant.stage, Participant.graded,
            Participant.grade, Other.public_id,
        )
        .join(Member, Member.id == Participant.member_id)
        .join(Unit, Unit.id == Participant.unit_id)
        .outerjoin(Other, Other.id == Participant.graded_by_id)
        .where(Among(Participant.id, ids))
    )  # fmt: skip
    names = ("person", "unit", "stage", "graded", "grade", "graded_by")
    return {part_id: dict(zip(names, row, strict=True)) for part_id, *row in run(query)}


def _grades(ids: Collection[int]) -> Mapping[int, list[Any]]:
    columns = (GradeVersion.grade, GradeVersion.given_at, GradeVersion.opinion)
    query = (
        sa.select(GradeVersion.participant_id, Member.public_id, *columns)
        .join(Member, Member.id == GradeVersion.given_by_id)
        .where(Among(GradeVersion.participant_id, ids))
        .order_by(GradeVersion.participant_id, GradeVersion.count)
    )
    found: dict[int, list[Any]] = defaultdict(list)
    for part_id, by, grade, at, text in run(query):
        found[part_id].append([by, grade, at.isoformat(), hash_of(text)])
    return found


def _said(at: datetime | None) -> str:
    return at.isoformat() if at else ""


def _essays(ids: Collection[int]) -> Mapping[int, list[Any]]:
    query = sa.select(Essay.participant_id, Essay.handed_in_at, Essay.text)
    rows = run(query.where(Among(Essay.participant_id, ids), Essay.handed_in_at.is_not(None)))
    return {part_id: [_said(at), characters(text), hash_of(text)] for part_id, at, text in rows}


def _opinions(ids: Collection[int]) -> Mapping[int, list[Any]]:
    query = (
        sa.select(Opinion.participant_id, Member.public_id, Opinion.written_at, Opinion.text)
        .join(Member, Member.id == Opinion.by_id)
        .where(Among(Opinion.participant_id, ids), Opinion.written_at.is_not(None))
        .order_by(Opinion.id)
    )
    found: dict[int, list[Any]] = defaultdict(list)
    for part_id, by, at, text in run(query):
        found[part_id].append([by, _said(at), hash_of(text)])
    return found


def _objections(ids: Collection[int]) -> Mapping[int, list[Any]]:
    query = (
        sa.select(GradeObjection.participant_id, GradeObjection.made_at, GradeObjection.verdict)
        .where(Among(GradeObjection.participant_id, ids))
        .order_by(GradeObjection.id)
    )
    found: dict[int, list[Any]] = defaultdict(list)
    for part_id, at, verdict in run(query):
        found[part_id].append([at.isoformat(), verdict])
    return found
