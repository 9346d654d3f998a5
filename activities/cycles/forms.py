"""Shapes of input about cycles."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, SelectField
from wtforms.validators import InputRequired
from wtforms.widgets import TextInput

from activities.ballots.rules import FEWEST
from activities.cycles.rules import MOST_DAYS, STEPS, WINDOWED
from activities.cycles.rules_settings import (
    BASE_NAMES,
    MOST_CHARACTERS,
    MOST_NOTICE,
    MOST_PAPERS,
    ROUNDING_NAMES,
    Base,
    Rounding,
    Settings,
    read_share,
    say_share,
)
from activities.kit.fields import Day, LookedAt, whole
from activities.kit.i18n import gettext as _
from activities.people.models import Unit


class Share(Field):
    """A share of everyone, as a fraction or in percent, that must be given."""

    widget = TextInput()
    data: Fraction | None

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.flags.required = True

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return say_share(self.data) if self.data is not None else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = read_share("".join(valuelist))
        if self.data is None:
            raise ValueError(_("Enter a share, for example 1/3 or 30%%.") % {})


class SettingsForm(FlaskForm):
    """What a cycle goes by."""

    share = Share(_l("Share that may be excellent"), description=_l("In each unit by itself."))
    base = SelectField(_l("Share of whom"), [InputRequired()], choices=())
    rounding = SelectField(_l("Rounded"), [InputRequired()], choices=())
    least = whole(_l("Characters of a self-review, at least"), 0, MOST_CHARACTERS)
    most = whole(_l("Characters of a self-review, at most"), 1, MOST_CHARACTERS)
    papers = whole(
        _l("Papers on somebody, at least"), FEWEST, MOST_PAPERS,
        description=_l("In ballots: of whom fewer papers speak, no result is ever shown, or even kept."),
    )  # fmt: skip
    asks_masses = BooleanField(_l("Ballots ask the masses too: everybody else in these units who has an account"))
    notice_days = whole(_l("Working days on notice, at least"), 1, MOST_NOTICE)
    remind_days = whole(
        _l("How many working days before the end who has not handed in is told"), 0, MOST_DAYS,
        description=_l("0: nobody is."),
    )  # fmt: skip

    def __init__(self, settings: Settings, **more: Any) -> None:
        shown = {**vars(settings), "base": str(settings.base), "rounding": str(settings.rounding)}
        super().__init__(data={**shown, **more})
        self.base.choices = [(str(base), _(name)) for base, name in BASE_NAMES.items()]
        self.rounding.choices = [(str(rounding), _(name)) for rounding, name in ROUNDING_NAMES.items()]

    def validate(self, extra_validators: Any = None) -> bool:
        is_valid = bool(super().validate(extra_validators))
        if is_valid and (self.least.data or 0) > (self.most.data or 0):
            self.most.errors = [*self.most.errors, _("Enter no less than the least.")]
            return False
        return is_valid

    @property
    def settings(self) -> Settings:
        """What was typed, once the form is valid."""
        assert self.share.data is not None
        return Settings(
            self.share.data, Base(self.base.data), Rounding(self.rounding.data), self.least.data or 0,
            self.most.data or 0, self.notice_days.data or 0, self.remind_days.data or 0,
            self.papers.data or FEWEST, bool(self.asks_masses.data),
        )  # fmt: skip


class OpenForm(LookedAt, SettingsForm):
    """A cycle about to be opened; a field for the days of each step is added below."""

    unit_id = SelectField(_l("Unit"), [InputRequired()], coerce=int, description=_l("With all units below it."))
    year = SelectField(_l("Year that is reviewed"), [InputRequired()], coerce=int)
    starts = Day(_l("First day"), [InputRequired(_l("Choose a day."))])

    def __init__(self, units: Sequence[Unit], years: Sequence[int], starts: date) -> None:
        super().__init__(Settings(), starts=starts, year=years[0])
        self.unit_id.choices = [(unit.id, unit.name) for unit in units]
        self.year.choices = [(year, str(year)) for year in years]

    @property
    def starts_on(self) -> date:
        assert self.starts.data
        return self.starts.data

    @property
    def days(self) -> dict[str, int]:
        return {key: self[f"days_{key}"].data or 0 for key in WINDOWED}

    def day_fields(self) -> list[Field]:
        return [self[f"days_{key}"] for key in WINDOWED]


for _key in WINDOWED:
    setattr(OpenForm, f"days_{_key}", whole(_l(STEPS[_key].name), 1, MOST_DAYS, default=STEPS[_key].days))
