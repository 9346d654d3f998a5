"""Shape of input about partners' places."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from activities.kit.fields import Number, Revision
from activities.kit.i18n import gettext
from activities.kit.text import clean_line
from activities.people.models import Unit
from activities.sites.models import Site
from activities.sites.rules import MOST_DAYS, MOST_PEOPLE, read_point, say_point

BETWEEN = _l("Enter a number from %(min)s to %(max)s.")
LENGTH = _l("At most %(max)s characters.")
COLUMNS = ("unit_id", "name", "address", "geo", "contact", "most_visitors", "most_groups", "notice_days", "list_days")


def text_line(label: Any, length: int, description: Any = "") -> StringField:
    return StringField(label, [Length(max=length, message=LENGTH)], filters=[clean_line], description=description)


class Coordinates(StringField):
    """A point on the earth, typed and shown as maps show it."""

    def _value(self) -> str:
        return " ".join(self.raw_data) if self.raw_data else say_point(self.data or "")

    def process_formdata(self, valuelist: list[str]) -> None:
        typed = clean_line(" ".join(valuelist))
        self.data = read_point(typed)
        if typed and not self.data:
            raise ValueError(gettext("Enter latitude and longitude, for example 43.8868, 125.3245."))


class SiteForm(FlaskForm):
    name = StringField(
        _l("Title"), [DataRequired(_l("Enter a name.")), Length(max=100, message=LENGTH)], filters=[clean_line]
    )
    unit_id = SelectField(
        _l("Unit"),
        [InputRequired()],
        coerce=int,
        description=_l("Its organizers, and those of all units below, use it."),
    )
    address = text_line(_l("Address"), 200)
    geo = Coordinates(
        _l("Coordinates"),
        description=_l(
            "Latitude and longitude, pasted from a map: 43.8868, 125.3245. Calendars then lead people there."
        ),
    )
    contact = text_line(_l("Contact"), 200, _l("Who is asked there, and how. Only organizers see it."))
    most_visitors = Number(
        _l("Visitors at once"), [Optional(), NumberRange(1, MOST_PEOPLE, BETWEEN)], description=_l("Empty: no limit.")
    )
    most_groups = Number(
        _l("Groups at once on one floor"), [Optional(), NumberRange(1, MOST_PEOPLE, BETWEEN)],
        description=_l("Empty: no limit. A group is a slot."),
    )  # fmt: skip
    notice_days = Number(
        _l("Working days before a visit on which sign-up closes"),
        [InputRequired(_l("Enter a number of days.")), NumberRange(0, MOST_DAYS, BETWEEN)], default=0,
        description=_l("0: people sign up until it starts."),
    )  # fmt: skip
    list_days = Number(
        _l("Working days before a visit on which the list of visitors is sent"),
        [Optional(), NumberRange(0, MOST_DAYS, BETWEEN)], description=_l("Empty: the partner wants no list."),
    )  # fmt: skip
    revision = Revision()

    def __init__(self, units: Sequence[Unit], site: Site | None = None) -> None:
        super().__init__(obj=site)
        self.unit_id.choices = [(unit.id, unit.name) for unit in units]

    def values(self) -> dict[str, Any]:
        """The site's columns."""
        return {column: self[column].data for column in COLUMNS}
