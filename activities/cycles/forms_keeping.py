"""Shapes of input about a cycle that is open."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, StringField
from wtforms.validators import DataRequired, InputRequired, Length

from activities.cycles.forms import SettingsForm
from activities.cycles.models import CycleVersion
from activities.cycles.rules import STEPS, WINDOWED, Window, Windows
from activities.kit.fields import LONGEST, Day, Revision
from activities.kit.i18n import gettext as _
from activities.kit.text import clean_line


def reason(**more: Any) -> StringField:
    """Why something is done: one line that must be given."""
    return StringField(
        _l("Reason"), [DataRequired(_l("Say why.")), Length(max=200, message=LONGEST)], filters=[clean_line], **more
    )


class ReasonForm(FlaskForm):
    reason = reason()


class WindowsForm(FlaskForm):
    """The windows of all steps that have one; two fields for each are added below."""

    reason = reason(description=_l("It stands on the trail of the review."))
    revision = Revision()

    def __init__(self, windows: Windows, revision: int) -> None:
        shown: dict[str, Any] = {"revision": revision}
        for key, window in windows.items():
            shown |= {f"first_{key}": window.first, f"last_{key}": window.last}
        super().__init__(data=shown)

    def pairs(self) -> list[tuple[str, Field, Field]]:
        """By step, its name and two fields."""
        return [(_(STEPS[key].name), self[f"first_{key}"], self[f"last_{key}"]) for key in WINDOWED]

    @property
    def windows(self) -> dict[str, Window]:
        """What was typed, once the form is valid."""
        return {key: Window(self[f"first_{key}"].data, self[f"last_{key}"].data) for key in WINDOWED}


for _key in WINDOWED:
    _chosen = [InputRequired(_l("Choose a day."))]
    setattr(WindowsForm, f"first_{_key}", Day(_l("%(step)s, first day", step=_l(STEPS[_key].name)), _chosen))
    setattr(WindowsForm, f"last_{_key}", Day(_l("%(step)s, last day", step=_l(STEPS[_key].name)), _chosen))


class ReopenForm(FlaskForm):
    last = Day(_l("Open until the end of"), [InputRequired(_l("Choose a day."))])
    reason = reason()


class VersionForm(SettingsForm):
    """The next version of what a cycle goes by."""

    reason = reason()
    version = Revision()

    def __init__(self, present: CycleVersion) -> None:
        super().__init__(present.settings, version=present.id)


class AddForm(FlaskForm):
    number = StringField(
        _l("Student or staff number"), [DataRequired(_l("Enter the number.")), Length(max=32, message=LONGEST)],
        filters=[clean_line],
    )  # fmt: skip
    reason = reason()
