"""Our application as a process that has not answered for any feed yet, however often it is asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

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


def forgetting(app: Flask) -> AbstractContextManager[None]:
    """This application for a while as one for which nobody has kept anything."""
    return _instead(app, feeds=Kept(0), feeds_shelf=_no_shelf(app))


def restarting(app: Flask) -> AbstractContextManager[None]:
    """The same with what is kept on disk."""
    return _instead(app, feeds=Kept(0))


@contextmanager
def _instead(app: Flask, **extensions: object) -> Iterator[None]:
    kept = {name: app.extensions[name] for name in extensions}
    app.extensions |= extensions
    try:
        yield
    finally:
        app.extensions |= kept
