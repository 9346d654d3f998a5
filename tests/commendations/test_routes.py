"""The pages of a commendation, from the nomination to the award."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
import time_machine

from activities.commendations import service
from activities.commendations.models import Nomination, NoticeObjection
from activities.commendations.rules import State
from activities.kit.db import db
from tests.cast import NOW, english, make_member
from tests.commendations.rounds import DECIDED, came, chosen, nominated, on_notice, opened, state_of, the_round


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(NOW, tick=False):
        yield


def last(app) -> Nomination:
    return db.session.scalars(sa.select(Nomination).order_by(Nomination.id.desc()).limit(1)).one()


TYPED = {
    "title": "Excellent members", "year": "2026", "granted_by": "School", "whom": "full", "nominators": "members",
    "percent": "", "number": "1", "first": "2026-11-25", "last": "2026-12-01", "notice_days": "5",
}  # fmt: skip


class TestHoldingARound:
    def test_a_secretary_opens_one_and_names_its_committee(self, app, cast):
        chen = english(app, cast.chen)
        unit = {"unit_id": str(cast.school.id)}
        opened_at = chen.submit("/commend/new", **TYPED, **unit)
        assert opened_at.status_code == 303
        address = opened_at.location
        assert chen.submit(f"{address}/committee", number="T003").status_code == 303
        again = chen.submit(f"{address}/committee", number="T003")
        assert (again.status_code, "is on the committee already" in again.text) == (422, True)
        assert chen.submit(f"{address}/committee", number="nobody").status_code == 422
        page = chen.get(address).text
        assert ("顾云" in page, "Chosen: 0 of 1, 1 left" in page) == (True, True)

    def test_one_that_was_called_off_can_still_be_looked_at(self, app, cast):
        with app.app_context():
            address = f"/commend/{opened(cast)}"
            service.call_off(cast.chen.id, the_round().id, "改期", NOW)
        page = english(app, cast.chen).get(address)
        assert (page.status_code, "Called off" in page.text) == (200, True)

    @pytest.mark.parametrize(
        ("typed", "says"),
        [
            ({"number": ""}, "Enter a share or a number."),
            ({"number": "", "percent": "10"}, "By this quota nobody could be commended."),
            ({"last": "2026-11-01"}, "The last day of nominations is before the first."),
            ({"notice_days": "x"}, "Enter a whole number."),
            ({"title": ""}, "Enter a name."),
            ({"year": "1"}, "Not a valid choice"),
        ],
    )
    def test_what_is_wrong_is_said_beside_what_was_typed(self, app, cast, typed, says):
        answer = english(app, cast.chen).submit("/commend/new", **{**TYPED, "unit_id": str(cast.school.id), **typed})
        assert (answer.status_code, says in answer.text) == (422, True)


class TestNominating:
    def test_of_whom_one_has_worked_with_what_both_did_can_be_picked(self, app, cast):
        with app.app_context():
            for who in (cast.lin, cast.zhao):
                came(cast, who)
            address = f"/commendations/{opened(cast)}"
        zhao, page = english(app, cast.zhao), f"{address}/nominate?number=2301001"
        assert "东湖责任区清扫" in zhao.get(page).text
        assert zhao.submit(page, reasons="").status_code == 422
        assert zhao.submit(page, reasons="Helps.", evidence="nothing of this year").status_code == 422
        assert zhao.submit(page, reasons="Helps.", evidence="东湖责任区清扫").status_code == 303
        with app.app_context():
            assert (last(app).picked, last(app).state) == (["东湖责任区清扫"], State.ASKED)
        again = zhao.submit(page, reasons="Helps.")
        assert (again.status_code, "has been nominated in this round already" in again.text) == (422, True)

    def test_of_others_a_member_learns_nothing_of_their_records(self, app, cast):
        with app.app_context():
            came(cast, cast.lin)
            address = f"/commendations/{opened(cast)}/nominate?number=2301001"
        assert "东湖责任区清扫" not in english(app, cast.zhao).get(address).text
        assert "东湖责任区清扫" in english(app, cast.chen).get(address).text

    def test_the_person_agrees_and_takes_it_back(self, app, cast):
        with app.app_context():
            opened(cast)
            nominated(cast, cast.lin, agrees=False)
            address = f"/commendations/mine/{last(app).public_id}"
        lin = english(app, cast.lin)
        assert "Your word is waited for" in lin.get("/commendations/").text
        assert "I agree to be named" in lin.get(address).text
        assert lin.submit(f"{address}/agree", seen="7").status_code == 409  # other reasons than were seen
        assert lin.submit(f"{address}/agree", seen="1").status_code == 303
        assert lin.submit(f"{address}/agree", seen="1").status_code == 409
        assert lin.submit(f"{address}/decline").status_code == 303
        assert english(app, cast.zhao).submit(f"{address}/decline").status_code == 404


class TestNoticeAndObjections:
    def test_before_the_notice_nobody_else_reads_who_is_nominated(self, app, cast):
        with app.app_context():
            address = f"/commendations/{opened(cast)}"
            chosen(cast, cast.lin)
        for who in (cast.zhao, cast.wang, cast.lin):
            assert "林可欣" not in english(app, who).get(address).text.split("<main")[1]

    def test_an_objection_is_answered_by_who_has_nothing_to_do_with_it(self, app, cast):
        with app.app_context():
            round_id = opened(cast)
            nomination = on_notice(cast, cast.lin)
            address = f"/commendations/{round_id}/notice/{last(app).public_id}"
        with time_machine.travel(DECIDED, tick=False):
            zhao = english(app, cast.zhao)
            assert "林可欣" in zhao.get(f"/commendations/{round_id}").text
            assert zhao.submit(address, reason="").status_code == 422
            assert zhao.submit(address, reason="Was not there.").status_code == 303
            assert zhao.submit(address, reason="Again.").status_code == 422
            assert english(app, cast.lin).submit(address, reason="Mine.").status_code == 422
            with app.app_context():
                objection = db.session.scalars(sa.select(NoticeObjection)).one().public_id
            chen, at = english(app, cast.chen), f"/commend/{round_id}/objections/{objection}"
            assert "Was not there." in chen.get(f"/commend/{round_id}").text
            assert chen.submit(at, word="").status_code == 422
            assert chen.submit(at, word="True.", uphold="1").status_code == 303
            assert chen.submit(at, word="Again.").status_code == 409
        with app.app_context():
            assert (state_of(nomination), the_round().chosen) == (State.SET_ASIDE, 0)


class TestStatements:
    @pytest.mark.parametrize("page", ["/commendations/{}", "/commend/{}", "/commendations/{}/committee"])
    def test_as_many_for_many_nominations(self, app, cast, statements, page):
        def more(first: int, count: int) -> None:
            with app.app_context():
                for n in range(first, first + count):
                    who = make_member(f"24010{n:02}", f"新人{n}", cast.first)
                    db.session.commit()
                    chosen(cast, who, by=cast.chen)

        with app.app_context():
            address = page.format(opened(cast, number=20))
        who = english(app, cast.gu if "committee" in page else cast.chen)
        counts = []
        for first in (0, 2):
            more(first, 2 + first)
            with statements.count() as count:
                assert who.get(address).status_code == 200
            counts.append(len(count))
        assert counts[0] == counts[1]
