"""Formulas that units of the cast reckon by."""

from __future__ import annotations

from typing import Any

from activities.packets import formulas
from activities.packets.models import PointsFormula
from activities.packets.rules import Counts, Formula, Term
from activities.packets.service import set_formula
from activities.people.models import Member, Unit
from activities.people.service import acting
from tests.cast import NOW
from tests.requirements.asked import SERVICE

AN_HOUR, ABSENT = Term(Counts.DONE, SERVICE.key, 100, 2000), Term(Counts.ABSENT, "", 200)
FORMULA = Formula(6000, 3000, 1000, (AN_HOUR, Term(Counts.MET, "", 500), ABSENT))


def reckoned_by(unit: Unit, by: Member, formula: Formula = FORMULA, version: int = 0, **more: Any) -> PointsFormula:
    """A formula of a unit, in force after this version."""
    values = {"year": 2026, "reason": "年初商定", "now": NOW, **more}
    public_id = set_formula(by.id, unit.id, version=version, formula=formula, **values)
    return formulas.seen_by(acting(by.id), public_id)
