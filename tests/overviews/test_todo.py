"""What waits for a secretary: counted as the pages that show it, each with its address."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa
import time_machine

from activities.certificates import notice_queries
from activities.certificates import queries as certificates
from activities.certificates.objections import object_to
from activities.certificates.requests import ask
from activities.corrections import queries as corrections
from activities.corrections.models import Correction
from activities.corrections.rules import Opinion
from activities.corrections.service import answer
from activities.cycles.models import Cycle
from activities.cycles.rules import Grade
from activities.duties.kinds import Ledger
from activities.grades import service as grades
from activities.kit.db import db
from activities.overviews import todo
from activities.people.service import acting
from activities.records import countersigning
from activities.records.models import Record
from tests.cast import DAY, NOW, english, make_member
from tests.certificates.orders import certified, recorded
from tests.corrections.requests import correction_of_lin
from tests.cycles.opened import GRADING, appoint, opened, the_cycle

FIRST, LAST = date(2026, 10, 26), date(2026, 11, 25)


def due(who, now):
    return {one.task.name: (one.count, one.address) for one in todo.due(acting(who.id), now)}


@pytest.mark.usefixtures("ctx")
class TestDue:
    def test_what_is_missing_in_the_open_step_but_nothing_of_oneself(self, cast):
        appoint(cast.lin, cast.first)
        public_id = opened(cast)
        make = {"public_id": public_id}
        assert due(cast.chen, NOW + 10 * DAY) == {"Self-reviews missing": (4, {**make, "key": "essay"})}
        assert due(cast.lin, NOW + 10 * DAY) == {"Self-reviews missing": (1, {**make, "key": "essay"})}
        assert due(cast.chen, GRADING) == {"Grades missing": (4, make)}
        grades.give(cast.chen.id, the_cycle().id, cast.lin.id, 0, Grade.GOOD, "好", "", GRADING)
        assert due(cast.chen, GRADING) == {"Grades missing": (3, make)}
        assert due(cast.gu, GRADING) == due(cast.ou, GRADING) == {}

    def test_a_closing_is_confirmed_by_another(self, cast):
        appoint(cast.lin, cast.school)
        public_id = opened(cast)
        values = {"close_asked_at": GRADING, "close_asked_by_id": cast.chen.id}
        db.session.execute(sa.update(Cycle).values(**values))
        db.session.commit()
        assert due(cast.lin, NOW)["Closings to confirm"] == (1, {"public_id": public_id})
        assert "Closings to confirm" not in due(cast.chen, NOW)


def test_each_task_is_a_link_and_all_cost_one_statement(app, cast, statements):
    with app.app_context():
        public_id = opened(cast)
    with time_machine.travel(GRADING, tick=False):
        chen = english(app, cast.chen)
        page = chen.get("/cycles/").text
        assert f'href="/cycles/{public_id}/overview/people">Grades missing <b>4</b>' in page
        assert "Grades missing" in chen.get(f"/cycles/{public_id}/overview").text
        with app.app_context():
            make_member("2399999", "新人", cast.first)
            db.session.commit()
            holder = acting(cast.chen.id)
            with statements.count() as counted:
                todo.due(holder, GRADING)
        assert len(counted) == 1


@pytest.mark.usefixtures("ctx")
class TestOtherRooms:
    """A number is that of what its page lists."""

    def test_corrections(self, cast):
        correction_of_lin(cast)
        chen, asked = acting(cast.chen.id), db.session.scalars(sa.select(Correction.id)).one()
        assert db.session.scalar(corrections.how_many_to_decide(chen)) == len(corrections.to_decide(chen)) == 0
        answer(cast.ou.id, asked, Opinion.AGREES, "是我抄错了。", NOW)
        chen = acting(cast.chen.id)
        assert db.session.scalar(corrections.how_many_to_decide(chen)) == len(corrections.to_decide(chen)) == 1

    def test_hours_that_wait(self, cast):
        recorded(cast, cast.lin, 90)
        db.session.execute(sa.update(Record).values(is_final=False))
        db.session.commit()
        for who, count in ((cast.chen, 1), (cast.ou, 0), (cast.gu, 0)):
            signer = acting(who.id)
            assert db.session.scalar(countersigning.how_many(signer)) == count
            assert sum(pile.mine for pile in countersigning.piles(signer, 1)) == count

    def test_certificates(self, cast):
        recorded(cast, cast.lin, 90)
        ask(cast.lin.id, Ledger.SERVICE, FIRST, LAST, NOW)
        for who in (cast.chen, cast.gu, cast.lin):
            keeper = acting(who.id)
            count = db.session.scalar(certificates.how_many_to_answer(keeper))
            assert count == len(certificates.to_answer(keeper)) == (who is cast.chen)

    def test_objections(self, cast):
        object_to(cast.zhao.id, certified(cast).id, "那天他不在。", NOW)
        for who in (cast.chen, cast.gu, cast.zhao):
            keeper = acting(who.id)
            count = db.session.scalar(notice_queries.how_many_to_judge(keeper))
            assert count == len(notice_queries.to_judge(keeper))
