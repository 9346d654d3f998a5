"""Random histories of what people and organizers do to slots, up to leaving for good, held against a model."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from activities.duties.models import Slot
from activities.kit.db import db
from activities.kit.refusal import Refusal
from activities.signups import organize
from activities.signups.leaving import deactivate
from activities.signups.models import SignUp
from activities.signups.rules import SignUpState
from activities.signups.service import sign_up, withdraw
from tests.cast import HOUR, NOW, clear, make_cast, make_member, make_post, make_slot

PEOPLE = st.integers(0, 5)
SLOTS = st.integers(0, 2)
# In hours from now, each an hour long: the first two slots overlap, the third is later.
STARTS = (48, 48.5, 60)


class Model:
    """What the sign-ups should be, said as simply as possible: lists in the order of acceptance."""

    def __init__(self) -> None:
        self.capacity = [1, 2, 1]
        self.open = [True, True, True]
        self.starts = list(STARTS)
        self.gone: set[int] = set()
        self.seated: list[list[int]] = [[], [], []]
        self.waiting: list[list[int]] = [[], [], []]

    def clash(self, person: int, slot: int) -> bool:
        return any(
            self.open[other] and person in self.seated[other] and abs(self.starts[other] - self.starts[slot]) < 1
            for other in range(3)
            if other != slot
        )

    def promote(self, slot: int) -> None:
        for person in list(self.waiting[slot]):
            if len(self.seated[slot]) < self.capacity[slot] and not self.clash(person, slot):
                self.waiting[slot].remove(person)
                self.seated[slot].append(person)

    def sign_up(self, person: int, slot: int, wait: bool) -> bool:
        if not self.open[slot] or (self.is_full(slot) and not wait):
            return False
        self.promote(slot)
        taken = person in self.seated[slot] + self.waiting[slot]
        if person in self.gone or taken or self.clash(person, slot) or (self.is_full(slot) and not wait):
            return False
        (self.waiting if self.is_full(slot) else self.seated)[slot].append(person)
        return True

    def is_full(self, slot: int) -> bool:
        return len(self.seated[slot]) >= self.capacity[slot]

    def withdraw(self, person: int, slot: int) -> bool:
        for line in (self.seated[slot], self.waiting[slot]):
            if self.open[slot] and person in line:
                line.remove(person)
                self.promote(slot)
                self.seat_freed([person])
                return True
        return False

    def cancel(self, slot: int) -> bool:
        was_open, self.open[slot] = self.open[slot], False
        if was_open:
            self.seat_freed(self.seated[slot])
        return was_open

    def move(self, slot: int, start: float) -> bool:
        if self.open[slot] and self.starts[slot] != start:
            self.starts[slot], seated = start, list(self.seated[slot])
            self.promote(slot)
            self.seat_freed(seated)
        return self.open[slot]

    def leave(self, person: int) -> bool:
        if person in self.gone:
            return False
        self.gone.add(person)
        for slot in range(3):
            for line in (self.seated[slot], self.waiting[slot]):
                if self.open[slot] and person in line:
                    line.remove(person)
                    self.promote(slot)
        return True

    def seat_freed(self, people: list[int]) -> None:
        for other in range(3):
            if self.open[other] and any(person in self.waiting[other] for person in people):
                self.promote(other)


class SignUps(RuleBasedStateMachine):
    app = None

    @initialize()
    def begin(self) -> None:
        self.context = self.app.app_context()
        self.context.push()
        clear()
        cast = make_cast()
        self.organizer, self.administrator = cast.ou.id, cast.gu.id
        self.people = [make_member(f"m{n}", f"人{n}", cast.first, password_hash=None).id for n in range(6)]
        self.model = Model()
        posts = [make_post(cast.sweeping, f"岗{n}", capacity=c) for n, c in enumerate(self.model.capacity)]
        self.slots = [make_slot(post, NOW + start * HOUR).id for post, start in zip(posts, STARTS, strict=True)]
        db.session.commit()
        self.now = NOW

    def tick(self):
        self.now += timedelta(seconds=1)
        return self.now

    def tried(self, verb) -> bool:
        try:
            verb()
        except Refusal:
            return False
        return True

    @rule(person=PEOPLE, slot=SLOTS, wait=st.booleans())
    def somebody_signs_up(self, person, slot, wait):
        did = self.tried(lambda: sign_up(self.people[person], self.slots[slot], self.tick(), or_wait=wait))
        assert did == self.model.sign_up(person, slot, wait)

    @rule(person=PEOPLE, slot=SLOTS)
    def somebody_withdraws(self, person, slot):
        did = self.tried(lambda: withdraw(self.people[person], self.slots[slot], self.tick()))
        assert did == self.model.withdraw(person, slot)

    @rule(slot=SLOTS, capacity=st.integers(1, 4))
    def the_capacity_changes(self, slot, capacity):
        did = self.edited(slot, capacity=capacity)
        allowed = self.model.open[slot] and capacity >= len(self.model.seated[slot])
        assert did == allowed
        if allowed and capacity != self.model.capacity[slot]:
            self.model.capacity[slot] = capacity
            self.model.promote(slot)

    @rule(slot=SLOTS, start=st.sampled_from((48, 48.5, 60, 72)))
    def the_slot_is_moved(self, slot, start):
        starts_at = NOW + start * HOUR
        did = self.edited(slot, starts_at=starts_at, ends_at=starts_at + HOUR)
        assert did == self.model.move(slot, start)

    def edited(self, slot, **changes) -> bool:
        row = db.session.get(Slot, self.slots[slot], populate_existing=True)
        values = {"starts_at": row.starts_at, "ends_at": row.ends_at, "capacity": row.capacity, **changes}
        now = self.tick()
        return self.tried(lambda: organize.edit_slot(self.organizer, row.id, row.revision, **values, now=now))

    @rule(slot=SLOTS)
    def the_slot_is_cancelled(self, slot):
        did = self.tried(lambda: organize.cancel_slot(self.organizer, self.slots[slot], "下雨", self.tick()))
        assert did == self.model.cancel(slot)

    @rule(person=PEOPLE)
    def somebody_leaves_for_good(self, person):
        did = self.tried(lambda: deactivate(self.administrator, self.people[person], self.tick()))
        assert did == self.model.leave(person)

    @invariant()
    def rows_and_counters_are_as_the_model_says(self):
        if not hasattr(self, "model"):
            return
        for n, slot_id in enumerate(self.slots):
            rows = db.session.execute(
                sa.select(SignUp.state, SignUp.member_id).where(SignUp.slot_id == slot_id).order_by(SignUp.ticket)
            ).all()
            seated = [self.people.index(member) for state, member in rows if state is SignUpState.SEATED]
            waiting = [self.people.index(member) for state, member in rows if state is SignUpState.WAITING]
            slot = db.session.get(Slot, slot_id, populate_existing=True)
            assert sorted(seated) == sorted(self.model.seated[n])
            assert waiting == self.model.waiting[n]
            assert (slot.taken, slot.waiting) == (len(seated), len(waiting))
            assert slot.taken <= slot.capacity

    def teardown(self) -> None:
        if hasattr(self, "context"):
            db.session.rollback()
            self.context.pop()


@pytest.mark.usefixtures("app")
def test_any_history_leaves_what_the_model_says(app):
    SignUps.app = app
    on_sqlite = app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite")
    options = settings(
        max_examples=60 if on_sqlite else 15,  # databases differ in locks, not in histories
        stateful_step_count=30,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
    )
    run_state_machine_as_test(SignUps, settings=options)
