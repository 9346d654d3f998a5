"""What is to become of the slots on days that change."""

from __future__ import annotations

from datetime import date

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, StringField
from wtforms.validators import InputRequired, Length, Optional

from activities.kit.fields import Day
from activities.kit.i18n import gettext as _
from activities.kit.refusal import N_
from activities.kit.text import clean_line
from activities.rescheduling.rules import Fate
from activities.rescheduling.service import Decision

FATES = {
    Fate.KEEP: N_("Leave them as they are"),
    Fate.MOVE: N_("Move them to another day"),
    Fate.CANCEL: N_("Cancel them"),
}


class DecisionForm(FlaskForm):
    """Leave the slots, move them or cancel them. `is_one_day`: whether they are on a single day and can be moved."""

    fate = RadioField(_l("What becomes of them"), [InputRequired(_l("Choose one."))])
    to = Day(_l("To the day"), [Optional()], description=_l("At the same times of the day."))
    reason = StringField(
        _l("Reason"),
        [Length(max=200, message=_l("At most %(max)s characters."))],
        filters=[clean_line],
        description=_l("For cancelling. Everyone on the slots reads it."),
    )
    digest = HiddenField()

    def __init__(self, *, is_one_day: bool = True, to: date | None = None) -> None:
        super().__init__(data={"to": to})
        # Each is shown with the choice that asks for it, and with that it is needed.
        self.to.flags.required = self.reason.flags.required = True
        self.fate.choices = [(f, _(name)) for f, name in FATES.items() if is_one_day or f is not Fate.MOVE]

    def validate(self, extra_validators: object = None) -> bool:
        """Cancelling needs a reason, moving a day."""
        is_valid = bool(super().validate(extra_validators))
        for fate, field, sentence in (
            (Fate.CANCEL, self.reason, _("Say why, so that everyone on them knows.")),
            (Fate.MOVE, self.to, _("Choose a day.")),
        ):
            if self.fate.data == fate and not field.data and not field.errors:
                field.errors = [sentence]
                is_valid = False
        return is_valid

    def decision(self) -> Decision:
        """What was chosen, once the form is valid."""
        return Decision(Fate(self.fate.data), self.reason.data or "", self.to.data)
