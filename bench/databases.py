"""Fresh databases to measure on: migrated, filled, and taken away afterwards."""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import flask_migrate
import psycopg
import sqlalchemy as sa
from flask import Flask

from activities.app import create_app
from activities.config import Settings
from activities.kit import clock
from activities.kit.db import db
from bench.capture import SECRET
from bench.data import School, build
from tests.embedded import postgres


@contextmanager
def servers(names: Iterable[str]) -> Iterator[dict[str, str]]:
    """By name, the address in which databases are made: a folder for SQLite, for PostgreSQL the server of
    TEST_DATABASE_URL or the embedded one."""
    with ExitStack() as stack:
        found = {}
        for name in names:
            if name == "sqlite":
                found[name] = stack.enter_context(tempfile.TemporaryDirectory(prefix="activities-bench-"))
            else:
                found[name] = os.environ.get("TEST_DATABASE_URL") or stack.enter_context(postgres())
        yield found


@contextmanager
def filled(name: str, server: str, scale: int) -> Iterator[tuple[Flask, School]]:
    """The application on a database of its own, and what stands in it."""
    with _empty(name, server, scale) as url, tempfile.TemporaryDirectory(prefix="activities-bench-") as folder:
        app = create_app(Settings(data=Path(folder), database_url=url, secret_key=SECRET))
        with app.app_context(), warnings.catch_warnings(action="ignore"):
            flask_migrate.upgrade()
            school = build(db.engine, scale, clock.now())
        yield app, school
        with app.app_context():
            db.engine.dispose()


@contextmanager
def _empty(name: str, server: str, scale: int) -> Iterator[str]:
    if name == "sqlite":
        file = Path(server) / f"scale{scale}.db"
        yield f"sqlite:///{file}"
        for left in file.parent.glob(file.name + "*"):
            left.unlink()
        return
    database = f"activities_bench_{os.getpid()}_{scale}"
    url = sa.make_url(server).set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{database}"')
        try:
            ours = url.set(drivername="postgresql+psycopg", database=database)
            yield ours.render_as_string(hide_password=False)
        finally:
            connection.execute(f'DROP DATABASE "{database}" WITH (FORCE)')
