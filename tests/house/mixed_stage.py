"""What the mixed histories begin with: slots of every way in, a post somebody may hold, a series, a timed intake."""

from __future__ import annotations

from datetime import date, timedelta

import sqlalchemy as sa
from hypothesis import strategies as st

from activities.admissions.service import close_requests
from activities.draws.service import announce_draws
from activities.duties.models import Arrival, Slot
from activities.duties.rules import WayIn
from activities.exchanges import covers, ending, line, swaps
from activities.holders import service as holders
from activities.kit.db import db
from activities.signups.service import lapse_offers, share_gathered_out, sign_up
from tests.cast import HOUR, NOW, make_activity, make_post, make_room, make_series, make_slot
from tests.machine import Machine

PEOPLE = st.integers(0, 6)
SLOTS = st.integers(0, 10)
WHICH = st.integers(0, 9)
# By their numbers; the two of the series come last.
EAST, WEST, ROOM, ROOM_LATER, VISIT, WATCH, DRAWN, GUARD, BLOOD = range(9)
# In hours from now: the first three overlap, and so do most of the others with one of them or another.
STARTS = (72, 72.5, 73, 96, 96.5, 97, 121, 121.5, 120)
FIRST, LAST = date(2026, 11, 30), date(2026, 12, 7)  # Mondays; at one o'clock it is 121 hours from now
JOBS = (
    lapse_offers, share_gathered_out, line.serve_waiting, covers.ask_more,
    covers.tell_organizers, holders.follow, holders.call_for_cover, swaps.lapse, ending.end_lost_covers,
    ending.end_void_swaps, announce_draws, close_requests,
)  # fmt: skip


class Stage(Machine):
    def stage(self, cast):
        first, sweeping, room = cast.first, cast.sweeping, make_room(cast)
        self.room, self.room_activity = room.id, room.activity_id
        sweeping.offer_minutes = 12 * 60
        visit = make_activity("关爱老人", first, "elder_care", way_in=WayIn.APPROVAL)
        watch = make_activity("节能巡查", first, "energy", way_in=WayIn.ASSIGNMENT, offer_minutes=12 * 60)
        drawn = make_activity("毕业物品", first, "donation", way_in=WayIn.DRAW, draw_minutes=110 * 60)
        guard = make_activity("门岗", first, withdraw_minutes=10 * 24 * 60)  # always too late to withdraw
        posts = [
            make_post(sweeping, "东岸"), make_post(sweeping, "西岸"), room, room, make_post(visit, "同心护理中心"),
            make_post(watch, "101", capacity=2), make_post(drawn, "操场"), make_post(guard, "南门"),
            make_post(make_activity("献血", first, "blood"), "献血车", capacity=2),
        ]  # fmt: skip
        slots = [make_slot(post, NOW + start * HOUR) for post, start in zip(posts, STARTS, strict=True)]
        db.session.add_all(Arrival(slot_id=slots[BLOOD].id, minute=minute, quota=1) for minute in (0, 15))
        series = make_series(make_post(sweeping, "南岸"), FIRST, LAST, hour=13)
        in_series = sa.select(Slot).where(Slot.series_id == series.id).order_by(Slot.id)
        return [*slots, *db.session.scalars(in_series)]

    def open(self):
        """Somebody is on every slot but the first two, so that there is something to change."""
        announce_draws(NOW)
        for person, slot in enumerate((ROOM_LATER, VISIT, VISIT, GUARD, DRAWN, BLOOD, BLOOD + 1)):
            sign_up(self.people[person], self.slots[slot], NOW)
        sign_up(self.people[0], self.slots[DRAWN], NOW)
        sign_up(self.people[0], self.slots[BLOOD + 2], NOW)

    def did(self, verb, *args, **named):
        """Do it, and let the worker's minutes pass."""
        done = super().did(verb, *args, **named)
        super().did(work)
        return done

    def arrival(self, minute: int) -> int | None:
        query = sa.select(Arrival.id).where(Arrival.slot_id == self.slots[BLOOD], Arrival.minute == minute)
        return db.session.scalar(query)

    def later(self, hours: float) -> None:
        self.now += timedelta(hours=hours)


def work(now):
    for job in JOBS:
        job(now)
