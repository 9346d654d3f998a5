"""Asking something of a unit's people, in versions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from activities.audit import service as audit
from activities.kit.db import db, lock, transactional
from activities.kit.refusal import ChangedMeanwhile, NotFound
from activities.kit.roles import Permission
from activities.people.models import Unit
from activities.people.rules import Stages, Standings
from activities.people.service import acting
from activities.requirements import queries, rules
from activities.requirements.models import RequirementSet, RequirementVersion
from activities.requirements.rules import Asked, Whom


@transactional
def ask(
    actor_id: int, unit_id: int, year: int, stages: Stages, standings: Standings, asked: Asked, reason: str,
    now: datetime,
) -> str:  # fmt: skip
    """Ask something of people of a unit in a year. Return the set's public id. Raises Overlaps, NotFound outside the
    actor's units."""
    unit = _locked_unit(actor_id, unit_id)
    whom = Whom(unit.path, stages, standings)
    others = sa.select(RequirementSet).where(RequirementSet.unit_id == unit_id, RequirementSet.year == year)
    if any(whom.overlaps(other.whom) for other in db.session.scalars(others)):
        raise rules.Overlaps
    one = RequirementSet(unit_id=unit_id, year=year, stages=stages, standings=standings)
    db.session.add(one)
    db.session.flush()
    said = {"unit": unit_id, "year": year, "stages": int(stages), "standings": int(standings)}
    _set(one.id, actor_id, asked, reason, now, {}, said)
    return one.public_id


@transactional
def change(actor_id: int, set_id: int, version_id: int, asked: Asked, reason: str, now: datetime) -> None:
    """Put a new version in force; the one before stays to be read. ChangedMeanwhile where `version_id` holds no more,
    NothingChanged where it says the same."""
    one = lock(RequirementSet, set_id)
    _locked_unit(actor_id, one.unit_id)
    present = queries.newest(set_id)
    if present.id != version_id:
        raise ChangedMeanwhile
    if present.asked == asked:
        raise rules.NothingChanged
    _set(set_id, actor_id, asked, reason, now, _said(present.asked), {})


@transactional
def take_back(actor_id: int, set_id: int, version_id: int, reason: str, now: datetime) -> None:
    """Take a set back as if it had never been, with all its versions; what they said stands on the trail. Raises
    ToldAlready once anybody was told what they owe by it, ChangedMeanwhile where `version_id` holds no more."""
    one = lock(RequirementSet, set_id)
    _locked_unit(actor_id, one.unit_id)
    versions = queries.versions(set_id)
    if versions[0].id != version_id:
        raise ChangedMeanwhile
    if queries.is_told_of(one, versions[-1].set_at):
        raise rules.ToldAlready
    whom = {"set": set_id, "unit": one.unit_id, "year": one.year}
    whom |= {"stages": int(one.stages), "standings": int(one.standings)}
    gone: list[tuple[int, dict[str, Any], dict[str, Any]]] = [
        (version.id, {**whom, **_said(version.asked)}, {}) for version in versions
    ]
    audit.leave_all(now, actor_id, "take back what is asked", RequirementVersion, gone, reason=reason)
    for version in versions:
        db.session.delete(version)
    db.session.flush()
    db.session.delete(one)


def _locked_unit(actor_id: int, unit_id: int) -> Unit:
    unit = lock(Unit, unit_id)
    if not acting(actor_id).may(Permission.SET_REQUIREMENTS, unit.path):
        raise NotFound
    return unit


def _set(
    set_id: int, actor_id: int, asked: Asked, reason: str, now: datetime, before: dict[str, Any], more: dict[str, Any]
) -> None:
    version = RequirementVersion(set_id=set_id, asked=asked, set_at=now, set_by_id=actor_id, reason=reason)
    db.session.add(version)
    db.session.flush()
    after = {"set": set_id, **more, **_said(asked)}
    audit.leave(now, actor_id, "ask", RequirementVersion, version.id, before=before, after=after, reason=reason)


def _said(asked: Asked) -> dict[str, Any]:
    lines = {line.key: [line.amount, line.due.isoformat()] for line in asked.lines}
    return {"lines": lines, "by_days": asked.by_days, "told_on": asked.told_on}
