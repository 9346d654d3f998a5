"""(f) Planning a term: 46 posts, each on five days of eighteen weeks, created and moved by the verbs themselves, beside
the same rows written with the bare driver."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import time, timedelta
from statistics import median
from time import perf_counter
from typing import Any

import sqlalchemy as sa
from flask import Flask

from activities.duties import planning
from activities.duties.models import Post, Series, Slot
from activities.duties.plans import Wish
from activities.duties.recurrence import Rule
from activities.duties.service_plans import plan_series
from activities.kit import clock
from activities.kit.db import db
from activities.series import planning as changes
from activities.series import service
from bench.bulk import fill
from bench.people import office
from bench.results import Result

POSTS, WEEKS = 46, 18
SLOTS = POSTS * WEEKS * 5


@dataclass(frozen=True)
class Organizer:
    """Who plans, what, and for which posts: ids."""

    id: int
    activity: int
    posts: tuple[int, ...]


def series(app: Flask, database: str, scale: int, runs: int) -> Iterator[Result]:
    """Seconds until the slots are there, or are all at another time; everything is taken back after each run."""
    with app.app_context():
        who = _organizer()
        wish = _wish(who)
        created, moved, floor, counts = [], [], [], []
        for _ in range(runs):
            floor.append(_bare(who, wish))
            times, sent = _planned(who, wish)
            created.append(times[0])
            moved.append(times[1])
            counts.append(sent)
    statements = {name: max(sent[n] for sent in counts) for n, name in enumerate(("create", "move"))}
    yield Result("series.create", database, scale, median(created), "s", median(floor), statements["create"])
    yield Result("series.move", database, scale, median(moved), "s", None, statements["move"])


def _planned(who: Organizer, wish: Wish) -> tuple[tuple[float, float], tuple[int, int]]:
    """Create, move and take back; how long the first two took, and with how many statements."""
    now, zone = clock.now(), clock.zone()
    digest = planning.plan(who.activity, [wish], zone, now)[0].digest
    with counted() as sent:
        began = perf_counter()
        [public_id], count = plan_series(who.id, who.activity, [wish], digest, zone, now)
        created = perf_counter() - began
    if count != SLOTS:
        raise RuntimeError(f"{count} slots instead of {SLOTS}")
    one = db.session.scalars(sa.select(Series).where(Series.public_id == public_id)).one()
    later = replace(wish, starts=time(21), ends=time(21, 30))
    present = changes.occurrences(one.id, wish.rule.first)
    digest = changes.edit(one, later, present, zone, now).digest
    with counted() as sent_later:
        began = perf_counter()
        service.edit(who.id, one.id, later, digest, "", zone, now)
        moved = perf_counter() - began
    service.undo(who.id, one.id, now)
    return (created, moved), (len(sent), len(sent_later))


def _bare(who: Organizer, wish: Wish) -> float:
    """Seconds for the same rows without anything else."""
    now = clock.now()
    plan = planning.plan(who.activity, [wish], clock.zone(), now)[0]
    columns = ("post_id", "starts_at", "ends_at", "capacity")
    rows = [
        {**{name: getattr(slot, name) for name in columns}, "created_at": now, "changed_at": now} for slot in plan.slots
    ]
    db.session.commit()
    with db.engine.connect().execution_options(write=True) as connection:
        with connection.begin():
            began = perf_counter()
            fill(connection, Slot, rows)
        took = perf_counter() - began
        with connection.begin():
            connection.execute(sa.delete(Slot).where(Slot.post_id.in_(who.posts)))
    return took


def _wish(who: Organizer) -> Wish:
    today = clock.local_day(clock.now())
    monday = today + timedelta(days=7 - today.weekday())
    days = Rule(first=monday, last=monday + timedelta(weeks=WEEKS, days=-1), weekdays=frozenset(range(5)))
    return Wish(post_ids=who.posts, rule=days, starts=time(22), ends=time(22, 30), capacity=1)


def _organizer() -> Organizer:
    place, now = office("党员节能岗", "energy"), clock.now()
    posts = [
        Post(activity_id=place.activity, name=f"教室 {n}", place=f"教室 {n}", changed_at=now) for n in range(POSTS)
    ]
    db.session.add_all(posts)
    db.session.commit()
    return Organizer(place.holder, place.activity, tuple(post.id for post in posts))


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that the block sends."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            sent.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    yield sent
    sa.event.remove(db.engine, "before_cursor_execute", note)
