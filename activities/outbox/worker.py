"""The worker beside the requests: it runs each room's jobs, plans notices and sends what is due, in the server's
process or in one of its own.

Huey says when a round's turn is and on which thread. A killed huey loses the task that it had in hand, which costs
nothing here: a task is only "look what is due", and what is due stands in the database until it is done.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from threading import Event, Lock
from time import monotonic
from urllib.parse import urlsplit

from flask import Flask
from huey import Huey, RedisHuey, SqliteHuey
from huey.consumer import Consumer, Scheduler
from huey.serializer import SignedSerializer

from activities.audit import seals
from activities.config import Settings
from activities.kit import clock
from activities.outbox.delivery import Enclose, by_mail, deliver, nothing_enclosed
from activities.outbox.hooks import by_hook
from activities.outbox.jobs import JOBS, Job
from activities.outbox.mail import Mailer
from activities.outbox.planning import Recipients, gather, plan
from activities.outbox.rules import Channel

log = logging.getLogger("activities.outbox")
SECONDS_BETWEEN_ROUNDS = 2.0
SECONDS_AFTER_TROUBLE = 60.0
# So that what takes its time, such as a slow mail server, keeps no deadline waiting.
THREADS = 3


class Worker:
    """The jobs of all rooms and the outbox's own."""

    def __init__(self, app: Flask, recipients: Recipients, enclose: Enclose = nothing_enclosed) -> None:
        self.app, self.recipients, self.enclose = app, recipients, enclose
        self.settings: Settings = app.config["SETTINGS"]
        self.stopping, self.rests_until = Event(), 0.0
        verbs = {"plan": self.plan, "mail": self.mail, "chat groups": self.tell_groups}
        own = [Job(name, SECONDS_BETWEEN_ROUNDS, verb) for name, verb in verbs.items()]
        sealing = (
            Job("seal the trail", 5.0, seals.seal_recent),
            Job("seal what was left out", 120.0, seals.seal_left_out),
        )
        self.jobs = [*JOBS, *own, *sealing]
        self.busy = {job.name: Lock() for job in self.jobs}

    def run(self, job: Job) -> None:
        """Run a job now, unless it is running here already. What goes wrong may fare better next time."""
        if self.stopping.is_set() or not self.busy[job.name].acquire(blocking=False):
            return
        try:
            with self.app.app_context():
                job.verb(clock.now())
        except Exception as error:
            # Its text may hold an address.
            log.exception("%s failed: %s", job.name, type(error).__name__, exc_info=False)
        finally:
            self.busy[job.name].release()

    def run_all(self) -> None:
        """Each job once."""
        for job in self.jobs:
            self.run(job)

    def plan(self, now: datetime) -> None:
        gather(now)
        plan(now, self.recipients, mails=bool(self.settings.smtp_url))

    def mail(self, _: datetime) -> None:
        if not self.settings.smtp_url or monotonic() < self.rests_until:
            return
        with Mailer(self.settings.smtp_url) as mailer:
            carry = by_mail(mailer.send, self.recipients, self.enclose)
            done = deliver(clock.now, Channel.MAIL, carry, self.stopping.is_set)
        if done.trouble:
            log.warning("the mail server did not take a letter; trying again in a minute")
            self.rests_until = monotonic() + SECONDS_AFTER_TROUBLE

    def tell_groups(self, _: datetime) -> None:
        deliver(clock.now, Channel.HOOK, by_hook(), self.stopping.is_set)


@contextmanager
def working(worker: Worker) -> Iterator[None]:
    """Work while the block runs; then finish what is in hand."""
    consumer = Rounds(_huey(worker), workers=THREADS, initial_delay=0.2, max_delay=1.0)
    consumer.start()
    try:
        yield
    finally:
        worker.stopping.set()
        consumer.stop(graceful=True)


def _huey(worker: Worker) -> Huey:
    """A huey that knows the worker's jobs. Its own file, or its place in Redis, holds only whose turn it is."""
    settings, quiet = worker.settings, logging.getLogger("huey")
    quiet.setLevel(logging.WARNING)
    name = f"activities.{urlsplit(settings.base_url).netloc}"
    serializer = SignedSerializer(settings.secret_key or "only this process", salt=name)
    huey = (
        RedisHuey(name, url=settings.redis_url, serializer=serializer, results=False)
        if settings.redis_url
        else SqliteHuey(name, filename=settings.data / "worker.db", fsync=False, serializer=serializer, results=False)
    )
    for job in worker.jobs:
        turn = huey.periodic_task(_every(job.seconds), name=job.name.replace(" ", "_"), expires=int(job.seconds) + 60)
        turn(partial(worker.run, job))
    return huey


def _every(seconds: float) -> Callable[[datetime], bool]:
    """Whether so many seconds have passed since it was last said that they have."""
    next_at = monotonic()

    def is_due(_: datetime) -> bool:
        nonlocal next_at
        if monotonic() < next_at:
            return False
        next_at = monotonic() + seconds
        return True

    return is_due


class EverySecond(Scheduler):
    """Huey looks at its clock once a minute, which is too seldom for a letter that somebody waits for."""

    periodic_task_seconds = 1


class Rounds(Consumer):
    """A consumer that leaves signals to whose process it is."""

    scheduler_class = EverySecond

    def _set_signal_handlers(self) -> None:
        pass
