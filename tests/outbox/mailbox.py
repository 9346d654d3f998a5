"""A real mail server for the tests, and what to send with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
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
from activities.outbox.delivery import Enclose, Round, by_mail, deliver, nothing_enclosed
from activities.outbox.models import Delivery, Notice
from activities.outbox.planning import Recipients, gather, plan
from activities.outbox.rules import Channel
from activities.people.queries import recipients
from tests.cast import NOW

Send = Callable[[EmailMessage], None]


class Inbox:
    """A mail server that keeps what it is given, or refuses it."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.answer = "250 OK"
        self.arrived = Event()
        self.awaited: list[tuple[int, Event]] = []

    def all_arrived(self, count: int) -> Event:
        """Set once so many different letters are here."""
        event = Event()
        self.awaited.append((count, event))
        self._tell()
        return event

    def _tell(self) -> None:
        for count, event in self.awaited:
            if len({letter["Message-ID"] for letter in self.letters}) >= count:
                event.set()

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if self.answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.recipients += envelope.rcpt_tos
        self.letters.append(message_from_bytes(envelope.content, policy=policy.SMTP))
        self.arrived.set()
        self._tell()
        return "250 OK"


@contextmanager
def serving(inbox: Any, **options: Any) -> Iterator[str]:
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


def send(now: datetime, by: Send, people: Recipients = recipients, enclose: Enclose = nothing_enclosed) -> Round:
    """One round: gather, plan, and mail what is due."""
    gather(now)
    plan(now, people, mails=True)
    return deliver(lambda: now, Channel.MAIL, by_mail(by, people, enclose))


def notices() -> list[Notice]:
    return list(db.session.scalars(sa.select(Notice).order_by(Notice.id).execution_options(populate_existing=True)))


def deliveries() -> list[Delivery]:
    query = sa.select(Delivery).order_by(Delivery.notice_id, Delivery.id)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))
