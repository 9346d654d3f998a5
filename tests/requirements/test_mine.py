"""The member's page: what is asked, done, promised, exempted and owed, and what would settle it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
import time_machine

from activities.duties.kinds import Topic
from activities.duties.models import Slot
from activities.kit.db import db
from activities.people.models import Member
from activities.people.rules import Stages
from activities.records.rules import Attendance
from activities.requirements import queries
from activities.requirements.rules import Did
from activities.signups.rules import SignUpState
from tests.cast import DAY, NOW, english, logged_in, make_activity, make_post, make_slot
from tests.requirements.asked import MEETINGS, SERVICE, SWEEPING, THEORY, asked_by, attended, seat


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOW, tick=False):
        yield


def did(member: Member, year: int = 2026) -> dict[str, Did]:
    own = queries.own_year(member, year, NOW)
    assert own
    return {one.line.key: one.did for one in own.lines}


@pytest.mark.usefixtures("ctx")
class TestCounting:
    def test_each_line_counts_what_it_asks_for(self, cast):
        asked_by(cast.school, cast.chen, SERVICE, SWEEPING, THEORY, MEETINGS)
        study = make_activity("理论学习", cast.first, "study", topic=Topic.THEORY)
        other = make_activity("形势报告", cast.first, "study", topic=Topic.SITUATION)
        meeting = make_activity("组织生活会", cast.first, "meeting")
        attended(cast, cast.sweeping, 120, days=3)
        attended(cast, cast.sweeping, 60, days=4, final=False)
        attended(cast, study, 90, days=5)
        attended(cast, other, 90, days=6)
        attended(cast, meeting, days=8)
        attended(cast, meeting, days=9, attendance=Attendance.ABSENT)
        assert did(cast.lin) == {
            SERVICE.key: Did(120, 60), SWEEPING.key: Did(1, 1), THEORY.key: Did(90), MEETINGS.key: Did(1),
        }  # fmt: skip

    def test_a_seat_to_come_is_promised_and_one_nobody_has_marked_is_neither(self, cast):
        asked_by(cast.school, cast.chen, SERVICE, SWEEPING)
        seat(cast.slot, cast.lin)
        seat(make_slot(cast.lake, NOW - DAY, hours=2), cast.lin)
        seat(make_slot(cast.lake, NOW + 2 * DAY), cast.lin, SignUpState.WAITING)
        seat(make_slot(cast.lake, NOW + 60 * DAY), cast.lin)  # next year's
        assert did(cast.lin) == {
            SERVICE.key: Did(promised=120, unmarked=120),
            SWEEPING.key: Did(promised=1, unmarked=1),
        }

    def test_what_others_did_and_other_years_are_not_counted(self, cast):
        asked_by(cast.school, cast.chen, SERVICE)
        attended(cast, cast.sweeping, who=cast.wang)
        attended(cast, cast.sweeping, days=400)
        assert did(cast.lin) == {SERVICE.key: Did()}


@pytest.mark.usefixtures("ctx")
class TestWhoseItIs:
    def test_a_unit_without_a_set_of_its_own_has_that_of_the_one_above(self, cast):
        of_school = asked_by(cast.school, cast.chen, SERVICE)
        of_first = asked_by(cast.first, cast.chen, SWEEPING)
        assert queries.holding_for(cast.lin, 2026) == of_first
        assert queries.holding_for(cast.zhao, 2026) == of_school
        assert queries.holding_for(cast.lin, 2025) is None

    def test_only_the_stages_it_is_for_are_asked(self, cast):
        of_school = asked_by(cast.school, cast.chen, SERVICE)
        of_full = asked_by(cast.first, cast.chen, SWEEPING, stages=Stages.FULL)
        assert queries.holding_for(cast.lin, 2026) == of_full
        assert queries.holding_for(cast.wang, 2026) == of_school  # an activist

    def test_a_version_without_lines_asks_for_nothing(self, cast):
        asked_by(cast.school, cast.chen, SERVICE)
        asked_by(cast.first, cast.chen)
        assert queries.own_year(cast.lin, 2026, NOW) is None


@pytest.fixture
def lin(app, cast):
    return logged_in(app, cast.lin)


class TestThePage:
    def test_it_says_line_by_line_what_is_owed_and_offers_what_would_settle_it(self, app, cast):
        with app.app_context():
            asked_by(cast.first, cast.chen, SERVICE, MEETINGS)
            db.session.commit()
        page = english(app, cast.lin).get("/owed/2026").text
        assert "Still owed: <b>20 hours</b>" in page
        assert cast.slot.public_id in page  # two hours tomorrow
        assert "/slots?kind=meeting&amp;open=1&amp;fits=1" in page  # no meeting is planned
        assert "If you came to something that is missing here, tell its organizer" in page

    def test_a_slot_that_cannot_be_taken_is_not_offered(self, app, cast, lin):
        with app.app_context():
            asked_by(cast.first, cast.chen, SERVICE)
            db.session.execute(sa.update(Slot).values(taken=Slot.capacity))
            db.session.commit()
        assert cast.slot.public_id not in lin.get("/owed/2026").text

    def test_each_record_that_counts_can_be_said_to_be_wrong(self, app, cast, lin):
        with app.app_context():
            asked_by(cast.first, cast.chen, SERVICE)
            record = attended(cast, cast.sweeping).public_id
            db.session.commit()
        assert f"/records/{record}/correction" in lin.get("/owed/2026").text

    def test_where_nothing_is_asked_the_page_says_so(self, app, cast, lin):
        assert "Nothing is asked of you in 2026." in english(app, cast.lin).get("/owed/2026").text
        assert lin.get("/owed/").status_code == 302

    def test_it_takes_the_same_few_statements_however_much_there_is(self, app, cast, lin, statements):
        def sent() -> int:
            with statements.count() as seen:
                assert lin.get("/owed/2026").status_code == 200
            return len(seen)

        with app.app_context():
            asked_by(cast.first, cast.chen, SERVICE, SWEEPING)
            db.session.commit()
        few = sent()
        with app.app_context():
            for days in range(1, 6):
                attended(cast, cast.sweeping, days=days)
                make_slot(make_post(cast.sweeping, f"更多{days}"), NOW + days * DAY)
            db.session.commit()
        assert sent() == few <= 14

    def test_of_a_year_that_is_over_no_slot_is_offered_and_nothing_is_behind_the_time(self, app, cast):
        with app.app_context():
            asked_by(cast.school, cast.chen, SERVICE)
            db.session.commit()
        assert "Find slots" in english(app, cast.lin).get("/owed/2026").text
        with time_machine.travel(NOW + 60 * DAY, tick=False):
            page = english(app, cast.lin).get("/owed/2026").text
        assert ("Still owed" in page, "The year is over" in page) == (True, True)
        assert ("Find slots" in page, "behind the time" in page) == (False, False)
