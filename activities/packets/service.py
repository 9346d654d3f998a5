"""Saying by what points are reckoned, in versions."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from activities.audit import service as audit
from activities.kit.db import db, lock, transactional, unless_there
from activities.kit.refusal import ChangedMeanwhile, NotFound
from activities.kit.roles import Permission
from activities.packets import formulas, notices, rules
from activities.packets.models import PointsFormula
from activities.packets.rules import Formula
from activities.people.models import Unit
from activities.people.service import acting


@transactional
def set_formula(
    actor_id: int, unit_id: int, year: int, version: int, formula: Formula, reason: str, now: datetime
) -> str:
    """Put a formula in force after `version`, 0 where there is none; the ones before stay to be read. Everybody else
    for whom it holds is told. Return its public id. Raises NotFound outside the actor's units, ChangedMeanwhile where
    another version is the last by now, and the rules' Refusal."""
    unit = lock(Unit, unit_id)
    if not acting(actor_id).may(Permission.SET_REQUIREMENTS, unit.path):
        raise NotFound
    present = formulas.newest(unit_id, year)
    if (present.version if present else 0) != version:
        raise ChangedMeanwhile
    if refusal := rules.why_not_set(formula, present.formula if present else None):
        raise refusal
    one = PointsFormula(
        unit_id=unit_id, year=year, version=version + 1, formula=formula, reason=reason, set_at=now,
        set_by_id=actor_id,
    )  # fmt: skip
    with unless_there(ChangedMeanwhile):
        db.session.add(one)
    before = _said(present.formula) if present else {}
    after = {"unit": unit_id, "year": year, "version": one.version, **_said(formula)}
    audit.leave(now, actor_id, "set formula", PointsFormula, one.id, before=before, after=after, reason=reason)
    told = [who for who in formulas.concerned(unit.path, year) if who != actor_id]
    notices.formula(told, one, unit.name, now)
    return one.public_id


def _said(formula: Formula) -> dict[str, Any]:
    """As the trail tells it, in hundredths of points."""
    return {**asdict(formula), "terms": {term.key: [term.rate, term.most] for term in formula.terms}}
