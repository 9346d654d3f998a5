"""Shapes of input about timetables."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired


class FileForm(FlaskForm):
    file = FileField(
        _l("Calendar file"),
        [FileRequired(_l("Choose the file that holds your timetable."))],
        description=_l("An .ics file, as the school's system, your calendar or your timetable app exports it."),
        render_kw={"accept": ".ics,text/calendar"},
    )
