"""One database with both servers before it: what every scenario plays on."""

from __future__ import annotations

import pickle
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import sqlalchemy as sa
from flask import Flask

from activities.kit.db import db
from bench import load
from bench.capture import SECRET, Answer, Request
from bench.data import School
from bench.floor import Script
from bench.pages import Page
from bench.results import Result
from bench.servers import serving

WARM_UP = 0.3  # seconds


@dataclass(frozen=True)
class Effort:
    """How much is spent on a figure: runs, and seconds of a run."""

    runs: int
    seconds: float
    connections: int = 16


class Ports(NamedTuple):
    """Our application, the same keeping no feed but on disk, and keeping none at all; the floor."""

    ours: int
    restarted: int
    forgetful: int
    floor: int


@dataclass(frozen=True)
class Stage:
    """The application in this process, to look into, and how it and the floor are served."""

    database: str
    scale: int
    server: str
    app: Flask
    school: School
    ports: Ports
    effort: Effort

    def result(self, name: str, unit: str, ours: list[float], floor: list[float], **more: int) -> Result:
        suffix = "" if self.server == "gunicorn" else f"@{self.server}"
        return Result(name + suffix, self.database, self.scale, median(ours), unit, median(floor), **more)

    def compared(self, name: str, answer: Answer, floor: Request, ours: int, *, alone: bool = False) -> Result:
        """Answers a second to one request asked over and over, beside the floor's to its own; or the seconds that one
        client alone waits for its answer. Whatever is not the status that was captured counts as an error."""
        share = (1, None) if alone else (self.effort.connections, self.effort.seconds)
        asked = ((ours, answer.request), (self.ports.floor, floor))
        outcomes = self.in_turns(*(load.Job(port, [request.raw()], *share) for port, request in asked))
        figures = [[outcome.elapsed if alone else outcome.rate for outcome in runs] for runs in outcomes]
        statuses = sum((outcome.statuses for runs in outcomes for outcome in runs), Counter[int]())
        errors = statuses.total() - statuses[answer.status]
        return self.result(name, "s" if alone else "1/s", *figures, statements=answer.count, errors=errors)

    def in_turns(self, *jobs: load.Job) -> list[list[load.Outcome]]:
        """What came of each job in several rounds, after a short one that warms the servers up."""
        for job in jobs:
            load.run(replace(job, seconds=job.seconds and WARM_UP))
        rounds = [[load.run(job) for job in jobs] for _ in range(self.effort.runs)]
        return [list(runs) for runs in zip(*rounds, strict=True)]

    def replayed(self, page: Page) -> Result:
        """A page beside its replay."""
        replay = replace(page.answer.request, path=f"/replay/{page.name}")
        return self.compared(page.name, page.answer, replay, getattr(self.ports, page.process), alone=page.slow)


@contextmanager
def serve(app: Flask, server: str, script: Script) -> Iterator[Ports]:
    """Our application, with and without its memory, and the floor before the same database."""
    url = str(app.config["SQLALCHEMY_DATABASE_URI"])
    with tempfile.TemporaryDirectory(prefix="activities-bench-") as folder:
        file = Path(folder) / "script"
        file.write_bytes(pickle.dumps(script))
        ours = {"DATABASE_URL": url, "SECRET_KEY": SECRET, "ACTIVITIES_DATA": folder}
        with (
            serving(server, "activities.app:create_app", ours) as port,
            serving(server, "bench.forgetful:restarted", ours) as restarted,
            serving(server, "bench.forgetful:create_app", ours) as forgetful,
            serving(server, "bench.floor:create_app", {"BENCH_SCRIPT": str(file)}) as floor,
        ):
            yield Ports(port, restarted, forgetful, floor)


def plain_address(app: Flask) -> str:
    """What the bare driver connects to: a file, or PostgreSQL's own address."""
    with app.app_context():
        url = db.engine.url
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def rows(app: Flask, sql: str, **values: object) -> list[tuple[Any, ...]]:
    """What a check reads, past the application."""
    with app.app_context(), db.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.text(sql), values)]
