"""What is asked of me and what I still owe; what units ask; who is falling behind."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, redirect, render_template, url_for
from flask_login import current_user

from activities.kit import clock
from activities.kit.access import access
from activities.kit.roles import Permission
from activities.requirements import behind_routes, exempt_routes, pages, queries, set_routes, words
from activities.requirements.rules import FIRST_YEAR, LAST_YEAR, LINE_NAMES

YEAR = f"<int(min={FIRST_YEAR}, max={LAST_YEAR}):year>"

requirements = Blueprint("requirements", __name__)
set_routes.add_to(requirements)
exempt_routes.add_to(requirements)
behind_routes.add_to(requirements)


def init_app(app: Flask) -> None:
    app.register_blueprint(requirements)
    app.jinja_env.globals.update(
        line_names=LINE_NAMES,
        say_amount=words.say_amount,
        say_figure=words.say_figure,
        say_line=words.say_line,
        say_whom=words.say_whom,
    )


@requirements.get("/owed/")
@access(Permission.TAKE_PART)
def now() -> Any:
    return redirect(url_for(".mine", year=clock.local_day(clock.now()).year))


@requirements.get(f"/owed/{YEAR}")
@access(Permission.TAKE_PART)
def mine(year: int) -> Any:
    now = clock.now()
    own = queries.own_year(current_user, year, now)
    years = sorted({*queries.years_of(current_user), year}, reverse=True)
    return render_template(
        "requirements/mine.html", year=year, own=own, years=years, is_past=year < clock.local_day(now).year,
        lines=pages.explained(current_user, own, now) if own else [],
    )  # fmt: skip
