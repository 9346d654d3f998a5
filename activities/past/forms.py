"""The file of grades of years before."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired


class PastForm(FlaskForm):
    file = FileField(
        _l("File"), [FileRequired(_l("Choose a file."))],
        description=_l("An .xlsx or .csv file. The next page shows what would be entered; nothing is written yet."),
        render_kw={"accept": ".xlsx,.csv"},
    )  # fmt: skip
