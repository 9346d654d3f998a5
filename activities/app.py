"""The roof: settings, extensions, and the list of rooms as data."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import sqlalchemy as sa
from flask import Flask, Response, request
from flask_bootstrap import Bootstrap5
from flask_migrate import Migrate
from werkzeug.middleware.proxy_fix import ProxyFix

from activities import config
from activities.config import DATA, PACKAGE, Settings
from activities.kit import access, assets, i18n, marks, postgresql, sqlite, web
from activities.kit.addresses import LazyRule
from activities.kit.db import db

ROOMS = (
    "people",
    "norms",
    "trainings",
    "terms",
    "pairings",
    "timetables",
    "sites",
    "duties",
    "signups",
    "leaves",
    "invitations",
    "exchanges",
    "holders",
    "series",
    "imports",
    "rescheduling",
    "chats",
    "notices",
    "calendars",
    "records",
    "corrections",
    "dossiers",
    "transfers",
    "pauses",
    "admissions",
    "draws",
    "requirements",
    "ballots",
    "certificates",
    "reviews",
    "outcomes",
    "goods",
    "commendations",
    "cycles",
    "essays",
    "peers",
    "appraisals",
    "evidence",
    "past",
    "grades",
    "cares",
    "objections",
    "closings",
    "overviews",
    "packets",
    "board",
    "rights",
    "home",
)


class Application(Flask):
    """Flask for plain functions only: to ask each hook and view whether it is a coroutine costs a small answer a tenth
    of its time. So do the hooks, which ask who it is, which form they sent and how often they tried: what is the same
    for everyone is asked and told none of that."""

    url_rule_class = LazyRule

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func

    def preprocess_request(self) -> Any:
        if access.is_impersonal(self, request.endpoint):
            return web.refuse_nul()
        return super().preprocess_request()

    def log_exception(self, exc_info: Any) -> None:
        """By the view and not by its address: that of a feed, or of an answer by mail, is a key."""
        self.logger.error("Exception in %s [%s]", request.endpoint, request.method, exc_info=exc_info)

    def process_response(self, response: Response) -> Response:
        if access.is_impersonal(self, request.endpoint):
            return web.add_headers(response)
        return super().process_response(response)


def create_app(settings: Settings | None = None) -> Flask:
    """The application for these settings, by default those of the environment."""
    settings = settings or config.read(os.environ)
    app = Application(
        "activities",
        root_path=str(PACKAGE),
        template_folder=str(DATA / "templates"),
        static_folder=str(DATA / "static"),
    )
    app.config.from_mapping(flask_config(settings))
    if settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, *([settings.proxies] * 4))  # type: ignore[method-assign]
    settings.data.mkdir(parents=True, exist_ok=True)
    log_to_stderr()
    web.init_app(app)
    open_rooms(app)
    db.init_app(app)
    with app.app_context():
        database = sqlite if db.engine.dialect.name == "sqlite" else postgresql
        database.prepare(db.engine)
    Migrate(app, db, directory=str(DATA / "migrations"), compare_type=True, render_as_batch=True)
    Bootstrap5(app)
    i18n.init_app(app)
    assets.init_app(app)
    marks.init_app(app)
    access.guard(app)
    return app


def log_to_stderr() -> None:
    """Let what the application logs be seen, unless the server has set up logging of its own."""
    log = logging.getLogger("activities")
    log.setLevel(logging.INFO)
    if not log.hasHandlers():
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
        log.addHandler(handler)


def open_rooms(app: Flask) -> None:
    """Load every room's models, its verbs, among which are jobs that no page calls, and what it hands in to rooms below
    (`hooks.py`); then let each with a door (`routes.py`) into the application."""
    for part in ("models", "service", "hooks"):
        for room in ("audit", "outbox", "photos", *ROOMS):
            if find_spec(f"activities.{room}.{part}"):
                import_module(f"activities.{room}.{part}")
    for room in ROOMS:
        routes = import_module(f"activities.{room}.routes")
        routes.init_app(app)


def flask_config(settings: Settings) -> dict[str, object]:
    is_sqlite = sa.make_url(settings.database_url).get_backend_name() == "sqlite"
    # A connection for every thread that a server may have, and an answer soon where there is no database.
    # What a statement that failed was told may be a reason or an address, and does not go into a log.
    engine: dict[str, object] = {"max_overflow": 64, "hide_parameters": True}
    engine["connect_args"] = {"timeout": 10, "check_same_thread": False} if is_sqlite else {"connect_timeout": 5}
    if settings.database_isolation:
        engine["isolation_level"] = settings.database_isolation
    return {
        "SETTINGS": settings,
        "TRANSLATIONS": str(PACKAGE / "translations"),
        "SECRET_KEY": settings.secret_key,
        "TRUSTED_HOSTS": settings.trusted_hosts,
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": engine,
        "MAX_CONTENT_LENGTH": settings.max_upload,
        "MAX_FORM_MEMORY_SIZE": 1024 * 1024,
        "SESSION_COOKIE_SECURE": not settings.is_loopback,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "BOOTSTRAP_SERVE_LOCAL": True,
        "SEND_FILE_MAX_AGE_DEFAULT": 31536000,  # their addresses carry a version
        "WTF_CSRF_TIME_LIMIT": None,  # a form stays good as long as its session, so that nothing typed is lost
    }
