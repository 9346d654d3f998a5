"""Random histories of who signs up, withdraws, swaps and takes over: seats are conserved."""

from __future__ import annotations

import sqlalchemy as sa
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from activities.duties.models import Activity
from activities.exchanges import covers, ending, line, queries, swap_queries, swaps
from activities.exchanges.models import Cover, CoverTurn, Handover, Swap
from activities.invitations.models import Invitation
from activities.invitations.queries import STANDS
from activities.kit.db import db
from activities.outbox.models import Notice
from activities.signups.models import SignUp
from activities.signups.rules import SignUpState
from activities.signups.service import sign_up, withdraw
from tests.cast import HOUR, NOW, make_post, make_slot
from tests.machine import Machine, run

PEOPLE = st.integers(0, 4)
SLOTS = st.integers(0, 3)
# In hours from now, each an hour long: the first two overlap, and so do the last two.
STARTS = (48, 48.5, 60, 60.5)
RELIEVED = ("exchanges.covered", "exchanges.to_waiting_list")


class Exchanges(Machine):
    size = 5
    known_turns: list[tuple[int, int]] | None = None

    def did(self, *args, **named):
        self.known_turns = None
        return super().did(*args, **named)

    def stage(self, cast):
        posts = [make_post(cast.sweeping, f"岗{n}", capacity=1 + n % 2) for n in range(4)]
        db.session.execute(sa.update(Activity).values(withdraw_minutes=0, offer_minutes=60))
        return [make_slot(post, NOW + start * HOUR) for post, start in zip(posts, STARTS, strict=True)]

    def open(self):
        for person, slot in zip(self.people, self.slots, strict=False):
            sign_up(person, slot, NOW)

    def held(self):
        """Who has a seat in which slot."""
        query = sa.select(SignUp.member_id, SignUp.slot_id).where(SignUp.state == SignUpState.SEATED)
        return db.session.execute(query.order_by(SignUp.id)).all()

    def seats(self) -> dict[int, int]:
        query = sa.select(SignUp.slot_id, sa.func.count()).where(SignUp.state == SignUpState.SEATED)
        return dict(db.session.execute(query.group_by(SignUp.slot_id)).all())

    @rule(person=PEOPLE, slot=SLOTS, wait=st.booleans())
    def somebody_signs_up(self, person, slot, wait):
        self.did(sign_up, self.people[person], self.slots[slot], or_wait=wait)

    @rule(person=PEOPLE, slot=SLOTS)
    def somebody_withdraws(self, person, slot):
        self.did(withdraw, self.people[person], self.slots[slot])

    @rule(which=st.integers(0, 5))
    def somebody_asks_for_cover(self, which):
        held = self.held()
        if which < len(held):
            before = self.seats()
            self.did(covers.ask_cover, *held[which], "")
            assert all(self.seats()[slot] >= count for slot, count in before.items()), "who asks is not free"

    @rule(person=PEOPLE, which=st.integers(0, 2))
    def somebody_takes_over(self, person, which):
        wanted = db.session.scalars(
            sa.select(SignUp.slot_id).join(Cover).where(Cover.ended_at.is_(None)).order_by(SignUp.id)
        ).all()
        if which < len(wanted):
            before = self.seats()
            if self.did(covers.take_over, self.people[person], wanted[which]):
                assert self.seats()[wanted[which]] == before[wanted[which]]

    @rule(which=st.integers(0, 5), other=st.integers(0, 5))
    def somebody_proposes_a_swap(self, which, other):
        held = self.held()
        if which != other and max(which, other) < len(held):
            before = self.seats()
            self.did(swaps.propose, *held[which], *held[other])
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
            self.did(verb, asked[which].member_id, asked[which].id)
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

    def turns(self):
        """Whose turn it is in which slot: asked once for all that looks between two verbs, and of slots with a turn."""
        if self.known_turns is None:
            slots = db.session.scalars(sa.select(SignUp.slot_id).join(CoverTurn).distinct().order_by(SignUp.slot_id))
            found = {slot: queries.wanted_in(slot, self.now) for slot in slots.all()}
            self.known_turns = [(one.asked_id, slot) for slot, wanted in found.items() for one in wanted if one.turn]
        return self.known_turns

    @rule(person=PEOPLE, which=st.integers(0, 5), accepts=st.booleans())
    def somebody_waits_and_answers_when_it_is_their_turn(self, person, which, accepts):
        held = self.held()
        if which < len(held):
            self.did(sign_up, self.people[person], held[which].slot_id, or_wait=True)
            self.somebody_asks_for_cover(which)
        before = self.seats()
        for member, slot in self.turns():
            self.did(covers.take_over if accepts else line.decline, member, slot)
        assert all(self.seats()[slot] >= count for slot, count in before.items()), "no seat is empty between"

    @rule(minutes=st.sampled_from((1, 61)))
    def who_waits_is_served(self, minutes):
        self.now += minutes * HOUR / 60
        self.did(line.serve_waiting)

    @rule()
    def what_is_over_ends(self):
        self.did(ending.end_lost_covers), self.did(ending.end_void_swaps)
        assert not queries.lost(self.now)
        assert not swap_queries.void(self.now)
        wanted = sa.select(SignUp.slot_id).join(Cover).where(Cover.ended_at.is_(None))
        asked = sa.select(Invitation.id).where(Invitation.for_cover, STANDS, Invitation.slot_id.not_in(wanted))
        assert not db.session.scalars(asked).all(), "who is asked to take over finds somebody to relieve"

    @precondition(lambda self: self.turns())
    @rule(person=PEOPLE)
    def nobody_else_takes_over_in_their_place(self, person):
        member, slot = self.turns()[0]
        mine = {row.id for row in self.rows if (row.member, row.slot) == (self.people[person], slot)}
        if self.people[person] != member and len(queries.wanted_in(slot, self.now)) == 1 and not mine:
            assert not self.did(covers.take_over, self.people[person], slot)

    @invariant()
    def each_turn_is_somebodys_who_waits(self):
        turns = self.turns()
        assert len(turns) == len(set(turns)), "nobody is asked twice at once"
        assert {(row.member, row.slot) for row in self.some(SignUpState.WAITING)}.issuperset(turns)
        asked = db.session.scalar(sa.select(sa.func.count(CoverTurn.id)))
        told = sa.select(sa.func.count(Notice.id)).where(Notice.topic == "exchanges.your_turn")
        assert asked == db.session.scalar(told)

    @invariant()
    def every_seat_handed_over_has_its_notices(self):
        for way, topics in (("cover", RELIEVED), ("swap", ("exchanges.swapped",))):
            told = sa.select(sa.func.count(Notice.id)).where(Notice.topic.in_(topics))
            handed = sa.select(sa.func.count(Handover.id)).where(Handover.way == way)
            assert db.session.scalar(told) == db.session.scalar(handed)


def test_any_history_conserves_seats(app):
    run(Exchanges, app, examples=30, elsewhere=10, steps=30)
