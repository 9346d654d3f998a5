"""(a) Six hundred people at once on a hundred seats."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time, timedelta

import sqlalchemy as sa
from flask import Flask

from activities.duties.models import Slot
from activities.kit import clock
from activities.kit.db import db
from bench import load
from bench.capture import Answer, Request, capture
from bench.data import School
from bench.results import Result
from bench.stage import Stage, rows

SEATS = 100
CONNECTIONS = 64
BOTH = {"refused": {}, "waiting": {"wait": "1"}}


class Slots:
    """Fresh slots, one an hour, so that nobody's seats overlap."""

    def __init__(self, app: Flask, school: School) -> None:
        self.app, self.school, self.count = app, school, 0

    def fresh(self, capacity: int = SEATS) -> str:
        """A new slot's public id."""
        self.count += 1
        with self.app.app_context():
            starts_at = clock.at(self.school.monday + timedelta(days=1000), time(0)) + self.count * timedelta(hours=1)
            now = clock.now()
            query = sa.insert(Slot).values(
                post_id=self.school.rush_post, starts_at=starts_at, ends_at=starts_at + timedelta(minutes=50),
                capacity=capacity, created_at=now, changed_at=now,
            )  # fmt: skip
            with db.engine.connect().execution_options(write=True) as connection, connection.begin():
                return str(connection.scalar(query.returning(Slot.public_id)))


def requests(sessions: list[tuple[str, str]], slot: str, form: dict[str, str]) -> list[Request]:
    """One sign-up by each person, who confirms to have read the risks in their first version."""
    return [
        Request(f"/slots/{slot}/sign-up", {"Cookie": cookie}, {"csrf_token": token, "risks": "1", **form})
        for cookie, token in sessions
    ]


def captured(app: Flask, sessions: list[tuple[str, str]], slots: Slots) -> dict[str, Answer]:
    """A sign-up that gets a seat, and the refusal by a full slot."""
    slot = slots.fresh(2)
    first, second, third = requests(sessions[:3], slot, {})
    capture(app, first, warm=False)
    seated = capture(app, second, warm=False)
    return {"seated": seated, "refused": capture(app, third)}


def full(stage: Stage, answers: dict[str, Answer]) -> Iterator[Result]:
    """A full slot that says so, over and over, without a write."""
    refused = answers["refused"]
    yield stage.compared("rush.full.rate", refused, refused.request, stage.ports.ours)


def rush(
    stage: Stage, variant: str, sessions: list[tuple[str, str]], slots: Slots, answers: dict[str, Answer]
) -> Iterator[Result]:
    """Those who come too late are refused, or wait. The first round warms the servers up; its answers count too."""
    form = BOTH[variant]
    late = len(sessions) - SEATS
    expected = {303: SEATS, 409: late} if variant == "refused" else {303: SEATS + late}
    ports = (stage.ports.ours, stage.ports.floor)
    rounds, errors = [], 0
    for _ in range(1 + stage.effort.runs):
        outcomes = []
        for port in ports:
            slot = slots.fresh()
            raw = [request.raw() for request in requests(sessions, slot, form)]
            outcomes.append(load.run(load.Job(port, raw, CONNECTIONS)))
            errors += (outcomes[-1].statuses != expected) + wrongs(stage.app, slot, expected[303])
        rounds.append(outcomes)
    ours, floor = ([outcomes[n] for outcomes in rounds[1:]] for n in range(2))
    rates = [[outcome.rate for outcome in outcomes] for outcomes in (ours, floor)]
    yield stage.result(f"rush.{variant}.rate", "1/s", *rates, statements=answers["seated"].count, errors=errors)
    for name, share in (("p50", 0.5), ("p99", 0.99)):
        waits = [[outcome.percentile(share) for outcome in outcomes] for outcomes in (ours, floor)]
        yield stage.result(f"rush.{variant}.{name}", "ms", *waits, errors=errors)


def wrongs(app: Flask, slot: str, accepted: int) -> int:
    """How many of the promises about a slot are broken: as many seated as there are seats, those with the first
    tickets; nobody twice; counters that agree."""
    people = rows(
        app, "SELECT i.member_id, i.state, i.ticket FROM sign_up i JOIN slot s ON s.id = i.slot_id"
        " WHERE s.public_id = :slot ORDER BY i.ticket", slot=slot,
    )  # fmt: skip
    counters = rows(app, "SELECT taken, waiting, tickets FROM slot WHERE public_id = :slot", slot=slot)
    states = ["seated"] * SEATS + ["waiting"] * (accepted - SEATS)
    return sum(
        (
            [state for _, state, _ in people] != states,
            [ticket for _, _, ticket in people] != list(range(1, accepted + 1)),
            len({member_id for member_id, _, _ in people}) != accepted,
            counters != [(SEATS, accepted - SEATS, accepted)],
        )
    )
