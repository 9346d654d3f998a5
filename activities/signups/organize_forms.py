"""Shapes of input of organizers about one slot."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import DataRequired, InputRequired, Length

from activities.duties.forms import seats_field
from activities.duties.models import Slot
from activities.kit.fields import LocalMoment, Revision
from activities.kit.text import clean_line


class SlotForm(FlaskForm):
    starts_at = LocalMoment(_l("Starts"), [InputRequired(_l("Enter a day and a time."))])
    ends_at = LocalMoment(_l("Ends"), [InputRequired(_l("Enter a day and a time."))])
    capacity = seats_field()
    revision = Revision()

    def __init__(self, slot: Slot) -> None:
        """Where people come one after another, how many decides the page of their times."""
        super().__init__(obj=slot)
        if slot.post.activity.kind.has_timed_arrival:
            del self.capacity


class CancelForm(FlaskForm):
    reason = StringField(
        _l("Reason"),
        [DataRequired(_l("Say why, so that everyone on it knows.")), Length(max=200)],
        filters=[clean_line],
        description=_l("Everyone on the slot reads it."),
    )
