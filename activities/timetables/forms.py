"""Shapes of input about timetables."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import StringField
from wtforms.validators import DataRequired, Length


class FileForm(FlaskForm):
    file = FileField(
        _l("Calendar file"),
        [FileRequired(_l("Choose the file that holds your timetable."))],
        description=_l("An .ics file, as the school's system, your calendar or your timetable app exports it."),
        render_kw={"accept": ".ics,text/calendar"},
    )


class AddressForm(FlaskForm):
    address = StringField(
        _l("Address of the calendar"),
        [DataRequired(_l("Enter an address.")), Length(max=2000, message=_l("At most %(max)s characters."))],
        description=_l("Begins with https:// or webcal://, and needs no log-in."),
        render_kw={"autocomplete": "off", "inputmode": "url"},
    )  # fmt: skip
