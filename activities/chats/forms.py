"""Shape of input about chat groups. Address and secret are taken and never shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import PasswordField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from activities.chats.rules import NEWS_NAMES, VENDOR_NAMES
from activities.kit.fields import Chips
from activities.kit.i18n import DEFAULT, LANGUAGES
from activities.kit.i18n import gettext as _
from activities.kit.text import clean_line
from activities.outbox.models import Hook
from activities.outbox.rules import News, Vendor
from activities.people.models import Unit

AT_MOST = _l("At most %(max)s characters.")


class ChatForm(FlaskForm):
    """A new group, or what can be changed of one; an address or secret that is left empty stays as it is."""

    unit_id = SelectField(_l("Unit"), [InputRequired()], coerce=int)
    vendor = SelectField(_l("Chat"), [InputRequired()])
    name = StringField(
        _l("Name of the group"), [DataRequired(_l("Enter a name.")), Length(max=100, message=AT_MOST)],
        filters=[clean_line],
    )  # fmt: skip
    url = StringField(
        _l("Address of the group's robot"), [DataRequired(_l("Enter the address.")), Length(max=500, message=AT_MOST)],
        filters=[clean_line],
        description=_l("From the group's settings. Whoever has it can write there, so it is not shown again."),
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )  # fmt: skip
    secret = PasswordField(
        _l("Secret for signing"), [Optional(), Length(max=200, message=AT_MOST)], filters=[clean_line],
        description=_l("Where the robot asks for signed messages: DingTalk and Feishu."),
        render_kw={"autocomplete": "off"},
    )  # fmt: skip
    news = Chips(_l("What is told there"), [InputRequired(_l("Choose at least one."))])
    language = SelectField(_l("Language"), [InputRequired()])

    def __init__(self, units: Sequence[Unit], hook: Hook | None = None) -> None:
        super().__init__(data=_shown(hook))
        self.unit_id.choices = [(unit.id, unit.name) for unit in units]
        self.vendor.choices = [(vendor.value, _(name)) for vendor, name in VENDOR_NAMES.items()]
        self.news.choices = [(news.name, _(name)) for news, name in NEWS_NAMES.items()]
        self.language.choices = list(LANGUAGES.items())
        if hook:
            del self.unit_id, self.vendor
            self.url.validators = (Optional(), *self.url.validators[1:])
            self.url.flags.required = False

    def values(self) -> dict[str, Any]:
        """The columns of what was entered."""
        given = {name: self[name].data for name in ("url", "secret") if self[name].data}
        told = News(sum(News[name].value for name in self.news.data or ()))
        plain = {"name": self.name.data, "language": self.language.data, "news": told}
        chosen = {"vendor": Vendor(self.vendor.data)} if self.vendor else {}
        return {**plain, **chosen, **given}


def _shown(hook: Hook | None) -> dict[str, Any]:
    news = hook.news if hook else News.NEW_SLOTS | News.CANCELLED
    return {
        "name": hook and hook.name, "language": hook.language if hook else DEFAULT,
        "news": [one.name for one in News if one in news],
    }  # fmt: skip
