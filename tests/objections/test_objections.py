"""Grades on notice within a unit, objections to them, and the answers."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
import time_machine

from activities.certificates.rules_notice import JudgedAlready, Verdict
from activities.closings import service as closing
from activities.cycles import queries as cycles
from activities.cycles import service as keeping
from activities.cycles.rules import Grade
from activities.cycles.rules_refusals import StepNotOpen
from activities.grades import service as grades
from activities.kit.db import db
from activities.kit.refusal import NotFound
from activities.objections import queries, service
from activities.objections.models import GradeObjection
from activities.objections.rules import Involved, ObjectedAlready
from activities.outbox.models import Notice
from activities.overviews import todo
from activities.people.models import Unit
from activities.people.service import acting
from tests.cast import DAY, HOUR, english, make_member
from tests.closings.closed import ON_NOTICE, OVER, another, grade_all
from tests.cycles.opened import GRADING, opened, the_cycle

pytestmark = pytest.mark.usefixtures("while_grades_are_given")


@pytest.fixture
def cycle(cast, second):
    opened(cast)
    return the_cycle()


class TestObjections:
    def test_they_are_raised_within_the_unit_and_answered_by_somebody_else(self, cast, second, cycle):
        grade_all(cast, second, cycle)
        with pytest.raises(StepNotOpen):
            service.object_to(cast.wang.id, cycle.id, cast.lin.id, "偏低", GRADING)
        with pytest.raises(NotFound):
            service.object_to(cast.zhao.id, cycle.id, cast.lin.id, "别的支部", ON_NOTICE)
        service.object_to(cast.wang.id, cycle.id, cast.lin.id, "偏低", ON_NOTICE)
        with pytest.raises(ObjectedAlready):
            service.object_to(cast.wang.id, cycle.id, cast.lin.id, "又", ON_NOTICE)
        told = db.session.scalars(sa.select(Notice.member_id).where(Notice.topic == "cycles.objected"))
        assert list(told) == [second.id]  # Chen has given the grade
        waits = [
            {one.task.name: one.count for one in todo.due(acting(who.id), ON_NOTICE)} for who in (second, cast.chen)
        ]
        assert [one.get("Objections to grades") for one in waits] == [1, None]
        objection = db.session.scalars(sa.select(GradeObjection)).one()
        with pytest.raises(Involved):
            service.answer(cast.chen.id, objection.id, Verdict.REJECTED, "不", ON_NOTICE)
        service.answer(second.id, objection.id, Verdict.REJECTED, "材料属实", ON_NOTICE)
        with pytest.raises(JudgedAlready):
            service.answer(second.id, objection.id, Verdict.UPHELD, "又", ON_NOTICE)
        topics = list(db.session.scalars(sa.select(Notice.topic).where(Notice.member_id == cast.wang.id)))
        assert topics == ["cycles.rejected"]

    def test_a_grade_that_is_decided_anew_can_be_objected_to_anew(self, cast, second, cycle):
        grade_all(cast, second, cycle)
        service.object_to(cast.lin.id, cycle.id, cast.lin.id, "偏低", ON_NOTICE)
        objection = db.session.scalars(sa.select(GradeObjection)).one()
        service.answer(second.id, objection.id, Verdict.UPHELD, "重新评定", ON_NOTICE + HOUR)
        grades.give(second.id, cycle.id, cast.lin.id, 2, Grade.FAIR, "重新评定。", "异议成立", ON_NOTICE + 2 * HOUR)
        service.object_to(cast.lin.id, cycle.id, cast.lin.id, "仍然偏低", ON_NOTICE + 3 * HOUR)
        with pytest.raises(ObjectedAlready):
            service.object_to(cast.lin.id, cycle.id, cast.lin.id, "又", ON_NOTICE + 4 * HOUR)
        verdicts = db.session.scalars(sa.select(GradeObjection.verdict).order_by(GradeObjection.id))
        assert list(verdicts) == [Verdict.UPHELD, Verdict.OPEN]

    def test_who_gave_a_grade_answers_no_objection_to_it_though_it_is_taken_away_by_now(self, cast, second, cycle):
        grade_all(cast, second, cycle)
        for who in (cast.lin, cast.wang):
            service.object_to(who.id, cycle.id, cast.lin.id, "偏低", ON_NOTICE)
        lins, wangs = db.session.scalars(sa.select(GradeObjection).order_by(GradeObjection.id)).all()
        service.answer(second.id, lins.id, Verdict.UPHELD, "确有遗漏", ON_NOTICE)
        with pytest.raises(Involved):
            service.answer(cast.chen.id, wangs.id, Verdict.REJECTED, "不", ON_NOTICE)
        assert [len(queries.to_judge(acting(who.id))) for who in (second, cast.chen)] == [1, 0]

    def test_upheld_the_grade_is_taken_away_and_decided_anew(self, cast, second, cycle):
        grade_all(cast, second, cycle)
        service.object_to(cast.lin.id, cycle.id, cast.lin.id, "漏算了服务时长", ON_NOTICE)
        objection = db.session.scalars(sa.select(GradeObjection)).one()
        service.answer(second.id, objection.id, Verdict.UPHELD, "确有遗漏", ON_NOTICE)
        part = cycles.parts_of(cast.lin.id)[0]
        db.session.refresh(part)
        assert (part.grade, part.graded_by_id) == (None, None)
        grades.give(second.id, cycle.id, cast.lin.id, 2, Grade.GOOD, "重新评定。", "异议成立", ON_NOTICE)
        topics = set(db.session.scalars(sa.select(Notice.topic).where(Notice.member_id == cast.lin.id)))
        assert {"cycles.taken_away", "cycles.upheld"} <= topics

    def test_what_was_said_of_somebody_who_takes_part_no_more_is_settled(self, app, cast, second, cycle):
        """Nobody could answer it, and the review could never be closed."""
        grade_all(cast, second, cycle)
        service.object_to(cast.wang.id, cycle.id, cast.lin.id, "偏低", ON_NOTICE)
        objection = db.session.scalars(sa.select(GradeObjection)).one()
        keeping.remove_person(cast.chen.id, cycle.id, cast.lin.id, "转出", ON_NOTICE)
        holder = acting(second.id)
        assert queries.to_judge(holder) == queries.of_others(acting(cast.chen.id)) == []
        with pytest.raises(NotFound):
            queries.objection_to_judge(holder, objection.public_id)
        assert "Objections to grades" not in {one.task.name for one in todo.due(holder, ON_NOTICE)}
        with time_machine.travel(ON_NOTICE, tick=False):
            page = english(app, cast.wang).get(f"/my-review/{cycle.public_id}/notice").text
        assert "Settled: the person takes part in the review no more" in page
        assert "Waiting for an answer" not in page
        closing.ask(cast.chen.id, cycle.id, OVER)

    def test_people_are_told_once_that_their_grade_is_on_notice(self, cast, second, cycle):
        grade_all(cast, second, cycle)
        told = sa.select(sa.func.count()).select_from(Notice).where(Notice.topic == "cycles.on_notice")
        for moment, expected in ((GRADING, 0), (ON_NOTICE, 6), (ON_NOTICE + DAY, 6)):
            service.tell_on_notice(moment)
            assert db.session.scalar(told) == expected


class TestThePages:
    @pytest.fixture
    def graded(self, app, cast):
        """Who else holds the review, and its address."""
        with app.app_context():
            second, address = another(cast), opened(cast)
            grade_all(cast, second, the_cycle())
            return second, address

    def test_an_objection_is_raised_and_answered_while_grades_stand_on_notice(self, app, cast, graded):
        second, address = graded
        chen, he, lin, wang = (english(app, one) for one in (cast.chen, second, cast.lin, cast.wang))
        assert lin.get(f"/my-review/{address}/notice").status_code == 404
        with time_machine.travel(ON_NOTICE, tick=False):
            assert "Qualified" in lin.get(f"/my-review/{address}").text
            page = lin.get(f"/my-review/{address}/notice").text
            assert "欧阳慧敏" in page
            assert "赵明" not in page
            about = f"/my-review/{address}/notice/{cast.lin.public_id}"
            assert wang.submit(about, reason="").status_code == 422
            assert wang.submit(about, reason="Too low").status_code == 303
            assert (again := wang.submit(about, reason="Too low")).status_code == 422
            assert "You have objected to this grade already." in again.text
            assert english(app, cast.zhao).get(about).status_code == 404
            assert "Too low" not in chen.get("/cycles/objections").text  # it was Chen who gave it
            assert "Too low" in he.get("/cycles/objections").text
            with app.app_context():
                one = db.session.scalars(sa.select(GradeObjection.public_id)).one()
            assert chen.get(f"/cycles/objections/{one}").status_code == 404
            assert he.submit(f"/cycles/objections/{one}", word="").status_code == 422
            assert he.submit(f"/cycles/objections/{one}", word="It is right.").status_code == 303
            assert "It is right." in wang.get(f"/my-review/{address}/notice").text

    def test_the_notice_takes_as_many_statements_for_many_as_for_few(self, app, cast, graded, statements):
        second, address = graded
        lin, path = english(app, cast.lin), f"/my-review/{address}/notice"
        with time_machine.travel(ON_NOTICE, tick=False):
            with statements.count() as few:
                lin.get(path)
            with app.app_context():
                late = make_member("2301090", "迟到", db.session.get_one(Unit, cast.first.id))
                db.session.commit()
                keeping.add_person(cast.chen.id, the_cycle().id, late.id, "转入", GRADING)
                grade_all(cast, second, the_cycle())
            with statements.count() as many:
                lin.get(path)
        assert len(many) == len(few)
