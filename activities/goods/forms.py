"""Shapes of input about goods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, RadioField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length
from wtforms.widgets import TextInput

from activities.duties.kinds import Kind
from activities.goods.queries import Holding
from activities.goods.rules import NoQuantity, read_quantity
from activities.goods.service import Part
from activities.kit.fields import Day
from activities.kit.i18n import gettext as _
from activities.kit.i18n import say_fully
from activities.kit.refusal import Refusal
from activities.kit.text import clean_line

LONGEST = _l("At most %(max)s characters.")
MOST_TYPED = 20


class Quantity(Field):
    """A whole number of things."""

    widget = TextInput()
    data: int | None

    def _value(self) -> str:
        if self.raw_data:
            return " ".join(self.raw_data)
        return "" if self.data is None else str(self.data)

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = None
        if any(valuelist):
            try:
                self.data = read_quantity(valuelist[0])
            except Refusal as refusal:
                raise ValueError(say_fully(refusal)) from None


class SomeQuantity(Quantity):
    """The same, and above nothing."""

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(valuelist)
        if self.data == 0:
            raise ValueError(say_fully(NoQuantity()))


NUMERIC = {"inputmode": "numeric", "autocomplete": "off", "maxlength": MOST_TYPED}


class DatedForm(FlaskForm):
    day = Day(_l("Day"), [InputRequired(_l("Choose a day."))])

    def on(self) -> date:
        """The day that was chosen, once the form is valid."""
        assert self.day.data
        return self.day.data


class TakeInForm(DatedForm):
    category = RadioField(_l("Category"), [InputRequired(_l("Choose one."))])
    quantity = SomeQuantity(_l("How many"), [InputRequired(_l("Enter a number."))], render_kw=NUMERIC)
    label = StringField(
        _l("Which, and from where"),
        [DataRequired(_l("Fill this in.")), Length(max=100, message=LONGEST)], filters=[clean_line],
        description=_l("So that it can be told from other lots: “winter clothes, block 3”. Name no giver."),
    )  # fmt: skip
    holder = StringField(
        _l("In whose hands"), [DataRequired(_l("Enter a number.")), Length(max=32, message=LONGEST)],
        filters=[clean_line], description=_l("The student or staff number of whoever keeps them now."),
    )  # fmt: skip

    def __init__(self, kind: Kind, number: str, today: date) -> None:
        super().__init__(data={"holder": number, "day": today})
        self.category.choices = [(good.key, f"{_(good.name)} ({_(good.unit)})") for good in kind.goods]


class PassOnForm(DatedForm):
    giver = SelectField(_l("From"), [InputRequired(_l("Choose one."))])
    quantity = SomeQuantity(_l("How many"), [InputRequired(_l("Enter a number."))], render_kw=NUMERIC)
    taker = StringField(
        _l("To"), [DataRequired(_l("Enter a number.")), Length(max=32, message=LONGEST)], filters=[clean_line],
        description=_l("The student or staff number of whoever has them from then on; they are told."),
    )  # fmt: skip
    note = StringField(_l("Note"), [Length(max=200, message=LONGEST)], filters=[clean_line])

    def __init__(self, holdings: Sequence[Holding], today: date) -> None:
        super().__init__(data={"day": today})
        self.giver.choices = [(one.number, f"{one.holder} ({one.quantity})") for one in holdings]


class DeliverForm(DatedForm):
    """Where it goes; how many of what stands beside each holding, under `give-` and the holding's key."""

    point = StringField(
        _l("Delivered to"), [DataRequired(_l("Fill this in.")), Length(max=100, message=LONGEST)],
        filters=[clean_line], description=_l("The named point: a shop, a station, an office. Everybody may read it."),
    )  # fmt: skip
    recipient = StringField(
        _l("For whom"), [Length(max=100, message=LONGEST)], filters=[clean_line],
        description=_l("Only where it is for one person or family. You alone can read it, and each look is recorded."),
    )  # fmt: skip
    recipient_number = StringField(
        _l("Their number"), [Length(max=32, message=LONGEST)], filters=[clean_line],
        description=_l("Where it is one of your people, so that nobody signs for themselves."),
    )  # fmt: skip
    note = StringField(
        _l("Note"), [Length(max=200, message=LONGEST)], filters=[clean_line],
        description=_l("Read by those who sign. Name no recipient."),
    )  # fmt: skip

    def __init__(self, holdings: Sequence[Holding], typed: Mapping[str, str], today: date) -> None:
        super().__init__(data={"day": today})
        self.lines = [(one, clean_line(typed.get(f"give-{one.key}"))[:MOST_TYPED]) for one in holdings]
        self.parts: list[Part] = []
        self.line_errors: dict[str, str] = {}

    def validate(self, extra_validators: Any = None) -> bool:
        for one, typed in self.lines:
            try:
                if typed and (quantity := read_quantity(typed)):
                    self.parts.append(Part(one.lot.id, one.member_id, quantity))
            except Refusal as refusal:
                self.line_errors[f"give-{one.key}"] = say_fully(refusal)
        return bool(super().validate(extra_validators)) and not self.line_errors

    @property
    def box(self) -> list[tuple[str, str, str]]:
        """The errors of the lines, for the summary."""
        names = {f"give-{one.key}": f"{one.lot.label}, {one.holder}" for one, _typed in self.lines}
        return [(key, names[key], said) for key, said in self.line_errors.items()]

    def refuse_lines(self, refusal: Refusal) -> None:
        if self.lines:
            given = [f"give-{one.key}" for one, typed in self.lines if typed]
            self.line_errors[(given or [f"give-{self.lines[0][0].key}"])[0]] = say_fully(refusal)


class CorrectForm(FlaskForm):
    quantity = Quantity(
        _l("How many it really were"), [InputRequired(_l("Enter a number."))],
        description=_l("0 where it never happened."), render_kw=NUMERIC,
    )  # fmt: skip
    reason = StringField(
        _l("Reason"), [DataRequired(_l("Give a reason.")), Length(max=200, message=LONGEST)], filters=[clean_line]
    )
