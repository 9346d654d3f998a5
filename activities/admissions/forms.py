"""Shapes of input about letting people in, and about giving back what was assigned."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from activities.kit.text import clean_line

MOST_CHOSEN = 200


def reason_field(description: Any) -> StringField:
    said = [DataRequired(_l("Enter a reason.")), Length(max=200, message=_l("At most %(max)s characters."))]
    return StringField(_l("Reason"), said, filters=[clean_line], description=description)


class RefuseForm(FlaskForm):
    reason = reason_field(_l("Each of them reads it."))


class CannotForm(FlaskForm):
    reason = reason_field(_l("Who assigned it to you reads it."))


def ids(typed: Iterable[str]) -> list[int]:
    """The numbers among what boxes were ticked with; what is none was never given out."""
    return [int(text) for text in typed if text.isascii() and text.isdigit() and len(text) < 10][:MOST_CHOSEN]
