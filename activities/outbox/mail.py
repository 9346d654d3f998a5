"""How we speak to mail servers."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from types import TracebackType
from urllib.parse import unquote, urlsplit

from activities.config import is_loopback

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
