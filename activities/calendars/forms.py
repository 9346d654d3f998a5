"""Shape of input about feeds."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, StringField
from wtforms.validators import InputRequired, Length

from activities.calendars.models import Feed
from activities.calendars.rules_feeds import DETAIL_NAMES, Detail
from activities.kit.i18n import gettext as _
from activities.kit.text import clean_line


class FeedForm(FlaskForm):
    """What can be chosen of a feed: its name, and how much it says."""

    name = StringField(
        _l("What you call it"), [Length(max=50, message=_l("At most %(max)s characters."))], filters=[clean_line],
        description=_l("For example “phone” or “family”. Only you see it."), render_kw={"autocomplete": "off"},
    )  # fmt: skip
    detail = RadioField(_l("How much it says"), [InputRequired(_l("Choose one."))])

    def __init__(self, feed: Feed | None = None) -> None:
        super().__init__(data={"name": feed.name if feed else "", "detail": (feed.detail if feed else Detail.FULL)})
        self.detail.choices = [(detail.value, _(name)) for detail, name in DETAIL_NAMES.items()]
