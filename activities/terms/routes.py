"""The school's calendar, for everyone to read."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, Flask, render_template, request
from werkzeug.routing import BaseConverter, ValidationError

from activities.kit import clock
from activities.kit.access import access
from activities.kit.roles import Permission
from activities.terms import periods_routes, queries
from activities.terms.rules import FIRST_YEAR, LAST_YEAR, runs, teaching_week, why_not_year

terms = Blueprint("terms", __name__)
periods_routes.add_to(terms)


class DayConverter(BaseConverter):
    """A day of the address, 2026-10-01."""

    regex = "[0-9]{4}-[0-9]{2}-[0-9]{2}"

    def to_python(self, value: str) -> date:
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise ValidationError from None

    def to_url(self, value: date) -> str:
        return value.isoformat()


def init_app(app: Flask) -> None:
    app.url_map.converters["day"] = DayConverter
    app.register_blueprint(terms)


@terms.get("/terms")
@access(Permission.TAKE_PART)
def calendar() -> Any:
    today = clock.local_day(clock.now())
    year = _asked_year() or today.year
    weeks = [(term, teaching_week(today, term.starts_on, term.weeks)) for term in queries.all_terms()]
    return render_template(
        "terms/calendar.html", terms=weeks, year=year, is_unconfirmed=queries.is_unconfirmed(year),
        runs=runs(queries.special_days(date(year, 1, 1), date(year, 12, 31))),
        years=[y for y in (year - 1, year, year + 1) if FIRST_YEAR <= y <= LAST_YEAR],
    )  # fmt: skip


def _asked_year() -> int | None:
    """The year of the address; what cannot be read is as if it were not there."""
    year = request.args.get("year", type=int)
    return year if year is not None and why_not_year(year) is None else None
