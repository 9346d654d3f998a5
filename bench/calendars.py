"""Feeds beyond single answers: (a) put together beside `icalendar`, (b) what a change touches, (c) the memory they
take, (d) two thousand subscribers in a minute."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import icalendar
import sqlalchemy as sa
from flask import Flask

from activities.app import create_app
from activities.calendars import rules, tokens
from activities.calendars.models import Feed
from activities.duties.models import Activity, Post, Slot
from activities.kit import clock
from activities.kit.db import db
from activities.kit.roles import Role
from activities.people.models import RoleGrant
from activities.signups.organize import edit_slot
from bench import load
from bench.bulk import fill
from bench.capture import SECRET, Request, ask, capture
from bench.data import School
from bench.forgetful import forgetting, restarting
from bench.pages import Page
from bench.results import Result
from bench.stage import Stage, plain_address, rows

POLLING = "feed.polling"
SUBSCRIBERS, MINUTE = 2000, 60
TICKS = os.sysconf("SC_CLK_TCK")


def calendars(app: Flask, school: School, database: str, scale: int, runs: int) -> Iterator[Result]:
    """What one process does, asked for the largest feed of this scale."""
    events = max(school.feeds)
    public_id, member_id = school.feeds[events]
    name, request = f"feed.activity.{events}", Request(f"/activities/{public_id}.ics")
    whole = [_put_together(app, request) for _ in range(runs)]
    built = [_built_by_icalendar(values) for values in [_values(_body(app, request))] for _ in range(runs)]
    found = [_found(app, request) for _ in range(runs)]
    yield Result(f"{name}.first.beside_icalendar", database, scale, median(whole), "s", median(built))
    yield Result(f"{name}.found.beside_icalendar", database, scale, median(found), "s", median(built))
    organizer = _make_organizer(app, public_id, member_id)
    changed = [_changed(app, organizer, public_id, request) for _ in range(runs)]
    seconds, entries, written = zip(*changed, strict=True)
    yield Result(f"{name}.changed", database, scale, median(seconds), "s", median(whole), max(written))
    yield Result(f"{name}.changed.entries", database, scale, max(entries), "entries")
    yield Result(f"{name}.memory", database, scale, _memory(app, request), "MiB")


def _body(app: Flask, request: Request) -> bytes:
    with ask(app, request) as answer:
        return answer.get_data()


def _put_together(app: Flask, request: Request) -> float:
    """Seconds for the whole answer of a process that keeps nothing: read, put into words, joined."""
    with forgetting(app):
        return _timed(lambda: _body(app, request))


def _found(app: Flask, request: Request) -> float:
    """The same after a restart: it finds on disk what was put together before."""
    _body(app, request)
    with restarting(app):
        return _timed(lambda: _body(app, request))


def _timed(do: Any) -> float:
    started = perf_counter()
    do()
    return perf_counter() - started


# ── beside icalendar ────────────────────────────────────────────────────────


def _values(body: bytes) -> list[dict[str, Any]]:
    """What the entries of a calendar say, as plain values."""
    return [
        {name: _plain(value) for name, value in event.items()}
        for event in icalendar.Calendar.from_ical(body).walk("VEVENT")
    ]


def _plain(value: Any) -> Any:
    if hasattr(value, "dt"):
        return value.dt
    if hasattr(value, "cats"):
        return [str(each) for each in value.cats]
    return int(value) if isinstance(value, int) else str(value)


def _built_by_icalendar(values: list[dict[str, Any]]) -> float:
    """Seconds that icalendar takes to build the same entries and write them out."""

    def build() -> None:
        calendar = icalendar.Calendar()
        calendar.add("VERSION", "2.0")
        for entry in values:
            event = icalendar.Event()
            for name, value in entry.items():
                event.add(name, value)
            calendar.add_component(event)
        assert calendar.to_ical().count(b"BEGIN:VEVENT") == len(values)

    return _timed(build)


# ── a change ────────────────────────────────────────────────────────────────


def _changed(app: Flask, organizer: int, public_id: str, request: Request) -> tuple[float, int, int]:
    """One slot moved: the seconds until its feed is there again, how many of its entries were put into words for that,
    and how many statements of the change wrote."""
    _body(app, request)
    now = clock.now()
    with app.app_context():
        of_feed = sa.select(Slot).join(Post).join(Activity).where(Activity.public_id == public_id, Slot.starts_at > now)
        slot = db.session.scalars(of_feed.order_by(Slot.id).limit(1)).one()
        ends_at = slot.ends_at + timedelta(seconds=1)
        with _counted(db.engine) as written:
            edit_slot(organizer, slot.id, slot.revision, slot.starts_at, ends_at, slot.capacity, now)
    with _put_into_words() as entries:
        seconds = _timed(lambda: _body(app, request))
    return seconds, len(entries), len(written)


def _make_organizer(app: Flask, public_id: str, member_id: int) -> int:
    """Let the feed's own person organize its activity."""
    with app.app_context():
        unit_id = db.session.scalars(sa.select(Activity.unit_id).where(Activity.public_id == public_id)).one()
        db.session.add(RoleGrant(member_id=member_id, role=Role.ORGANIZER, unit_id=unit_id, granted_at=clock.now()))
        db.session.commit()
    return member_id


@contextmanager
def _counted(engine: sa.Engine) -> Iterator[list[str]]:
    """The statements that write."""
    written: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.split(maxsplit=1)[0] in ("INSERT", "UPDATE", "DELETE"):
            written.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield written
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


@contextmanager
def _put_into_words() -> Iterator[list[bytes]]:
    """The entries that are written anew."""
    entries: list[bytes] = []
    write = rules.render_event

    def note(*arguments: Any) -> bytes:
        entries.append(write(*arguments))
        return entries[-1]

    rules.render_event = note
    try:
        yield entries
    finally:
        rules.render_event = write


# ── memory ──────────────────────────────────────────────────────────────────


def _memory(app: Flask, request: Request) -> float:
    """By how many MiB a fresh process has grown at most since it was idle, when it has answered for the first time,
    again, and compressed."""
    environ = {"DATABASE_URL": str(app.config["SQLALCHEMY_DATABASE_URI"]), "SECRET_KEY": SECRET}
    with tempfile.TemporaryDirectory(prefix="activities-bench-") as folder:
        command = [sys.executable, "-c", "from bench.calendars import grow; grow()", request.path]
        done = subprocess.run(
            command, env=os.environ | environ | {"ACTIVITIES_DATA": folder}, stdout=subprocess.PIPE, check=True
        )
    return float(done.stdout)


def grow() -> None:
    """In a process of its own: print what the request in its arguments makes it grow by."""
    app, request = create_app(), Request(sys.argv[1])
    for path in ("/login", "/activities/nothing.ics"):
        _body(app, Request(path))
    idle = _resident("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # from here on counts what is the most
    for headers in ({}, {}, {"Accept-Encoding": "gzip"}):
        assert _body(app, replace(request, headers=headers))
    print(_resident("VmHWM") - idle)


def _resident(which: str) -> float:
    """MiB of this process that are in memory."""
    (line,) = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(which)]
    return int(line.split()[1]) / 1024


# ── two thousand subscribers ────────────────────────────────────────────────


def polling(stage: Stage) -> Iterator[Result]:
    """Each asks once within a minute with the ETag that it has: the share of one processor that all processes of the
    server spend on it, and the transactions that wrote meanwhile."""
    paths = _subscribed(stage.app, stage.school)
    asked = [Request(path, {"If-None-Match": _tag(stage.app, path)}).raw() for path in paths]
    floor = [Request(f"/replay/{POLLING}").raw()] * len(asked)
    shares, transactions, errors = list[list[float]](), list[int](), 0
    for port, requests in ((stage.ports.ours, asked), (stage.ports.floor, floor)):
        load.run(load.Job(port, requests, stage.effort.connections))  # warms it up
        before, spent = written(stage), list[float]()
        for _ in range(stage.effort.runs):
            started = processor_seconds(port)
            outcome = load.run(load.Job(port, requests, stage.effort.connections))
            spent.append(100 * (processor_seconds(port) - started) / MINUTE)
            errors += outcome.statuses.total() - outcome.statuses[304]
        shares.append(spent)
        transactions.append(written(stage) - before)
    yield stage.result(POLLING, "%", *shares, errors=errors)
    yield Result(f"{POLLING}.writes", stage.database, stage.scale, transactions[0], "transactions")


def subscriber(app: Flask, school: School) -> Page:
    """What one of them asks, for the floor to replay."""
    path = _subscribed(app, school)[0]
    return Page(POLLING, capture(app, Request(path, {"If-None-Match": _tag(app, path)})))


def _subscribed(app: Flask, school: School) -> list[str]:
    """The addresses of two thousand feeds of those who rush for seats, three or four each."""
    now = clock.now()
    nonces = [f"bench-{n}" for n in range(SUBSCRIBERS)]
    with app.app_context():
        made = {nonce: tokens.derive(nonce) for nonce in nonces}
        rows = (
            {
                "member_id": school.rushers[n % len(school.rushers)], "digest": tokens.digest(made[nonce]),
                "nonce": nonce, "created_at": now, "changed_at": now,
            }
            for n, nonce in enumerate(nonces)
        )  # fmt: skip
        if not db.session.scalar(sa.select(Feed.id).where(Feed.nonce == nonces[0])):
            with db.engine.connect().execution_options(write=True) as connection, connection.begin():
                fill(connection, Feed, rows)
        db.session.rollback()
    return [f"/calendars/{token}.ics" for token in made.values()]


def _tag(app: Flask, path: str) -> str:
    with ask(app, Request(path)) as answer:
        return answer.headers["ETag"]


def processor_seconds(port: int) -> float:
    """What all processes that were started to listen on this port have spent so far."""
    total = 0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if f":{port}".encode() in (process / "cmdline").read_bytes():
                fields = (process / "stat").read_text().rpartition(")")[2].split()
                total += int(fields[11]) + int(fields[12])
        except OSError:
            continue  # it has just ended
    return total / TICKS


def written(stage: Stage) -> int:
    """How many transactions have written so far, as the database itself counts: PostgreSQL gives a number to each that
    writes, SQLite keeps a counter of them at the head of its log's index."""
    if stage.database == "sqlite":
        return int.from_bytes(Path(f"{plain_address(stage.app)}-shm").read_bytes()[8:12], sys.byteorder)
    ((number,),) = rows(stage.app, "SELECT CAST(CAST(pg_snapshot_xmax(pg_current_snapshot()) AS text) AS bigint)")
    return int(number)
