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

from activities.duties.models import Activity, Post, Slot
from activities.kit import clock
from activities.kit.db import db, new_public_id
from activities.kit.roles import Role
from activities.people.models import Member, RoleGrant, Unit
from activities.people.rules import Stage, Standing, UnitLevel
from activities.signups.models import SignUp
from activities.signups.organize import edit_slot
from activities.signups.rules import SignUpState
from bench.bulk import fill
from bench.results import Result
from bench.series import counted

WAITERS = 500
DAY = timedelta(days=1)


def promotion(app: Flask, database: str, scale: int, runs: int) -> Iterator[Result]:
    """Seconds until all have an offer, in one transaction with few statements."""
    with app.app_context():
        organizer_id, activity_id, people = _people()
        times, sent = [], []
        for run in range(runs):
            slot = _waited_for(activity_id, people, run)
            with counted() as statements:
                began = perf_counter()
                edit_slot(
                    organizer_id, slot.id, slot.revision, slot.starts_at, slot.ends_at, WAITERS + 1, now=clock.now()
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
    with db.engine.connect().execution_options(write=True) as connection, connection.begin():
        fill(connection, SignUp, rows)
    return slot


def _people() -> tuple[int, int, list[int]]:
    """Who organizes, an activity, and everybody who has a seat or waits: ids."""
    now = clock.now()
    unit = Unit(name="候补学院", level=UnitLevel.COMMITTEE, path="?", changed_at=now)
    db.session.add(unit)
    db.session.flush()
    unit.path = f"{unit.id}/"
    organizer = Member(
        number="bench-promotion", name="组织者", unit=unit, stage=Stage.FULL, standing=Standing.TEACHER, created_at=now
    )
    activity = Activity(
        name="讲座", unit=unit, kind_key="study", created_at=now, changed_at=now, schedule_changed_at=now
    )
    db.session.add_all(
        [organizer, activity, RoleGrant(member=organizer, role=Role.ORGANIZER, unit=unit, granted_at=now)]
    )
    db.session.commit()
    members = (
        {
            "public_id": new_public_id(), "number": f"wait-{n}", "name": f"同学{n}", "unit_id": unit.id,
            "stage": Stage.FULL, "standing": Standing.STUDENT, "created_at": now,
        }
        for n in range(WAITERS + 1)
    )  # fmt: skip
    with db.engine.connect().execution_options(write=True) as connection, connection.begin():
        fill(connection, Member, members)
    people = list(db.session.scalars(sa.select(Member.id).where(Member.number.startswith("wait-"))))
    db.session.commit()
    return organizer.id, activity.id, people
