"""My duties: what a person sees first."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, render_template
from flask_login import current_user

from activities.home import pages
from activities.kit import clock, schema
from activities.kit.access import access
from activities.kit.roles import Permission

home = Blueprint("home", __name__)


def init_app(app: Flask) -> None:
    app.register_blueprint(home)


@home.get("/")
@access(Permission.TAKE_PART)
def my_duties() -> Any:
    return render_template("home/my_duties.html", my=pages.my_duties(current_user, clock.now()))


@home.get("/healthz")
@access.public
def alive() -> Any:
    return "ok\n", 200, {"Content-Type": "text/plain; charset=utf-8"}


@home.get("/readyz")
@access.public
def ready() -> Any:
    sentence = schema.look().value
    return f"{sentence or 'ok'}\n", 503 if sentence else 200, {"Content-Type": "text/plain; charset=utf-8"}
