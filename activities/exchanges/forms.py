"""Shapes of input of who cannot come."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import Length

from activities.kit.text import clean_line


class CoverForm(FlaskForm):
    reason = StringField(
        _l("Reason"),
        [Length(max=200)],
        filters=[clean_line],
        description=_l("Only the organizers read it. Nothing about your health, please."),
    )
