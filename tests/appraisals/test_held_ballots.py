"""The ballots of a review: one of each unit, counted among its steps."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
import time_machine

from activities.appraisals import queries, service
from activities.ballots import ending, voting
from activities.ballots.models import Ballot, BallotBox, BallotTally, BallotVoter
from activities.ballots.rules import BallotState, NotCounted
from activities.cycles import service as keeping
from activities.cycles.models import Participant
from activities.cycles.rules_refusals import StepNotOpen, StepOver
from activities.kit.db import db
from activities.kit.refusal import NotFound
from activities.outbox.models import Notice
from activities.people import sheet
from tests.cast import DAY, NOW, english
from tests.cycles.opened import appoint, frozen_steps, opened, the_cycle
from tests.peers.reviewing import asked, crowd, step


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOW, tick=False):
        yield


def held(cast) -> int:
    crowd(cast, 6)
    opened(cast)
    return service.open_all(cast.chen.id, the_cycle().id, step("ballot"))


def ballot_of(unit) -> Ballot:
    return db.session.scalars(sa.select(Ballot).where(Ballot.unit_id == unit.id)).one()


@pytest.mark.usefixtures("ctx")
class TestHolding:
    def test_every_unit_gets_one_and_where_too_few_could_vote_it_is_only_prepared(self, cast):
        assert held(cast) == 1
        assert ballot_of(cast.first).state is BallotState.OPEN
        assert ballot_of(cast.second).state is BallotState.DRAFT
        assert service.open_all(cast.chen.id, the_cycle().id, step("ballot")) == 0
        assert db.session.scalar(sa.select(sa.func.count(Ballot.id))) == 3

    def test_it_is_opened_in_its_days_and_by_who_holds_the_review(self, cast):
        crowd(cast, 6)
        opened(cast)
        with pytest.raises(StepNotOpen):
            service.open_all(cast.chen.id, the_cycle().id, NOW)
        appoint(cast.wang, cast.first)
        with pytest.raises(NotFound):
            service.open_all(cast.wang.id, the_cycle().id, step("ballot"))

    def test_it_lasts_as_long_as_the_step(self, cast):
        held(cast)
        assert step("ballot") < ballot_of(cast.first).ends_at
        assert ballot_of(cast.first).ends_at - step("ballot") < 6 * DAY

    def test_it_asks_who_has_not_voted_and_counts_who_has(self, cast):
        held(cast)
        ballot, now = ballot_of(cast.first), step("ballot")
        assert [ask.step for ask in asked(cast.lin, now)] == ["ballot"]
        voting.vote(cast.lin.id, ballot.id, {}, now)
        assert asked(cast.lin, now) == []
        assert queries.voted(the_cycle().id) == {cast.first.id: 1}
        ending.cancel(cast.chen.id, ballot.id, "重来", now)
        assert queries.voted(the_cycle().id) == {}
        service.open_all(cast.chen.id, the_cycle().id, now)
        assert [ask.step for ask in asked(cast.lin, now)] == ["ballot"]

    def test_a_step_that_is_reopened_takes_its_ballots_along(self, cast):
        held(cast)
        cycle, now = the_cycle(), step("ballot")
        last = cycle.windows["ballot"].last + 7 * DAY
        keeping.reopen(cast.chen.id, cycle.id, "ballot", last, "很多人在外", now)
        before = ballot_of(cast.first).ends_at
        service.follow(now)
        assert ballot_of(cast.first).ends_at - before == 7 * DAY
        voting.vote(cast.lin.id, ballot_of(cast.first).id, {}, before)

    def test_a_step_that_is_reopened_takes_along_what_is_only_prepared_and_tells_nobody(self, cast):
        held(cast)
        cycle, prepared = the_cycle(), sa.select(Ballot.ends_at).where(Ballot.state == BallotState.DRAFT).distinct()
        before = db.session.scalars(prepared).one()
        told = sa.select(sa.func.count(Notice.id)).where(Notice.topic == "ballots.extended")
        last = cycle.windows["ballot"].last + 7 * DAY
        keeping.reopen(cast.chen.id, cycle.id, "ballot", last, "很多人在外", before + DAY)
        service.follow(before + DAY)
        assert db.session.scalars(prepared).one() - before == 7 * DAY
        assert not db.session.scalar(told)

    def test_what_was_counted_is_held_anew_once_the_step_is_reopened(self, cast):
        held(cast)
        cycle, now, old = the_cycle(), step("ballot"), ballot_of(cast.first)
        for one in db.session.scalars(sa.select(BallotVoter).where(BallotVoter.ballot_id == old.id)).all():
            voting.vote(one.member_id, old.id, {}, now)
        over, unit = old.ends_at + DAY, cast.first.public_id
        ending.count_those_over(over)
        assert queries.results(cycle.id)
        with pytest.raises(StepOver):
            service.hold_anew(cast.chen.id, cycle.id, unit, "名单有误", over)
        keeping.reopen(cast.chen.id, cycle.id, "ballot", (over + 3 * DAY).date(), "名单有误", over)
        appoint(cast.wang, cast.first)
        with pytest.raises(NotFound):
            service.hold_anew(cast.wang.id, cycle.id, unit, "名单有误", over)
        assert service.hold_anew(cast.chen.id, cycle.id, unit, "名单有误", over)
        of_unit = sa.select(Ballot.id, Ballot.state).where(Ballot.unit_id == cast.first.id)
        states = dict(db.session.execute(of_unit).all())
        assert (states.pop(old.id), list(states.values())) == (BallotState.CANCELLED, [BallotState.OPEN])
        assert not queries.results(cycle.id)
        assert not db.session.scalar(sa.select(sa.func.count(BallotTally.id)))
        assert [ask.step for ask in asked(cast.lin, over)] == ["ballot"]
        told = set(db.session.scalars(sa.select(Notice.member_id).where(Notice.topic == "ballots.set_aside")))
        assert cast.lin.id in told
        with pytest.raises(NotCounted):
            service.hold_anew(cast.chen.id, cycle.id, unit, "又一次", over)

    def test_a_review_that_is_called_off_takes_its_ballots_along(self, cast):
        held(cast)
        voting.vote(cast.lin.id, ballot_of(cast.first).id, {}, step("ballot"))
        keeping.call_off(cast.chen.id, the_cycle().id, "重来", step("ballot"))
        service.follow(step("ballot"))
        assert set(db.session.scalars(sa.select(Ballot.state))) == {BallotState.CANCELLED}
        assert db.session.scalars(sa.select(BallotBox)).all() == []

    def test_what_may_be_known_stands_by_participant(self, cast):
        held(cast)
        ballot, now = ballot_of(cast.first), step("ballot")
        for who in list(
            db.session.scalars(sa.select(Participant.member_id).where(Participant.unit_id == cast.first.id))
        ):
            voting.vote(who, ballot.id, {}, now)
        ending.count_those_over(ballot.ends_at)
        found = queries.results(the_cycle().id)
        part = db.session.scalar(sa.select(Participant.id).where(Participant.member_id == cast.lin.id))
        assert found[part]["all"] == [0, 0, 0, 0, 0, 7]
        assert len(found) == 8
        frozen = frozen_steps(the_cycle(), NOW)
        assert frozen[cast.lin.public_id]["ballot"] == found[part]
        assert "ballot" not in frozen[cast.zhao.public_id]


def test_the_workbook_says_of_others_what_may_be_known(app, cast):
    with app.app_context():
        held(cast)
        ballot, now = ballot_of(cast.first), step("ballot")
        voters = sa.select(Participant.member_id).where(Participant.unit_id == cast.first.id)
        for who in db.session.scalars(voters).all():
            voting.vote(who, ballot.id, {}, now)
        ending.count_those_over(ballot.ends_at)
        address = f"/cycles/{the_cycle().public_id}/review.xlsx"
        appoint(cast.lin, cast.first)
    said = "Excellent 0, Qualified 0, Basically qualified 0, Not qualified 0, I do not know them 0"
    assert said in told_of(english(app, cast.chen), address, cast.lin)
    assert said not in told_of(english(app, cast.lin), address, cast.lin)
    assert said in told_of(english(app, cast.lin), address, cast.ou)


def told_of(visitor, address, member) -> list[str]:
    """What the workbook that somebody takes says of a member."""
    with visitor.get(address) as answer:
        sheets = sheet.read(answer.data, "x.xlsx")
    return next(told for one in sheets for row in one.rows if member.name in (told := list(row.cells.values())))


def test_its_page_shows_how_far_each_unit_is_and_opens_the_rest(app, cast):
    with app.app_context():
        crowd(cast, 6)
        public_id = opened(cast)
        now = step("ballot")
    chen, address = english(app, cast.chen), f"/cycles/{public_id}/ballots"
    assert chen.submit(address, do="open").status_code == 409, "the step has not begun"
    with time_machine.travel(now, tick=False):
        assert chen.submit(address, do="open").status_code == 303
        shown = chen.get(address).get_data(as_text=True)
        assert shown.count("It is only prepared") == 2
        assert "<b>0</b> / 8" in shown
        home = english(app, cast.lin).get("/").get_data(as_text=True)
        assert home.count("Give your vote in secret, until") == 1
        assert "Your vote is asked for in" not in home, "it is asked once"


def test_what_was_counted_is_held_anew_from_the_page(app, cast):
    with app.app_context():
        held(cast)
        now, old, page = step("ballot"), ballot_of(cast.first).id, f"/cycles/{the_cycle().public_id}/ballots"
        for member_id in db.session.scalars(sa.select(BallotVoter.member_id).where(BallotVoter.ballot_id == old)).all():
            voting.vote(member_id, old, {}, now)
    chen, anew = english(app, cast.chen), f"{page}/{cast.first.public_id}/anew"
    with time_machine.travel(now, tick=False):
        assert (chen.get(anew).status_code, chen.submit(anew, reason="x").status_code) == (409, 409)
        assert "Hold it anew" not in chen.get(page).text
        with app.app_context():
            ending.close(cast.chen.id, old, "都投了", now)
        assert "Hold it anew" in chen.get(page).text
        assert chen.submit(anew, reason="").status_code == 422
        assert chen.submit(anew, reason="名单有误").location == page
        assert "<b>0</b> / 8" in chen.get(page).text


def test_ones_part_in_the_review_leads_to_what_came_of_the_ballot_once_it_is_counted(app, cast):
    with app.app_context():
        held(cast)
        ballot, part = ballot_of(cast.first), f"/my-review/{the_cycle().public_id}"
        own = f"/ballots/{ballot.public_id}/mine"
        assert own not in english(app, cast.lin).get(part).text
        ending.count_those_over(ballot.ends_at)
    lin = english(app, cast.lin)
    assert f'href="{own}"' in lin.get(part).text
    assert lin.get(own).status_code == 200
    assert own not in english(app, cast.zhao).get(part).text  # of another unit
