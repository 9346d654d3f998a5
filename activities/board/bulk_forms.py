"""Shapes of input about many slots at once. What is not asked yet is not validated: each form says whether it was."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, ValidationError

from activities.board.changes import MOST_MINUTES, Act, Cancel, Move, Seats
from activities.board.rules import AUDIENCE_NAMES, Audience
from activities.duties.forms import BETWEEN, at_most, seats_field
from activities.kit.fields import Number
from activities.kit.i18n import gettext as _
from activities.kit.text import clean_line, clean_text

MOST_TEXT = 2000


class ActForm(FlaskForm):
    """One value, of the field `name`, that says what is to be done to each slot. `shows_at_once`: what would change
    does not hang on it."""

    name: str
    title: Any
    shows_at_once = False

    def __init__(self) -> None:
        is_asked = self.name in request.form
        super().__init__(request.form if is_asked else None)
        self.is_asked = is_asked

    @property
    def value(self) -> str:
        """What was asked for, as it is kept."""
        return str(self[self.name].data)

    def act(self) -> Act:
        raise NotImplementedError


class SeatsForm(ActForm):
    name = "capacity"
    title = _l("Seats of each slot")
    capacity = seats_field()

    def act(self) -> Act:
        return Seats(self.capacity.data or 0)


class MoveForm(ActForm):
    name = "minutes"
    title = _l("Move slots")
    minutes = Number(
        _l("Minutes later"),
        [InputRequired(_l("Enter a number of minutes.")), NumberRange(-MOST_MINUTES, MOST_MINUTES, BETWEEN)],
        description=_l("With a minus sign: earlier."),
    )

    def validate_minutes(self, field: Number) -> None:
        if field.data == 0:
            raise ValidationError(_("Enter by how many minutes the slots move."))

    def act(self) -> Act:
        return Move(self.minutes.data or 0)


class CancelForm(ActForm):
    name = "reason"
    title = _l("Cancel slots")
    shows_at_once = True
    reason = StringField(
        _l("Reason"),
        [DataRequired(_l("Say why, so that everyone on them knows.")), Length(max=200)],
        filters=[clean_line],
        description=_l("Everyone on the slots reads it."),
    )

    def act(self) -> Act:
        return Cancel(self.reason.data or "")


class MessageForm(FlaskForm):
    audience = RadioField(_l("Send to"), [InputRequired(_l("Choose who gets it."))], default=str(Audience.BOTH))
    subject = StringField(_l("Subject"), [DataRequired(_l("Enter a subject.")), at_most(100)], filters=[clean_line])
    text = TextAreaField(
        _l("Message"), [DataRequired(_l("Enter a message.")), at_most(MOST_TEXT)], filters=[clean_text],
        description=_l("Plain text. Your name stands with it."), render_kw={"rows": 8},
    )  # fmt: skip

    def __init__(self) -> None:
        self.is_asked = "subject" in request.form
        super().__init__(request.form if self.is_asked else None)
        self.audience.choices = [(str(key), _(name)) for key, name in AUDIENCE_NAMES.items()]
