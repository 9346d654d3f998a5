"""Shape of input about a self-review."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import TextAreaField
from wtforms.validators import Length

from activities.kit.fields import LONGEST, Revision
from activities.kit.text import clean_text

# More than a self-review may have, with its blanks.
MOST_TYPED = 60_000


class EssayForm(FlaskForm):
    text = TextAreaField(_l("What I did this year"), [Length(max=MOST_TYPED, message=LONGEST)], filters=[clean_text])
    revision = Revision()
