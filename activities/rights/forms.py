"""Shapes of input about one's rights."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import Length

from activities.kit.text import clean_line


class ForgetForm(FlaskForm):
    """Asking to be forgotten. Nobody has to say why."""

    reason = StringField(
        _l("Reason"), [Length(max=200, message=_l("At most %(max)s characters."))], filters=[clean_line],
        description=_l("You need not give one."),
    )  # fmt: skip
