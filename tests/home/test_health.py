"""Alive, and ready: what whoever runs the service asks."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from activities.app import create_app
from activities.config import Settings
from activities.kit.db import db


def test_alive_asks_nothing_of_the_database(client, statements):
    with statements.count() as sent:
        answer = client.get("/healthz")
    assert (answer.status_code, answer.text, sent) == (200, "ok\n", [])


def test_ready_takes_one_statement(client, statements):
    with statements.count() as sent:
        answer = client.get("/readyz")
    assert (answer.status_code, answer.text) == (200, "ok\n")
    assert len(sent) == 1


@pytest.fixture
def older(app):
    """The database as an older release left it."""

    def stamp(version: str) -> None:
        with app.app_context(), db.engine.connect().execution_options(write=True) as connection, connection.begin():
            connection.execute(sa.text("UPDATE alembic_version SET version_num = :version"), {"version": version})

    with app.app_context():
        newest = db.session.scalar(sa.text("SELECT version_num FROM alembic_version"))
    stamp("0000")
    yield
    stamp(newest)


@pytest.mark.usefixtures("older")
def test_an_older_schema_is_not_ready(client):
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "activities db upgrade" in answer.text


def test_an_empty_database_is_not_ready(tmp_path):
    answer = ask(tmp_path, f"sqlite:///{tmp_path}/empty.db")
    assert answer == (503, "The database is not at the newest migration: run `activities db upgrade`.\n")


def test_a_database_out_of_reach_is_not_ready(tmp_path):
    assert ask(tmp_path, f"sqlite:///{tmp_path}/none/such.db") == (503, "The database cannot be reached.\n")
    nobody = "postgresql://nobody@127.0.0.1:1/none"
    assert ask(tmp_path, nobody) == (503, "The database cannot be reached.\n")


def ask(folder: Path, database_url: str) -> tuple[int, str]:
    app = create_app(Settings(data=folder, database_url=database_url, secret_key="x" * 32, base_url="http://localhost"))
    answer = app.test_client().get("/readyz")
    with app.app_context():
        db.engine.dispose()
    return answer.status_code, answer.text
