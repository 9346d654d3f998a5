"""The door of this room."""

from __future__ import annotations

from flask import Blueprint, Flask

terms = Blueprint("terms", __name__)


def init_app(app: Flask) -> None:
    app.register_blueprint(terms)
