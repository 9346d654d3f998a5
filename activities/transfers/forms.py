"""The shape of an import of hours: the file, and how its columns are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, SelectField
from wtforms.validators import DataRequired, InputRequired, ValidationError

from activities.duties.kinds import KINDS, LEDGER_NAMES
from activities.kit.fields import Day
from activities.kit.i18n import gettext as _
from activities.kit.i18n import say_value
from activities.people.models import Unit
from activities.transfers.rules import Table
from activities.transfers.rules_cells import LABELS, Field

NONE = "-"


class HoursForm(FlaskForm):
    """`unit` is whose activities the hours are."""

    unit = SelectField(_l("Unit"), [InputRequired(_l("Choose a unit."))])
    file = FileField(
        _l("File with hours"),
        [FileRequired(_l("Choose the file that holds the hours."))],
        description=_l("An .xlsx or .csv file of 20,000 rows at most. The next page shows what would be recorded."),
        render_kw={"accept": ".xlsx,.csv"},
    )

    def __init__(self, units: Sequence[Unit], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._ids = {unit.public_id: unit.id for unit in units}
        self.unit.choices = [(unit.public_id, unit.name) for unit in units]

    @property
    def unit_id(self) -> int:
        return self._ids[str(self.unit.data)]


# What every file has to have; of days and lengths it has some.
ALWAYS = (Field.NUMBER, Field.ACTIVITY)


class ColumnsForm(FlaskForm):
    """Which column holds what, and what the hours become."""

    kind = SelectField(
        _l("What the hours become"), [InputRequired(_l("Choose a kind."))],
        description=_l("What is not voluntary and unpaid is never counted as volunteer service."),
    )  # fmt: skip
    without_bad = BooleanField(_l("Leave out the rows that cannot be imported"))
    for _field in Field:
        locals()[_field.value] = SelectField(
            _field.value, [InputRequired(_l("Choose one."))] if _field in ALWAYS else []
        )
    del _field

    def __init__(self, formdata: Any, table: Table, usual: Mapping[str, Any]) -> None:
        super().__init__(formdata, data=dict(usual))
        self.kind.choices = [(one.key, f"{_(LEDGER_NAMES[one.ledger])} – {_(one.name)}") for one in KINDS.values()]
        columns = [(str(column), _named(table, column)) for column in sorted(table.heading)]
        for name in Field:
            self[name].label.text = str(say_value(LABELS[name]))
            self[name].choices = [(NONE, _("(no column)")), *columns]

    @property
    def columns(self) -> dict[Field, int]:
        """The column of each field that has one, once the form is valid."""
        return {name: int(self[name].data) for name in Field if self[name].data not in (None, NONE)}

    def fields(self) -> list[Any]:
        return [self[name] for name in Field]


def _named(table: Table, column: int) -> str:
    heading = table.heading[column][:40] or str(column + 1)
    samples = ", ".join(text[:20] for text in table.samples(column))
    return f"{heading} ({samples})" if samples else heading


class DaysForm(FlaskForm):
    """From which day to which. Only read, so it needs no token."""

    class Meta:
        csrf = False

    first = Day(_l("First day"), [DataRequired(_l("Choose a day."))])
    last = Day(_l("Last day"), [DataRequired(_l("Choose a day."))])

    def validate_last(self, field: Day) -> None:
        if self.first.data and field.data and field.data < self.first.data:
            raise ValidationError(_("The last day is before the first."))
