"""Notice, objections and the close: two people, then all of it frozen, and the database keeps it so."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
import time_machine
from sqlalchemy.exc import DBAPIError

from activities.closings import commands, service, verifying
from activities.closings.rules import DecidedSince, NotAsked, ObjectionsOpen, SecondPerson, StepsNotOver, Undecided
from activities.cycles import queries as cycles
from activities.cycles import service as keeping
from activities.cycles.models import Cycle, Participant
from activities.cycles.rules import CycleState, Grade, hash_of
from activities.cycles.rules_refusals import NotOpen, StepNotOpen
from activities.cycles.snapshots import snapshot_of
from activities.grades import service as grades
from activities.kit.db import db
from activities.kit.refusal import NotFound
from activities.objections import service as objections
from activities.objections.models import GradeObjection
from activities.objections.rules import Involved, JudgedAlready, ObjectedAlready, Verdict
from activities.outbox.models import Notice
from activities.overviews import todo
from activities.people.models import Member, Unit
from activities.people.rules import Stage, Standing
from activities.people.service import acting
from tests.cast import DAY, NOW, english, make_member, unrefused
from tests.cycles.opened import GRADING, appoint, opened, the_cycle

ON_NOTICE = GRADING + 9 * DAY
OVER = GRADING + 20 * DAY
GIVE = "UPDATE review_participant SET grade = 'good', graded_by_id = :by"


@pytest.fixture(autouse=True)
def while_grades_are_given():
    with time_machine.travel(GRADING, tick=False):
        yield


def another(cast):
    """Another secretary of the school, with whom Chen shares the work."""
    values = {"standing": Standing.LEADER, "stage": Stage.FULL, "created_at": NOW, "number": "T010", "name": "何平"}
    db.session.add(member := Member(unit_id=cast.school.id, **values))
    db.session.commit()
    appoint(member, cast.school)
    return member


@pytest.fixture
def second(ctx, cast):
    return another(cast)


@pytest.fixture
def cycle(cast, second):
    opened(cast)
    return the_cycle()


def grade_all(cast, second, cycle) -> None:
    for part in db.session.scalars(sa.select(Participant).where(Participant.grade.is_(None))).all():
        by = second if part.member_id == cast.chen.id else cast.chen
        count = grades._count(part.id)
        grades.give(by.id, cycle.id, part.member_id, count, Grade.GOOD, "称职。", "补评" * bool(count), GRADING)


def close(cast, second, cycle, now=OVER) -> None:
    service.ask(cast.chen.id, cycle.id, now)
    service.confirm(second.id, cycle.id, now)
    service.go_on(now)


class TestObjections:
    def test_they_are_raised_within_the_unit_and_answered_by_somebody_else(self, cast, second, cycle):
        grade_all(cast, second, cycle)
        with pytest.raises(StepNotOpen):
            objections.object_to(cast.wang.id, cycle.id, cast.lin.id, "偏低", GRADING)
        with pytest.raises(NotFound):
            objections.object_to(cast.zhao.id, cycle.id, cast.lin.id, "别的支部", ON_NOTICE)
        objections.object_to(cast.wang.id, cycle.id, cast.lin.id, "偏低", ON_NOTICE)
        with pytest.raises(ObjectedAlready):
            objections.object_to(cast.wang.id, cycle.id, cast.lin.id, "又", ON_NOTICE)
        told = db.session.scalars(sa.select(Notice.member_id).where(Notice.topic == "cycles.objected"))
        assert list(told) == [second.id]  # Chen has given the grade
        waits = [
            {one.task.name: one.count for one in todo.due(acting(who.id), ON_NOTICE)} for who in (second, cast.chen)
        ]
        assert [one.get("Objections to grades") for one in waits] == [1, None]
        objection = db.session.scalars(sa.select(GradeObjection)).one()
        with pytest.raises(Involved):
            objections.answer(cast.chen.id, objection.id, Verdict.REJECTED, "不", ON_NOTICE)
        objections.answer(second.id, objection.id, Verdict.REJECTED, "材料属实", ON_NOTICE)
        with pytest.raises(JudgedAlready):
            objections.answer(second.id, objection.id, Verdict.UPHELD, "又", ON_NOTICE)
        topics = list(db.session.scalars(sa.select(Notice.topic).where(Notice.member_id == cast.wang.id)))
        assert topics == ["cycles.rejected"]

    def test_upheld_the_grade_is_taken_away_and_decided_anew(self, cast, second, cycle):
        grade_all(cast, second, cycle)
        objections.object_to(cast.lin.id, cycle.id, cast.lin.id, "漏算了服务时长", ON_NOTICE)
        objection = db.session.scalars(sa.select(GradeObjection)).one()
        objections.answer(second.id, objection.id, Verdict.UPHELD, "确有遗漏", ON_NOTICE)
        part = cycles.parts_of(cast.lin.id)[0]
        db.session.refresh(part)
        assert (part.grade, part.graded_by_id) == (None, None)
        grades.give(second.id, cycle.id, cast.lin.id, 2, Grade.GOOD, "重新评定。", "异议成立", ON_NOTICE)
        topics = set(db.session.scalars(sa.select(Notice.topic).where(Notice.member_id == cast.lin.id)))
        assert {"cycles.taken_away", "cycles.upheld"} <= topics

    def test_people_are_told_once_that_their_grade_is_on_notice(self, cast, second, cycle):
        grade_all(cast, second, cycle)
        told = sa.select(sa.func.count()).select_from(Notice).where(Notice.topic == "cycles.on_notice")
        for moment, expected in ((GRADING, 0), (ON_NOTICE, 6), (ON_NOTICE + DAY, 6)):
            objections.tell_on_notice(moment)
            assert db.session.scalar(told) == expected


class TestClosing:
    def test_what_must_be_done_before(self, cast, second, cycle):
        with pytest.raises(StepsNotOver):
            service.ask(cast.chen.id, cycle.id, GRADING)
        with pytest.raises(Undecided):
            service.ask(cast.chen.id, cycle.id, OVER)
        grade_all(cast, second, cycle)
        objections.object_to(cast.lin.id, cycle.id, cast.lin.id, "漏算", ON_NOTICE)
        with pytest.raises(ObjectionsOpen):
            service.ask(cast.chen.id, cycle.id, OVER)
        objection = db.session.scalars(sa.select(GradeObjection)).one()
        objections.answer(second.id, objection.id, Verdict.UPHELD, "确有遗漏", OVER)
        grades.give(second.id, cycle.id, cast.lin.id, 2, Grade.GOOD, "重新评定。", "异议成立", OVER)
        with pytest.raises(DecidedSince):
            service.ask(cast.chen.id, cycle.id, OVER)
        keeping.reopen(cast.chen.id, cycle.id, "notice", (OVER + 5 * DAY).date(), "重新公示", OVER)
        close(cast, second, cycle, OVER + 6 * DAY)

    def test_two_people_close_it(self, cast, second, cycle):
        grade_all(cast, second, cycle)
        with pytest.raises(NotAsked):
            service.confirm(second.id, cycle.id, OVER)
        service.ask(cast.chen.id, cycle.id, OVER)
        with pytest.raises(SecondPerson):
            service.confirm(cast.chen.id, cycle.id, OVER)
        service.take_back(cast.chen.id, cycle.id, OVER)
        with pytest.raises(NotAsked):
            service.confirm(second.id, cycle.id, OVER)
        close(cast, second, cycle)
        found = the_cycle()
        assert (found.state, found.close_asked_by_id, found.ended_by_id) == (CycleState.CLOSED, cast.chen.id, second.id)
        told = db.session.scalars(sa.select(Notice.params).where(Notice.topic == "cycles.closed"))
        assert [one["grade"] for one in told] == ["good"] * 6

    def test_who_asks_asks_about_the_days_as_they_are(self, cast, second, cycle):
        grade_all(cast, second, cycle)
        service.ask(cast.chen.id, cycle.id, OVER)
        keeping.reopen(cast.chen.id, cycle.id, "notice", (OVER + 5 * DAY).date(), "延长公示", OVER)
        with pytest.raises(NotAsked):
            service.confirm(second.id, cycle.id, OVER + 6 * DAY)

    def test_closed_is_closed(self, cast, second, cycle):
        grade_all(cast, second, cycle)
        close(cast, second, cycle)
        later, lin = OVER + DAY, cast.lin.id
        for verb in (
            lambda: grades.give(cast.chen.id, cycle.id, lin, 1, Grade.POOR, "改", "改", later),
            lambda: keeping.reopen(cast.chen.id, cycle.id, "essay", (later + 30 * DAY).date(), "改", later),
            lambda: keeping.remove_person(cast.chen.id, cycle.id, lin, "改", later),
            lambda: keeping.add_person(cast.chen.id, cycle.id, cast.wang.id, "改", later),
            lambda: keeping.call_off(cast.chen.id, cycle.id, "改", later),
            lambda: grades.ask_opinion(cast.chen.id, cycle.id, lin, cast.ou.id, later),
            lambda: service.take_back(cast.chen.id, cycle.id, later),
        ):
            with pytest.raises(NotOpen):
                verb()
        with pytest.raises(NotFound):
            objections.object_to(cast.wang.id, cycle.id, lin, "改", ON_NOTICE)

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE review_cycle SET state = 'open'",
            "DELETE FROM review_cycle",
            "UPDATE review_participant SET grade = 'excellent'",
            "DELETE FROM review_grade",
            "UPDATE review_grade SET grade = 'poor'",
            "UPDATE review_step SET last = '2030-01-01'",
            "UPDATE review_unit SET excellent = 0",
            "INSERT INTO review_step (cycle_id, key, first, last) SELECT cycle_id, 'x', first, last FROM review_step",
            "UPDATE review_snapshot SET text = '{}'",
            "DELETE FROM review_snapshot",
            "UPDATE review_frozen_part SET text = '{}'",
            "DELETE FROM review_frozen_part",
        ],
    )
    def test_the_database_refuses_to_change_it(self, cast, second, cycle, statement):
        grade_all(cast, second, cycle)
        close(cast, second, cycle)
        with pytest.raises(DBAPIError, match="a closed review stays as it is"):
            db.session.execute(sa.text(statement))
        db.session.rollback()


class TestTheSnapshot:
    def test_its_hash_stands_on_the_trail_and_holds(self, app, cast, second, cycle):
        grade_all(cast, second, cycle)
        close(cast, second, cycle)
        snapshot = snapshot_of(cycle.id)
        assert snapshot.hash == hash_of(snapshot.text) == verifying.hash_on_trail(cycle.id)
        assert [what for _, what in verifying.all_closed()] == [""]
        said = app.test_cli_runner().invoke(commands.cycles, ["verify"])
        assert (said.exit_code, "2026  管理学院党总支" in said.output) == (0, True)
        with unrefused() as connection:
            connection.exec_driver_sql("UPDATE review_participant SET grade = 'poor'")
        db.session.rollback()
        assert app.test_cli_runner().invoke(commands.cycles, ["verify"]).exit_code == 1

    def test_a_hash_put_in_its_place_is_not_the_one_on_the_trail(self, cast, second, cycle):
        grade_all(cast, second, cycle)
        close(cast, second, cycle)
        with unrefused() as connection:
            connection.exec_driver_sql(f"UPDATE review_snapshot SET text = '{{}}', hash = '{hash_of('{}')}'")
        db.session.rollback()
        assert [what for _, what in verifying.all_closed()] == ["trail"]

    def test_it_takes_as_many_statements_for_many_as_for_few(self, cast, second, statements):
        counts = []
        for year, more in ((2024, 0), (2025, 20)):
            for n in range(more):
                make_member(f"7{n:03}", f"同学{n}", cast.second)
            db.session.commit()
            opened(cast, year=year)
            cycle = db.session.scalars(sa.select(Cycle).where(Cycle.year == year)).one()
            db.session.execute(
                sa.text(f"{GIVE} WHERE member_id <> :by AND grade IS NULL"),
                {"by": cast.chen.id},
            )
            db.session.execute(
                sa.text(f"{GIVE} WHERE grade IS NULL"),
                {"by": second.id},
            )
            db.session.commit()
            service.ask(cast.chen.id, cycle.id, OVER)
            db.session.remove()
            with statements.count() as sent:
                service.confirm(second.id, cycle.id, OVER)
                service.go_on(OVER)
            counts.append(len(sent))
        assert counts[0] == counts[1]


class TestThePages:
    @pytest.fixture
    def graded(self, app, cast):
        """Who else holds the review, and its address."""
        with app.app_context():
            second, address = another(cast), opened(cast)
            grade_all(cast, second, the_cycle())
            return second, address

    def test_from_the_notice_to_the_close(self, app, cast, graded):
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
        with time_machine.travel(OVER, tick=False):
            assert "Ask to close it" in chen.get(f"/cycles/{address}").text
            assert chen.submit(f"/cycles/{address}/close", ask=1).status_code == 303
            assert "Close it for 6 people" not in chen.get(f"/cycles/{address}").text
            assert chen.submit(f"/cycles/{address}/close", confirm=1).status_code == 409
            assert "Close it for 6 people" in he.get(f"/cycles/{address}").text
            assert he.submit(f"/cycles/{address}/close", confirm=1).status_code == 303
            with app.app_context():
                service.go_on(OVER)
            page = he.get(f"/cycles/{address}").text
            assert "As it was closed; its hash has just been computed anew." in page
            assert "The records say what they said." in he.get(f"/cycles/{address}/differences").text
            assert "Qualified" in lin.get(f"/my-review/{address}").text

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
