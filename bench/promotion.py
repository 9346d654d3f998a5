"""(h) Five hundred who wait, and then seats for all: the organizer's own verb raises the capacity, asks the rules for
each, offers each a seat and tells them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from statistics import median
from time import perf_counter

import sqlalchemy as sa
from flask import Flask

from activities.duties.models import Post, Slot
from activities.kit import clock
from activities.kit.db import db
from activities.signups.models import SignUp
from activities.signups.organize import edit_slot
from activities.signups.rules import SignUpState
from bench.people import crowd, office, write
from bench.results import Result
from bench.series import counted

WAITERS = 500
DAY = timedelta(days=1)


def promotion(app: Flask, database: str, scale: int, runs: int) -> Iterator[Result]:
    """Seconds until all have an offer, in one transaction with few statements."""
    with app.app_context():
        place = office("讲座", "study")
        people = crowd(place.unit, WAITERS + 1)
        times, sent = [], []
        for run in range(runs):
            slot = _waited_for(place.activity, people, run)
            with counted() as statements:
                began = perf_counter()
                edit_slot(
                    place.holder, slot.id, slot.revision, slot.starts_at, slot.ends_at, WAITERS + 1, now=clock.now()
                )
                times.append(perf_counter() - began)
            sent.append(len(statements))
            states = Counter(db.session.scalars(sa.select(SignUp.state).where(SignUp.slot_id == slot.id)))
            if states != {SignUpState.SEATED: 1, SignUpState.OFFERED: WAITERS}:
                raise RuntimeError(f"more seats have led to {states}")
            db.session.commit()
    yield Result("promotion.500", database, scale, median(times), "s", None, max(sent))


def _waited_for(activity_id: int, people: list[int], run: int) -> Slot:
    """A slot of one seat for which all but one wait."""
    now = clock.now()
    starts_at = now + (5 + run) * DAY
    post = Post(activity_id=activity_id, name=f"场次 {run}", place="礼堂", changed_at=now)
    slot = Slot(
        post=post, starts_at=starts_at, ends_at=starts_at + timedelta(hours=1), capacity=1, taken=1, waiting=WAITERS,
        tickets=WAITERS + 1, created_at=now, changed_at=now,
    )  # fmt: skip
    db.session.add(slot)
    db.session.commit()
    rows = (
        {
            "slot_id": slot.id, "member_id": who, "ticket": ticket, "signed_up_at": now, "changed_at": now,
            "state": SignUpState.WAITING if ticket > 1 else SignUpState.SEATED,
            "seated_at": None if ticket > 1 else now,
        }
        for ticket, who in enumerate(people, start=1)
    )  # fmt: skip
    write(SignUp, rows)
    return slot
