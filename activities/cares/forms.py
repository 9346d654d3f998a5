"""The shape of an opinion on somebody in one's care."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SubmitField, TextAreaField
from wtforms.validators import Length

from activities.cares.rules import MOST_CHARACTERS
from activities.kit.fields import LONGEST, Revision
from activities.kit.text import clean_text


class CareForm(FlaskForm):
    text = TextAreaField(
        _l("Your opinion"), [Length(max=MOST_CHARACTERS, message=LONGEST)],
        filters=[clean_text], render_kw={"rows": 9},
        description=_l("How they study, work and act, what they do well, and what they should work on."),
    )  # fmt: skip
    revision = Revision()
    hand_in = SubmitField()

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        # A draft may be empty, but nobody is told that the opinion itself need not be written.
        self.text.flags.required = True

    @property
    def hands_in(self) -> bool:
        """Whether it is handed in rather than kept as a draft."""
        return bool(self.hand_in.data)
