"""Random histories of a series: people come and go, single slots are changed by hand, all of it is changed again and
again. Whatever happens, twice is the same as once, nobody is moved untold, and what was set by hand stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

import sqlalchemy as sa
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from activities.duties.models import Series, Slot
from activities.duties.rules import ByHand, SlotState
from activities.kit import clock
from activities.kit.db import db
from activities.kit.refusal import Refusal
from activities.series import planning, service
from activities.signups.facts import ACTIVE_STATES
from activities.signups.models import SignUp
from activities.signups.organize import cancel_slot, delete_slot, edit_slot
from activities.signups.service import sign_up, withdraw
from tests.cast import HOUR, make_post, make_series, told_of
from tests.machine import Machine, one_of, run

FIRST = date(2026, 12, 7)  # a Monday
DAYS = st.integers(0, 13).map(lambda n: FIRST + timedelta(n))
WEEKDAYS = st.frozensets(st.integers(0, 6), min_size=1, max_size=3)
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "weekdays": WEEKDAYS,
        "last": DAYS,
        "excluded": st.frozensets(DAYS, max_size=2),
        "hour": st.integers(8, 20),
        "capacity": st.integers(1, 3),
        "posts": st.sampled_from([(0,), (1,), (0, 1)]),
    },
)
NTH = st.integers(0, 20)
TOPICS = ("signups.moved", "signups.cancelled")


class Histories(Machine):
    size = 4

    def stage(self, cast):
        self.posts = [cast.lake.id, make_post(cast.sweeping, "南岸", capacity=2).id]
        make_series(cast.lake, FIRST, FIRST + timedelta(13))
        return ()

    def open_slot(self, nth: int) -> Slot | None:
        """One of the open slots of the series."""
        query = sa.select(Slot).where(Slot.series_id.is_not(None), Slot.state == SlotState.OPEN).order_by(Slot.id)
        return one_of(db.session.scalars(query).all(), nth)

    @rule(person=st.integers(0, 3), nth=NTH)
    def somebody_signs_up(self, person, nth):
        if slot := self.open_slot(nth):
            self.did(sign_up, self.people[person], slot.id, or_wait=True)

    @rule(person=st.integers(0, 3), nth=NTH)
    def somebody_withdraws(self, person, nth):
        if slot := self.open_slot(nth):
            self.did(withdraw, self.people[person], slot.id)

    @rule(nth=NTH, hours=st.integers(-3, 3), capacity=st.integers(1, 3))
    def a_slot_is_changed_by_hand(self, nth, hours, capacity):
        if slot := self.open_slot(nth):
            times = slot.starts_at + hours * HOUR, slot.ends_at + hours * HOUR
            self.did(edit_slot, self.organizer, slot.id, slot.revision, *times, capacity)

    @rule(nth=NTH)
    def a_slot_is_deleted_by_hand(self, nth):
        if slot := self.open_slot(nth):
            self.did(delete_slot, self.organizer, slot.id)

    @rule(nth=NTH)
    def a_slot_is_cancelled_by_hand(self, nth):
        if slot := self.open_slot(nth):
            self.did(cancel_slot, self.organizer, slot.id, "暴雨")

    @precondition(lambda self: db.session.query(Series).count())
    @rule(nth=NTH, changes=CHANGES, first=st.none() | DAYS)
    def a_series_is_changed(self, nth, changes, first):
        series = db.session.query(Series).order_by(Series.id).all()
        one = series[nth % len(series)]
        wish = self.wish(one, changes, first)
        self.now += timedelta(seconds=1)
        before, now = self.state(), self.now
        if not self.edit(one.id, wish, now):
            assert self.state() == before
            return
        after, self.rows = self.state(), self.read()
        self.check(before, after, now)
        assert self.edit(one.id, wish, now).slots == 0
        assert self.state() == after

    def wish(self, series: Series, changes: dict[str, Any], first: date | None):
        db.session.expire_all()
        wish, named = series.wish, dict(changes)
        hour, posts, capacity = named.pop("hour", None), named.pop("posts", None), named.pop("capacity", None)
        rule = replace(wish.rule, first=max(wish.rule.first, first or wish.rule.first), **named)
        times = {"starts": time(hour), "ends": time(hour + 2)} if hour else {}
        post_ids = tuple(self.posts[n] for n in posts) if posts else wish.post_ids
        return replace(wish, rule=rule, post_ids=post_ids, capacity=capacity, **times)

    def edit(self, series_id: int, wish, now) -> service.Done | None:
        try:
            own = planning.holding(series_id, wish.rule.first)
            change = planning.edit(own, wish, planning.occurrences(own.id, wish.rule.first), clock.zone(), now)
            return service.edit(self.organizer, series_id, wish, change.digest, "改期", clock.zone(), now)
        except Refusal:
            return None

    def state(self) -> dict[str, Any]:
        db.session.expire_all()
        people: dict[int, set[int]] = {}
        for one in db.session.query(SignUp).filter(SignUp.state.in_(ACTIVE_STATES)):
            people.setdefault(one.slot_id, set()).add(one.member_id)
        return {
            "slots": {
                s.id: (s.state, s.starts_at, s.ends_at, s.capacity, s.by_hand, s.tickets, s.series_id, s.public_id)
                for s in db.session.query(Slot)
            },
            "people": people,
            "series": {one.id: (one.rule, one.starts, one.capacity) for one in db.session.query(Series)},
            "told": [(who, topic, slot, at) for topic in TOPICS for who, slot, at in told_of(topic)],
        }

    def check(self, before, after, now) -> None:
        expected = []
        for slot_id, (state, starts, ends, capacity, by_hand, tickets, *_, public_id) in before["slots"].items():
            if slot_id not in after["slots"]:
                assert not tickets, "a slot with people has vanished"
                assert not by_hand, "a slot set by hand has vanished"
                continue
            new = after["slots"][slot_id]
            people = before["people"].get(slot_id, set())
            assert after["people"].get(slot_id, set()) == people
            if by_hand:
                assert new[0] is state
            if ByHand.TIME in by_hand:
                assert new[1:3] == (starts, ends)
            if ByHand.SEATS in by_hand:
                assert new[3] == capacity
            if new[0] is not state:
                expected += [(person, "signups.cancelled", public_id) for person in people]
            elif new[1:3] != (starts, ends):
                expected += [(person, "signups.moved", public_id) for person in people]
        told = [one[:3] for one in after["told"] if one[3] == now]
        assert sorted(told) == sorted(expected)


def test_any_history_keeps_people_and_what_was_set_by_hand(app):
    run(Histories, app, examples=25, elsewhere=8, steps=20)
