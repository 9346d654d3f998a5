"""The door of this room."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, render_template

from activities.kit.access import access
from activities.kit.roles import Permission

duties = Blueprint("duties", __name__)


def init_app(app: Flask) -> None:
    app.register_blueprint(duties)


@duties.get("/organize/")
@access(Permission.ORGANIZE)
def organize() -> Any:
    return render_template("base.html")
