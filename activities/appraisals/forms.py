"""Shape of input about the ballots of a cycle."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField


class BallotsForm(FlaskForm):
    asks_masses = BooleanField(_l("Ask the masses too: everybody else in these units who has an account"))
