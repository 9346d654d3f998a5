"""What of a cycle is frozen, read in a fixed number of statements. The snapshot names people by their public ids and
texts by their hashes, so that it stays as it is once somebody has to be forgotten."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from activities.closings import rules
from activities.cycles import queries as cycles
from activities.cycles.models import Cycle, CycleUnit, Participant, Snapshot
from activities.cycles.plugs import PLUGS
from activities.cycles.rules import hash_of
from activities.cycles.rules_settings import write
from activities.essays.models import Essay
from activities.essays.rules import characters
from activities.grades.models import GradeVersion, Opinion
from activities.kit.db import db
from activities.objections.models import GradeObjection
from activities.people.models import Member, Unit

Other = aliased(Member)


def written(cycle: Cycle, now: datetime) -> str:
    """All of a cycle as canonical JSON."""
    people = _people(cycle.id)
    grades, essays, opinions, objections = (
        _grades(cycle.id), _essays(cycle.id), _opinions(cycle.id), _objections(cycle.id)
    )  # fmt: skip
    plugged = {key: one.frozen(cycle, now) for key, one in PLUGS.items() if one.frozen}
    for part_id, one in people.items():
        one |= {
            "grades": grades.get(part_id, []), "essay": essays.get(part_id), "opinions": opinions.get(part_id, []),
            "objections": objections.get(part_id, []),
            "steps": {key: frozen[part_id] for key, frozen in plugged.items() if part_id in frozen},
        }  # fmt: skip
    return rules.canonical({**_cycle(cycle), "people": list(people.values())})


def _cycle(cycle: Cycle) -> dict[str, Any]:
    units = sa.select(
        Unit.public_id, Unit.name, CycleUnit.full_members, CycleUnit.everyone, CycleUnit.most, CycleUnit.excellent
    ).join(Unit, Unit.id == CycleUnit.unit_id)
    rows = db.session.execute(units.where(CycleUnit.cycle_id == cycle.id).order_by(Unit.path))
    return {
        "version": rules.VERSION, "cycle": cycle.public_id, "year": cycle.year,
        "unit": cycle.unit.public_id, "opened_at": cycle.opened_at.isoformat(),
        "steps": {key: [day.isoformat() for day in window] for key, window in cycle.windows.items()},
        "settings": json.loads(write(cycles.settings_of(cycle.id))),
        "units": [list(row) for row in rows],
    }  # fmt: skip


def _people(cycle_id: int) -> dict[int, dict[str, Any]]:
    query = (
        sa.select(
            Participant.id, Member.public_id, Unit.public_id, Participant.stage, Participant.graded,
            Participant.grade, Other.public_id,
        )
        .join(Member, Member.id == Participant.member_id)
        .join(Unit, Unit.id == Participant.unit_id)
        .outerjoin(Other, Other.id == Participant.graded_by_id)
        .where(Participant.cycle_id == cycle_id, Participant.removed_at.is_(None))
        .order_by(Participant.id)
    )  # fmt: skip
    names = ("person", "unit", "stage", "graded", "grade", "graded_by")
    return {part_id: dict(zip(names, row, strict=True)) for part_id, *row in db.session.execute(query)}


def _grades(cycle_id: int) -> dict[int, list[Any]]:
    columns = (GradeVersion.grade, GradeVersion.given_at, GradeVersion.opinion)
    query = sa.select(GradeVersion.participant_id, Member.public_id, *columns).join(
        Member, Member.id == GradeVersion.given_by_id
    )
    found: dict[int, list[Any]] = {}
    for part_id, by, grade, at, text in db.session.execute(
        query.where(GradeVersion.cycle_id == cycle_id).order_by(GradeVersion.participant_id, GradeVersion.count)
    ):
        found.setdefault(part_id, []).append([by, grade, at.isoformat(), hash_of(text)])
    return found


def _said(at: datetime | None) -> str:
    return at.isoformat() if at else ""


def _essays(cycle_id: int) -> dict[int, list[Any]]:
    query = sa.select(Essay.participant_id, Essay.handed_in_at, Essay.text)
    rows = db.session.execute(query.where(Essay.cycle_id == cycle_id, Essay.handed_in_at.is_not(None)))
    return {part_id: [_said(at), characters(text), hash_of(text)] for part_id, at, text in rows}


def _opinions(cycle_id: int) -> dict[int, list[Any]]:
    query = sa.select(Opinion.participant_id, Member.public_id, Opinion.written_at, Opinion.text).join(
        Member, Member.id == Opinion.by_id
    )
    found: dict[int, list[Any]] = {}
    written = (Opinion.cycle_id == cycle_id, Opinion.written_at.is_not(None))
    for part_id, by, at, text in db.session.execute(query.where(*written).order_by(Opinion.id)):
        found.setdefault(part_id, []).append([by, _said(at), hash_of(text)])
    return found


def _objections(cycle_id: int) -> dict[int, list[Any]]:
    query = (
        sa.select(GradeObjection.participant_id, GradeObjection.made_at, GradeObjection.verdict)
        .where(GradeObjection.cycle_id == cycle_id)
        .order_by(GradeObjection.id)
    )
    found: dict[int, list[Any]] = {}
    for part_id, at, verdict in db.session.execute(query):
        found.setdefault(part_id, []).append([at.isoformat(), verdict])
    return found


# ── looking at it again ─────────────────────────────────────────────────────


def wrong_with(cycle_id: int, snapshot: Snapshot, on_trail: str | None) -> str:
    """What does not fit about a closed cycle: its text and hash, the trail's hash, or the grades that stand in the
    tables; empty where all of it does."""
    if hash_of(snapshot.text) != snapshot.hash:
        return "hash"
    if on_trail != snapshot.hash:
        return "trail"
    then = {one["person"]: one["grade"] for one in json.loads(snapshot.text)["people"]}
    now = {one["person"]: one["grade"] for one in _people(cycle_id).values()}
    return "" if then == now else "tables"
