"""Shapes of input about commendations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from activities.commendations.models import Nomination
from activities.commendations.rules import (
    DEFAULT_NOTICE,
    DEFAULT_PERCENT,
    MOST_NOTICE,
    MOST_NUMBER,
    MOST_REASONS,
    MOST_WORD,
    NOMINATORS_NAMES,
    WHOM_NAMES,
    Nominators,
    State,
    Whom,
)
from activities.commendations.service import Corrected, Terms
from activities.kit.fields import BETWEEN, LONGEST, Chips, Day, Number, Revision, whole
from activities.kit.i18n import gettext as _
from activities.kit.text import clean_line, clean_text
from activities.people.models import Unit

SAY_WHY = _l("Say why.")
CHOOSE_DAY = _l("Choose a day.")
ENTER_NUMBER = _l("Enter the number.")


def reason(label: Any, most: int = 200, **more: Any) -> StringField:
    return StringField(label, [DataRequired(SAY_WHY), Length(max=most, message=LONGEST)], filters=[clean_line], **more)


class RoundForm(FlaskForm):
    unit_id = SelectField(_l("Unit"), [InputRequired()], coerce=int, description=_l("With all units below it."))
    title = StringField(
        _l("Name of the commendation"), [DataRequired(_l("Enter a name.")), Length(max=100, message=LONGEST)],
        filters=[clean_line], description=_l("As it will stand in people's records."),
    )  # fmt: skip
    year = SelectField(_l("Year"), [InputRequired()], coerce=int)
    granted_by = StringField(
        _l("Granted by"), [DataRequired(_l("Enter a name.")), Length(max=100, message=LONGEST)], filters=[clean_line]
    )
    whom = SelectField(
        _l("Who may be commended"), choices=lambda: [(str(one), _(name)) for one, name in WHOM_NAMES.items()]
    )
    nominators = SelectField(
        _l("Who nominates"), choices=lambda: [(str(one), _(name)) for one, name in NOMINATORS_NAMES.items()]
    )
    percent = Number(
        _l("Quota in percent"), [Optional(), NumberRange(1, 100, BETWEEN)],
        description=_l("Of those whom it is for, rounded down."),
    )  # fmt: skip
    number = Number(
        _l("Or a number"), [Optional(), NumberRange(1, MOST_NUMBER, BETWEEN)],
        description=_l("Where it is given, it holds in place of the share."),
    )  # fmt: skip
    first = Day(_l("Nominations from"), [InputRequired(CHOOSE_DAY)])
    last = Day(_l("Nominations until"), [InputRequired(CHOOSE_DAY)])
    notice_days = whole(_l("Working days on notice"), 1, MOST_NOTICE)

    def __init__(self, units: Sequence[Unit], today: date) -> None:
        shown: dict[str, Any] = {
            "year": today.year, "first": today, "percent": DEFAULT_PERCENT, "notice_days": DEFAULT_NOTICE,
            "granted_by": units[0].name if units else "",
        }  # fmt: skip
        super().__init__(data=shown)
        self.unit_id.choices = [(unit.id, unit.name) for unit in units]
        self.year.choices = [(year, str(year)) for year in (today.year, today.year - 1)]

    def validate(self, extra_validators: Any = None) -> bool:
        is_valid = bool(super().validate(extra_validators))
        if is_valid and not self.number.data and not self.percent.data:
            self.percent.errors = [*self.percent.errors, _("Enter a share or a number.")]
            return False
        return is_valid

    def terms(self) -> Terms:
        """What was typed, once the form is valid."""
        assert self.first.data
        assert self.last.data
        return Terms(
            self.title.data or "", self.year.data, self.granted_by.data or "", Whom(self.whom.data),
            Nominators(self.nominators.data), None if self.number.data else self.percent.data, self.number.data,
            self.first.data, self.last.data, self.notice_days.data or 0,
        )  # fmt: skip


class CorrectRoundForm(FlaskForm):
    """What of a round can be said otherwise while it is open, and why."""

    title = RoundForm.title
    granted_by = RoundForm.granted_by
    last = RoundForm.last
    notice_days = RoundForm.notice_days
    reason = reason(_l("Reason"), description=_l("Who is nominated and the committee are told."))

    def corrected(self) -> Corrected:
        """What was typed, once the form is valid."""
        typed = self.data
        return Corrected(typed["title"], typed["granted_by"], typed["last"], typed["notice_days"])


class NumberForm(FlaskForm):
    """Somebody, by their number."""

    number = StringField(
        _l("Student or staff number"), [DataRequired(ENTER_NUMBER), Length(max=32, message=LONGEST)],
        filters=[clean_line],
    )  # fmt: skip


class SeenForm(FlaskForm):
    """Which revision somebody has before them."""

    seen = Revision()


class NominateForm(SeenForm):
    evidence = Chips(_l("What they did this year"))
    reasons = TextAreaField(
        _l("Reasons"), [DataRequired(_l("Write a few sentences.")), Length(max=MOST_REASONS, message=LONGEST)],
        filters=[clean_text],
        description=_l("The person, the committee and the secretaries read them. Nothing private."),
        render_kw={"rows": 6},
    )  # fmt: skip

    def __init__(self, known: Sequence[str], nomination: Nomination | None = None) -> None:
        shown: dict[str, Any] = {"seen": 0}
        if nomination:
            shown = {"seen": nomination.revision, "reasons": nomination.reasons, "evidence": nomination.picked}
        super().__init__(data=shown)
        self.evidence.choices = [(name, name) for name in known]


class DecideForm(FlaskForm):
    chosen = RadioField(
        _l("Decision"), [InputRequired(_l("Choose one."))],
        choices=lambda: [("yes", _("To be commended")), ("no", _("Not chosen"))],
    )  # fmt: skip
    day = Day(_l("Day of the decision"), [InputRequired(CHOOSE_DAY)])
    word = StringField(
        _l("Note"), [Optional(), Length(max=MOST_WORD, message=LONGEST)], filters=[clean_line],
        description=_l("Needed where it is decided otherwise than before. The person reads it."),
    )  # fmt: skip

    def __init__(self, nomination: Nomination, today: date) -> None:
        shown: dict[str, Any] = {"day": today}
        if nomination.decided_on:
            is_chosen = nomination.state is State.CHOSEN
            shown = {"day": nomination.decided_on, "chosen": "yes" if is_chosen else "no", "word": nomination.word}
        super().__init__(data=shown)


class ReasonForm(FlaskForm):
    reason = reason(_l("Reason"))


class ObjectionForm(FlaskForm):
    reason = reason(
        _l("What speaks against it?"), MOST_WORD, description=_l("The secretaries who answer read it, with your name.")
    )


class AnswerForm(FlaskForm):
    word = reason(_l("Answer"), MOST_WORD)
