"""The worker that empties the outbox: a thread beside the server, or one round on the command line."""

from __future__ import annotations

import logging
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from threading import Event, Thread
from types import TracebackType
from urllib.parse import unquote, urlsplit

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from activities.config import Settings, is_loopback
from activities.kit import clock
from activities.kit.db import db
from activities.outbox.delivery import Lookup, Outcome, deliver_due, deliver_one

log = logging.getLogger("activities.outbox")
SECONDS_BETWEEN_ROUNDS = 5.0
SECONDS_AFTER_TROUBLE = 60.0
SECONDS_PER_STEP = 30.0


class Mailer:
    """A connection to the mail server, opened when the first letter goes out and again after it was lost."""

    def __init__(self, url: str) -> None:
        self.url = urlsplit(url)
        self.connection: smtplib.SMTP | None = None

    def send(self, message: EmailMessage) -> None:
        self.connection = self.connection or self._connect()
        try:
            self.connection.send_message(message)
        except (smtplib.SMTPServerDisconnected, TimeoutError, ConnectionError):
            self.close()
            raise

    def close(self) -> None:
        if self.connection:
            self.connection.close()
        self.connection = None

    def __enter__(self) -> Mailer:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.close()

    def _connect(self) -> smtplib.SMTP:
        host, context = self.url.hostname or "localhost", ssl.create_default_context()
        if self.url.scheme == "smtps":
            secure = smtplib.SMTP_SSL(host, self.url.port or 465, timeout=SECONDS_PER_STEP, context=context)
            return self._introduce(secure, encrypted=True)
        plain = smtplib.SMTP(host, self.url.port or 25, timeout=SECONDS_PER_STEP)
        plain.ehlo()
        if encrypted := not is_loopback(host) and plain.has_extn("starttls"):
            plain.starttls(context=context)
        return self._introduce(plain, encrypted=encrypted or is_loopback(host))

    def _introduce(self, connection: smtplib.SMTP, *, encrypted: bool) -> smtplib.SMTP:
        if self.url.username:
            if not encrypted:
                connection.close()
                raise smtplib.SMTPConnectError(0, "the server offers no encryption for the password")
            connection.login(unquote(self.url.username), unquote(self.url.password or ""))
        return connection


class Worker:
    """Delivers in a thread of its own until it is stopped."""

    def __init__(self, app: Flask, recipient: Lookup) -> None:
        self.app, self.recipient = app, recipient
        self.stopping = Event()
        self.thread = Thread(target=self._run, name="outbox", daemon=True)

    def start(self) -> Worker:
        self.thread.start()
        return self

    def stop(self) -> None:
        """Finish the letter in hand, and end."""
        self.stopping.set()
        self.thread.join()

    def _run(self) -> None:
        settings: Settings = self.app.config["SETTINGS"]
        pause = 0.0
        while not self.stopping.wait(pause):
            with self.app.app_context(), Mailer(settings.smtp_url) as mailer:
                pause = self._round(mailer)

    def _round(self, mailer: Mailer) -> float:
        """Deliver what is due; return the seconds until the next round."""
        try:
            while not self.stopping.is_set():
                outcome = deliver_one(clock.now(), mailer.send, self.recipient)
                if outcome is Outcome.SERVER_TROUBLE:
                    log.warning("the mail server did not take a letter; trying again in a minute")
                    return SECONDS_AFTER_TROUBLE
                if outcome is Outcome.NOTHING_DUE:
                    break
        except Exception as error:
            # Whatever it was, later rounds may fare better; its text may hold an address.
            db.session.rollback()
            log.error("delivery failed: %s", type(error).__name__)
            return SECONDS_AFTER_TROUBLE
        return SECONDS_BETWEEN_ROUNDS


@contextmanager
def delivering(app: Flask, recipient: Lookup) -> Iterator[None]:
    """Deliver while the block runs, where the settings name a mail server."""
    worker = Worker(app, recipient).start() if app.config["SETTINGS"].smtp_url else None
    try:
        yield
    finally:
        if worker:
            worker.stop()


def deliver_command(recipient: Lookup) -> click.Command:
    """`activities deliver`: one round, for a timer in place of the thread."""

    @click.command("deliver", help="Send the notices that are due.")
    @with_appcontext
    def deliver() -> None:
        settings: Settings = current_app.config["SETTINGS"]
        if not settings.smtp_url:
            raise click.ClickException("No mail server: set ACTIVITIES_SMTP_URL, such as smtp://mail.example.edu.")
        with Mailer(settings.smtp_url) as mailer:
            click.echo(f"{deliver_due(clock.now(), mailer.send, recipient)} sent")

    return deliver
