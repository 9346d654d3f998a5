"""The close: two people, then all of it frozen, and the database keeps it so."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
import time_machine
from sqlalchemy.exc import DBAPIError

from activities.certificates.rules_notice import Verdict
from activities.closings import commands, service, verifying
from activities.closings.rules import NotAsked, ObjectionsOpen, SecondPerson, StepsNotOver, TooShortOnNotice, Undecided
from activities.cycles import service as keeping
from activities.cycles.models import Cycle
from activities.cycles.rules import CycleState, Grade, hash_of
from activities.cycles.rules_refusals import NotOpen
from activities.cycles.snapshots import snapshot_of
from activities.grades import service as grades
from activities.kit.db import db
from activities.kit.refusal import NotFound
from activities.objections import service as objections
from activities.objections.models import GradeObjection
from activities.outbox.models import Notice
from tests.cast import DAY, english, make_member, unrefused
from tests.closings.closed import ON_NOTICE, OVER, another, close, grade_all
from tests.cycles.opened import GRADING, opened, the_cycle

GIVE = "UPDATE review_participant SET grade = 'good', graded_by_id = :by"

pytestmark = pytest.mark.usefixtures("while_grades_are_given")


@pytest.fixture
def cycle(cast, second):
    opened(cast)
    return the_cycle()


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
        with pytest.raises(TooShortOnNotice):
            service.ask(cast.chen.id, cycle.id, OVER)
        keeping.reopen(cast.chen.id, cycle.id, "notice", (OVER + 2 * DAY).date(), "重新公示", OVER)
        with pytest.raises(TooShortOnNotice):
            service.ask(cast.chen.id, cycle.id, OVER + 3 * DAY)
        keeping.reopen(cast.chen.id, cycle.id, "notice", (OVER + 7 * DAY).date(), "公示满五个工作日", OVER + 3 * DAY)
        close(cast, second, cycle, OVER + 8 * DAY)

    def test_who_leaves_late_lets_no_grade_stand_on_notice_anew(self, cast, second, cycle):
        """That their own was taken away with them is no grade that was decided late."""
        grade_all(cast, second, cycle)
        keeping.remove_person(cast.chen.id, cycle.id, cast.lin.id, "转出", OVER)
        close(cast, second, cycle)
        assert the_cycle().state is CycleState.CLOSED

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

    def test_one_asks_and_another_confirms(self, app, cast, graded):
        second, address = graded
        chen, he, lin = (english(app, one) for one in (cast.chen, second, cast.lin))
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
