"""An activity by draw, people who want its seats, and hours they have given."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
import sqlalchemy as sa

from activities.draws.models import Draw
from activities.draws.service import announce_draws
from activities.duties.kinds import Evidence, Ledger
from activities.duties.rules import WayIn
from activities.kit.clock import local_day
from activities.kit.db import db
from activities.records.models import Record
from activities.records.rules import Attendance
from activities.signups.service import sign_up
from tests.cast import DAY, HOUR, NOW, Cast, make_activity, make_member, make_post, make_slot, store

DRAWN = NOW + 3 * DAY


@dataclass
class House:
    """The cast and 8 more of the first branch in `people`. `first` and `second` are slots of two and one seats in five
    days, an hour long, of which the second begins in the middle of the first; both are drawn in three days. `draw` is
    announced."""

    cast: Cast
    activity: int
    post: int
    people: list[int]
    first: int
    second: int
    draw: int


@pytest.fixture
def house(app, cast) -> House:
    with app.app_context():
        activity = make_activity("关爱老人", cast.first, "elder_care", way_in=WayIn.DRAW, sign_up_closes_at=DRAWN)
        post = make_post(activity, "同心护理中心", capacity=2)
        people = [make_member(f"24{n:05}", f"同学{n}", cast.first) for n in range(8)]
        first = make_slot(post, NOW + 5 * DAY)
        second = make_slot(make_post(activity, "敬老院"), NOW + 5 * DAY + HOUR / 2)
        db.session.commit()
        announce_draws(NOW)
        draw = db.session.scalars(sa.select(Draw.id)).one()
        return House(cast, activity.id, post.id, [p.id for p in people], first.id, second.id, draw)


def ask(house: House, *people: int, slot: int | None = None, now=NOW) -> None:
    for n in people:
        sign_up(house.people[n], slot or house.first, now)


def gave(house: House, n: int, minutes: int, days_ago: int = 2) -> None:
    """The person has given some minutes of volunteer service."""
    slot = make_slot(store_post(house), NOW - days_ago * DAY + n * HOUR / 60)
    store(
        Record(
            slot_id=slot.id, member_id=house.people[n], attendance=Attendance.PRESENT, minutes=minutes,
            ledger=Ledger.SERVICE, day=local_day(NOW - days_ago * DAY), evidence=Evidence.ORGANIZER_TICK, is_final=True,
            recorded_by_id=house.cast.ou.id, recorded_at=NOW, changed_at=NOW,
        )
    )  # fmt: skip
    db.session.commit()


def store_post(house: House):
    return make_post(house.cast.sweeping, f"岗{db.session.scalar(sa.select(sa.func.count(Record.id)))}")
