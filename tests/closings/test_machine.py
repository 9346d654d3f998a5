"""Random histories of reviews: no grade is without a person, no unit has more excellent ones than its share, two people
close, what is closed stays as it is, and its hash holds."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

import pytest
import sqlalchemy as sa
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from activities.certificates.rules_notice import Verdict
from activities.closings import freezing, service, verifying
from activities.cycles import queries as cycles
from activities.cycles import service as keeping
from activities.cycles.models import Cycle, CycleUnit, Participant
from activities.cycles.opening import open_cycle
from activities.cycles.rules import DEFAULT_DAYS, WINDOWED, CycleState, Grade
from activities.cycles.rules_settings import Settings, most_excellent
from activities.cycles.snapshots import snapshot_of
from activities.essays import service as essays
from activities.grades import service as grades
from activities.grades.models import GradeVersion
from activities.kit.clock import local_day
from activities.kit.db import db
from activities.kit.refusal import NotFound, Refusal
from activities.objections import service as objections
from activities.objections.models import GradeObjection
from activities.people.models import Member
from activities.people.rules import Stage, Standing
from tests.cast import NOW, Cast
from tests.cycles.opened import STARTS, appoint

WHO, BY = st.integers(0, 5), st.integers(0, 1)


class Reviews(RuleBasedStateMachine):
    cast: Cast
    years = 2026

    @initialize()
    def begin(self) -> None:
        cast, self.now = self.cast, NOW
        Reviews.years += 1
        self.year = Reviews.years
        known = db.session.scalars(sa.select(Member).where(Member.number.like("m%")).order_by(Member.id)).all()
        self.people = [one.id for one in known] or self.more(cast)
        self.holders = [cast.chen.id, self.people[-1]]
        days, share = {**DEFAULT_DAYS, "evidence": 1, "essay": 2}, Settings(share=Fraction(1, 2), least=1)
        public_id = open_cycle(cast.chen.id, cast.first.id, self.year, STARTS, days, share, NOW)
        self.cycle = db.session.scalars(sa.select(Cycle.id).where(Cycle.public_id == public_id)).one()
        self.frozen = ""

    @staticmethod
    def more(cast: Cast) -> list[int]:
        values = {"unit_id": cast.first.id, "standing": Standing.STUDENT, "created_at": NOW}
        stages = [Stage.FULL, Stage.FULL, Stage.FULL, Stage.PROBATIONARY, Stage.FULL, Stage.FULL]
        people = [Member(number=f"m{n}", name=f"人{n}", stage=stage, **values) for n, stage in enumerate(stages)]
        db.session.add_all(people)
        db.session.commit()
        appoint(people[-1], cast.school)
        return [one.id for one in people]

    def did(self, verb, *args) -> bool:
        try:
            verb(*args, self.now)
        except (Refusal, NotFound):
            return False
        return True

    @rule(days=st.integers(1, 9))
    def time_goes_on(self, days):
        self.now += timedelta(days=days)

    @rule(key=st.sampled_from(WINDOWED), days=st.integers(0, 9), by=BY)
    def a_step_is_reopened(self, key, days, by):
        last = local_day(self.now) + timedelta(days=days)
        self.did(keeping.reopen, self.holders[by], self.cycle, key, last, "再给几天")

    @rule(who=WHO)
    def somebody_writes(self, who):
        if self.did(essays.save, self.people[who], self.cycle, 0, "这一年"):
            self.did(essays.hand_in, self.people[who], self.cycle, 1)

    @rule(who=WHO, by=BY, grade=st.sampled_from(Grade), reason=st.sampled_from(["", "改"]), seen=st.integers(0, 3))
    def somebody_is_graded(self, who, by, grade, reason, seen):
        self.did(grades.give, self.holders[by], self.cycle, self.people[who], seen, grade, "好", reason)

    @rule(by=BY)
    def all_others_are_graded(self, by):
        query = sa.select(Participant).where(Participant.cycle_id == self.cycle, Participant.grade.is_(None))
        for part in db.session.scalars(query).all():
            seen = sa.select(sa.func.count()).where(GradeVersion.participant_id == part.id)
            grade = Grade.GOOD if part.graded else Grade.UNGRADED
            count = db.session.scalar(seen)
            self.did(grades.give, self.holders[by], self.cycle, part.member_id, count, grade, "好", "补")

    @rule(who=WHO, by=BY)
    def somebody_comes_or_goes(self, who, by):
        if not self.did(keeping.remove_person, self.holders[by], self.cycle, self.people[who], "转出"):
            self.did(keeping.add_person, self.holders[by], self.cycle, self.people[who], "转入")

    @rule(share=st.fractions(0, 1, max_denominator=4))
    def the_share_is_changed(self, share):
        version = cycles.versions(self.cycle)[0].id
        self.did(keeping.set_settings, self.holders[0], self.cycle, version, Settings(share=share, least=1), "改")

    @rule(who=WHO, about=WHO, verdict=st.sampled_from([Verdict.UPHELD, Verdict.REJECTED]), by=BY)
    def somebody_objects(self, who, about, verdict, by):
        self.did(objections.object_to, self.people[who], self.cycle, self.people[about], "不对")
        for objection_id in db.session.scalars(
            sa.select(GradeObjection.id).where(GradeObjection.cycle_id == self.cycle)
        ):
            self.did(objections.answer, self.holders[by], objection_id, verdict, "看过")
            break

    @rule(by=BY, verb=st.sampled_from([service.ask, service.confirm, service.take_back]))
    def somebody_would_close_it(self, by, verb):
        self.did(verb, self.holders[by], self.cycle)

    @rule()
    def the_end_comes(self):
        """What most histories would not get to by themselves."""
        self.now = max(self.now, NOW + timedelta(days=60))
        if self.did(service.ask, self.holders[0], self.cycle):
            assert not self.did(service.confirm, self.holders[0], self.cycle)
            self.did(service.confirm, self.holders[1], self.cycle)
            self.the_worker_goes_on()

    @rule()
    def the_worker_goes_on(self):
        service.go_on(self.now)

    @invariant()
    def every_grade_has_its_person_and_no_unit_too_many_excellent(self):
        db.session.rollback()
        parts = db.session.scalars(sa.select(Participant).where(Participant.cycle_id == self.cycle)).all()
        assert all((one.grade is None) == (one.graded_by_id is None) for one in parts)
        assert all(one.graded_by_id != one.member_id for one in parts)
        here = [one for one in parts if one.removed_at is None]
        now, goes_by = dict(cycles.counted(self.cycle)), cycles.settings_of(self.cycle)
        for unit in db.session.scalars(sa.select(CycleUnit).where(CycleUnit.cycle_id == self.cycle)):
            grades = [one.grade for one in here if one.unit_id == unit.unit_id]
            assert unit.excellent == grades.count(Grade.EXCELLENT) <= unit.most
            if unit.unit_id in now:
                assert unit.most == most_excellent(goes_by, now[unit.unit_id])

    @invariant()
    def closed_is_closed_by_two_and_its_hash_holds(self):
        cycle = db.session.get_one(Cycle, self.cycle, populate_existing=True)
        if cycle.state is CycleState.CLOSED:
            assert cycle.ended_by_id != cycle.close_asked_by_id
            assert [what for one, what in verifying.all_closed() if one.id == self.cycle] == [""]
            text = snapshot_of(self.cycle).text
            assert self.frozen in ("", text)
            assert freezing.whole(cycle) == text
            self.frozen = text


@pytest.mark.usefixtures("ctx")
def test_whatever_is_done(cast):
    Reviews.cast = cast
    run_state_machine_as_test(Reviews, settings=settings(max_examples=15, stateful_step_count=30, deadline=None))
