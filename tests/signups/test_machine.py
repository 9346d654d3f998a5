"""Random histories of what people and organizers do to slots, up to leaving for good, held against a model."""

from __future__ import annotations

import sqlalchemy as sa
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from activities.kit.db import db
from activities.signups import organize
from activities.signups.leaving import deactivate
from activities.signups.models import SignUp
from activities.signups.service import sign_up, withdraw
from tests.cast import HOUR, NOW, make_post, make_slot
from tests.machine import SEATED, WAITING, Machine, run

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
        was = self.starts[slot]
        if not self.open[slot] or start == was:
            return self.open[slot]
        self.starts[slot], seated = start, list(self.seated[slot])
        if any(self.clash(person, slot) for person in seated):
            self.starts[slot] = was
            return False
        self.promote(slot)
        self.seat_freed(seated)
        return True

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


class SignUps(Machine):
    size = 6

    def stage(self, cast):
        self.model = Model()
        posts = [make_post(cast.sweeping, f"岗{n}", capacity=c) for n, c in enumerate(self.model.capacity)]
        return [make_slot(post, NOW + start * HOUR) for post, start in zip(posts, STARTS, strict=True)]

    @rule(person=PEOPLE, slot=SLOTS, wait=st.booleans())
    def somebody_signs_up(self, person, slot, wait):
        did = self.did(sign_up, self.people[person], self.slots[slot], or_wait=wait)
        assert did == self.model.sign_up(person, slot, wait)

    @rule(person=PEOPLE, slot=SLOTS)
    def somebody_withdraws(self, person, slot):
        assert self.did(withdraw, self.people[person], self.slots[slot]) == self.model.withdraw(person, slot)

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

    @rule(slot=SLOTS)
    def the_slot_is_cancelled(self, slot):
        did = self.did(organize.cancel_slot, self.organizer, self.slots[slot], "下雨")
        assert did == self.model.cancel(slot)

    @rule(person=PEOPLE)
    def somebody_leaves_for_good(self, person):
        assert self.did(deactivate, self.administrator, self.people[person]) == self.model.leave(person)

    @invariant()
    def rows_are_as_the_model_says(self):
        for n, slot_id in enumerate(self.slots):
            rows = db.session.execute(
                sa.select(SignUp.state, SignUp.member_id).where(SignUp.slot_id == slot_id).order_by(SignUp.ticket)
            ).all()
            seated = [self.people.index(member) for state, member in rows if state is SEATED]
            waiting = [self.people.index(member) for state, member in rows if state is WAITING]
            assert sorted(seated) == sorted(self.model.seated[n])
            assert waiting == self.model.waiting[n]


def test_any_history_leaves_what_the_model_says(app):
    run(SignUps, app, examples=60, elsewhere=15, steps=30)
