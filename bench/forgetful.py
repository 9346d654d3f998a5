"""Our application as a process that has not answered for any feed yet, however often it is asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

from activities import app as roof
from activities.calendars.kept import Kept
from activities.calendars.shelf import Shelf


def restarted() -> Flask:
    """It finds what it or another process has kept on disk."""
    app = roof.create_app()
    app.extensions["feeds"] = Kept(0)
    return app


def create_app() -> Flask:
    """Nobody has kept anything."""
    app = restarted()
    app.extensions["feeds_shelf"] = _no_shelf(app)
    return app


def _no_shelf(app: Flask) -> Shelf:
    return Shelf(app.extensions["feeds_shelf"].folder / "none", 0, 1)


@contextmanager
def forgetting(app: Flask) -> Iterator[None]:
    """This application so for a while."""
    kept = {name: app.extensions[name] for name in ("feeds", "feeds_shelf")}
    app.extensions |= {"feeds": Kept(0), "feeds_shelf": _no_shelf(app)}
    try:
        yield
    finally:
        app.extensions |= kept
