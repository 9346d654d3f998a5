"""The norms as a form: each limit is a number and how strict it is."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, ValidationError

from activities.kit.fields import DecimalNumber, Number, Revision
from activities.kit.i18n import gettext as _
from activities.kit.text import clean_line
from activities.norms.rules import (
    FIGURES,
    LEAST_NOTICE,
    LIMITS,
    MOST_GAP,
    MOST_STARS,
    NORMS,
    STRICTNESS_NAMES,
    Limit,
    Norms,
    Strictness,
)

LONGEST = _l("At most %(max)s characters.")
BETWEEN = _l("Enter a number from %(min)s to %(max)s.")
_BETWEEN = re.compile(r"[\s,，、;；]+")
_HOURS = re.compile(r"[0-9]{1,5}")
IN_MINUTES = ("travel",)  # the others are typed in hours


def figure(label: Any, least: int, most: int, description: Any = "") -> Number:
    enough = InputRequired(_l("Enter a whole number."))
    return Number(label, [enough, NumberRange(least, most, BETWEEN)], description=description)


def hours(label: Any, most: int, description: Any = "") -> DecimalNumber:
    enough = InputRequired(_l("Enter a number of hours."))
    return DecimalNumber(label, [enough, NumberRange(0, most, BETWEEN)], places=None, description=description)


def strictness() -> SelectField:
    choices = [(str(key), name) for key, name in STRICTNESS_NAMES.items()]
    return SelectField(_l("Where this is passed"), choices=lambda: [(key, _(name)) for key, name in choices])


class NormsForm(FlaskForm):
    travel = figure(_l("Minutes between duties in different places"), 0, 240)
    travel_how = strictness()
    gap = hours(_l("Hours of rest between any two duties"), int(MOST_GAP.total_seconds() // 3600))
    gap_how = strictness()
    day = hours(_l("Hours of duty a day at most"), 24)
    day_how = strictness()
    week = hours(_l("Hours of duty a week at most"), 168)
    week_how = strictness()
    misses = figure(_l("Missed duties that lead to a pause"), 0, 20, _l("0: none do."))
    miss_days = figure(_l("Within so many days"), 1, 366)
    pause_days = figure(_l("Days without taking on anything new"), 1, 366)
    answer_days = figure(_l("Working days for an organizer to answer"), 1, 20)
    decide_days = figure(_l("Working days for a secretary to decide"), 1, 20)
    check_in_before = figure(_l("Minutes before a slot from which on codes check people in"), 0, 120)
    check_out_after = figure(_l("Minutes after a slot until which people can check out"), 0, 240)
    grace = figure(
        _l("Minutes by which one may come or go and still be on time"),
        0,
        60,
        _l("They count as if one had been there."),
    )
    notice_days = figure(_l("Days for which issued certificates stand on notice"), LEAST_NOTICE, 60)
    stars = StringField(
        _l("Hours of volunteer service for each star level"),
        [DataRequired(_l("Enter at least one number of hours.")), Length(max=100, message=LONGEST)],
        filters=[clean_line], description=_l("Rising, with commas between: 100, 300, 600, 1000, 1500."),
    )  # fmt: skip
    odd_days = figure(_l("Days within which what is odd is listed"), 7, 366)
    odd_many = figure(_l("Records typed in later at one moment that are many"), 2, 1000)
    odd_times = figure(_l("Records typed in later by one hand for one person that are many"), 2, 1000)
    odd_hours = figure(_l("Hours of one person on a day above which it is odd"), 1, 24)
    odd_from = figure(_l("Hour at which the night begins"), 0, 23)
    odd_until = figure(_l("Hour at which the night ends"), 0, 23)
    reason = StringField(
        _l("Why it is changed"),
        [DataRequired(_l("Say why.")), Length(max=200, message=LONGEST)],
        filters=[clean_line],
        description=_l("Everyone can read it beside the change."),
    )
    version = Revision()

    def __init__(self, norms: Norms, version: int) -> None:
        super().__init__(data={**shown(norms), "version": version})

    def validate_stars(self, field: StringField) -> None:
        if read_stars(field.data or "") is None:
            raise ValidationError(
                _(
                    "Enter up to %(most)s whole numbers from 1 to 99999, each higher than the one before.",
                    most=MOST_STARS,
                )
            )

    def norms(self) -> Norms:
        """What was typed, once the form is valid."""
        typed: dict[str, Any] = {name: self[name].data for name in FIGURES}
        for name in LIMITS:
            minutes = (self[name].data or 0) * (1 if name in IN_MINUTES else 60)
            typed[name] = Limit(int(minutes), Strictness(self[f"{name}_how"].data))
        typed["stars"] = read_stars(self.stars.data or "")
        return NORMS._replace(**typed)


def shown(norms: Norms) -> dict[str, Any]:
    """The norms as the form shows them."""
    values: dict[str, Any] = {name: getattr(norms, name) for name in FIGURES}
    for name, limit in norms.limits.items():
        values[name] = limit.minutes if name in IN_MINUTES else in_hours(limit.minutes)
        values[f"{name}_how"] = str(limit.strictness)
    return {**values, "stars": ", ".join(map(str, norms.stars))}


def read_stars(text: str) -> tuple[int, ...] | None:
    """The thresholds as somebody typed them; None for what are none."""
    parts = [part for part in _BETWEEN.split(text) if part]
    if not parts or len(parts) > MOST_STARS or not all(_HOURS.fullmatch(part) for part in parts):
        return None
    stars = tuple(map(int, parts))
    return stars if all(a < b for a, b in zip((0, *stars), stars, strict=False)) else None


def in_hours(minutes: int) -> Decimal:
    return Decimal(f"{minutes / 60:.2f}".rstrip("0").rstrip("."))
