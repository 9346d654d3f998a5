"""What is asked, as a form: an amount, and perhaps a day, for everything that can be asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from activities.kit.fields import BETWEEN, LONGEST, Chips, Day, DecimalNumber, LookedAt, Number, Revision, whole
from activities.kit.i18n import gettext as _
from activities.kit.text import clean_line
from activities.people.models import Unit
from activities.people.rules import STAGE_NAMES, STANDING_NAMES, Stage, Stages, Standing, Standings
from activities.requirements import rules
from activities.requirements.rules import SORTS, Asked, Line, Measure, Sort, possible_lines

MOST_HOURS, MOST_TIMES, MOST_DAY = 2000, 366, 28


def name_of(key: str) -> str:
    """A line's key as the name of a field."""
    return key.replace(":", "_")


class AskedForm(LookedAt):
    """What is asked; the fields of the lines are added below."""

    due = Day(_l("By when"), [InputRequired(_l("Choose a day."))], description=_l("For all lines without a day."))
    by_days = BooleanField(_l("Exemptions take away as much as they have days"))
    told_on = whole(
        _l("On which day of each month who still owes something is told"), 0, MOST_DAY,
        description=_l("0: nobody is. Everyone chooses by themselves in which way, or not at all."),
    )  # fmt: skip
    reason = StringField(
        _l("Why it is asked"), [DataRequired(_l("Say why.")), Length(max=200, message=LONGEST)], filters=[clean_line],
        description=_l("Everyone of whom it is asked can read it."),
    )  # fmt: skip
    version = Revision()

    def __init__(self, year: int, asked: Asked | None = None, version: int = 0) -> None:
        super().__init__(data={**_data(asked or Asked(), year), "version": version})
        self.year = year

    def lines(self, sort: Sort) -> Iterator[tuple[Field, Field]]:
        """The two fields of each line of a sort: how much, and by when."""
        for key in (f"{sort.key}:{of}" for of in sort.of):
            yield self[f"amount_{name_of(key)}"], self[f"due_{name_of(key)}"]

    def has_any(self, sort: Sort) -> bool:
        """Whether anything of a sort is asked, or was typed wrongly."""
        return any(amount.data or amount.errors or due.errors for amount, due in self.lines(sort))

    def validate(self, extra_validators: Any = None) -> bool:
        """Every day is one of the year."""
        is_valid = bool(super().validate(extra_validators))
        for field in self:
            if isinstance(field, Day) and field.data and field.data.year != self.year:
                field.errors = [*field.errors, _("Choose a day in %(year)s.", year=self.year)]
                is_valid = False
        return is_valid

    @property
    def asked(self) -> Asked:
        """What was typed, once the form is valid."""
        assert self.due.data
        found = []
        for sort, key, _name in possible_lines():
            amount, due = self[f"amount_{name_of(key)}"].data, self[f"due_{name_of(key)}"].data or self.due.data
            if amount:
                whole = round(amount * 60) if sort.measure is Measure.MINUTES else amount
                found.append(Line(sort.key, key.removeprefix(f"{sort.key}:"), whole, due))
        return Asked(tuple(found), bool(self.by_days.data), self.told_on.data or 0)


def _add_lines() -> None:
    for sort, key, name in possible_lines():
        if sort.measure is Measure.MINUTES:
            limits = [Optional(), NumberRange(0, MOST_HOURS, BETWEEN)]
            amount: Any = DecimalNumber(_l("%(what)s, hours", what=_l(name)), limits, places=None)
        else:
            limits = [Optional(), NumberRange(0, MOST_TIMES, BETWEEN)]
            amount = Number(_l("%(what)s, times", what=_l(name)), limits)
        setattr(AskedForm, f"amount_{name_of(key)}", amount)
        setattr(AskedForm, f"due_{name_of(key)}", Day(_l("%(what)s, by when", what=_l(name)), [Optional()]))


_add_lines()


class NewForm(AskedForm):
    """The same with whom it is asked of."""

    unit_id = SelectField(
        _l("Unit"), [InputRequired()], coerce=int,
        description=_l("Its members are asked, and those of units below that ask for nothing of their own."),
    )  # fmt: skip
    stages = Chips(_l("Only these stages"), [Optional()], description=_l("None chosen: all."))
    standings = Chips(_l("Only these standings"), [Optional()], description=_l("None chosen: all."))

    def __init__(self, units: Sequence[Unit], year: int, like: Any = None) -> None:
        super().__init__(year, rules.moved(like.asked, year) if like else None)
        if like and not self.is_submitted():
            self.unit_id.data = like.of.unit_id
            self.stages.data = [str(stage) for stage in Stage if Stages[stage.name] in like.of.stages]
            self.standings.data = [str(one) for one in Standing if Standings[one.name] in like.of.standings]
        self.unit_id.choices = [(unit.id, unit.name) for unit in units]
        self.stages.choices = [(str(stage), _(name)) for stage, name in STAGE_NAMES.items()]
        self.standings.choices = [(str(standing), _(name)) for standing, name in STANDING_NAMES.items()]

    @property
    def chosen_stages(self) -> Stages:
        return Stages(sum(Stages[Stage(key).name] for key in self.stages.data or ()))

    @property
    def chosen_standings(self) -> Standings:
        return Standings(sum(Standings[Standing(key).name] for key in self.standings.data or ()))


class TakeBackForm(FlaskForm):
    reason = StringField(
        _l("Reason"), [DataRequired(_l("Say why.")), Length(max=200, message=LONGEST)], filters=[clean_line],
        description=_l("It stands on the trail, with all that the set said."),
    )  # fmt: skip
    version = Revision()


def _data(asked: Asked, year: int) -> dict[str, Any]:
    data: dict[str, Any] = {"due": date(year, 12, 31), "by_days": asked.by_days, "told_on": asked.told_on}
    for line in asked.lines:
        minutes = SORTS[line.sort].measure is Measure.MINUTES
        data[f"amount_{name_of(line.key)}"] = _hours(line.amount) if minutes else line.amount
        data[f"due_{name_of(line.key)}"] = line.due if line.due != data["due"] else None
    return data


def _hours(minutes: int) -> Decimal:
    return Decimal(f"{minutes / 60:.2f}".rstrip("0").rstrip("."))
