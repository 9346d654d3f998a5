"""(a) Six hundred people at once on a hundred seats."""

from __future__ import annotations

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
    """One sign-up by each person."""
    return [
        Request(f"/slots/{slot}/sign-up", {"Cookie": cookie}, {"csrf_token": token, **form})
        for cookie, token in sessions
    ]


def captured(app: Flask, sessions: list[tuple[str, str]], slots: Slots) -> dict[str, Answer]:
    """A sign-up that gets a seat, and the refusal by a full slot."""
    slot = slots.fresh(2)
    first, second, third = requests(sessions[:3], slot, {})
    capture(app, first, warm=False)
    seated = capture(app, second, warm=False)
    return {"seated": seated, "refused": capture(app, third)}


def full(stage: Stage, answers: dict[str, Answer]) -> Result:
    """A full slot that says so, over and over, without a write."""
    return stage.rate("rush.full.rate", answers["refused"], answers["refused"].request)


def rush(stage: Stage, sessions: list[tuple[str, str]], slots: Slots, answers: dict[str, Answer]) -> list[Result]:
    """Both variants: those who come too late are refused, or wait."""
    found = []
    for variant, form in BOTH.items():
        expected = {"refused": {303: SEATS, 409: len(sessions) - SEATS}, "waiting": {303: len(sessions)}}[variant]
        taken: dict[int, list[load.Outcome]] = {stage.ours: [], stage.floor: []}
        errors = 0
        for _ in range(stage.effort.runs):
            for port in taken:
                slot = slots.fresh()
                raw = [request.raw() for request in requests(sessions, slot, form)]
                outcome = load.run(load.Job(port, raw, CONNECTIONS))
                taken[port].append(outcome)
                errors += outcome.statuses != expected
                errors += wrongs(stage.app, slot, len(sessions) if form else SEATS)
        ours, floor = taken[stage.ours], taken[stage.floor]
        statements = answers["seated"].count
        found.append(
            stage.result(
                f"rush.{variant}.rate",
                "1/s",
                [o.rate for o in ours],
                [o.rate for o in floor],
                statements=statements,
                errors=errors,
            )
        )
        for name, share in (("p50", 0.5), ("p99", 0.99)):
            mine, theirs = ([o.percentile(share) for o in outcomes] for outcomes in (ours, floor))
            found.append(stage.result(f"rush.{variant}.{name}", "ms", mine, theirs, errors=errors))
    return found


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
