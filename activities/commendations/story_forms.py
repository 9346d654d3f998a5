"""Shapes of input about exemplary stories."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from activities.commendations.forms import NumberForm, SeenForm
from activities.commendations.models import Story
from activities.commendations.rules_stories import MOST_TEXT, MOST_TITLE
from activities.duties.models import Activity
from activities.kit.fields import LONGEST, Chips
from activities.kit.text import clean_line, clean_text


class PersonForm(NumberForm):
    """About whom."""


class StoryForm(SeenForm):
    title = StringField(
        _l("Title"), [DataRequired(_l("Enter a title.")), Length(max=MOST_TITLE, message=LONGEST)], filters=[clean_line]
    )
    text = TextAreaField(
        _l("Text"), [DataRequired(_l("Write a few sentences.")), Length(max=MOST_TEXT, message=LONGEST)],
        filters=[clean_text],
        description=_l("What was done, for whom, and what came of it. Nothing private, and nobody else by name."),
        render_kw={"rows": 14},
    )  # fmt: skip
    about = Chips(_l("Of which activities it tells"), coerce=int)

    def __init__(self, known: Sequence[Activity], story: Story | None = None) -> None:
        shown: dict[str, Any] = {"seen": 0}
        if story:
            shown = {
                "seen": story.revision, "title": story.title, "text": story.text,
                "about": [one.id for one in story.activities],
            }  # fmt: skip
        super().__init__(data=shown)
        self.about.choices = [(one.id, one.name) for one in known]
