"""Shapes of input about volunteers' records."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from activities.dossiers.rules import SHAPES, Block, Part, Said
from activities.kit.fields import Day, DecimalNumber
from activities.kit.i18n import gettext as _
from activities.kit.text import clean_line

LONGEST = _l("At most %(max)s characters.")
BETWEEN = _l("Enter a number from %(min)s to %(max)s.")


class EntryForm(FlaskForm):
    """What an entry of a block says: the block's parts, under its names."""

    title = StringField("", [DataRequired(_l("Fill this in.")), Length(max=100, message=LONGEST)], filters=[clean_line])
    content = TextAreaField("", [Length(max=500, message=LONGEST)], filters=[clean_line], render_kw={"rows": 3})
    hours = DecimalNumber(
        "", [InputRequired(_l("Enter a number of hours.")), NumberRange(Decimal("0.05"), 1000, BETWEEN)],
        places=None,
    )  # fmt: skip
    unit = StringField("", [DataRequired(_l("Fill this in.")), Length(max=100, message=LONGEST)], filters=[clean_line])
    day = Day("", [InputRequired(_l("Choose a day."))])

    def __init__(self, block: Block, said: Said | None = None) -> None:
        super().__init__(data=_shown(said) if said else None)
        parts = SHAPES[block].parts
        for part in Part:
            name = "hours" if part is Part.MINUTES else part.value
            if part in parts:
                self[name].label.text = _(parts[part])
            else:
                del self[name]

    def said(self) -> Said:
        """What was typed, once the form is valid."""
        values: dict[str, Any] = {name: self[name].data or "" for name in ("content", "unit") if name in self}
        if "hours" in self:
            values["minutes"] = round((self.hours.data or 0) * 60)
        assert self.day.data  # asked for by the form
        return Said(title=self.title.data or "", day=self.day.data, **values)


def _shown(said: Said) -> dict[str, Any]:
    hours = Decimal(f"{said.minutes / 60:.2f}".rstrip("0").rstrip(".")) if said.minutes else None
    return {"title": said.title, "content": said.content, "hours": hours, "unit": said.unit, "day": said.day}


class CorrectionForm(EntryForm):
    reason = StringField(
        _l("Reason"), [DataRequired(_l("Give a reason.")), Length(max=200, message=LONGEST)], filters=[clean_line],
        description=_l("The person is told."),
    )  # fmt: skip

    def is_reason_given(self) -> bool:
        """Whether the reason alone is in order: all that taking back asks for."""
        return bool(self.reason.validate(self))


class NumberForm(FlaskForm):
    """Whose record."""

    class Meta:
        csrf = False

    number = StringField(
        _l("Number"), [DataRequired(_l("Enter a number.")), Length(max=32, message=LONGEST)], filters=[clean_line],
        description=_l("The student or staff number of a person of your units."),
    )  # fmt: skip


class ImportForm(FlaskForm):
    block = SelectField(
        _l("Block of the record"), [InputRequired()],
        choices=lambda: [(str(block), _(shape.name)) for block, shape in SHAPES.items()],
    )  # fmt: skip
    file = FileField(
        _l("File"), [FileRequired(_l("Choose a file."))],
        description=_l("An .xlsx or .csv file. The next page shows what would be entered; nothing is written yet."),
        render_kw={"accept": ".xlsx,.csv"},
    )  # fmt: skip
