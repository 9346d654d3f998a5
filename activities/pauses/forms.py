"""Shapes of input about pauses."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from activities.kit.text import clean_line


class LiftForm(FlaskForm):
    reason = StringField(
        _l("Reason"), [DataRequired(_l("Say why.")), Length(max=200, message=_l("At most %(max)s characters."))],
        filters=[clean_line], description=_l("The person reads it."),
    )  # fmt: skip
