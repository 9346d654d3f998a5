"""Shapes of input about objections."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from activities.kit.fields import LONGEST
from activities.kit.text import clean_text


class GradeObjectionForm(FlaskForm):
    reason = TextAreaField(
        _l("What is wrong about this grade"),
        [DataRequired(_l("Say what is wrong.")), Length(max=500, message=LONGEST)], filters=[clean_text],
        description=_l("Those who answer it read your name."), render_kw={"rows": 6},
    )  # fmt: skip


class AnswerForm(FlaskForm):
    word = TextAreaField(
        _l("Answer"), [DataRequired(_l("Say why.")), Length(max=500, message=LONGEST)], filters=[clean_text],
        render_kw={"rows": 5},
    )  # fmt: skip
