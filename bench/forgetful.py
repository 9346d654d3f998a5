"""Our application as a process that has not put together any feed yet, however often it is asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

from activities import app as roof
from activities.calendars.kept import Kept


def create_app() -> Flask:
    app = roof.create_app()
    app.extensions["feeds"] = Kept(0)
    return app


@contextmanager
def forgetting(app: Flask) -> Iterator[None]:
    """This application so for a while."""
    kept, app.extensions["feeds"] = app.extensions["feeds"], Kept(0)
    try:
        yield
    finally:
        app.extensions["feeds"] = kept
