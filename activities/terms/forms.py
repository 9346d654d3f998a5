"""Shapes of input about the school's calendar."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import FieldList, Form, FormField, HiddenField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from activities.kit.fields import Clock, Day, Number
from activities.kit.i18n import gettext as _
from activities.kit.refusal import N_
from activities.kit.text import clean_line
from activities.terms.periods import LONGEST_NAME as LONGEST_PERIOD_NAME
from activities.terms.periods import MOST_PERIODS as ROWS
from activities.terms.periods import Period
from activities.terms.periods import fingerprint as fingerprint_of_periods
from activities.terms.rules import LONGEST_NAME, Span, Special, fingerprint

OFF, WORKDAY = "off", "workday"
WHAT = {OFF: N_("Day off"), WORKDAY: N_("Make-up workday")}


def name_field(label: Any, description: Any = "") -> StringField:
    at_most = Length(max=LONGEST_NAME, message=_l("At most %(max)s characters."))
    return StringField(label, [DataRequired(_l("Enter a name.")), at_most], [clean_line], description)


class TermForm(FlaskForm):
    name = name_field(_l("Name of the term"))
    starts_on = Day(_l("First Monday"), [InputRequired(_l("Choose a day."))])
    weeks = Number(_l("Teaching weeks"), [InputRequired(_l("Enter a number of weeks."))])
    fingerprint = HiddenField()

    def __init__(self, term: Span | None = None) -> None:
        super().__init__(data=shown_term(term) if term else None)

    def term(self) -> Span:
        """What was typed, once the form is valid."""
        assert self.starts_on.data
        assert self.weeks.data is not None
        return Span(str(self.name.data), self.starts_on.data, self.weeks.data)


def shown_term(term: Span) -> dict[str, Any]:
    """A term as the form shows it."""
    return {
        "name": term.name, "starts_on": term.starts_on, "weeks": term.weeks, "fingerprint": fingerprint(term)
    }  # fmt: skip


class DayForm(FlaskForm):
    """A holiday or a make-up workday. A day that is in the calendar keeps its date."""

    day = Day(_l("Day"), [InputRequired(_l("Choose a day."))])
    name = name_field(_l("What it is called"), _l("The feast, or the reason."))
    what = SelectField(
        _l("What it is"), [InputRequired(_l("Choose one."))], choices=lambda: [(k, _(v)) for k, v in WHAT.items()]
    )
    acts_as = Day(
        _l("With the timetable of"),
        [Optional()],
        description=_l("Only for a workday: the day whose classes are held on it, most often one of the days off."),
    )
    fingerprint = HiddenField()

    def __init__(self, special: Special | None = None) -> None:
        super().__init__(data=shown_day(special) if special else None)
        if special:
            del self.day

    def when(self) -> date:
        """The day that was typed, once the form is valid."""
        assert self.day.data
        return self.day.data

    def special(self) -> Special:
        """What it is to be, once the form is valid."""
        return Special(str(self.name.data), off=self.what.data == OFF, acts_as=self.acts_as.data)


def shown_day(special: Special) -> dict[str, Any]:
    """A day as the form shows it."""
    return {
        "name": special.name, "what": OFF if special.off else WORKDAY, "acts_as": special.acts_as,
        "fingerprint": fingerprint(special),
    }  # fmt: skip


class PeriodForm(Form):
    """A row of the class periods; without times it is none."""

    starts = Clock(_l("From"), [Optional()])
    ends = Clock(_l("To"), [Optional()])
    name = StringField(
        _l("Own name"), [Length(max=LONGEST_PERIOD_NAME, message=_l("At most %(max)s characters."))], [clean_line]
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """A row has both times, or is empty."""
        is_valid = bool(super().validate(extra_validators))
        for field, other in ((self.starts, self.ends), (self.ends, self.starts)):
            if field.data is None and not field.errors and (other.data is not None or self["name"].data):
                field.errors = [_("Enter a time.")]
                is_valid = False
        return is_valid


class PeriodsForm(FlaskForm):
    """The class periods in force from a day on, which stays as it is once they are entered."""

    since = Day(_l("In force from"), [InputRequired(_l("Choose a day."))])
    rows = FieldList(FormField(PeriodForm), min_entries=ROWS, max_entries=ROWS)
    fingerprint = HiddenField()

    def __init__(self, periods: Sequence[Period], since: date | None = None) -> None:
        rows = [{"starts": p.starts, "ends": p.ends, "name": _(p.name) if p.name else ""} for p in periods]
        super().__init__(data={"rows": rows, "fingerprint": fingerprint_of_periods(periods)})
        if since:
            del self.since

    def typed_rows(self) -> list[Any]:
        """The rows that are not empty."""
        return [row for row in self.rows if row.starts.data is not None]

    def first_day(self) -> date:
        """The day that was typed, once the form is valid."""
        assert self.since.data
        return self.since.data

    def periods(self) -> tuple[Period, ...]:
        """What was typed, once the form is valid."""
        return tuple(Period(row.starts.data, row.ends.data, row["name"].data or "") for row in self.typed_rows())

    def all_errors(self) -> list[tuple[str, str, str]]:
        """Every error as (field id, label, sentence), those of the rows with the row's number."""
        own = [(self.since.id, self.since.label.text, e) for e in self.since.errors] if self.since else []
        return own + [
            (field.id, _("Row %(number)s", number=number), error)
            for number, row in enumerate(self.rows, 1)
            for field in row
            for error in field.errors
        ]
