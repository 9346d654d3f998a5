"""A real mail server for the tests, and what to send with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from socket import socket
from threading import Event
from typing import Any

import sqlalchemy as sa
from aiosmtpd.controller import Controller

from activities.kit.db import db, transactional
from activities.outbox import service
from activities.outbox.models import Notice
from tests.cast import NOW


class Inbox:
    """A mail server that keeps what it is given, or refuses it."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.answer = "250 OK"
        self.arrived = Event()

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if self.answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.recipients += envelope.rcpt_tos
        self.letters.append(message_from_bytes(envelope.content, policy=policy.SMTP))
        self.arrived.set()
        return "250 OK"


@contextmanager
def serving(inbox: Inbox, **options: Any) -> Iterator[str]:
    """Run the server on a free port; yield host and port."""
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(inbox, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        controller.stop()


@transactional
def post(member_id: int, topic: str = "test.plain", at: datetime = NOW, **params: Any) -> None:
    service.post(at, [member_id], topic, **params)


def notices() -> list[Notice]:
    return list(db.session.scalars(sa.select(Notice).order_by(Notice.id).execution_options(populate_existing=True)))
