"""What a review tells the packet of a year: the share of the ballot, and last year's opinion and grade."""

from __future__ import annotations

from functools import partial

import pytest
import sqlalchemy as sa
import time_machine

from activities.appraisals import service as appraisals
from activities.appraisals.queries import shares
from activities.appraisals.rules import approval
from activities.ballots import ending, voting
from activities.ballots.models import Ballot, BallotVoter
from activities.ballots.queries import on_form
from activities.ballots.rules import DEFAULT_CHOICES
from activities.cycles import service as keeping
from activities.cycles.models import Participant
from activities.cycles.rules import Grade
from activities.grades import told
from activities.kit.db import db
from activities.packets import above, queries, sheets
from activities.packets.rules_packet import Kept, Opinion
from activities.past.models import PastGrade, PastImport
from tests.cast import NOW, english, store
from tests.closings.closed import another, close, grade_all
from tests.cycles.opened import GRADING, opened, the_cycle
from tests.peers.reviewing import crowd, drawn, handed_in, reviews, step


@pytest.mark.parametrize(
    ("choices", "counts", "share"),
    [
        (DEFAULT_CHOICES, [3, 1, 0, 0, 0, 0], 7_500),
        (DEFAULT_CHOICES, [1, 2, 0, 0, 9, 5], 3_333),  # neither who does not know them nor who chose nothing
        (DEFAULT_CHOICES, [0, 2, 0, 0, 0, 0], 0),
        (DEFAULT_CHOICES, [0, 0, 0, 0, 4, 3], None),
        (("赞成", "反对"), [5, 0, 2], 10_000),
    ],
)
def test_a_ballots_share_is_that_of_the_first_choice_among_those_who_judge(choices, counts, share):
    assert approval(choices, counts) == share


def voted(cast) -> Ballot:
    """The ballot of the first branch, in which all gave Lin the best, and nobody else anything."""
    crowd(cast, 6)
    opened(cast)
    with time_machine.travel(step("ballot"), tick=False):
        appraisals.open_all(cast.chen.id, the_cycle().id, step("ballot"))
        ballot = db.session.scalars(sa.select(Ballot).where(Ballot.unit_id == cast.first.id)).one()
        there = sa.select(Participant.member_id).where(Participant.unit_id == cast.first.id)
        form = on_form(ballot.id)
        for who in list(db.session.scalars(there)):
            places = {one.place: 0 for one in form if cast.lin.id == one.member_id != who}
            voting.vote(who, ballot.id, places, step("ballot"))
    ending.count_those_over(ballot.ends_at)
    return ballot


@pytest.mark.usefixtures("ctx")
class TestTheBallot:
    def test_its_share_stands_among_what_points_are_reckoned_from(self, cast):
        voted(cast)
        found = queries.packets([cast.lin.id, cast.ou.id], 2026, NOW)
        assert {who: packet.figures.ballot for who, packet in found.items()} == {cast.lin.id: 10_000, cast.ou.id: None}
        assert queries.packet(cast.lin.id, 2025, NOW).figures.ballot is None

    def test_one_that_keeps_its_counts_from_those_it_is_about_gives_no_points(self, cast):
        ballot = voted(cast)
        db.session.execute(sa.update(Ballot).where(Ballot.id == ballot.id).values(shows_own=False))
        db.session.commit()
        assert shares([cast.lin.id], 2026) == {}

    def test_a_review_that_was_called_off_tells_nothing(self, cast):
        voted(cast)
        keeping.call_off(cast.chen.id, the_cycle().id, "撤销", step("ballot"))
        assert shares([cast.lin.id], 2026) == {}


class TestLastYear:
    @pytest.fixture(autouse=True)
    def graded(self, ctx, cast):
        second = another(cast)
        opened(cast)
        grade_all(cast, second, the_cycle())
        self.close = partial(close, cast, second, the_cycle())

    def test_the_opinion_and_grade_of_a_closed_review_stand_in_the_next_years_packet(self, cast):
        assert told.last_years([cast.lin.id], 2027) == {}
        self.close()
        [found] = told.last_years([cast.lin.id], 2027).values()
        assert found.opinion == Opinion(2026, "称职。", "Qualified", cast.chen.name, GRADING.date())
        assert queries.packet(cast.lin.id, 2027, NOW).opinion == found.opinion
        assert told.last_years([cast.lin.id], 2026) == told.last_years([cast.lin.id], 2028) == {}


@pytest.mark.usefixtures("ctx")
def test_a_grade_that_was_imported_is_told_where_no_review_says_another(cast):
    batch = PastImport(imported_by_id=cast.chen.id, name="2025.xlsx", digest="0" * 64, created_at=NOW)
    values = {"unit_id": cast.first.id, "year": 2025, "grade": Grade.GOOD, "row": 2}
    store(PastGrade(batch=batch, member_id=cast.lin.id, **values))
    db.session.commit()
    packet = queries.packet(cast.lin.id, 2026, NOW)
    assert packet.opinion == Opinion(2025, "", "Qualified")
    assert sheets.sheets(packet)[-1].rows == [("合格", "", "", "")]
    assert queries.packet(cast.ou.id, 2026, NOW).opinion is None
    assert queries.packet(cast.lin.id, 2025, NOW).opinion is None


def test_of_what_two_reads_say_the_first_counts_for_each_thing(monkeypatch):
    early, late = Opinion(2025, "旧"), Opinion(2025, "新")
    monkeypatch.setattr(above, "TOLD", [])
    above.tells(lambda ids, year: {1: Kept(ballot=0), 2: Kept(opinion=early)})
    above.tells(lambda ids, year: {1: Kept(late, 50), 2: Kept(late, 60)})
    assert above.kept([1, 2], 2026) == {1: Kept(late, 0), 2: Kept(early, 60)}


class TestThePersonsPage:
    def test_it_shows_what_may_be_known_of_ballot_and_peer_reviews_once_they_are_over(self, app, cast):
        with app.app_context():
            address = drawn(cast)
            for one in reviews(of=cast.lin):
                handed_in(one, "乐于助人")
            with time_machine.travel(step("ballot"), tick=False):
                appraisals.open_all(cast.chen.id, the_cycle().id, step("ballot"))
            ballot = db.session.scalars(sa.select(Ballot).where(Ballot.unit_id == cast.first.id)).one()
            for who in list(db.session.scalars(sa.select(BallotVoter.member_id))):
                voting.vote(who, ballot.id, {}, step("ballot"))
            moments = (step("peers"), False), (step("grade"), True)
        path = f"/cycles/{address}/people/{cast.lin.public_id}"
        for moment, expected in moments:
            with app.app_context():
                ending.count_those_over(moment)
            with time_machine.travel(moment, tick=False):
                page = english(app, cast.chen).get(path).text
            shown = [what in page for what in ("Marks by criterion", "7 papers")]
            assert shown == [expected] * 2
            assert "乐于助人" not in page, "comments are for the person alone"

    def test_nothing_is_said_where_too_few_have_written_or_voted(self, app, cast):
        with app.app_context():
            address = drawn(cast)
            [first, *_] = reviews(of=cast.lin)
            handed_in(first)
            with time_machine.travel(step("ballot"), tick=False):
                appraisals.open_all(cast.chen.id, the_cycle().id, step("ballot"))
            ballot = db.session.scalars(sa.select(Ballot).where(Ballot.unit_id == cast.first.id)).one()
            voting.vote(cast.ou.id, ballot.id, {}, step("ballot"))
            moment = step("grade")
            ending.count_those_over(moment)
        with time_machine.travel(moment, tick=False):
            page = english(app, cast.chen).get(f"/cycles/{address}/people/{cast.lin.public_id}").text
        assert "have written: nothing is shown." in page
        assert "Too few people voted: nothing is shown, and nothing is kept." in page
        assert "Marks by criterion" not in page
