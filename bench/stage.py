"""One database with both servers before it: what every scenario plays on."""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

import sqlalchemy as sa
from flask import Flask

from activities.kit.db import db
from bench import load
from bench.capture import SECRET, Answer, Request
from bench.data import School
from bench.floor import Script
from bench.results import Result
from bench.servers import serving


@dataclass(frozen=True)
class Effort:
    """How much is spent on a figure: runs, and seconds of a run."""

    runs: int
    seconds: float
    connections: int = 16


@dataclass(frozen=True)
class Stage:
    """The application in this process, to look into, and the ports of ours and the floor as they are served."""

    database: str
    scale: int
    server: str
    app: Flask
    school: School
    ours: int
    floor: int
    effort: Effort

    def result(self, name: str, unit: str, ours: list[float], floor: list[float], **more: int) -> Result:
        suffix = "" if self.server == "gunicorn" else f"@{self.server}"
        return Result(name + suffix, self.database, self.scale, median(ours), unit, median(floor), **more)

    def rate(self, name: str, answer: Answer, floor: Request) -> Result:
        """Answers a second to one request asked over and over, beside the floor's to its own. Whatever is not the
        status that was captured counts as an error."""
        rates: dict[int, list[float]] = {self.ours: [], self.floor: []}
        errors = 0
        for _ in range(self.effort.runs):
            for port, request in ((self.ours, answer.request), (self.floor, floor)):
                job = load.Job(port, [request.raw()], self.effort.connections, self.effort.seconds)
                outcome = load.run(job)
                rates[port].append(outcome.rate)
                errors += outcome.statuses.total() - outcome.statuses[answer.status]
        return self.result(name, "1/s", rates[self.ours], rates[self.floor], statements=answer.count, errors=errors)

    def replayed(self, name: str, answer: Answer) -> Result:
        """Answers a second to a page, beside its replay."""
        return self.rate(name, answer, replace(answer.request, path=f"/replay/{name}"))


@contextmanager
def serve_both(app: Flask, server: str, script: Script) -> Iterator[tuple[int, int]]:
    """Our application and the floor before the same database: their ports."""
    url = str(app.config["SQLALCHEMY_DATABASE_URI"])
    with tempfile.TemporaryDirectory(prefix="activities-bench-") as folder:
        file = Path(folder) / "script"
        file.write_bytes(pickle.dumps(script))
        ours = {"DATABASE_URL": url, "SECRET_KEY": SECRET, "ACTIVITIES_DATA": folder}
        with (
            serving(server, "activities.app:create_app", ours) as port,
            serving(server, "bench.floor:create_app", {"BENCH_SCRIPT": str(file)}) as floor,
        ):
            yield port, floor


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
