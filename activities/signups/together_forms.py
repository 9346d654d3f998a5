"""Shapes of input about teams."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, StringField
from wtforms.validators import DataRequired, InputRequired, Length

from activities.kit.i18n import gettext as _
from activities.kit.text import clean_line

WHOLE, AS_MANY = "whole", "as-many"


class TeamForm(FlaskForm):
    name = StringField(
        _l("Name of the team"),
        [DataRequired(_l("Enter a name, such as your class.")), Length(max=50)],
        filters=[clean_line],
    )
    seats = RadioField(_l("If there are not seats for all"), [InputRequired(_l("Choose one."))])

    def __init__(self) -> None:
        super().__init__()
        self.seats.choices = [
            (WHOLE, _("Stay together: seats for all of us, or none")),
            (AS_MANY, _("As many as fit, in the order in which we joined; the others wait")),
        ]


class InviteForm(FlaskForm):
    number = StringField(
        _l("Number"), [DataRequired(_l("Enter a number.")), Length(max=32)], filters=[clean_line],
        description=_l("Student or staff number. The person is asked, and joins or does not."),
    )  # fmt: skip
