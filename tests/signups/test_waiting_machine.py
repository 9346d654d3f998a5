"""Random histories of offers, wishes and teams: whatever people do in whatever order, the line moves as it must."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

import sqlalchemy as sa
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from activities.duties.models import Slot
from activities.kit.db import db
from activities.signups import teams
from activities.signups.leaving import deactivate
from activities.signups.models import SignUp, Team
from activities.signups.rules import HOLDING
from activities.signups.service import accept, lapse_offers, share_gathered_out, sign_up, withdraw
from activities.signups.wishes import wait_for_any
from tests.cast import HOUR, NOW, make_activity, make_post, make_slot
from tests.machine import OFFERED, SEATED, WAITING, WITHDRAWN, Machine, Row, run

PEOPLE = st.integers(0, 7)
SLOTS = st.integers(0, 2)
# In hours from now, each an hour long: the first two overlap; the third seats people without asking them.
STARTS, CAPACITIES = (72, 72.5, 96), (2, 2, 1)
GATHERED_UNTIL = timedelta(hours=24)


class Line(NamedTuple):
    """Everything about the slots at one moment."""

    rows: list[Row]
    slots: dict[int, Slot]

    def holds(self, member: int, slot: Slot) -> bool:
        """Whether the member has a seat somewhere else at that time."""
        others = (self.slots[r.slot] for r in self.rows if r.member == member and r.state in HOLDING)
        return any(o.id != slot.id and o.starts_at < slot.ends_at and slot.starts_at < o.ends_at for o in others)

    def is_ready(self, row: Row) -> bool:
        """Whether nothing stands in the way of a waiting person."""
        asked = any(r.wish == row.wish and r.state is OFFERED for r in self.rows) if row.wish else False
        return not asked and not self.holds(row.member, self.slots[row.slot])

    def ready_parties(self, slot_id: int) -> list[list[Row]]:
        """Those in line for a slot who could get seats, each with their whole team, who waits longest first."""
        parties: dict[object, list[Row]] = {}
        for row in self.rows:
            if row.slot == slot_id and row.state is WAITING:
                parties.setdefault(("team", row.whole) if row.whole else row.id, []).append(row)
        return [party for party in parties.values() if all(map(self.is_ready, party))]


class Waiting(Machine):
    size = 8

    def stage(self, cast):
        cast.sweeping.offer_minutes, cast.sweeping.withdraw_minutes = 12 * 60, 0
        unasked = make_activity("理论学习", cast.first, withdraw_minutes=0)
        activities = (cast.sweeping, cast.sweeping, unasked)
        posts = [
            make_post(activity, f"岗{n}", capacity=capacity)
            for n, (activity, capacity) in enumerate(zip(activities, CAPACITIES, strict=True))
        ]
        return [make_slot(post, NOW + start * HOUR) for post, start in zip(posts, STARTS, strict=True)]

    def open(self):
        # Every seat is taken to begin with, by people who have time for nothing else then.
        for person, slot in enumerate((0, 0, 1, 1, 2)):
            sign_up(self.people[person], self.slots[slot], NOW)
        self.line = self.line_now()

    # ── what people do ──────────────────────────────────────────────────────

    @rule(person=PEOPLE, slot=SLOTS, wait=st.booleans(), at_once=st.booleans())
    def somebody_signs_up(self, person, slot, wait, at_once):
        self.did(sign_up, self.people[person], self.slots[slot], or_wait=wait, at_once=at_once)

    @rule(person=PEOPLE, slot=SLOTS)
    def somebody_withdraws(self, person, slot):
        self.did(withdraw, self.people[person], self.slots[slot])

    @precondition(lambda self: self.some(SEATED))
    @rule(which=st.integers(0, 9))
    def a_seat_is_given_back(self, which):
        row = self.pick(which, SEATED)
        self.did(withdraw, row.member, row.slot)

    @precondition(lambda self: self.some(OFFERED))
    @rule(which=st.integers(0, 9))
    def somebody_accepts(self, which):
        row = self.pick(which, OFFERED)
        self.did(accept, row.member, row.slot)

    @rule(person=PEOPLE, slot=SLOTS)
    def somebody_tries_to_accept(self, person, slot):
        self.did(accept, self.people[person], self.slots[slot])

    @rule(hours=st.integers(1, 16))
    def time_passes(self, hours):
        self.now += hours * HOUR
        self.did(lapse_offers)

    @rule(slot=SLOTS, capacity=st.integers(1, 4))
    def the_capacity_changes(self, slot, capacity):
        self.edited(slot, capacity=capacity)

    @rule(person=PEOPLE, slots=st.sampled_from(([0, 1], [0, 2], [1, 2], [0, 1, 2])), at_once=st.booleans())
    def somebody_waits_for_any(self, person, slots, at_once):
        chosen = [self.slots[n] for n in slots]
        self.did(wait_for_any, self.people[person], chosen, at_once=at_once)

    @rule(person=PEOPLE)
    def somebody_leaves_a_wish(self, person):
        self.leave_latest_wish(self.people[person])

    @rule(people=st.lists(PEOPLE, min_size=2, max_size=3, unique=True), slot=SLOTS, whole=st.booleans())
    def a_team_signs_up(self, people, slot, whole):
        self.sign_up_as_team([self.people[n] for n in people], self.slots[slot], whole)

    @rule(which=st.integers(0, 9))
    def a_team_is_dissolved(self, which):
        if found := list(db.session.scalars(sa.select(Team.id).where(Team.signed_up_at.is_not(None)))):
            team = found[which % len(found)]
            leader = sa.select(SignUp.member_id).where(SignUp.team_id == team, SignUp.state != WITHDRAWN)
            first = db.session.scalars(leader.order_by(SignUp.ticket)).first()
            self.did(teams.dissolve, first or self.people[0], team)

    @rule(person=PEOPLE)
    def somebody_leaves_for_good(self, person):
        self.did(deactivate, self.administrator, self.people[person])

    # ── what must hold after each ───────────────────────────────────────────

    def did(self, verb, *args, **named):
        """Do it, let the worker's minute pass, and look."""
        was, done = self.line, super().did(verb, *args, **named)
        super().did(share_gathered_out)
        self.line = self.line_now()
        for slot in self.line.slots.values():
            if slot.starts_at > self.now:
                self.look_at_line(slot)
                self.look_at_order(was, slot)
        return done

    def line_now(self) -> Line:
        slots = {slot_id: db.session.get_one(Slot, slot_id, populate_existing=True) for slot_id in self.slots}
        for slot in slots.values():
            db.session.expunge(slot)
        return Line(self.read(), slots)

    def look_at_line(self, slot: Slot) -> None:
        """No seat is free without a reason, and none is gathered without one."""
        free = slot.capacity - slot.taken + slot.gathered
        gathers = slot.starts_at - self.now > GATHERED_UNTIL
        for party in self.line.ready_parties(slot.id):
            assert len(party) > free, "a seat is free although somebody could have it"
            if gathers and len(party) <= slot.capacity:
                assert slot.gathered == free
                return
        assert slot.gathered == 0

    def look_at_order(self, was: Line, slot: Slot) -> None:
        """Who got a seat or is offered one was not behind somebody who could have had it."""
        before = {row.id: row for row in was.rows}
        now_ready = {row.id for party in self.line.ready_parties(slot.id) for row in party}
        moved = [r for r in self.line.rows if r.slot == slot.id and r.state in HOLDING and r.id in before]
        moved = [row.ticket for row in moved if before[row.id].state is WAITING]
        gathers = slot.starts_at - self.now > GATHERED_UNTIL
        for party in was.ready_parties(slot.id):
            still = {row.id for row in party} <= now_ready
            if moved and still and (len(party) == 1 or (gathers and len(party) <= slot.capacity)):
                assert max(moved) < party[0].ticket


def test_any_history_moves_the_line_as_it_must(app):
    run(Waiting, app, examples=30, elsewhere=8, steps=30)
