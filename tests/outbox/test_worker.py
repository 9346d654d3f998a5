"""The worker beside the requests: what it runs, how it ends, and that two of them do no harm."""

from __future__ import annotations

import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from threading import Event, Lock

import pytest
from flask import Flask

from activities.config import Settings
from activities.outbox.jobs import JOBS, Job
from activities.outbox.worker import Worker, working
from activities.people.queries import recipients
from tests.cast import NOW
from tests.outbox.mailbox import deliveries, notices, post
from tests.serving import free_port

# The worker reads the real clock.
LONG_AGO = NOW.replace(year=2000)


@pytest.fixture
def with_mail(app, server, monkeypatch) -> Flask:
    """The application with a mail server in its settings."""
    return having(app, monkeypatch, smtp_url=server)


def having(app: Flask, monkeypatch: pytest.MonkeyPatch, **settings: str) -> Flask:
    present: Settings = app.config["SETTINGS"]
    monkeypatch.setitem(app.config, "SETTINGS", replace(present, **settings))
    return app


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    """A real Redis, where the machine has one."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("no redis-server")
    port = free_port()
    server = subprocess.Popen(
        [program, "--port", str(port), "--bind", "127.0.0.1", "--save", ""], stdout=subprocess.DEVNULL
    )
    yield f"redis://127.0.0.1:{port}/0"
    server.terminate()
    server.wait()


def test_the_worker_delivers_and_ends_when_told(with_mail, cast, inbox):
    with with_mail.app_context():
        post(cast.lin.id, at=LONG_AGO, name="x")
    with working(Worker(with_mail, recipients)):
        assert inbox.arrived.wait(20)
    with with_mail.app_context():
        assert deliveries()[0].sent_at


@pytest.mark.any_database
def test_with_redis_it_does_the_same(with_mail, cast, inbox, redis_url, monkeypatch):
    app = having(with_mail, monkeypatch, redis_url=redis_url)
    with app.app_context():
        post(cast.lin.id, at=LONG_AGO, name="x")
    with working(Worker(app, recipients)):
        assert inbox.arrived.wait(20)


def test_two_workers_send_each_letter_once(with_mail, cast, inbox):
    with with_mail.app_context():
        for n in range(30):
            post(cast.lin.id, at=LONG_AGO, name=str(n))
    with ExitStack() as stack:
        for _ in range(2):
            stack.enter_context(working(Worker(with_mail, recipients)))
        assert inbox.all_arrived(30).wait(30)
    assert sorted(letter["Subject"] for letter in inbox.letters) == sorted(f"Hello {n}" for n in range(30))


@pytest.mark.any_database
def test_rooms_jobs_run_again_and_again_where_there_is_no_mail_server(app, cast):
    times, enough = [], Event()

    def count(now: object) -> None:
        times.append(now)
        if len(times) == 2:
            enough.set()

    job = Job("test counts", 1, count)
    JOBS.append(job)
    try:
        with app.app_context():
            post(cast.lin.id, at=LONG_AGO, name="x")
        with working(Worker(app, recipients)):
            assert enough.wait(20)
    finally:
        JOBS.remove(job)
    with app.app_context():
        assert (deliveries(), bool(notices()[0].planned_at)) == ([], True)


@pytest.mark.any_database
def test_a_job_that_fails_stops_no_other_and_tells_nothing_private(app, cast, caplog):
    def fail(_: object) -> None:
        raise RuntimeError("lin@example.edu")

    worker = Worker(app, recipients)
    worker.jobs.insert(0, Job("test fails", 1, fail))
    worker.busy["test fails"] = Lock()
    with app.app_context():
        post(cast.lin.id, at=LONG_AGO, name="x")
    worker.run_all()
    assert "test fails failed: RuntimeError" in caplog.text
    assert "lin@" not in caplog.text
    with app.app_context():
        assert notices()[0].planned_at


@pytest.mark.any_database
def test_a_job_that_is_still_running_is_not_started_again(app):
    started, go_on, times = Event(), Event(), []

    def slow(_: object) -> None:
        times.append(1)
        started.set()
        go_on.wait(20)

    job = Job("test slow", 1, slow)
    JOBS.append(job)
    try:
        worker = Worker(app, recipients)
    finally:
        JOBS.remove(job)
    with working(worker):
        assert started.wait(20)
        worker.run(job)  # while huey's own thread is in it
        go_on.set()
    assert times


@pytest.mark.any_database
def test_a_worker_leaves_signals_to_whose_process_it_is(app):
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    with working(Worker(app, recipients)):
        assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)) == before
