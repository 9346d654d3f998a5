"""Shapes of input about trainings."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from activities.kit.fields import Day, Number, Revision
from activities.kit.text import clean_line
from activities.trainings.models import Training

LONGEST = _l("At most %(max)s characters.")


class TrainingForm(FlaskForm):
    name = StringField(
        _l("Title"), [DataRequired(_l("Enter a name.")), Length(max=100, message=LONGEST)], filters=[clean_line]
    )
    where = StringField(
        _l("Where to get it"), [Length(max=200, message=LONGEST)], filters=[clean_line],
        description=_l("Shown to whoever needs it: where, when, whom to ask."),
    )  # fmt: skip
    months = Number(
        _l("Counts for so many months"),
        [Optional(), NumberRange(1, 240, _l("Enter a number from %(min)s to %(max)s."))],
        description=_l("Empty: for ever."),
    )
    revision = Revision()

    def __init__(self, training: Training | None = None) -> None:
        super().__init__(obj=training)

    def values(self) -> dict[str, Any]:
        """The training's columns."""
        return {"name": self.name.data, "where": self.where.data, "months": self.months.data}


class PassForm(FlaskForm):
    passed_on = Day(_l("Passed on"), [InputRequired(_l("Choose a day."))])
    numbers = TextAreaField(
        _l("Numbers"), [DataRequired(_l("Enter at least one number.")), Length(max=20_000, message=LONGEST)],
        description=_l("One person a line. What follows the number is ignored: a list with names can be pasted."),
        render_kw={"rows": 6},
    )  # fmt: skip
