"""(l) The close of that review: what a portion takes in memory, how long everyone takes to be frozen, what pages of a
closed review read, and how long all of it takes to be verified."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
from time import perf_counter
from tracemalloc import get_traced_memory, start, stop
from typing import Any

import sqlalchemy as sa
from flask import Flask

from activities.closings import freezing, queries, service, verifying
from activities.cycles.models import Cycle, CycleStep, Participant
from activities.cycles.rules import CycleState, Grade
from activities.kit import clock
from activities.kit.db import db, transaction
from activities.people.models import Member, RoleGrant
from bench.capture import Request, capture
from bench.results import Result


def closing(app: Flask, holder: int, cookie: str, address: str, where: tuple[str, int], runs: int) -> Iterator[Result]:
    with app.app_context():
        cycle = db.session.scalars(sa.select(Cycle).where(Cycle.public_id == address)).one()
        second = _second(holder, cycle)
        now = _all_graded(holder, second, cycle)
        service.ask(holder, cycle.id, now)
        asked = _timed(lambda: service.confirm(second, cycle.id, now))
        yield Result("reviews.confirm", *where, 1000 * asked, "ms")
        yield Result("reviews.freeze.memory", *where, _memory(cycle), "MB")
        rounds = []
        while db.session.get_one(Cycle, cycle.id, populate_existing=True).state is CycleState.OPEN:
            rounds.append(_timed(lambda: service.go_on(now)))
            db.session.remove()
        yield Result("reviews.freeze", *where, sum(rounds), "s")
        yield Result("reviews.freeze.longest", *where, max(rounds), "s")
        checked = _timed(lambda: list(verifying.all_closed()))
        wrong = sum(bool(what) for _, what in verifying.all_closed())
        yield Result("reviews.verify", *where, checked, "s", errors=wrong)
        somebody = db.session.scalar(sa.select(Member.public_id).where(Member.id == second))
    for name, path in (("cycle", ""), ("person", f"/people/{somebody}"), ("differences", "/differences")):
        page = Request(f"/cycles/{address}{path}", {"Cookie": cookie})
        answer = capture(app, page)
        shown = min(_timed(lambda page=page: capture(app, page, warm=False)) for _ in range(runs))
        errors = int(answer.status != 200)
        yield Result(f"reviews.closed.{name}", *where, 1000 * shown, "ms", statements=answer.count, errors=errors)


def _timed(do: Callable[[], Any]) -> float:
    began = perf_counter()
    do()
    return perf_counter() - began


def _memory(cycle: Cycle) -> float:
    """By how many MB what Python holds grows at most while a portion is read and put into words."""
    start()
    try:
        portion = queries.next_to_freeze(cycle, service.PORTION)
        assert portion is not None
        freezing.parts(portion)
        return get_traced_memory()[1] / 1e6
    finally:
        stop()


def _second(holder: int, cycle: Cycle) -> int:
    """Let one more person hold the review."""
    with transaction():
        grant = db.session.scalars(sa.select(RoleGrant).where(RoleGrant.member_id == holder)).one()
        others = sa.select(Participant.member_id).where(
            Participant.cycle_id == cycle.id, Participant.member_id != holder
        )
        other: int = db.session.scalars(others.limit(1)).one()
        shared = {"unit_id": grant.unit_id, "role": grant.role, "granted_at": grant.granted_at}
        db.session.add(RoleGrant(member_id=other, **shared))
    return other


def _all_graded(holder: int, second: int, cycle: Cycle) -> datetime:
    """Let everyone of the cycle have a grade. Return a moment at which it can be closed."""
    left = (Participant.cycle_id == cycle.id, Participant.grade.is_(None))
    by = sa.case((Participant.member_id == holder, second), else_=holder)
    with transaction():
        db.session.execute(sa.update(Participant).where(*left).values(grade=Grade.GOOD, graded_by_id=by))
        last = sa.select(sa.func.max(CycleStep.last)).where(CycleStep.cycle_id == cycle.id)
        day = db.session.scalars(last).one()
    return clock.at(day + timedelta(days=1), time(0))
