"""What our application does for one request: the statements it issues and the bytes it answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import Flask, session
from flask_login import login_user
from flask_wtf.csrf import generate_csrf
from werkzeug.test import TestResponse

from activities.kit.db import db
from activities.people.models import Member

BROWSER = "Mozilla/5.0 (bench)"
HOST = "127.0.0.1"
SECRET = "a-secret-for-measuring-only"
# The server adds these by itself.
HOP_HEADERS = {"content-length", "connection", "date", "server"}


@dataclass(frozen=True)
class Request:
    """A request as a browser sends it; with a form it is a POST."""

    path: str
    headers: dict[str, str] = field(default_factory=dict)
    form: dict[str, str] | None = None

    def raw(self) -> bytes:
        """The bytes on the line."""
        body = urlencode(self.form or {}).encode()
        head = {"Host": HOST, "User-Agent": BROWSER, "Accept-Language": "zh-CN,zh;q=0.9", **self.headers}
        if self.form is not None:
            head |= {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(body))}
        lines = [f"{'GET' if self.form is None else 'POST'} {self.path} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in head.items()]
        return "\r\n".join([*lines, "", ""]).encode() + body


@dataclass(frozen=True)
class Answer:
    """What came back for a request, and the statements with their parameters that it took."""

    request: Request
    status: int
    headers: list[tuple[str, str]]
    body: bytes
    statements: list[tuple[str, Any]]

    @property
    def count(self) -> int:
        return sum(not statement.startswith(("BEGIN", "PRAGMA")) for statement, _ in self.statements)


def log_in(app: Flask, member_ids: list[int]) -> list[tuple[str, str]]:
    """For each member the cookie header and the CSRF token of somebody who has just logged in."""
    found = []
    name = app.session_interface.get_cookie_name(app)
    sign = app.session_interface.get_signing_serializer(app).dumps  # type: ignore[attr-defined]
    members = {}
    with app.app_context():
        query = sa.select(Member).where(Member.id.between(min(member_ids), max(member_ids)))
        members = {member.id: member for member in db.session.scalars(query)}
    for member_id in member_ids:
        with app.test_request_context(headers={"User-Agent": BROWSER}, environ_base={"REMOTE_ADDR": HOST}):
            login_user(members[member_id])
            token = generate_csrf()
            found.append((f"{name}={sign(dict(session))}", token))
    return found


def ask(app: Flask, request: Request) -> TestResponse:
    """The answer of the application in this process, to be read and closed by whoever asked."""
    headers = {"Host": HOST, "User-Agent": BROWSER, "Accept-Language": "zh-CN,zh;q=0.9", **request.headers}
    return app.test_client(use_cookies=False).open(
        request.path, method="GET" if request.form is None else "POST", headers=headers, data=request.form,
        environ_base={"REMOTE_ADDR": HOST},
    )  # fmt: skip


def capture(app: Flask, request: Request, *, warm: bool = True) -> Answer:
    """Ask, by default a second time, so that what a process keeps is kept by then, and note what it took."""
    statements: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        statements.append((statement, parameters))

    with app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        for _ in range(1 + warm):
            statements.clear()
            with ask(app, request) as answer:
                body = answer.get_data()
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
    if answer.status_code >= 500:
        raise RuntimeError(f"{request.path} answers {answer.status}")
    kept = [(name, value) for name, value in answer.headers if name.lower() not in HOP_HEADERS]
    return Answer(request, answer.status_code, kept, body, statements)
