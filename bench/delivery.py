"""(g) How fast the worker delivers: planned, taken, put into words, mailed and noted, beside a loop that only mails."""

from __future__ import annotations

import smtplib
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from email.message import EmailMessage
from itertools import cycle, islice
from statistics import median

import sqlalchemy as sa
from flask import Flask

from activities.kit import clock
from activities.kit.db import db, transactional
from activities.outbox import service
from activities.outbox.delivery import by_mail, deliver
from activities.outbox.letters import render
from activities.outbox.mail import Mailer
from activities.outbox.models import Delivery, Notice
from activities.outbox.planning import plan
from activities.outbox.rules import Channel, DeliveryState
from activities.people.models import Member
from activities.people.queries import recipients
from bench.data import School
from bench.results import Result
from bench.servers import free_port

NOTICES = 5_000
SAID = {"what": "东湖责任区清扫·东湖北岸", "where": "东湖北岸", "slot": "0123456789ab"}


def delivery(app: Flask, school: School, database: str, scale: int, runs: int) -> Iterator[Result]:
    """Notices a second of one worker, and letters a second of the bare loop, in turns over the same kind of connection
    to the same mail server. An error is a notice that is not noted as sent afterwards."""
    members, ours, floor, errors = list(school.rushers), [], [], 0
    with app.app_context(), postbox() as port:
        give_addresses(members)
        letters = sample(members, clock.now())
        for _ in range(runs):
            floor.append(NOTICES / bare(port, letters))
            since = tell(members, clock.now())
            ours.append(NOTICES / worked(port))
            errors += NOTICES - sent_after(since)
    yield Result("delivery.5000", database, scale, median(ours), "1/s", median(floor), errors=errors)


@contextmanager
def postbox() -> Iterator[int]:
    """A mail server in a process of its own; its port, as soon as it answers."""
    port = free_port()
    with subprocess.Popen([sys.executable, "-m", "bench.postbox", str(port)]) as process:
        try:
            until = time.monotonic() + 60
            while True:
                try:
                    smtplib.SMTP("127.0.0.1", port).close()
                    break
                except OSError:
                    if time.monotonic() > until:
                        raise
                    time.sleep(0.05)
            yield port
        finally:
            process.terminate()


def bare(port: int, letters: Sequence[EmailMessage]) -> float:
    start = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", port) as connection:
        for letter in letters:
            connection.send_message(letter)
    return time.perf_counter() - start


def worked(port: int) -> float:
    start = time.perf_counter()
    plan(clock.now(), recipients, mails=True)
    with Mailer(f"smtp://127.0.0.1:{port}") as mailer:
        deliver(clock.now, Channel.MAIL, by_mail(mailer.send, recipients))
    return time.perf_counter() - start


@transactional
def give_addresses(members: Sequence[int]) -> None:
    address = sa.cast(Member.id, sa.String) + "@example.edu"
    db.session.execute(sa.update(Member).where(Member.id.in_(members)).values(email=address))


@transactional
def tell(members: Sequence[int], now: datetime) -> int:
    """Notices for all; the highest id before them."""
    before = db.session.scalar(sa.select(sa.func.max(Notice.id))) or 0
    for n in range(-(-NOTICES // len(members))):
        some = list(islice(members, max(0, min(len(members), NOTICES - n * len(members)))))
        service.post(now, some, "signups.seated", **facts(now))
    return before


def sample(members: Sequence[int], now: datetime) -> list[EmailMessage]:
    """As many letters as there are notices, in words already."""
    people = list(recipients(members).values())
    told = Notice(id=1, topic="signups.seated", params=facts(now), created_at=now)
    return [render(told, person) for person in islice(cycle(people), NOTICES)]


def facts(now: datetime) -> dict[str, object]:
    return {**SAID, "when": [(now + timedelta(days=n)).isoformat() for n in (3, 4)]}


def sent_after(notice_id: int) -> int:
    query = sa.select(sa.func.count()).where(Delivery.notice_id > notice_id, Delivery.state == DeliveryState.SENT)
    return db.session.scalar(query) or 0
