"""Shapes of input of who cannot come, or would rather come at another time."""

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


class SwapOfferForm(FlaskForm):
    wish = StringField(
        _l("What I would take for it"),
        [Length(max=100)],
        filters=[clean_line],
        description=_l("For example: any evening of the week after. Others read it beside your name."),
    )
