"""(g) A draw of 5,000 entries for 500 seats, held by its verb: everyone has records, everyone is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from statistics import median
from time import perf_counter

import sqlalchemy as sa
from flask import Flask

from activities.draws.models import Draw
from activities.draws.rules import hash_of
from activities.draws.service import hold
from activities.duties.kinds import Evidence, Ledger
from activities.duties.models import Post, Slot
from activities.duties.rules import WayIn
from activities.kit import clock
from activities.kit.db import db, new_public_id
from activities.records.models import Record
from activities.records.rules import Attendance
from activities.signups.models import SignUp
from activities.signups.rules import SignUpState
from bench.people import crowd, office, write
from bench.results import Result
from bench.series import counted

ENTRIES, SEATS = 5000, 500
DAY = timedelta(days=1)


def draws(app: Flask, database: str, scale: int, runs: int) -> Iterator[Result]:
    """Seconds until a draw is held, in one transaction with few statements."""
    with app.app_context():
        activity_id, people = _people()
        times, sent = [], []
        for run in range(runs):
            draw_id, slot_id = _asked(activity_id, people, run)
            with counted() as statements:
                began = perf_counter()
                hold(draw_id, clock.now())
                times.append(perf_counter() - began)
            sent.append(len(statements))
            states = Counter(db.session.scalars(sa.select(SignUp.state).where(SignUp.slot_id == slot_id)))
            if states != {SignUpState.SEATED: SEATS, SignUpState.WAITING: ENTRIES - SEATS}:
                raise RuntimeError(f"the draw has left {states}")
            db.session.commit()
    yield Result("draw.hold", database, scale, median(times), "s", None, max(sent))


def _asked(activity_id: int, people: list[int], run: int) -> tuple[int, int]:
    """A slot for which everybody has asked, and its draw, which is due."""
    now = clock.now()
    starts_at = now + (5 + run) * DAY
    moment = now - timedelta(seconds=run)
    post = Post(activity_id=activity_id, name=f"场次 {run}", place="礼堂", changed_at=now)
    slot = Slot(
        post=post, starts_at=starts_at, ends_at=starts_at + timedelta(hours=1), capacity=SEATS, asked=ENTRIES,
        tickets=ENTRIES, draws_at=moment, created_at=now, changed_at=now,
    )  # fmt: skip
    seed = f"{run:064x}"
    draw = Draw(activity_id=activity_id, draws_at=moment, days=90, seed=seed, seed_hash=hash_of(seed), announced_at=now)
    db.session.add_all([slot, draw])
    db.session.commit()
    rows = (
        {
            "slot_id": slot.id, "member_id": who, "state": SignUpState.ASKED, "ticket": ticket, "signed_up_at": now,
            "changed_at": now,
        }
        for ticket, who in enumerate(people, start=1)
    )  # fmt: skip
    write(SignUp, rows)
    return draw.id, slot.id


def _people() -> tuple[int, list[int]]:
    """An activity by draw and everybody who will ask, each with an hour or some in the last days."""
    now = clock.now()
    place = office("校庆晚会", "practice_team", way_in=WayIn.DRAW)
    post = Post(activity_id=place.activity, name="彩排", place="礼堂", changed_at=now)
    past = Slot(post=post, starts_at=now - 3 * DAY, ends_at=now - 2 * DAY, capacity=1, created_at=now, changed_at=now)
    db.session.add(past)
    db.session.commit()
    people = crowd(place.unit, ENTRIES)
    records = (
        {
            "public_id": new_public_id(), "slot_id": past.id, "member_id": who, "attendance": Attendance.PRESENT,
            "minutes": n % 600, "ledger": Ledger.SERVICE, "day": clock.local_day(now - 3 * DAY),
            "evidence": Evidence.ORGANIZER_TICK, "is_final": True,
            "recorded_by_id": place.holder, "recorded_at": now, "changed_at": now,
        }
        for n, who in enumerate(people)
    )  # fmt: skip
    write(Record, records)
    return place.activity, people
