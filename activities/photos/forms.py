"""The shape of a photo that somebody adds: the file, what it shows in words, and whom."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import RadioField, StringField
from wtforms.validators import DataRequired, InputRequired, Length

from activities.kit.fields import refuse
from activities.kit.i18n import gettext as _
from activities.kit.refusal import Refusal
from activities.kit.text import clean_line
from activities.photos import apart
from activities.photos.apart import Picture
from activities.photos.rules import LONGEST_CAPTION, PEOPLE_NAMES, NoCaption, NotAgreed, People

LONGEST = _l("At most %(max)s characters.")
ACCEPT = {"accept": "image/jpeg,image/png,image/webp"}
# Made before the others, so that what is wrong with it is said first, as it stands first.
PHOTO = FileField(
    _l("Photo"), [FileRequired(_l("Choose a photo."))],
    description=_l("JPEG, PNG or WebP. Where and with what it was taken is removed from it."), render_kw=ACCEPT,
)  # fmt: skip


class DescriptionForm(FlaskForm):
    """What a photo shows, and whom."""

    caption = StringField(
        _l("What it shows"),
        [DataRequired(_l("Say in words what the photo shows.")), Length(max=LONGEST_CAPTION, message=LONGEST)],
        filters=[clean_line], description=_l("Read out to who cannot see it. Name no person."),
    )  # fmt: skip
    people = RadioField(
        _l("Who can be recognised in it"), [InputRequired(_l("Say whom the photo shows."))],
        choices=lambda: [(str(people), _(name)) for people, name in PEOPLE_NAMES.items()],
    )  # fmt: skip

    def said(self) -> dict[str, Any]:
        """What was said of it, once the form is valid."""
        return {"caption": self.caption.data or "", "people": People(self.people.data)}


class PhotoForm(DescriptionForm):
    photo = PHOTO

    def read(self, side: int) -> Picture | None:
        """The picture in the file, once the rest is valid; None where it cannot be taken, with the reason beside it."""
        try:
            return apart.read(self.photo.data.read(), side)
        except Refusal as refusal:
            refuse(self, "photo", refusal)
            return None

    def refuse(self, refusal: Refusal) -> None:
        """Show a refusal beside what it speaks of."""
        fields: dict[type[Refusal], str] = {NoCaption: "caption", NotAgreed: "people"}
        refuse(self, fields.get(type(refusal), "photo"), refusal)


class RemovalForm(FlaskForm):
    reason = StringField(
        _l("Why is it removed?"),
        [DataRequired(_l("Say why the photo is removed.")), Length(max=200, message=LONGEST)], filters=[clean_line],
    )  # fmt: skip
