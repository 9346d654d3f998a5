"""The floor: a Flask app of a few lines that does with the bare driver what ours does, and answers the same bytes.

Pages are replayed: the statements that ours issued are executed and fetched, then the bytes that ours answered are
answered. The rush is written by hand. Sessions and CSRF tokens are signed and checked as ours are.
"""

from __future__ import annotations

import json
import os
import pickle
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hmac import compare_digest
from pathlib import Path
from typing import Any

import psycopg
from flask import Flask, Response, abort, flash, redirect, request, session
from itsdangerous import BadData, URLSafeTimedSerializer

from bench.capture import SECRET, Answer

ENTRY = b"BEGIN:VEVENT\r\n"


@dataclass
class Script:
    """What the floor is told: where the data are, what a full slot's refusal looks like, and by name what to replay;
    of those that are `joined` nothing is read, because their pieces are in memory."""

    database: str
    refusal: Answer
    pages: dict[str, Answer] = field(default_factory=dict)
    joined: frozenset[str] = frozenset()


class Driver:
    """A connection for each thread, and SQL with `?` on both databases."""

    def __init__(self, database: str) -> None:
        self.database = database
        self.is_sqlite = not database.startswith("postgresql")
        self.local = threading.local()

    @property
    def connection(self) -> Any:
        if not hasattr(self.local, "connection"):
            self.local.connection = self._connect()
        return self.local.connection

    def _connect(self) -> Any:
        if not self.is_sqlite:
            return psycopg.connect(self.database, autocommit=True)
        connection = sqlite3.connect(self.database, isolation_level=None, timeout=10)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")
        return connection

    def execute(self, sql: str, *values: Any) -> Any:
        if self.is_sqlite:
            return self.connection.execute(sql.replace(" FOR UPDATE", ""), [_stored(value) for value in values])
        return self.connection.execute(sql.replace("?", "%s"), values)


def _stored(value: Any) -> Any:
    """A moment as SQLite keeps it."""
    return value.strftime("%Y-%m-%d %H:%M:%S.%f") if isinstance(value, datetime) else value


# ── pages ───────────────────────────────────────────────────────────────────


def create_app() -> Flask:
    """The floor for the script named in BENCH_SCRIPT."""
    script: Script = pickle.loads(Path(os.environ["BENCH_SCRIPT"]).read_bytes())
    app = Flask("floor", static_folder=None)
    app.secret_key = SECRET
    driver = app.extensions["driver"] = Driver(script.database)

    for name, answer in script.pages.items():
        view = _join(answer) if name in script.joined else _replay(driver, answer)
        app.add_url_rule(f"/replay/{name}", name, view)
    app.add_url_rule("/slots/<public_id>/sign-up", "sign-up", _sign_up(driver, script.refusal), methods=["POST"])
    return app


def _replay(driver: Driver, answer: Answer) -> Callable[[], Response]:
    needs_session = "Cookie" in answer.request.headers

    def view() -> Response:
        if needs_session and "_user_id" not in session:
            abort(403)
        for statement, parameters in answer.statements:
            if not statement.startswith("BEGIN"):
                driver.connection.execute(statement, parameters).fetchall()
        return Response(answer.body, answer.status, answer.headers)

    return view


def _join(answer: Answer) -> Callable[[], Response]:
    """A calendar from its entries, each in memory as octets."""
    first, *entries = answer.body.split(ENTRY)
    pieces = [first, *(ENTRY + entry for entry in entries)]

    def view() -> Response:
        return Response(b"".join(pieces), answer.status, answer.headers)

    return view


# ── the rush ────────────────────────────────────────────────────────────────

WHO = """
    SELECT m.id, m.name, m.stage, m.standing, u.path, g.role, gu.path FROM member m JOIN unit u ON u.id = m.unit_id
    LEFT JOIN role_grant g ON g.member_id = m.id LEFT JOIN unit gu ON gu.id = g.unit_id
    WHERE m.public_id = ? AND m.session_epoch = ? AND m.active"""
SLOT = """
    SELECT s.id, s.state, s.starts_at, s.ends_at, s.capacity, s.taken, s.tickets, s.public_id, p.name, p.place, a.name,
        a.sign_up_opens_at, a.sign_up_closes_at, a.stages, a.standings, a.withdraw_minutes, e.path
    FROM slot s JOIN post p ON p.id = s.post_id JOIN activity a ON a.id = p.activity_id
    JOIN unit u ON u.id = a.unit_id LEFT JOIN unit e ON e.id = a.eligible_unit_id WHERE """
CLASHES = """
    SELECT s.id, s.starts_at, s.ends_at, p.name, a.name FROM sign_up i JOIN slot s ON s.id = i.slot_id
    JOIN post p ON p.id = s.post_id JOIN activity a ON a.id = p.activity_id
    WHERE i.member_id = ? AND i.state IN ('seated', 'waiting')
    AND (s.id = ? OR s.state = 'open' AND s.starts_at < ? AND s.ends_at > ?)"""


def _sign_up(driver: Driver, refusal: Answer) -> Callable[[str], Any]:
    tokens = URLSafeTimedSerializer(SECRET, salt="wtf-csrf-token")

    def refused() -> Response:
        return Response(refusal.body, refusal.status, refusal.headers)

    def view(public_id: str) -> Any:
        try:
            is_ours = compare_digest(session["csrf_token"], tokens.loads(request.form["csrf_token"]))
        except (BadData, KeyError):
            is_ours = False
        if not is_ours:
            abort(400)
        user, _, epoch = session["_user_id"].rpartition(".")
        member = driver.execute(WHO, user, int(epoch)).fetchone()
        above = [int(part) for part in member[4].split("/") if part]
        where = f"s.public_id = ? AND a.unit_id IN ({', '.join('?' * len(above))})"
        slot = driver.execute(SLOT + where, public_id, *above).fetchone()
        waits = "wait" in request.form
        if slot[5] >= slot[4] and not waits:
            return refused()
        state = _take(driver, member[0], slot[0], waits)
        if state is None:
            return refused()
        flash("你已有名额。" if state == "seated" else "你已在候补名单上。")
        return redirect(f"/slots/{public_id}", 303)

    return view


def _take(driver: Driver, member_id: int, slot_id: int, waits: bool) -> str | None:
    """Seated, waiting, or None where neither is to be had."""
    execute = driver.execute
    execute("BEGIN IMMEDIATE" if driver.is_sqlite else "BEGIN")
    execute("SELECT id, stage, standing, unit_id FROM member WHERE id = ? FOR UPDATE", member_id).fetchone()
    slot = execute(SLOT + "s.id = ? FOR UPDATE" + ("" if driver.is_sqlite else " OF s"), slot_id).fetchone()
    _, _, starts_at, ends_at, capacity, taken, tickets, public_id, post, place, activity = slot[:11]
    clashes = execute(CLASHES, member_id, slot_id, ends_at, starts_at).fetchall()
    if clashes or (taken >= capacity and not waits):
        execute("ROLLBACK")
        return None
    now = datetime.now(UTC)
    state = "seated" if taken < capacity else "waiting"
    counter = "taken" if state == "seated" else "waiting"
    execute(f"UPDATE slot SET {counter} = {counter} + 1, tickets = tickets + 1 WHERE id = ?", slot_id)
    sign_up_id = execute(
        "INSERT INTO sign_up (slot_id, member_id, state, ticket, signed_up_at, seated_at, revision, at_once,"
        " risks_asked, changed_at) VALUES (?, ?, ?, ?, ?, ?, 0, FALSE, 0, ?) RETURNING id",
        slot_id, member_id, state, tickets + 1, now, now if state == "seated" else None, now,
    ).fetchone()[0]  # fmt: skip
    execute(
        "INSERT INTO audit_entry (at, actor_id, verb, subject, subject_id, before, after, reason)"
        " VALUES (?, ?, 'sign up', 'sign_up', ?, '{}', ?, '')",
        now, member_id, sign_up_id, json.dumps({"state": state, "ticket": tickets + 1}),
    )  # fmt: skip
    what = {"what": f"{activity}·{post}", "where": place, "slot": public_id, "when": [str(starts_at), str(ends_at)]}
    execute(
        "INSERT INTO notice (member_id, topic, params, created_at) VALUES (?, ?, ?, ?)",
        member_id, f"signups.{state}", json.dumps(what), now,
    )  # fmt: skip
    execute("COMMIT")
    return state
