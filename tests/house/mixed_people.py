"""What people do themselves, through the verbs of all rooms."""

from __future__ import annotations

import sqlalchemy as sa
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from activities.exchanges import covers, line, swaps
from activities.exchanges.models import Swap
from activities.holders import service as holders
from activities.holders.models import Holder
from activities.holders.rules import HolderState, Span
from activities.kit.db import db
from activities.leaves import service as leaves
from activities.signups import arrival_verbs, teams
from activities.signups.models import SignUp, Team
from activities.signups.rules_soft import Consent
from activities.signups.service import accept, sign_up, withdraw
from activities.signups.wishes import wait_for_any
from tests.cast import DAY
from tests.house.mixed_stage import BLOOD, GUARD, PEOPLE, SLOTS, WHICH, Stage
from tests.machine import OFFERED, SEATED, WAITING, WITHDRAWN, one_of

MINUTES = st.sampled_from((0, 15))


class People(Stage):
    @rule(person=PEOPLE, slot=SLOTS, at_once=st.booleans())
    def somebody_signs_up(self, person, slot, at_once):
        self.did(sign_up, self.people[person], self.slots[slot], or_wait=True, at_once=at_once)

    @rule(person=PEOPLE, minute=MINUTES)
    def somebody_chooses_a_time(self, person, minute):
        if arrival := self.arrival(minute):
            consent = Consent(arrival_id=arrival)
            self.did(sign_up, self.people[person], self.slots[BLOOD], consent=consent)

    @rule(person=PEOPLE, minute=MINUTES)
    def somebody_comes_at_another_time(self, person, minute):
        if arrival := self.arrival(minute):
            self.did(arrival_verbs.come_at, self.people[person], self.slots[BLOOD], arrival)

    @precondition(lambda self: self.rows)
    @rule(which=WHICH)
    def somebody_withdraws(self, which):
        row = one_of(self.rows, which)
        self.did(lambda now: withdraw(row.member, row.slot, now, "有课"))

    @precondition(lambda self: self.some(OFFERED))
    @rule(which=WHICH)
    def somebody_accepts(self, which):
        row = self.pick(which, OFFERED)
        self.did(accept, row.member, row.slot)

    @rule(person=PEOPLE, slots=st.lists(SLOTS, min_size=2, max_size=3, unique=True), at_once=st.booleans())
    def somebody_waits_for_any(self, person, slots, at_once):
        self.did(wait_for_any, self.people[person], [self.slots[n] for n in slots], at_once=at_once)

    @rule(person=PEOPLE)
    def somebody_leaves_a_wish(self, person):
        self.leave_latest_wish(self.people[person])

    @rule(people=st.lists(PEOPLE, min_size=2, max_size=3, unique=True), slot=SLOTS, whole=st.booleans())
    def a_team_signs_up(self, people, slot, whole):
        self.sign_up_as_team([self.people[n] for n in people], self.slots[slot], whole)

    @rule(people=st.lists(PEOPLE, min_size=2, max_size=3, unique=True), slot=SLOTS)
    def a_team_gathers(self, people, slot):
        first, *others = (self.people[n] for n in people)
        if self.did(teams.make_team, first, self.slots[slot], "小队", False):
            team = db.session.scalars(sa.select(sa.func.max(Team.id))).one()
            for member in others:
                self.did(teams.join, member, team)

    @rule(which=WHICH)
    def a_team_is_dissolved(self, which):
        if team := one_of(db.session.scalars(sa.select(Team).where(Team.signed_up_at.is_not(None))).all(), which):
            leader = sa.select(SignUp.member_id).where(SignUp.team_id == team.id, SignUp.state != WITHDRAWN)
            if first := db.session.scalars(leader.order_by(SignUp.ticket)).first():
                self.did(teams.dissolve, first, team.id)

    # ── who takes whose seat ────────────────────────────────────────────────

    @precondition(lambda self: self.some(SEATED))
    @rule(which=WHICH)
    def somebody_asks_for_cover(self, which):
        row = self.pick(which, SEATED)
        self.did(covers.ask_cover, row.member, row.slot, "有课")

    @rule(person=PEOPLE, slot=SLOTS)
    def somebody_takes_over(self, person, slot):
        self.did(covers.take_over, self.people[person], self.slots[slot])

    @rule(person=PEOPLE, which=WHICH)
    def somebody_asks_for_cover_and_another_takes_over(self, person, which):
        if row := self.pick(which, SEATED):
            self.did(covers.ask_cover, row.member, row.slot, "有课")
            self.did(covers.take_over, self.people[person], row.slot)

    @precondition(lambda self: self.some(SEATED))
    @rule(which=WHICH)
    def somebody_asks_for_cover_and_gives_the_seat_back(self, which):
        row = self.pick(which, SEATED)
        self.did(covers.ask_cover, row.member, row.slot, "有课")
        self.did(lambda now: withdraw(row.member, row.slot, now, "有课"))

    @precondition(lambda self: self.some(WAITING))
    @rule(which=WHICH, answer=st.sampled_from((covers.take_over, line.decline)))
    def who_waits_answers_to_cover_in_their_slot(self, which, answer):
        row = self.pick(which, WAITING)
        if giver := next((one for one in self.some(SEATED) if one.slot == row.slot), None):
            self.did(covers.ask_cover, giver.member, giver.slot, "有课")
            self.did(answer, row.member, row.slot)

    @precondition(lambda self: len(self.some(SEATED)) > 1)
    @rule(which=WHICH, other=WHICH, agrees=st.booleans())
    def a_swap_is_proposed(self, which, other, agrees):
        own, wanted = self.pick(which, SEATED), self.pick(other, SEATED)
        if self.did(swaps.propose, own.member, own.slot, wanted.member, wanted.slot) and agrees:
            self.did(swaps.agree, wanted.member, db.session.scalars(sa.select(sa.func.max(Swap.id))).one())

    @rule(which=WHICH, verb=st.sampled_from((swaps.agree, swaps.decline)))
    def somebody_answers_late(self, which, verb):
        if swap := one_of(db.session.scalars(sa.select(Swap).where(Swap.ended_at.is_(None))).all(), which):
            self.did(verb, swap.wanted.member_id, swap.id)

    # ── leave, and holding a post ───────────────────────────────────────────

    @rule(person=PEOPLE)
    def somebody_asks_for_leave(self, person):
        self.did(leaves.ask, self.people[person], self.slots[GUARD], "发烧")

    @rule(person=PEOPLE, days=st.integers(4, 6))
    def somebody_comes_to_hold_the_post(self, person, days):
        proposal = holders.Proposal(self.room, self.people[person], Span(self.now, self.now + days * DAY))
        if self.did(holders.propose, self.organizer, self.room_activity, [proposal]):
            public_id = db.session.scalars(sa.select(Holder.public_id).order_by(Holder.id.desc())).first()
            self.did(holders.accept, self.people[person], public_id, 0)

    @rule(from_day=st.integers(0, 4))
    def who_holds_the_post_is_absent(self, from_day):
        held = sa.select(Holder).where(Holder.state == HolderState.ACCEPTED).order_by(Holder.id.desc())
        if holder := db.session.scalar(held):
            span = Span(self.now + from_day * DAY, self.now + (from_day + 2) * DAY)
            self.did(holders.be_absent, holder.member_id, holder.public_id, span, "出差")
