"""Shapes of input about peer review."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from activities.kit.fields import LONGEST, Revision, whole
from activities.kit.i18n import gettext as _
from activities.kit.text import clean_line, clean_text
from activities.peers import rules
from activities.peers.models import PeerDraw, PeerReview
from activities.peers.rules import CRITERIA, MARKS, NO_MARK, SCOPE_NAMES, PeerRule, Scope
from activities.peers.words import say_criterion


class DrawForm(FlaskForm):
    """Who reviews whom, and about what."""

    scope = SelectField(_l("Among whom"), [InputRequired()])
    each = whole(
        _l("How many others each reviews"), 0, rules.MOST_EACH,
        description=_l("0: all others of the group. Who is drawn follows from a seed, of which the hash is shown."),
    )  # fmt: skip
    least = whole(
        _l("Fewest reviews"), rules.FEWEST, rules.MOST_EACH,
        description=_l("Nothing is shown of whom fewer have handed in a review."),
    )  # fmt: skip
    criteria = TextAreaField(
        _l("Criteria"), [DataRequired(_l("Enter the criteria."))], description=_l("One a line."), render_kw={"rows": 5}
    )

    def __init__(self, draw: PeerDraw | None) -> None:
        rule = draw.rule if draw else PeerRule()
        criteria = "\n".join(say_criterion(one) for one in rule.criteria)
        super().__init__(data={**rule._asdict(), "scope": str(rule.scope), "criteria": criteria})
        self.scope.choices = [(str(scope), _(name)) for scope, name in SCOPE_NAMES.items()]

    def validate_criteria(self, field: Any) -> None:
        lines, most, longest = _lines(field.data), rules.MOST_CRITERIA, rules.LONGEST_CRITERION
        if not 1 <= len(lines) <= most or any(len(line) > longest for line in lines):
            raise ValidationError(
                _("Enter 1 to %(most)s criteria of at most %(longest)s characters.", most=most, longest=longest)
            )

    @property
    def rule(self) -> PeerRule:
        own = {say_criterion(one): one for one in CRITERIA}
        criteria = tuple(own.get(line, line) for line in _lines(self.criteria.data))
        return PeerRule(
            Scope(self.scope.data), self.each.data or 0, self.least.data or rules.FEWEST, criteria
        )  # fmt: skip


def _lines(typed: str | None) -> list[str]:
    return [line for one in (typed or "").splitlines() if (line := clean_line(one))]


class ReviewForm(FlaskForm):
    """What is written of somebody; the fields of the criteria are added by `review_form`."""

    comment = TextAreaField(
        _l("Comment"), [Length(max=rules.MOST_CHARACTERS, message=LONGEST)], filters=[clean_text],
        description=_l("Shown without your name, among others. Write nothing by which you would be known."),
        render_kw={"rows": 4},
    )  # fmt: skip
    revision = Revision()

    def validate(self, extra_validators: Any = None) -> bool:
        is_valid = bool(super().validate(extra_validators))
        for field in self.criteria:
            if field.data not in (None, "", *(choice[0] for choice in field.choices or ())):
                field.errors = [_("Choose one of those shown.")]
                is_valid = False
        return is_valid

    @property
    def criteria(self) -> list[RadioField]:
        return [field for field in self if isinstance(field, RadioField)]

    @property
    def marks(self) -> list[str]:
        return [field.data or "" for field in self.criteria]


def review_form(written: PeerReview, criteria: Sequence[str]) -> ReviewForm:
    fields = {f"c{n}": RadioField(say_criterion(one), validate_choice=False) for n, one in enumerate(criteria)}
    given = {f"c{n}": mark for n, mark in enumerate(written.marks) if mark != NO_MARK}
    kept = {"comment": written.comment, "revision": written.revision, **given}
    form: ReviewForm = type("Review", (ReviewForm,), fields)(data=kept)
    for field in form.criteria:
        field.choices = [(str(n), _(name)) for n, name in enumerate(MARKS)]
    return form
