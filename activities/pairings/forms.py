"""Shapes of input about who cares for whom."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, StringField
from wtforms.validators import DataRequired, InputRequired, Length

from activities.kit.fields import LONGEST, Day
from activities.kit.i18n import gettext as _
from activities.kit.text import clean_line
from activities.pairings.rules import CARES, Sort


class PairForm(FlaskForm):
    """`number` is chosen among those found."""

    number = StringField(_l("Who"), [InputRequired(_l("Choose a person."))])
    sort = RadioField(_l("As what"), [InputRequired(_l("Choose one of those shown."))])
    first = Day(_l("First day"), [InputRequired(_l("Choose a day."))])

    def __init__(self, *, of_person: bool, **more: Any) -> None:
        super().__init__(**more)
        self.sort.choices = [(str(sort), _(care.name)) for sort, care in CARES.items() if care.of_person == of_person]
        if len(self.sort.choices) == 1 and not self.is_submitted():
            self.sort.data = self.sort.choices[0][0]

    @property
    def chosen(self) -> Sort:
        return Sort(self.sort.data)


class EndForm(FlaskForm):
    last = Day(_l("Last day"), [InputRequired(_l("Choose a day."))])
    reason = StringField(
        _l("Reason"), [DataRequired(_l("Say why.")), Length(max=200, message=LONGEST)], filters=[clean_line],
        description=_l("The person reads it."),
    )  # fmt: skip
