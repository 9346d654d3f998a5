"""The shape of an uploaded roster."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired


class RosterForm(FlaskForm):
    file = FileField(
        _l("Roster"),
        [FileRequired(_l("Choose the file that holds the roster."))],
        description=_l("An .xlsx or .csv file. The next page shows what would change; nothing is written yet."),
        render_kw={"accept": ".xlsx,.csv"},
    )
