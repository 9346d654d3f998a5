"""Fields that forms of several rooms share."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.datastructures import CombinedMultiDict, MultiDict
from wtforms import (
    DateField,
    DateTimeLocalField,
    DecimalField,
    Field,
    FileField,
    IntegerField,
    SelectMultipleField,
    StringField,
    TimeField,
)
from wtforms.form import BaseForm
from wtforms.validators import InputRequired, NumberRange
from wtforms.widgets import CheckboxInput, HiddenInput, TextInput

from activities.kit.clock import local, zone
from activities.kit.i18n import gettext as _
from activities.kit.i18n import say_fully, say_moment
from activities.kit.moments import wall
from activities.kit.refusal import Refusal

# What validators say in many forms.
LONGEST = _l("At most %(max)s characters.")
BETWEEN = _l("Enter a number from %(min)s to %(max)s.")
WHOLE = _l("Enter a whole number.")
FIRST_YEAR, LAST_YEAR = 2000, 2100
MOST = 10**18
TYPED = "%Y-%m-%dT%H:%M"
_STRETCH = re.compile(r"(\d{1,2})[:：](\d{2})[-–—~～](\d{1,2})[:：](\d{2})", re.ASCII)
_BETWEEN = re.compile(r"[\s,，、;；]+")


_sent = FlaskForm.Meta.wrap_formdata


def _text_and_files(meta: Any, form: BaseForm, formdata: Any) -> Any:
    """What was sent, as far as fields can take it: files for fields of files alone, and no JSON, whose values are no
    text."""
    found = _sent(meta, form, formdata)
    if found is formdata or not found:
        return found
    if isinstance(found, CombinedMultiDict):
        takes = {field.name for field in form if isinstance(field, FileField)}
        files = [(name, file) for name, file in request.files.items(multi=True) if name in takes]
        return CombinedMultiDict((MultiDict(files), request.form))
    return MultiDict() if request.is_json else found


# For all forms of the house, those too that do not know of it.
FlaskForm.Meta.wrap_formdata = _text_and_files


def refuse(form: BaseForm, name: str, refusal: Refusal) -> None:
    """Show a rule's refusal as the error of the field it speaks of."""
    form[name].errors = [*form[name].errors, say_fully(refusal)]


def differences(form: BaseForm, present: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The fields in which what was typed differs from what is there now: their labels, and what is there, in words."""
    return [
        (str(form[name].label.text), _say(form[name], value))
        for name, value in present.items()
        if name in form and _is_other(form[name], value)
    ]


def _is_other(field: Field, value: Any) -> bool:
    return not isinstance(field.widget, HiddenInput) and (field.data or None) != (value or None)


def _say(field: Field, value: Any) -> str:
    chosen = [str(v) for v in value] if isinstance(value, list) else [str(value)]
    if names := [str(label) for key, label in getattr(field, "choices", None) or () if str(key) in chosen]:
        return str(_(", ")).join(name.strip() for name in names)
    if isinstance(value, datetime):
        return say_moment(value)
    return "" if value in (None, []) else str(value)


class LocalMoment(DateTimeLocalField):
    """A moment: typed and shown as the school's wall clock, aware UTC inside. Of a time that comes twice, the first."""

    def __init__(self, label: Any = None, validators: Any = None, **kwargs: Any) -> None:
        formats = [TYPED, "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S"]
        super().__init__(label, validators, format=formats, **kwargs)

    def _value(self) -> str:
        if self.raw_data:
            return " ".join(self.raw_data)
        return local(self.data).strftime(TYPED) if self.data else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        if not any(valuelist):  # left empty
            self.data = None
            return
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_("Enter a day and a time, for example 2026-11-25 16:00.")) from None
        self.data = self._moment(self.data) if self.data else None

    def _moment(self, shown: datetime) -> datetime:
        if not FIRST_YEAR <= shown.year <= LAST_YEAR:
            raise ValueError(_("Enter a year between %(first)s and %(last)s.", first=FIRST_YEAR, last=LAST_YEAR))
        moment = wall(shown.date(), shown.time(), zone())
        if moment is None:
            raise ValueError(_("The clocks are changed at this time, so that it never comes. Choose another."))
        return moment


class Day(DateField):
    """A day, of a sensible year."""

    def process_formdata(self, valuelist: list[str]) -> None:
        if not any(valuelist):
            self.data = None
            return
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_("Enter a day, for example 2026-11-25.")) from None
        if self.data and not FIRST_YEAR <= self.data.year <= LAST_YEAR:
            raise ValueError(_("Enter a year between %(first)s and %(last)s.", first=FIRST_YEAR, last=LAST_YEAR))


class Days(Field):
    """Several days, with spaces or commas between them."""

    widget = TextInput()
    data: list[date]

    def _value(self) -> str:
        if self.raw_data:
            return " ".join(self.raw_data)
        return " ".join(day.isoformat() for day in sorted(self.data or ()))

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = []
        words = " ".join(valuelist).replace(",", " ").replace("，", " ").replace("、", " ").split()
        try:
            self.data = sorted({date.fromisoformat(word) for word in words})
        except ValueError:
            raise ValueError(_("Enter days, for example 2026-11-25 2026-11-27.")) from None
        if any(not FIRST_YEAR <= day.year <= LAST_YEAR for day in self.data):
            self.data = []
            raise ValueError(_("Enter a year between %(first)s and %(last)s.", first=FIRST_YEAR, last=LAST_YEAR))


class Clocks(Field):
    """Several stretches of the day, with spaces or commas between them: 11:40–11:50, 22:00–22:30."""

    widget = TextInput()
    data: list[tuple[time, time]]

    def _value(self) -> str:
        if self.raw_data:
            return " ".join(self.raw_data)
        return " ".join(f"{starts:%H:%M}–{ends:%H:%M}" for starts, ends in self.data or ())

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = []
        found = [_STRETCH.fullmatch(word) for word in _BETWEEN.split(" ".join(valuelist)) if word]
        try:
            self.data = [(time(int(m[1]), int(m[2])), time(int(m[3]), int(m[4]))) for m in found if m]
        except ValueError:
            found.append(None)
        if None in found:
            self.data = []
            raise ValueError(_("Enter times, for example 11:40–11:50 22:00–22:30."))


class Clock(TimeField):
    """A time of day."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_("Enter a time, for example 16:00.")) from None


class Number(IntegerField):
    """A whole number."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_("Enter a whole number.")) from None
        if self.data is not None and abs(self.data) > MOST:  # no limit of a field is as far, and no float goes so far
            self.data = None
            raise ValueError(_("Enter a whole number."))


def whole(label: Any, least: int, most: int, **more: Any) -> Number:
    """A field for a whole number that must be given."""
    return Number(label, [InputRequired(WHOLE), NumberRange(least, most, BETWEEN)], **more)


class DecimalNumber(DecimalField):
    """A number with a decimal point, and not one of the values that only calculate like one."""

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(valuelist)
        if self.data is not None and not self.data.is_finite():
            self.data = None
            raise ValueError(_("Enter a number."))


class Chips(SelectMultipleField):
    """Several choices at once, each a check box."""

    option_widget = CheckboxInput()


class LookedAt(FlaskForm):
    """A form that is shown with what it would mean before it takes effect. `shown` is sent by the button below that."""

    shown = StringField()

    @property
    def digest(self) -> str:
        """Of all that was typed, the reason aside, so that what was looked at is what is put in force."""
        typed = {field.name: str(field.data) for field in self if field.name not in ("csrf_token", "shown", "reason")}
        return hashlib.sha256(json.dumps(typed, sort_keys=True).encode()).hexdigest()[:32]

    @property
    def is_looked_at(self) -> bool:
        return self.shown.data == self.digest


class Revision(IntegerField):
    """The revision of the row that a form shows, hidden. What was never given out is -1, which no row has."""

    widget = HiddenInput()

    def process_formdata(self, valuelist: list[str]) -> None:
        typed = valuelist[0] if valuelist else ""
        self.data = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else -1

    def _value(self) -> str:
        return str(self.data)  # the present one where the form comes back, not what was typed
