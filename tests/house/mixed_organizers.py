"""What organizers and administrators do, through the verbs of all rooms; and what time does."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta

import sqlalchemy as sa
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from activities.admissions import service as admissions
from activities.board import changes as bulk
from activities.board import service as board
from activities.board.models import BulkChange
from activities.draws.models import Draw
from activities.draws.service import hold_draws
from activities.duties.models import Post, Series, Slot
from activities.duties.rules import SlotState
from activities.holders import service as holders
from activities.holders.models import Holder
from activities.holders.rules import HolderState
from activities.kit import clock
from activities.kit.db import db
from activities.leaves import service as leaves
from activities.leaves.models import Leave
from activities.leaves.rules import Answer
from activities.rescheduling.rules import Fate
from activities.rescheduling.service import Change, Decision, carry_out, look
from activities.series import planning
from activities.series import service as series
from activities.signups import arrival_verbs, organize
from activities.signups.leaving import deactivate
from activities.terms import changes
from activities.terms.rules import Special
from tests.cast import HOUR, NOW
from tests.house.mixed_stage import BLOOD, FIRST, PEOPLE, SLOTS, STARTS, WATCH, WHICH, Stage
from tests.machine import ASKED, SEATED, one_of

HOLIDAY = Special("校庆", off=True)
WEEK = timedelta(7)


class Organizers(Stage):
    @rule(slot=SLOTS, capacity=st.integers(1, 4))
    def the_capacity_changes(self, slot, capacity):
        self.edited(slot, capacity=capacity)

    @rule(slot=SLOTS, start=st.sampled_from(STARTS), capacity=st.integers(1, 2))
    def the_slot_is_moved(self, slot, start, capacity):
        starts_at = NOW + start * HOUR
        self.edited(slot, starts_at=starts_at, ends_at=starts_at + HOUR, capacity=capacity)

    @rule(slot=SLOTS)
    def the_slot_is_cancelled(self, slot):
        self.did(organize.cancel_slot, self.organizer, self.slots[slot], "下雨")

    @rule(slot=SLOTS)
    def the_slot_is_deleted(self, slot):
        self.did(organize.delete_slot, self.organizer, self.slots[slot])

    @rule(slot=SLOTS, place=st.sampled_from(("老地方", "新地方")))
    def the_post_is_elsewhere(self, slot, place):
        if found := self.slot(slot):
            post = db.session.get_one(Post, found.post_id, populate_existing=True)
            self.did(organize.edit_post, self.organizer, post.id, post.revision, {"place": place})

    @rule(quotas=st.tuples(st.integers(0, 3), st.integers(0, 3)))
    def the_times_change(self, quotas):
        if slot := self.slot(BLOOD):
            chosen = dict(zip((0, 15), quotas, strict=True))
            self.did(arrival_verbs.set_quotas, self.organizer, slot.id, slot.revision, chosen)

    @rule(slots=st.frozensets(SLOTS, min_size=2, max_size=4), act=st.sampled_from((bulk.Move(60), bulk.Cancel("暴雨"))))
    def many_slots_change(self, slots, act):
        def apply(now):
            found = db.session.scalars(sa.select(Slot).where(Slot.id.in_([self.slots[n] for n in slots]))).all()
            plan = board.planned(found, act, now)
            board.apply(self.organizer, [one.slot.id for one in plan.changes], act, "", plan.digest, now)

        self.did(apply)

    @rule()
    def what_was_done_to_many_is_taken_back(self):
        if public_id := db.session.scalar(sa.select(BulkChange.public_id).order_by(BulkChange.id.desc())):
            self.did(board.undo, self.organizer, public_id)

    # ── who gets in ─────────────────────────────────────────────────────────

    @rule(which=WHICH, count=st.integers(1, 2))
    def requests_are_approved(self, which, count):
        if row := self.pick(which, ASKED):
            ids = [one.id for one in self.some(ASKED) if one.slot == row.slot]
            self.did(admissions.approve, self.organizer, ids[:count])

    @rule(which=WHICH)
    def a_request_is_declined(self, which):
        if row := self.pick(which, ASKED):
            self.did(admissions.decline, self.organizer, [row.id], "下次")

    @rule(people=st.lists(PEOPLE, min_size=1, max_size=2, unique=True))
    def people_are_assigned(self, people):
        self.did(admissions.assign, self.organizer, self.slots[WATCH], [self.people[n] for n in people])

    @rule()
    def the_draw_is_held(self):
        if moment := db.session.scalar(sa.select(sa.func.min(Draw.draws_at)).where(Draw.drawn_at.is_(None))):
            self.now = max(self.now, moment)
            self.did(hold_draws)

    @rule(which=WHICH, answer=st.sampled_from((Answer.ACCEPTED, Answer.DECLINED)))
    def leave_is_answered(self, which, answer):
        if leave := one_of(db.session.scalars(sa.select(Leave).where(Leave.answer == Answer.ASKED)).all(), which):
            self.did(leaves.answer, self.organizer, leave.id, answer, "")

    @rule(hours=st.sampled_from((0, 90)))
    def somebody_holds_the_post_no_more(self, hours):
        held = sa.select(Holder.id).where(Holder.state == HolderState.ACCEPTED).order_by(Holder.id.desc())
        if holder := db.session.scalar(held):
            self.did(holders.end, self.organizer, holder, self.now + hours * HOUR)

    @precondition(lambda self: len(self.some(SEATED)) > 3)
    @rule(person=PEOPLE)
    def somebody_leaves_for_good(self, person):
        self.did(deactivate, self.administrator, self.people[person])

    # ── series, and the calendar ────────────────────────────────────────────

    @rule(which=WHICH, later=st.booleans(), hour=st.sampled_from((13, 14, 15)), capacity=st.integers(1, 2))
    def a_series_changes(self, which, later, hour, capacity):
        """All of it, or this and the following."""

        def edit(now):
            own = planning.holding(one.id, FIRST + WEEK if later else FIRST)
            wish = replace(own.wish, starts=time(hour), ends=time(hour + 2), capacity=capacity)
            wish = replace(wish, rule=replace(wish.rule, first=max(wish.rule.first, FIRST + later * WEEK)))
            found = planning.edit(own, wish, planning.occurrences(own.id, wish.rule.first), clock.zone(), now)
            series.edit(self.organizer, own.id, wish, found.digest, "改期", clock.zone(), now)

        if one := self.series(which):
            self.did(edit)

    @precondition(lambda self: len(self.some(SEATED)) > 3)
    @rule(which=WHICH)
    def a_series_ends(self, which):
        def end(now):
            present = planning.occurrences(one.id, date.min)
            digest = planning.ending(one, present, now).digest
            series.end(self.organizer, one.id, digest, "停", clock.zone(), now)

        if one := self.series(which):
            self.did(end)

    @rule(which=WHICH)
    def a_series_is_taken_back(self, which):
        if one := self.series(which):
            self.did(series.undo, self.organizer, one.id)

    def series(self, which: int) -> Series | None:
        return one_of(db.session.scalars(sa.select(Series).order_by(Series.id)).all(), which)

    @rule(slot=SLOTS, fate=st.sampled_from((Fate.CANCEL, Fate.MOVE, Fate.MOVE, Fate.KEEP)), days=st.integers(1, 3))
    def a_day_changes(self, slot, fate, days):
        if (found := self.slot(slot)) and found.state is SlotState.OPEN:
            day = clock.local_day(found.starts_at)
            change = Change(changes.add_day, (day, HOLIDAY))
            decision = Decision(fate, "校庆", day + timedelta(days))

            def carry(now):
                shown = look(self.administrator, change, decision, clock.zone(), now)
                carry_out(self.administrator, change, decision, shown.digest, clock.zone(), now)

            self.did(carry)

    @rule(hours=st.integers(1, 16))
    def time_passes(self, hours):
        self.now += hours * HOUR
        self.did(lambda now: None)
