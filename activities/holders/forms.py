"""Shapes of input about who holds a post."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from activities.holders.rules import Span
from activities.kit import clock
from activities.kit.fields import Day
from activities.kit.text import clean_line, clean_text

LONGEST_REASON = 200
LONGEST_LIST = 20_000


class DaysForm(FlaskForm):
    """From one day to another, both included."""

    first = Day(_l("First day"), [InputRequired(_l("Choose a day."))])
    last = Day(_l("Last day"), [InputRequired(_l("Choose a day."))])

    def days(self) -> tuple[date, date]:
        """What was typed, once the form is valid."""
        assert self.first.data
        assert self.last.data
        return self.first.data, self.last.data


class ProposeForm(DaysForm):
    """One person for one post. `member` is chosen among those found."""

    member = StringField(_l("Who"), [InputRequired(_l("Choose a person."))])


class ProposeManyForm(DaysForm):
    rows = TextAreaField(
        _l("Posts and student numbers"),
        [
            InputRequired(_l("Paste at least one line.")),
            Length(max=LONGEST_LIST, message=_l("At most %(max)s characters.")),
        ],
        filters=[clean_text],
        description=_l("One line for each: the post, a comma or a tab, the student number."),
        render_kw={"rows": 12},
    )


class EndForm(FlaskForm):
    last = Day(_l("Last day"), [InputRequired(_l("Choose a day."))])


def reason_field(description: Any, required: Any = None) -> StringField:
    at_most = Length(max=LONGEST_REASON, message=_l("At most %(max)s characters."))
    return StringField(
        _l("Reason"), [*([DataRequired(required)] if required else []), at_most], [clean_line], description
    )


class DeclineForm(FlaskForm):
    reason = reason_field(_l("Only those who run the activity read it."), _l("Say why, so that they know whom to ask."))


class AbsenceForm(DaysForm):
    reason = reason_field(_l("Only those who run the activity read it."))


def span_of(first: date, last: date) -> Span:
    """From the beginning of one day of the school to the end of another."""
    return Span(clock.at(first, time(0)), clock.at(last + timedelta(days=1), time(0)))
