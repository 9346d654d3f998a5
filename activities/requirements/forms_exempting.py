"""Shapes of input about exemptions."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from activities.kit.fields import LONGEST, Day, whole
from activities.kit.i18n import gettext as _
from activities.kit.text import clean_line
from activities.requirements.rules import WHOLE, Exempted, possible_lines
from activities.requirements.rules_exempting import GROUND_NAMES, Ground, Why


class ExemptForm(FlaskForm):
    number = StringField(
        _l("Student or staff number"),
        [DataRequired(_l("Enter the number.")), Length(max=32, message=LONGEST)], filters=[clean_line],
    )  # fmt: skip
    line = SelectField(_l("From what"), default="")
    percent = whole(
        _l("How many percent of it"), 1, WHOLE, default=WHOLE,
        description=_l("100: all of it."),
    )  # fmt: skip
    first = Day(_l("First day"), [InputRequired(_l("Choose a day."))])
    last = Day(_l("Last day"), [InputRequired(_l("Choose a day."))])
    ground = SelectField(
        _l("Why"), [InputRequired()],
        description=_l("Kept sealed: you read it, and secretaries above you, nobody else."),
    )  # fmt: skip
    words = StringField(
        _l("In your words"), [Optional(), Length(max=200, message=LONGEST)], filters=[clean_line],
        description=_l("Nothing about anybody's health, please: the service keeps none."),
    )  # fmt: skip

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        names = [(key, f"{_(sort.name)}: {_(name)}") for sort, key, name in possible_lines()]
        self.line.choices = [("", _("everything that is asked")), *names]
        self.ground.choices = [(str(ground), _(name)) for ground, name in GROUND_NAMES.items()]

    @property
    def what(self) -> Exempted:
        """What was typed, once the form is valid."""
        assert self.first.data
        assert self.last.data
        return Exempted(self.first.data, self.last.data, self.percent.data or WHOLE, self.line.data or "")

    @property
    def why(self) -> Why:
        return Why(Ground(self.ground.data), self.words.data or "")


class EndForm(FlaskForm):
    until = Day(_l("Last day"), [Optional()], description=_l("Empty: it is taken back, as if it had never been."))
    reason = StringField(
        _l("Reason"), [DataRequired(_l("Say why.")), Length(max=200, message=LONGEST)], filters=[clean_line],
        description=_l("The person reads it."),
    )  # fmt: skip
