"""How we speak to mail servers."""

from __future__ import annotations

import smtplib
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult

from activities.outbox.mail import Mailer
from tests.cast import NOW
from tests.outbox.mailbox import Inbox, post, send, serving


def test_a_password_for_the_server_is_decoded_and_used(inbox, ctx, cast):
    seen: list[Any] = []

    def check(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        seen.append((data.login, data.password))
        return AuthResult(success=True)

    post(cast.lin.id, name="x")
    with (
        serving(inbox, authenticator=check, auth_require_tls=False) as at,
        Mailer(f"smtp://us%40er:p%3Aw@{at}") as mailer,
    ):
        send(NOW, mailer.send)
    assert seen == [(b"us@er", b"p:w")]
    assert len(inbox.letters) == 1


def test_a_password_never_goes_out_unencrypted(monkeypatch):
    """Outside loopback, to a server that offers no encryption."""
    monkeypatch.setattr("activities.outbox.mail.is_loopback", lambda _: False)
    with serving(Inbox()) as at, Mailer(f"smtp://user:secret@{at}") as mailer, pytest.raises(smtplib.SMTPConnectError):
        mailer.send(EmailMessage())
