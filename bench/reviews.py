"""(k) The annual review of a whole general branch: to open it, to look at it as a whole, what its workbook costs in
memory, and its close. At scale 1 it has a thousand members, above it ten thousand; all of them are full members for
it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from statistics import median
from time import perf_counter

import sqlalchemy as sa
from flask import Flask

from activities.cycles.models import Participant
from activities.cycles.opening import open_cycle
from activities.cycles.rules import DEFAULT_DAYS, FIRST_YEAR, Grade
from activities.cycles.rules_settings import Settings
from activities.essays.models import Essay
from activities.kit import clock
from activities.kit.columns import UtcDateTime
from activities.kit.db import db, transaction
from activities.people.models import Member, RoleGrant, Unit
from activities.people.queries import within
from activities.people.rules import Stage
from bench.capture import Request, capture, log_in
from bench.closing import closing
from bench.data import School
from bench.results import Result
from bench.sizes import peak_memory

# A review that began so long ago is where grades are given.
BEGAN = timedelta(days=40)


def reviews(app: Flask, school: School, database: str, scale: int, runs: int) -> Iterator[Result]:
    holder = school.secretaries[max(school.secretaries)]
    with app.app_context():
        now = clock.now()
        unit_id = _all_full(holder)
        opened = []
        for run in range(runs):
            began = perf_counter()
            address = open_cycle(
                holder, unit_id, FIRST_YEAR + run, clock.local_day(now - BEGAN), DEFAULT_DAYS, Settings(), now
            )
            opened.append(perf_counter() - began)
        _half_way(holder, now)
    yield Result("reviews.open", database, scale, median(opened), "s")
    [(cookie, _token)] = log_in(app, [holder])
    page = Request(f"/cycles/{address}/overview", {"Cookie": cookie})
    answer, shown = capture(app, page), []
    for _ in range(runs):
        began = perf_counter()
        capture(app, page, warm=False)
        shown.append(1000 * (perf_counter() - began))
    errors = int(answer.status != 200)
    yield Result("reviews.overview", database, scale, median(shown), "ms", statements=answer.count, errors=errors)
    workbook = Request(f"/cycles/{address}/review.xlsx", {"Cookie": cookie})
    whole = capture(app, workbook)
    memory = peak_memory(app, workbook)
    errors = int(whole.status != 200)
    yield Result("reviews.workbook.memory", database, scale, memory, "MB", statements=whole.count, errors=errors)
    yield from closing(app, holder, cookie, address, (database, scale), runs)


def _all_full(holder: int) -> int:
    """Let everyone of the holder's unit and below be a full member. Return that unit."""
    with transaction():
        unit = db.session.scalars(sa.select(Unit).join(RoleGrant).where(RoleGrant.member_id == holder)).one()
        below = sa.select(Unit.id).where(within([unit.path]))
        db.session.execute(sa.update(Member).where(Member.unit_id.in_(below)).values(stage=Stage.FULL))
        return unit.id


def _half_way(holder: int, now: datetime) -> None:
    """Four of five have handed in, and every second has a grade."""
    texts = sa.select(
        Participant.id, Participant.cycle_id, Participant.member_id, sa.literal("总结" * 300), sa.literal(1),
        sa.literal(now, UtcDateTime()), sa.literal(now, UtcDateTime()),
    ).where(Participant.id % 5 != 0)  # fmt: skip
    names = ("participant_id", "cycle_id", "member_id", "text", "revision", "saved_at", "handed_in_at")
    graded = sa.and_(Participant.id % 2 == 0, Participant.member_id != holder)
    with transaction():
        db.session.execute(sa.insert(Essay).from_select(names, texts))
        db.session.execute(sa.update(Participant).where(graded).values(grade=Grade.GOOD, graded_by_id=holder))
