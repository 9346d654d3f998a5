"""Shapes of input about leave."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from activities.kit.text import clean_line

AT_MOST = Length(max=200, message=_l("At most %(max)s characters."))


class AskForm(FlaskForm):
    reason = StringField(
        _l("Reason"), [DataRequired(_l("Say why you cannot come.")), AT_MOST], filters=[clean_line],
        description=_l("Only the organizers read it. Nothing about your health, please."),
    )  # fmt: skip


class AnswerForm(FlaskForm):
    word = StringField(_l("A word to the person"), [AT_MOST], filters=[clean_line])
