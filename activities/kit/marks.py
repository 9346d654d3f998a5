"""The small marks of `templates/parts/marks.html`, at hand in every template."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from flask import Flask, request
from markupsafe import Markup

from activities.kit.i18n import speech

MARKS = ("icon", "seal", "seats", "seat_bar", "state")


def init_app(app: Flask) -> None:
    """To be called when templates have all that the marks call. They are handed to the templates here, because a page
    that imports them itself pays for it at every answer."""
    app.jinja_env.globals["remembered"] = remembered
    marks = app.jinja_env.get_template("parts/marks.html").module
    app.jinja_env.globals.update({name: getattr(marks, name) for name in MARKS})


def remembered(macro: Callable[..., Markup]) -> Callable[..., Markup]:
    """A macro that is worked out once for each language and set of arguments, on which alone it depends: a page shows
    hundreds of marks, and few that differ."""

    @lru_cache(maxsize=4096)
    def work_out(_language: str, _root: str, *arguments: object) -> Markup:
        return macro(*arguments)

    return lambda *arguments: work_out(speech().language, request.script_root, *arguments)
