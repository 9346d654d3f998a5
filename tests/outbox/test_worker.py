"""The worker that empties the outbox, and how it speaks to mail servers."""

from __future__ import annotations

import smtplib
from dataclasses import replace
from email.message import EmailMessage
from time import sleep
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult

from activities.outbox.delivery import deliver_due
from activities.outbox.worker import Mailer, Worker, deliver_command, delivering
from activities.people.queries import recipient
from tests.cast import NOW
from tests.outbox.mailbox import Inbox, notices, post, serving

# The worker reads the real clock.
LONG_AGO = NOW.replace(year=2000)


def test_the_worker_delivers_and_stops(app, cast, server, inbox, monkeypatch):
    with app.app_context():
        post(cast.lin.id, at=LONG_AGO, name="x")
    monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], smtp_url=server))
    with delivering(app, recipient):
        assert inbox.arrived.wait(10)
    with app.app_context():
        assert notices()[0].sent_at


def test_without_a_mail_server_nothing_runs(app, cast):
    with app.app_context():
        post(cast.lin.id, at=LONG_AGO, name="x")
    with delivering(app, recipient):
        sleep(0.05)
    with app.app_context():
        assert notices()[0].tries == 0


def test_the_worker_survives_a_broken_round(app, cast, caplog):
    worker = Worker(app, lambda _: 1 / 0)
    with app.app_context():
        post(cast.lin.id, at=LONG_AGO, name="x")
        assert worker._round(Mailer("smtp://127.0.0.1:9")) > 0
    assert "ZeroDivisionError" in caplog.text


def test_a_worker_stops_when_it_is_told(app):
    worker = Worker(app, recipient).start()
    worker.stop()
    assert not worker.thread.is_alive()


def test_the_command_sends_what_is_due(app, cast, server, inbox, monkeypatch):
    with app.app_context():
        post(cast.lin.id, at=LONG_AGO, name="x")
    runner = app.test_cli_runner()
    refused = runner.invoke(deliver_command(recipient))
    assert (refused.exit_code, "ACTIVITIES_SMTP_URL" in refused.stderr) == (1, True)
    monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], smtp_url=server))
    assert runner.invoke(deliver_command(recipient)).stdout == "1 sent\n"
    assert len(inbox.letters) == 1


def test_a_password_for_the_server_is_decoded_and_used(inbox, ctx, cast):
    seen: list[Any] = []

    def check(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        seen.append((data.login, data.password))
        return AuthResult(success=True)

    post(cast.lin.id, at=LONG_AGO, name="x")
    with (
        serving(inbox, authenticator=check, auth_require_tls=False) as at,
        Mailer(f"smtp://us%40er:p%3Aw@{at}") as mailer,
    ):
        deliver_due(NOW, mailer.send, recipient)
    assert seen == [(b"us@er", b"p:w")]
    assert len(inbox.letters) == 1


def test_a_password_never_goes_out_unencrypted(monkeypatch):
    """Outside loopback, to a server that offers no encryption."""
    monkeypatch.setattr("activities.outbox.worker.is_loopback", lambda _: False)
    with serving(Inbox()) as at, Mailer(f"smtp://user:secret@{at}") as mailer, pytest.raises(smtplib.SMTPConnectError):
        mailer.send(EmailMessage())
