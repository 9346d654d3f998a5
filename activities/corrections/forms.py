"""Shapes of input about corrections."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from activities.kit.fields import DecimalNumber, Number
from activities.kit.i18n import gettext as _
from activities.kit.text import clean_line
from activities.records.rules import ATTENDANCE_NAMES, Attendance, Mark, choices, fill_mark

AT_MOST = Length(max=500, message=_l("At most %(max)s characters."))
BETWEEN = _l("Enter a number from %(min)s to %(max)s.")


class AskForm(FlaskForm):
    attendance = SelectField(
        _l("What is right"),
        [InputRequired(_l("Choose one."))],
        choices=lambda: [(str(one), _(ATTENDANCE_NAMES[one])) for one in choices(defers=False)],
    )
    late = Number(_l("Minutes late"), [Optional(), NumberRange(0, 9999, BETWEEN)], description=_l("If you came late."))
    hours = DecimalNumber(
        _l("Hours"), [Optional(), NumberRange(0, 999, BETWEEN)], places=None,
        description=_l("If it was less than the whole slot, such as 1.5."),
    )  # fmt: skip
    reason = StringField(
        _l("Why the record is wrong"), [DataRequired(_l("Say what is wrong.")), AT_MOST], filters=[clean_line],
        description=_l("The organizers and the secretary read it. Nothing about your health, please."),
    )  # fmt: skip

    def claim(self, length: int) -> Mark:
        """What was typed, once the form is valid, of a slot of `length` minutes."""
        minutes = None if self.hours.data is None else round(self.hours.data * 60)
        return fill_mark(Attendance(self.attendance.data), length, minutes, self.late.data or 0)


class WordForm(FlaskForm):
    word = StringField(
        _l("Your sentence to it"), [DataRequired(_l("Say why, in a sentence.")), AT_MOST], filters=[clean_line]
    )


def shown(mark: Mark) -> dict[str, Any]:
    """What the form begins with: what the record says."""
    return {"attendance": str(mark.attendance), "late": mark.minutes_late or None}
