"""A formula as a form: points, and perhaps a cap, for everything that a formula can give or take points for."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, StringField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from activities.kit.fields import BETWEEN, LONGEST, DecimalNumber, LookedAt, Revision
from activities.kit.text import clean_line
from activities.packets.rules import SCALE, Counts, Formula, Term, possible_terms
from activities.packets.words import TERM_NAMES
from activities.requirements.rules import LINE_NAMES, SORTS, Measure

MOST = 1000
LIMITS = NumberRange(0, MOST, BETWEEN)


def name_of(term: Term) -> str:
    """A term's key as the name of a field."""
    return term.key.replace(":", "_")


class FormulaForm(LookedAt):
    """What everybody has and what the parts give at most; the fields of the terms are added below."""

    base = DecimalNumber(_l("Base, for everybody"), [InputRequired(_l("Enter a figure.")), LIMITS], places=None)
    bonus_most = DecimalNumber(
        _l("What is earned gives together at most"), [InputRequired(_l("Enter a figure.")), LIMITS], places=None
    )
    ballot_most = DecimalNumber(
        _l("The ballot appraisal gives at most"), [InputRequired(_l("Enter a figure.")), LIMITS], places=None,
        description=_l("So much at full approval, and of less its share. 0: the ballot gives no points."),
    )  # fmt: skip
    provisional = BooleanField(_l("Provisional hours count too"))
    reason = StringField(
        _l("Why it is reckoned so"), [DataRequired(_l("Say why.")), Length(max=200, message=LONGEST)],
        filters=[clean_line], description=_l("Everyone for whom it holds is told, and can read it."),
    )  # fmt: skip
    version = Revision()

    def __init__(self, present: Formula | None, version: int) -> None:
        super().__init__(data={**_data(present or Formula()), "version": version})

    def terms(self, sort: str = "") -> Iterator[tuple[Field, Field | None]]:
        """The fields of the terms about lines of a sort, or about no line: the points, and the cap, where there can be
        one."""
        for term in possible_terms():
            if term.of.partition(":")[0] == sort:
                yield self[f"rate_{name_of(term)}"], self._fields.get(f"most_{name_of(term)}")

    def has_any(self, sort: str) -> bool:
        """Whether anything of a sort gives points, or was typed wrongly."""
        return any(rate.data or rate.errors or (most and most.errors) for rate, most in self.terms(sort))

    @property
    def formula(self) -> Formula:
        """What was typed, once the form is valid."""
        terms = []
        for term in possible_terms():
            rate, most = self[f"rate_{name_of(term)}"].data, self._fields.get(f"most_{name_of(term)}")
            if rate:
                terms.append(term._replace(rate=_whole(rate), most=_whole(most.data) if most else 0))
        base, bonus, ballot = (_whole(self[name].data) for name in ("base", "bonus_most", "ballot_most"))
        return Formula(base, bonus, ballot, tuple(terms), bool(self.provisional.data))


def _whole(points: Decimal | None) -> int:
    return round((points or 0) * SCALE)


def _add_terms() -> None:
    for term in possible_terms():
        name = _l(LINE_NAMES[term.of]) if term.of else _l(TERM_NAMES[term.counts])
        setattr(
            FormulaForm, f"rate_{name_of(term)}", DecimalNumber(_rate(term, name), [Optional(), LIMITS], places=None)
        )
        if term.counts is not Counts.MET:
            most = _l("%(what)s, at most", what=name)
            setattr(FormulaForm, f"most_{name_of(term)}", DecimalNumber(most, [Optional(), LIMITS], places=None))


def _rate(term: Term, name: Any) -> Any:
    if term.counts is Counts.MET:
        return name
    if term.counts is Counts.ABSENT:
        return _l("%(what)s, points less each time", what=name)
    if term.counts is Counts.COMMENDED:
        return _l("%(what)s, points for each", what=name)
    hours = SORTS[term.of.partition(":")[0]].measure is Measure.MINUTES
    return _l("%(what)s, points an hour", what=name) if hours else _l("%(what)s, points a time", what=name)


_add_terms()


def _data(formula: Formula) -> dict[str, Any]:
    data: dict[str, Any] = {name: _points(getattr(formula, name)) for name in ("base", "bonus_most", "ballot_most")}
    data["provisional"] = formula.provisional
    for term in formula.terms:
        data[f"rate_{name_of(term)}"] = _points(term.rate)
        data[f"most_{name_of(term)}"] = _points(term.most) if term.most else None
    return data


def _points(hundredths: int) -> Decimal:
    return Decimal(f"{hundredths / SCALE:.2f}".rstrip("0").rstrip("."))
