"""Random histories of records: marked on lists, ticked on phones, checked in and out with codes, corrected, taken back,
countersigned, counted beyond the slot's end. Whatever is done: no hours below nothing, above the slot or twice, no
final hours without a witness and a second person, and a chain that verifies."""

from __future__ import annotations

from datetime import timedelta
from itertools import combinations

import sqlalchemy as sa
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from activities.audit import seals
from activities.duties.kinds import Evidence
from activities.duties.models import Slot
from activities.kit.db import db
from activities.kit.refusal import ChangedMeanwhile, NotAllowed, NotFound, Refusal
from activities.records import checking, ticking
from activities.records.countersigning import countersign, waiting
from activities.records.extending import extend
from activities.records.models import Record
from activities.records.rules import CAME, Attendance, Mark
from activities.records.rules_codes import Scan
from activities.records.rules_ticks import How, Tap
from activities.records.service import record_attendance, undo
from tests.cast import DAY, HOUR, NOW, Cast, make_activity, make_post, make_slot
from tests.records.conftest import seat

WHO, WHERE, BY = st.integers(0, 3), st.integers(0, 2), st.integers(0, 1)
GOOD = st.sampled_from([
    Mark(Attendance.PRESENT, 120), Mark(Attendance.PRESENT, 90), Mark(Attendance.LATE, 60, 10),
    Mark(Attendance.LEFT_EARLY, 30), Mark(Attendance.ABSENT), Mark(Attendance.EXCUSED),
])  # fmt: skip
ODD = st.builds(Mark, st.sampled_from(Attendance), st.sampled_from([0, 121, 10**6, -5]), st.sampled_from([0, 200, -1]))
MARKS = st.one_of(GOOD, GOOD, GOOD, ODD)
SHEETS = st.dictionaries(WHO, MARKS, min_size=1, max_size=3)
SOME_TIME = st.sampled_from([0, 1, 20, 60, 180])


class Records(RuleBasedStateMachine):
    """Three slots of two hours of which each overlaps the next: one where a list is enough, one that asks for a code
    and a check-out, one where who never checks out counts to the end."""

    cast: Cast
    start = NOW

    @initialize()
    def begin(self) -> None:
        cast, kinds = self.cast, ("cleaning", "elder_care", "practice_team")
        type(self).start += 30 * DAY  # another stretch of time each: nobody sits twice at one time
        self.now, self.saved = self.start + HOUR, []
        self.people, self.organizers = [cast.lin, cast.wang, cast.ou, cast.chen], [cast.ou, cast.chen]
        self.slots = []
        for n, kind in enumerate(kinds):
            post = make_post(make_activity(kind, cast.first, kind), f"第 {n} 处", capacity=9)
            self.slots.append(make_slot(post, self.start + n * HOUR, hours=2))
            seat(self.slots[-1], self.people)

    def did(self, verb, *args, **named):
        try:
            return verb(*args, **named)
        except (Refusal, NotFound, NotAllowed, ChangedMeanwhile):
            return None
        finally:
            db.session.rollback()
            db.session.expire_all()

    @rule(minutes=SOME_TIME)
    def time_passes(self, minutes):
        self.now += timedelta(minutes=minutes)

    @rule(
        by=BY,
        where=WHERE,
        marks=st.dictionaries(WHO, MARKS, min_size=1, max_size=3),
        reason=st.sampled_from(["", "错了"]),
    )
    def people_are_marked(self, by, where, marks, reason):
        self.now += timedelta(seconds=1)
        recorder, slot = self.organizers[by].id, self.slots[where].id
        meant = {self.people[who].id: mark for who, mark in marks.items()}
        if self.did(record_attendance, recorder, slot, meant, self.now, reason=reason):
            self.saved.append((recorder, slot, self.now))

    @rule(which=st.integers(0, 5))
    def what_was_saved_is_taken_back(self, which):
        if which < len(self.saved):
            self.did(undo, *self.saved[-1 - which], self.now)

    @rule(by=BY, where=WHERE, who=WHO, key=st.integers(0, 5), how=st.sampled_from(How), is_undone=st.booleans())
    def a_phone_sends_a_tick_twice(self, by, where, who, key, how, is_undone):
        tap = Tap(key=f"tick-{key:04}", who=self.people[who].public_id, how=how, at=self.now)
        undone = {tap.key: tap.who} if is_undone else {}
        for _ in range(2):
            slot = self.slots[where].id
            self.did(ticking.tick, self.organizers[by].id, slot, [] if is_undone else [tap], undone, self.now)

    @rule(by=BY, where=WHERE, who=WHO, is_posted=st.booleans(), is_out=st.booleans())
    def somebody_scans_a_code(self, by, where, who, is_posted, is_out):
        evidence = Evidence.POSTED_CODE if is_posted else Evidence.ROTATING_CODE
        shown = {"slot": self.slots[where].public_id, "host": self.organizers[by].public_id}
        scan = Scan(**shown, at=self.now, evidence=evidence)
        self.did(checking.check_out if is_out else checking.check_in, self.people[who].id, scan, self.now)

    @rule(by=st.integers(0, 2), where=WHERE)
    def somebody_countersigns_what_they_may(self, by, where):
        signer = [*self.organizers, self.cast.gu][by].id
        lines = waiting(self.slots[where].id, signer)
        for line in lines:
            self.did(countersign, signer, self.slots[where].id, {line.public_id: line.changed_at}, self.now)

    @rule(by=BY, where=WHERE, minutes=st.sampled_from([0, 30, 60]))
    def a_slot_ran_on(self, by, where, minutes):
        seen = db.session.scalar(sa.select(Slot.extra_minutes).where(Slot.id == self.slots[where].id))
        self.did(extend, self.organizers[by].id, self.slots[where].id, minutes, seen, "演出晚了", self.now)

    def records(self) -> list[tuple[Record, Slot]]:
        query = sa.select(Record, Slot).join(Record.slot).where(Slot.id.in_([slot.id for slot in self.slots]))
        return [
            (record, slot) for record, slot in db.session.execute(query, execution_options={"populate_existing": True})
        ]

    @invariant()
    def hours_are_never_below_nothing_nor_above_the_slot(self):
        for record, slot in self.records():
            assert 0 <= record.minutes <= slot.counted_minutes
            assert record.attendance in CAME or record.minutes == 0

    @invariant()
    def no_minute_counts_twice(self):
        """Whichever slots are taken together: what counts in them has room in the time that they cover."""
        records = self.records()
        for person in self.people:
            mine = [(record.minutes, slot) for record, slot in records if record.member_id == person.id]
            for size in (2, 3):
                for some in combinations(mine, size):
                    assert sum(minutes for minutes, _ in some) <= covered([slot for _, slot in some])

    @invariant()
    def nothing_is_final_without_a_witness_and_a_second_person(self):
        for record, slot in self.records():
            assert record.recorded_by_id != record.member_id
            assert record.countersigned_by_id not in (record.member_id, record.recorded_by_id)
            if record.is_final and record.minutes:
                assert record.countersigned_by_id or record.evidence in slot.post.activity.kind.evidence

    def teardown(self) -> None:
        seals.seal(self.now)
        assert list(seals.Verification(self.now).findings()) == []


def covered(slots: list[Slot]) -> int:
    """How many minutes these slots cover together."""
    begins = {slot: (slot.starts_at - NOW) // timedelta(minutes=1) for slot in slots}
    return len({minute for slot, begin in begins.items() for minute in range(begin, begin + slot.counted_minutes)})


def test_records_hold_in_every_history(ctx, cast):
    machine = type("Records", (Records,), {"cast": cast})
    run_state_machine_as_test(machine, settings=settings(max_examples=20, stateful_step_count=25, deadline=None))
