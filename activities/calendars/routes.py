"""The door of this room."""

from __future__ import annotations

from flask import Blueprint, Flask

calendars = Blueprint("calendars", __name__)


def init_app(app: Flask) -> None:
    app.register_blueprint(calendars)
