"""One application and one migrated database a worker; every test leaves it empty.

`--database` chooses the database: sqlite (the default), postgresql, serializable (PostgreSQL at SERIALIZABLE), or all.
PostgreSQL is the server of TEST_DATABASE_URL or, without it, the embedded one.
"""

from __future__ import annotations

import gc
import os
import re
import shutil
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import flask_migrate
import hypothesis
import psycopg
import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from waitress.server import create_server

from activities.app import create_app
from activities.calendars import bodies
from activities.config import Settings
from activities.kit.db import db
from activities.people.limits import limiter
from activities.people.models import Member
from tests.cast import Cast, Visitor, clear, make_cast
from tests.closings.closed import another
from tests.cycles.opened import GRADING
from tests.statements import Statements
from tests.strict import pytest_sessionfinish, pytest_terminal_summary
from tests.witness import watch

__all__ = ["pytest_sessionfinish", "pytest_terminal_summary"]

# A busy machine is no error: what is slow is measured by the benchmarks, not by the clock of a property test. People
# try other examples each time; CI tries the same, so that what it finds is of the change before it.
hypothesis.settings.register_profile(
    "house",
    deadline=None,
    derandomize="ACTIVITIES_TEST_STRICT" in os.environ,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("house")


DATABASES = ("sqlite", "postgresql", "serializable")
# Modules about verbs, histories and races. What else there is does not depend on how isolated transactions are: pages
# and queries write nothing.
VERBS = re.compile(r"test_(service|separation|histories|rush|killed|delivery|\w*machine|\w*races)\.py")
# Modules about what is sent and said.
ROUTES = re.compile(r"test_\w*routes\.py")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=(*DATABASES, "all"), default="sqlite")


def chosen(config: pytest.Config) -> Sequence[str]:
    option = config.getoption("--database")
    return DATABASES if option == "all" else (option,)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """What asks for the tests' database is asked on each that is chosen, one database after the other."""
    if "database" in metafunc.fixturenames:
        metafunc.parametrize("database", chosen(metafunc.config), indirect=True, scope="session")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What need not be asked on each database is asked on the first, and only verbs at SERIALIZABLE beside others."""
    others = chosen(config)[1:]
    again = {item for item in items if database_of(item) in others and not asks_each(item)}
    left_out = again | further_cases(items, others) | {item for item in items if not is_about(item)}
    config.hook.pytest_deselected(items=list(left_out))
    items[:] = [item for item in items if item not in left_out]


def pytest_collection_finish() -> None:
    """What is there before the first test stays until the last, thousands of tests among it: let no collection of
    garbage look through it again, and let there be more to collect before it looks through the rest."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000)


def is_about(item: pytest.Item) -> bool:
    """Whether a test is about this database at all."""
    only = item.get_closest_marker("only_on")
    return only is None or database_of(item) in only.args


def asks_each(item: pytest.Item) -> bool:
    """Whether a test is to be asked on this database, too, when it has been on another."""
    depends = database_of(item) != "serializable" or VERBS.fullmatch(item.path.name)
    return bool(depends) and item.get_closest_marker("any_database") is None


def further_cases(items: list[pytest.Item], others: Sequence[str]) -> set[pytest.Item]:
    """All but the first case of each test of routes, on all but the first database: cases differ in what is sent and
    said. What each database makes of it, verbs and queries are asked; and every page and form, by `test_garbage`.
    Where statements are counted, or a test is marked `each_database`, every case is asked everywhere."""
    cases = [item for item in items if database_of(item) in others and ROUTES.fullmatch(item.path.name)]
    cases = [item for item in cases if not item.get_closest_marker("each_database")]
    cases = [item for item in cases if "statements" not in getattr(item, "fixturenames", ())]
    first = {(item.nodeid.partition("[")[0], database_of(item)): item for item in reversed(cases)}
    return set(cases) - set(first.values())


def database_of(item: pytest.Item) -> object:
    callspec = getattr(item, "callspec", None)
    return callspec and callspec.params.get("database")


@pytest.fixture(scope="session")
def database(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def database_url(request: pytest.FixtureRequest, database: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    if database == "sqlite":
        return f"sqlite:///{tmp_path_factory.mktemp('db')}/test.db"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture(scope="session")
def postgres_url(request: pytest.FixtureRequest, worker_id: str) -> Iterator[str]:
    """A database for both ways to isolate transactions: to migrate one takes seconds."""
    server = os.environ.get("TEST_DATABASE_URL") or request.getfixturevalue("postgres_server")
    name = f"activities_test_{os.getpid()}_{worker_id}"
    url = sa.make_url(server)
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        yield url.set(drivername="postgresql+psycopg", database=name).render_as_string(hide_password=False)
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The embedded server, where no other is named."""
    from tests.embedded import HASTE, postgres

    with postgres(*HASTE) as url:
        yield url


@pytest.fixture(scope="session")
def settings(database: str, database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(
        data=tmp_path_factory.mktemp("data"),
        database_url=database_url,
        database_isolation="SERIALIZABLE" if database == "serializable" else None,
        secret_key="a-secret-for-tests-only",
        base_url="http://localhost",
    )


@pytest.fixture(scope="session")
def migrated(settings: Settings, database: str) -> Iterator[Flask]:
    """The application on a database brought up by the real migrations."""
    app = create_app(settings)
    with app.app_context():
        if database == "sqlite":
            sa.event.listen(db.engine, "connect", hasten)
        flask_migrate.upgrade()
        watch(db.engine)
    yield app
    with app.app_context():
        db.engine.dispose()


def hasten(connection: sqlite3.Connection, _: object) -> None:
    """No test asks what a loss of power leaves, and every commit would wait for the disk."""
    connection.execute("PRAGMA synchronous=OFF")


@pytest.fixture
def app(migrated: Flask) -> Iterator[Flask]:
    """The application; whatever the test stored or tried is gone afterwards."""
    yield migrated
    with migrated.app_context():
        limiter.reset()
        db.session.rollback()
        clear()
    forget_feeds(migrated)


def forget_feeds(app: Flask) -> None:
    """The cast of every test has the same numbers, addresses and times: what is kept of one test's feeds would be taken
    for another's."""
    shutil.rmtree(app.config["SETTINGS"].data / "feeds", ignore_errors=True)
    bodies.init_app(app)


@pytest.fixture
def ctx(app: Flask) -> Iterator[Flask]:
    """The application with a context, for tests of services and queries. Requests must not be made inside it."""
    with app.app_context():
        yield app


@pytest.fixture
def cast(app: Flask) -> Cast:
    """The standing cast: two branches, members, an organizer, a secretary, an administrator, one slot."""
    with app.app_context():
        return make_cast()


@pytest.fixture
def second(ctx: None, cast: Cast) -> Member:
    """Another secretary of the school: a review is closed by two."""
    return another(cast)


@pytest.fixture
def while_grades_are_given() -> Iterator[None]:
    with time_machine.travel(GRADING, tick=False):
        yield


@pytest.fixture
def client(app: Flask) -> Visitor:
    """Somebody who is not logged in."""
    return Visitor(app, app.response_class)


@pytest.fixture(scope="session")
def server(migrated: Flask) -> Iterator[str]:
    """The address of the application, served by the default server."""
    server = create_server(migrated, host="127.0.0.1", port=0, threads=4, clear_untrusted_proxy_headers=True)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    thread.join(timeout=5)


@pytest.fixture
def served(app: Flask, server: str) -> Iterator[str]:
    """The same for one test. The server's threads keep connections: they are dropped, so that the next test starts on a
    clean pool."""
    yield server
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def statements(app: Flask) -> Iterator[Statements]:
    """Counts the statements sent to the database: `with statements.count() as n: …`."""
    with app.app_context():
        engine = db.engine
    counter = Statements(engine)
    yield counter
    counter.close()


@pytest.fixture(scope="session")
def root() -> Path:
    return Path(__file__).resolve().parent.parent


if "PYTEST_XDIST_WORKER" not in os.environ:

    @pytest.fixture(scope="session")
    def worker_id() -> str:
        return "main"
