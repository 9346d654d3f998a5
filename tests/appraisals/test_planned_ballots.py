"""Ballots of a review that open by themselves, shown before to who holds it."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from activities.appraisals import expecting, queries, service
from activities.appraisals.models import CycleBallot
from activities.appraisals.rules import AlreadyPlanned, NotPlanned, PlanTooLate
from activities.audit.models import AuditEntry
from activities.ballots import ending
from activities.ballots.models import Ballot, BallotVoter
from activities.ballots.queries import electorate
from activities.ballots.rules import BallotState, TooFewVoters
from activities.cycles import queries as cycles
from activities.cycles import service as keeping
from activities.cycles.rules_settings import Settings, read
from activities.kit.db import db
from activities.kit.refusal import NotFound
from activities.outbox.models import Notice
from tests.ballots.held import comes
from tests.cast import DAY, NOW, english
from tests.cycles.opened import appoint, change, opened, the_cycle
from tests.house.test_races import race
from tests.peers.reviewing import crowd, step

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOW, tick=False):
        yield


def planned(cast, size: int = 6, **settings) -> int:
    crowd(cast, size)
    opened(cast, **settings)
    service.plan(cast.chen.id, the_cycle().id, NOW)
    return the_cycle().id


def ballot_of(unit) -> Ballot:
    query = sa.select(Ballot).join(CycleBallot, CycleBallot.ballot_id == Ballot.id).where(Ballot.unit_id == unit.id)
    return db.session.execute(query, execution_options={"populate_existing": True}).scalar_one()


def ballots() -> int:
    return db.session.scalar(sa.select(sa.func.count(Ballot.id)))


def voters(ballot: Ballot) -> set[int]:
    return set(electorate(ballot.id))


def told(topic: str) -> list[Notice]:
    return list(db.session.scalars(sa.select(Notice).where(Notice.topic == topic)))


@pytest.mark.usefixtures("ctx")
class TestOpeningByThemselves:
    def test_they_open_on_the_first_day_and_not_before(self, cast):
        planned(cast)
        service.open_planned(step("ballot") - DAY)
        assert ballots() == 0
        for _ in range(2):
            service.open_planned(step("ballot"))
        assert ballots() == 3
        assert ballot_of(cast.first).state is BallotState.OPEN
        assert ballot_of(cast.second).state is BallotState.DRAFT

    def test_who_may_vote_is_who_is_there_at_that_moment(self, cast):
        planned(cast)
        late = comes("S999", "新同志", cast.first)
        change(cast.ou, active=False)
        service.open_planned(step("ballot"))
        assert late.id in voters(ballot_of(cast.first))
        assert cast.ou.id not in voters(ballot_of(cast.first))

    def test_voters_are_told_and_so_is_who_planned_it(self, cast):
        planned(cast)
        service.open_planned(step("ballot"))
        assert {one.member_id for one in told("ballots.opened")} == voters(ballot_of(cast.first))
        [notice] = told("cycles.ballots_opened")
        assert (notice.member_id, notice.params["opened"], notice.params["prepared"]) == (cast.chen.id, 1, 2)

    def test_they_open_though_who_planned_it_has_no_office_any_more(self, cast):
        planned(cast)
        change(cast.chen, active=False)
        service.open_planned(step("ballot"))
        assert ballot_of(cast.first).state is BallotState.OPEN
        entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.verb == "open ballot")).one()
        assert entry.actor_id is None, "nobody did it"

    def test_they_go_by_what_the_review_goes_by_then(self, cast):
        cycle_id = planned(cast)
        version = cycles.versions(cycle_id)[0]
        settings = Settings(papers=6, asks_masses=True)
        keeping.set_settings(cast.chen.id, cycle_id, version.id, settings, "人多了", NOW)
        service.open_planned(step("ballot"))
        ballot = ballot_of(cast.first)
        assert (ballot.least, ballot.asks_masses) == (6, True)
        assert cast.wang.id in voters(ballot)

    def test_a_step_that_is_moved_takes_the_plan_along(self, cast):
        cycle_id = planned(cast)
        cycle, first = the_cycle(), step("ballot")
        keeping.reopen(cast.chen.id, cycle_id, "essay", cycle.windows["essay"].last + 14 * DAY, "延期", NOW)
        service.open_planned(first)
        assert ballots() == 0
        service.open_planned(step("ballot"))
        assert ballots() == 3

    def test_a_unit_that_comes_later_gets_one_too(self, cast):
        cycle_id = planned(cast)
        change(cast.zhao, stage="applicant")
        keeping.remove_person(cast.chen.id, cycle_id, cast.zhao.id, "转出", NOW)
        service.open_planned(step("ballot"))
        before = ballots()
        change(cast.zhao, stage="full")
        keeping.add_person(cast.chen.id, cycle_id, cast.zhao.id, "转入", step("ballot"))
        service.open_planned(step("ballot") + MINUTE)
        assert ballots() == before + 1

    def test_what_was_cancelled_stays_so_until_it_is_opened_by_hand(self, cast):
        cycle_id = planned(cast)
        now = step("ballot")
        service.open_planned(now)
        first = ballot_of(cast.first)
        ending.cancel(cast.chen.id, first.id, "表上有误", now)
        service.open_planned(now + MINUTE)
        assert ballots() == 3
        assert service.open_all(cast.chen.id, cycle_id, now + MINUTE) == 1
        assert ballot_of(cast.first).id != first.id
        assert first.state is BallotState.CANCELLED
        assert queries.waiting_for(cycle_id, cast.lin.id, now).id == ballot_of(cast.first).id

    def test_a_plan_that_is_taken_back_opens_nothing(self, cast):
        cycle_id = planned(cast)
        service.call_off_plan(cast.chen.id, cycle_id, NOW)
        service.open_planned(step("ballot"))
        assert ballots() == 0
        with pytest.raises(NotPlanned):
            service.call_off_plan(cast.chen.id, cycle_id, NOW)

    def test_a_review_that_is_called_off_opens_nothing(self, cast):
        cycle_id = planned(cast)
        keeping.call_off(cast.chen.id, cycle_id, "重来", NOW)
        service.open_planned(step("ballot"))
        assert ballots() == 0

    def test_it_is_planned_once_before_the_step_by_who_holds_the_review(self, cast):
        cycle_id = planned(cast)
        with pytest.raises(AlreadyPlanned):
            service.plan(cast.chen.id, cycle_id, NOW)
        service.call_off_plan(cast.chen.id, cycle_id, NOW)
        with pytest.raises(PlanTooLate):
            service.plan(cast.chen.id, cycle_id, step("ballot"))
        appoint(cast.lin, cast.first)
        for verb in (service.plan, service.call_off_plan):
            with pytest.raises(NotFound):
                verb(cast.lin.id, cycle_id, NOW)


@pytest.mark.usefixtures("ctx")
class TestLookingBefore:
    def test_what_is_shown_is_what_happens(self, cast):
        cycle_id = planned(cast)
        shown = {
            one.unit.id: one for one in expecting.expected(the_cycle(), [cast.school.path], step("ballot"))
        }  # fmt: skip
        assert shown[cast.second.id].prospect.refusal == TooFewVoters(0, 5)
        assert shown[cast.first.id].prospect.refusal is None
        service.open_planned(step("ballot"))
        assert {one.id for one in shown[cast.first.id].prospect.voters} == voters(ballot_of(cast.first))
        assert shown[cast.first.id].on_form == 8
        assert db.session.scalar(sa.select(sa.func.count(BallotVoter.id))) == 8
        held = {unit.id for unit, _ in queries.of_cycle(cycle_id, [cast.school.path])}
        assert held == set(shown)
        assert expecting.expected(the_cycle(), [cast.school.path], step("ballot")) == []

    def test_who_holds_the_review_of_a_unit_sees_that_unit(self, cast):
        planned(cast)
        shown = expecting.expected(the_cycle(), [cast.first.path], NOW)
        assert [one.unit.id for one in shown] == [cast.first.id]

    def test_many_take_as_many_statements_as_few(self, cast, statements):
        planned(cast)
        with statements.count() as few:
            expecting.expected(the_cycle(), [cast.school.path], NOW)
        crowd(cast, 60, cast.second)
        with statements.count() as many:
            expecting.expected(the_cycle(), [cast.school.path], NOW)
        assert len(many) == len(few) <= 7


def test_two_workers_open_each_ballot_once(app, cast):
    with app.app_context():
        planned(cast)
        now = step("ballot")
    race(app, [lambda: service.open_planned(now)] * 4)
    with app.app_context():
        assert ballots() == 3
        assert len(told("cycles.ballots_opened")) == 1


def test_what_was_set_before_ballots_were_is_read_with_the_defaults():
    text = (
        '{"base": "full", "least": 300, "most": 3000, "notice_days": 5, "remind_days": 2, "rounding": "down",'
        ' "share": "1/3", "version": 1}'
    )
    assert read(text) == Settings()


def test_the_page_shows_who_could_vote_and_plans_it(app, cast):
    with app.app_context():
        crowd(cast, 6)
        public_id = opened(cast)
        unit = cast.first.public_id
    chen, address = english(app, cast.chen), f"/cycles/{public_id}/ballots"
    shown = chen.get(address).get_data(as_text=True)
    assert "<b>8</b> could vote" in shown
    assert shown.count("below 5 no result is ever shown") == 2
    assert "林可欣" in chen.get(f"{address}/{unit}").get_data(as_text=True)
    assert chen.submit(address, do="plan").status_code == 303
    assert "They open by themselves on" in chen.get(address).get_data(as_text=True)
    assert chen.submit(address, do="call off").status_code == 303
    assert "Let them open by themselves" in chen.get(address).get_data(as_text=True)
    assert chen.submit(address, do="something").status_code == 404
