"""The shape of an import: a file, and what its events are to become."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, SelectField
from wtforms.validators import InputRequired, NumberRange, Optional

from activities.duties.forms import BETWEEN
from activities.duties.models import Post
from activities.duties.rules import MOST_SEATS
from activities.imports.rules import Wish
from activities.kit.fields import Chips, Number


class CalendarForm(FlaskForm):
    file = FileField(
        _l("Calendar file"),
        [FileRequired(_l("Choose the file that holds the calendar."))],
        description=_l("An .ics file of 2 MB at most. The next page shows what would be created; nothing is yet."),
        render_kw={"accept": ".ics,text/calendar"},
    )


class ImportForm(FlaskForm):
    """`events` are the numbers of those that are ticked."""

    post = SelectField(_l("Post"), [InputRequired(_l("Choose a post."))])
    match = BooleanField(_l("An event whose place or title names another post goes there"))
    capacity = Number(
        _l("Seats of each slot"), [Optional(), NumberRange(1, MOST_SEATS, BETWEEN)],
        description=_l("Empty: each post's own number."),
    )  # fmt: skip
    events = Chips(_l("Events"), [Optional()])
    without_bad = BooleanField(_l("Leave out the events that cannot become slots"))

    def __init__(self, formdata: Any, posts: Sequence[Post], many: int) -> None:
        usual = {"post": posts[0].public_id, "match": len(posts) > 1, "events": [str(n) for n in range(many)]}
        super().__init__(formdata, data=usual)
        self._many = many
        self._ids = {post.public_id: post.id for post in posts}
        self.post.choices = [(post.public_id, post.name) for post in posts]
        self.events.choices = [(str(n), "") for n in range(many)]

    def wish(self) -> Wish:
        """What is asked for, once the form is valid."""
        return Wish(self._ids[str(self.post.data)], bool(self.match.data), self.capacity.data)

    def ticked(self) -> set[int]:
        chosen = set(self.events.data or ())
        return {n for n in range(self._many) if str(n) in chosen}
