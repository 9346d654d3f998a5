"""Load the demo: what has been is thought out first, then written in one transaction, in bulk, in states the services
could have made and with the trail they would have left; the notices of long ago count as delivered. What is in motion
is played through by the services themselves."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any

import sqlalchemy as sa

from activities.audit import seals
from activities.demo import (
    article,
    ballots,
    cares,
    certificates,
    codes,
    commendations,
    corrections,
    cycles,
    dossiers,
    forgetting,
    goods,
    oddities,
    outcomes,
    packets,
    past_grades,
    requirements,
    school,
    stories,
    tables,
    told,
    transfers,
    ways,
)
from activities.demo.attendance import DemoRecord, make_records
from activities.demo.calendar import DemoCalendar, calendar_of
from activities.demo.crowd import Crowd
from activities.demo.exchanges import make_exchanges
from activities.demo.feeds import make_feeds
from activities.demo.lines import make_lines
from activities.demo.offices import Offices, make_offices
from activities.demo.persons import Person, make_persons
from activities.demo.programme import PROGRAMME
from activities.demo.standing import make_holders
from activities.demo.timetable import DemoSlot, make_slots
from activities.kit.clock import local_day
from activities.kit.db import db, transaction
from activities.people.models import Unit


class NotEmpty(Exception):  # noqa: N818 - an answer, not an error
    """The database already holds something."""


@dataclass(frozen=True)
class World:
    """All of the demo, before any of it is written."""

    calendar: DemoCalendar
    persons: list[Person]
    offices: Offices
    slots: list[DemoSlot]
    records: list[DemoRecord]


def think(now: datetime) -> World:
    """The demo as it is at this moment; the same for the same moment."""
    calendar, rng = calendar_of(local_day(now)), Random(article.SEED)
    persons = make_persons(calendar, rng)
    offices = make_offices(persons[: article.STAFF])
    slots = make_slots(PROGRAMME, calendar, now, rng)
    Crowd(persons, now, calendar.today, rng).fill(slots)
    return World(calendar, persons, offices, slots, list(make_records(slots, offices, calendar, now, rng)))


def is_empty() -> bool:
    """Whether nobody has used this database yet."""
    return db.session.scalar(sa.select(Unit.id).limit(1)) is None


def load(now: datetime, progress: Callable[[int], AbstractContextManager[Any]]) -> None:
    """Write the demo into an empty database, and let some people hold posts and some seats change hands. `progress`
    makes a bar of so many rows. Raises NotEmpty."""
    world = think(now)
    with transaction():
        if not is_empty():
            raise NotEmpty
        with progress(tables.count(world)) as bar:
            tables.write_all(world, bar.update)
    _count_rows()
    requirements.play(now)
    packets.play(now)
    past_grades.play(now)
    cares.pair(now)
    cycles.play_last_year(now)
    make_holders(world.calendar, now)
    ways.play(now)
    make_exchanges(now)
    make_lines(now)
    school.play(now)
    make_feeds(now)
    codes.play(world.calendar)
    oddities.play(now)
    transfers.play(now)
    certificates.play(now)
    corrections.play(now)
    outcomes.play(now)
    goods.play(now)
    dossiers.play(now)
    forgetting.play(now)
    ballots.play(now)
    cycles.play(now)
    commendations.play(now)
    stories.play(now)
    told.play(now)
    seals.seal(now)


def _count_rows() -> None:
    """Have PostgreSQL look at what was written. It plans by that, and would notice within a minute by itself."""
    if db.engine.dialect.name == "postgresql":
        with transaction():
            db.session.execute(sa.text("ANALYZE"))
