"""My duties: what a person sees first."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Flask, render_template

from activities.kit.access import access
from activities.kit.db import db
from activities.kit.roles import Permission

home = Blueprint("home", __name__)


def init_app(app: Flask) -> None:
    app.register_blueprint(home)


@home.get("/")
@access(Permission.TAKE_PART)
def my_duties() -> Any:
    return render_template("home/my_duties.html")


@home.get("/healthz")
@access.public
def alive() -> Any:
    return "ok\n", 200, {"Content-Type": "text/plain; charset=utf-8"}


@home.get("/readyz")
@access.public
def ready() -> Any:
    db.session.execute(sa.text("SELECT 1"))
    return "ok\n", 200, {"Content-Type": "text/plain; charset=utf-8"}
