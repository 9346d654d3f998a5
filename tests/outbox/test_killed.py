"""Workers killed with SIGKILL, again and again, before a real mail server: nothing is lost, and nothing comes twice to
who tells letters apart by their Message-ID, as mail systems do."""

from __future__ import annotations

import os
import random
import signal
from collections import Counter
from pathlib import Path
from threading import Timer
from typing import Any

import sqlalchemy as sa

from activities.kit.db import db, transactional
from activities.outbox import service
from activities.outbox.models import Delivery
from activities.outbox.rules import DeliveryState
from tests.cast import NOW
from tests.outbox.mailbox import Inbox, deliveries, serving
from tests.serving import working

LETTERS = 60
# How a worker is killed, and at which letter of its life.
KILLS = (("when it names the recipient", 7), ("before it is answered", 5), ("right after", 9), ("some time later", 8))


class Killer(Inbox):
    """A mail server that kills its client at a moment it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.aim: tuple[str, int, int] | None = None
        self.taken = 0

    def kill_at(self, how: str, letter: int, pid: int) -> None:
        self.aim, self.taken = (how, letter, pid), 0

    def _strike(self, *hows: str) -> None:
        if self.aim is None or self.aim[0] not in hows or self.taken < self.aim[1]:
            return
        how, _, pid = self.aim
        self.aim = None
        delay = {"right after": 0.001, "some time later": random.uniform(0.001, 0.02)}.get(how)
        if delay:
            Timer(delay, os.kill, (pid, signal.SIGKILL)).start()
        else:
            os.kill(pid, signal.SIGKILL)

    async def handle_RCPT(self, *arguments: Any) -> str:  # noqa: N802
        self.taken += 1
        self._strike("when it names the recipient")
        return await super().handle_RCPT(*arguments)

    async def handle_DATA(self, *arguments: Any) -> str:  # noqa: N802
        answer = await super().handle_DATA(*arguments)
        self._strike("before it is answered", "right after", "some time later")
        return answer


@transactional
def let_claims_end() -> None:
    """As time does: whoever was killed holds its letter no longer."""
    waiting = sa.update(Delivery).where(Delivery.state == DeliveryState.WAITING)
    db.session.execute(waiting.values(due_at=NOW.replace(year=2000)))


def test_killing_the_worker_loses_nothing_and_doubles_nothing(app, cast, tmp_path: Path):
    @transactional
    def tell_all() -> None:
        for n in range(LETTERS):
            service.post(NOW.replace(year=2000), [cast.lin.id], "people.granted.organizer", unit=f"<{n}>")

    inbox = Killer()
    with app.app_context():
        tell_all()
    settings = {"DATABASE_URL": str(app.config["SQLALCHEMY_DATABASE_URI"]), "SECRET_KEY": "0123456789abcdef"}
    if isolation := app.config["SETTINGS"].database_isolation:
        settings["ACTIVITIES_DATABASE_ISOLATION"] = isolation
    # SERIALIZABLE differs where an outcome is noted, not in how a worker dies before that.
    kills = KILLS[1:3] if isolation else KILLS
    with serving(inbox) as place:
        settings["ACTIVITIES_SMTP_URL"] = f"smtp://{place}"
        for how, letter in kills:
            with working(tmp_path, **settings) as worker:
                inbox.kill_at(how, letter, worker.process.pid)
                worker.process.wait(60)
            assert worker.ended_with == -signal.SIGKILL
            with app.app_context():
                let_claims_end()
        with working(tmp_path, **settings):
            assert inbox.all_arrived(LETTERS).wait(60)
    came = Counter(letter["Message-ID"] for letter in inbox.letters)
    assert len(came) == len({letter["Subject"] for letter in inbox.letters}) == LETTERS
    # A letter comes again only where its worker died between its arrival and the note of it.
    assert came.total() - LETTERS <= sum(how != "when it names the recipient" for how, _ in kills)
    with app.app_context():
        assert {d.state for d in deliveries()} == {DeliveryState.SENT}
        assert len(deliveries()) == LETTERS
