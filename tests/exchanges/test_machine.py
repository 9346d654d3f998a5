"""Random histories of who signs up, withdraws, swaps and takes over: seats are conserved, nobody is in two places."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from activities.duties.models import Activity, Slot
from activities.exchanges import covers, swaps
from activities.exchanges.models import Cover, Handover, Swap
from activities.kit.db import db
from activities.kit.refusal import NotFound, Refusal
from activities.outbox.models import Notice
from activities.signups.models import SignUp
from activities.signups.rules import SignUpState
from activities.signups.service import sign_up, withdraw
from tests.cast import HOUR, NOW, clear, make_cast, make_member, make_post, make_slot

PEOPLE = st.integers(0, 4)
SLOTS = st.integers(0, 3)
# In hours from now, each an hour long: the first two overlap, and so do the last two.
STARTS = (48, 48.5, 60, 60.5)
HANDED = ("exchanges.covered", "exchanges.took_over", "exchanges.swapped")


class Exchanges(RuleBasedStateMachine):
    app = None

    @initialize()
    def begin(self) -> None:
        self.context = self.app.app_context()
        self.context.push()
        clear()
        cast = make_cast()
        self.people = [make_member(f"m{n}", f"人{n}", cast.first, password_hash=None).id for n in range(5)]
        posts = [make_post(cast.sweeping, f"岗{n}", capacity=1 + n % 2) for n in range(4)]
        self.slots = [make_slot(post, NOW + start * HOUR).id for post, start in zip(posts, STARTS, strict=True)]
        db.session.execute(sa.update(Activity).values(withdraw_minutes=0))
        db.session.commit()
        self.now = NOW
        for person, slot in zip(self.people, self.slots, strict=False):
            sign_up(person, slot, NOW)

    def tick(self):
        self.now += timedelta(seconds=1)
        return self.now

    def tried(self, verb) -> bool:
        try:
            verb()
        except (Refusal, NotFound):
            return False
        return True

    def held(self):
        """Who has a seat in which slot."""
        query = sa.select(SignUp.member_id, SignUp.slot_id).where(SignUp.state == SignUpState.SEATED)
        return db.session.execute(query.order_by(SignUp.id)).all()

    def seats(self) -> dict[int, int]:
        query = sa.select(SignUp.slot_id, sa.func.count()).where(SignUp.state == SignUpState.SEATED)
        return dict(db.session.execute(query.group_by(SignUp.slot_id)).all())

    @rule(person=PEOPLE, slot=SLOTS, wait=st.booleans())
    def somebody_signs_up(self, person, slot, wait):
        self.tried(lambda: sign_up(self.people[person], self.slots[slot], self.tick(), or_wait=wait))

    @rule(person=PEOPLE, slot=SLOTS)
    def somebody_withdraws(self, person, slot):
        self.tried(lambda: withdraw(self.people[person], self.slots[slot], self.tick()))

    @rule(which=st.integers(0, 5))
    def somebody_asks_for_cover(self, which):
        held = self.held()
        if which < len(held):
            before = self.seats()
            self.tried(lambda: covers.ask_cover(*held[which], "", self.tick()))
            assert all(self.seats()[slot] >= count for slot, count in before.items())

    @rule(person=PEOPLE, which=st.integers(0, 2))
    def somebody_takes_over(self, person, which):
        wanted = db.session.scalars(
            sa.select(SignUp.slot_id).join(Cover).where(Cover.ended_at.is_(None)).order_by(SignUp.id)
        ).all()
        if which < len(wanted):
            before = self.seats()
            if self.tried(lambda: covers.take_over(self.people[person], wanted[which], self.tick())):
                assert self.seats()[wanted[which]] == before[wanted[which]]

    @rule(which=st.integers(0, 5), other=st.integers(0, 5))
    def somebody_proposes_a_swap(self, which, other):
        held = self.held()
        if which != other and max(which, other) < len(held):
            before = self.seats()
            self.tried(lambda: swaps.propose(*held[which], *held[other], self.tick()))
            assert self.seats() == before

    @rule(which=st.integers(0, 3), verb=st.sampled_from((swaps.agree, swaps.agree, swaps.decline)))
    def somebody_answers(self, which, verb):
        asked = db.session.execute(
            sa.select(Swap.id, SignUp.member_id)
            .join(SignUp, SignUp.id == Swap.wanted_id)
            .where(Swap.ended_at.is_(None))
            .order_by(Swap.id)
        ).all()
        if which < len(asked):
            before = self.seats()
            self.tried(lambda: verb(asked[which].member_id, asked[which].id, self.tick()))
            # A swap conserves the seats; who has time again afterwards may be seated where they waited.
            now = self.seats()
            assert all(now.get(slot, 0) >= count for slot, count in before.items())

    @rule(which=st.integers(0, 5), person=PEOPLE)
    def somebody_comes_in_anothers_place(self, which, person):
        self.somebody_asks_for_cover(which)
        self.somebody_takes_over(person, 0)

    @rule(which=st.integers(0, 5), other=st.integers(0, 5))
    def two_agree_to_swap(self, which, other):
        self.somebody_proposes_a_swap(which, other)
        for n in range(4):
            self.somebody_answers(n, swaps.agree)

    @rule()
    def who_waits_is_served(self):
        self.tried(lambda: covers.serve_waiting(self.tick()))

    @invariant()
    def nobody_is_in_two_places_and_counters_are_right(self):
        if not hasattr(self, "slots"):
            return
        rows = self.held()
        for first, second in ((0, 1), (2, 3)):
            pair = (self.slots[first], self.slots[second])
            assert max(Counter(who for who, slot in rows if slot in pair).values(), default=0) <= 1
        taken = Counter(slot for _, slot in rows)
        for slot_id in self.slots:
            slot = db.session.get(Slot, slot_id, populate_existing=True)
            assert slot.taken == taken[slot_id] <= slot.capacity

    @invariant()
    def every_seat_handed_over_has_its_notices(self):
        if not hasattr(self, "slots"):
            return
        told = db.session.scalar(sa.select(sa.func.count(Notice.id)).where(Notice.topic.in_(HANDED)))
        by_cover = sa.select(sa.func.count(Handover.id)).where(Handover.way == "cover")
        by_swap = sa.select(sa.func.count(Handover.id)).where(Handover.way == "swap")
        assert told == 2 * db.session.scalar(by_cover) + db.session.scalar(by_swap)

    def teardown(self) -> None:
        if hasattr(self, "context"):
            db.session.rollback()
            self.context.pop()


@pytest.mark.usefixtures("app")
def test_any_history_conserves_seats_and_overlaps_nobody(app):
    Exchanges.app = app
    on_sqlite = app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite")
    options = settings(
        max_examples=30 if on_sqlite else 10,  # databases differ in locks, not in histories
        stateful_step_count=30,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
    )
    run_state_machine_as_test(Exchanges, settings=options)
