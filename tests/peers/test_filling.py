"""Who comes into a review later, or leaves it: what is missing is given out, and nothing else is drawn anew."""

from __future__ import annotations

from collections import Counter

import pytest
import sqlalchemy as sa
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from activities.audit.models import AuditEntry
from activities.cycles import service as keeping
from activities.cycles.rules_refusals import StepOver
from activities.kit.db import db
from activities.kit.refusal import NotFound
from activities.outbox.models import Notice
from activities.peers import filling, queries, service, verifying
from activities.peers.commands import verify
from activities.peers.filling import gap_of
from activities.peers.hooks import _to_write
from activities.peers.models import PeerDraw, PeerReview
from activities.peers.rules import NotDrawn, NothingMissing, Peer, PeerRule, There, drawn, gap
from activities.people.joining import join
from tests.ballots.held import comes
from tests.cast import NOW, english, make_member, unrefused
from tests.cycles.opened import appoint, opened, the_cycle
from tests.house.test_races import race
from tests.peers.reviewing import MARKS, after, handed_in, reviews, step
from tests.peers.reviewing import drawn as drawn_in


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOW, tick=False):
        yield


def leaves(cast, member_id: int) -> None:
    keeping.remove_person(cast.chen.id, the_cycle().id, member_id, "转出", NOW)


def joins(cast, number: str) -> int:
    member = comes(number, "新来", cast.first)
    keeping.add_person(cast.chen.id, the_cycle().id, member.id, "转入", NOW)
    return member.id


def the_draw() -> PeerDraw:
    return db.session.scalars(sa.select(PeerDraw)).one()


def counts() -> tuple[Counter[int], Counter[int]]:
    """How many each reviews, and is reviewed by, of those who take part."""
    there = queries.there(the_cycle().id)
    return Counter(one.reviewer for one in there), Counter(one.reviewed for one in there)


@pytest.mark.usefixtures("ctx")
class TestFilling:
    def test_everybody_reviews_as_many_again_as_review_them(self, cast):
        drawn_in(cast)
        leaves(cast, cast.lin.id)
        joins(cast, "S901")
        joins(cast, "S902")
        filling.fill(cast.chen.id, the_cycle().id, NOW)
        by, of = counts()
        assert by == of
        assert sorted(by.values()) == [1, 1, *[3] * 9]

    def test_what_somebody_has_begun_stays(self, cast):
        drawn_in(cast)
        begun = [(one.reviewer_id, one.reviewed_id) for one in reviews()]
        for one in reviews():
            handed_in(one)
        joins(cast, "S901")
        assert filling.fill(cast.chen.id, the_cycle().id, NOW) >= 6
        there = {(one.reviewer, one.reviewed) for one in queries.there(the_cycle().id)}
        assert set(begun) <= there

    def test_who_comes_moves_their_neighbours_alone(self, cast):
        drawn_in(cast, 30)
        before = {(one.reviewer_id, one.reviewed_id) for one in reviews()}
        joins(cast, "S901")
        filling.fill(cast.chen.id, the_cycle().id, NOW)
        now = {(one.reviewer_id, one.reviewed_id) for one in reviews()}
        assert len(before - now) <= 6
        assert len(now - before) <= 9

    def test_only_who_gets_one_more_is_told(self, cast):
        drawn_in(cast, 30)
        told = set(db.session.scalars(sa.select(Notice.id).where(Notice.topic == "cycles.peers_drawn")))
        joins(cast, "S901")
        before = {(one.reviewer_id, one.reviewed_id) for one in reviews()}
        filling.fill(cast.chen.id, the_cycle().id, NOW)
        new = {one.member_id for one in reviews() if (one.reviewer_id, one.reviewed_id) not in before}
        again = sa.select(Notice.member_id).where(Notice.topic == "cycles.peers_drawn", Notice.id.not_in(told))
        assert set(db.session.scalars(again)) == new

    def test_where_nothing_is_missing_nothing_is_done(self, cast):
        drawn_in(cast)
        with pytest.raises(NothingMissing):
            filling.fill(cast.chen.id, the_cycle().id, NOW)

    def test_nothing_is_missing_where_nothing_was_drawn(self, cast):
        opened(cast)
        with pytest.raises(NotDrawn):
            filling.fill(cast.chen.id, the_cycle().id, NOW)

    def test_not_once_the_step_is_over_and_not_by_others(self, cast):
        drawn_in(cast)
        leaves(cast, cast.lin.id)
        appoint(cast.ou, cast.first)
        with pytest.raises(NotFound):
            filling.fill(cast.ou.id, the_cycle().id, NOW)
        with pytest.raises(StepOver):
            filling.fill(cast.chen.id, the_cycle().id, after("peers"))

    def test_nobody_is_waited_for_because_of_who_has_left(self, cast):
        drawn_in(cast)
        of_lin = reviews(of=cast.lin)
        writer = of_lin[0].member_id
        for one in reviews():
            if one.member_id == writer and one.id != of_lin[0].id:
                handed_in(one)
        leaves(cast, cast.lin.id)
        assert writer not in {member_id for _, member_id in db.session.execute(_to_write(the_cycle().id))}


def test_what_is_begun_as_it_would_go_stays_or_is_gone(app, cast):
    with app.app_context():
        drawn_in(cast, 30)
        joins(cast, "S901")
        cycle_id, spare = the_cycle().id, gap_of(the_draw()).spare[0]
        writer = db.session.get_one(PeerReview, spare).member_id
        now = step("peers")

    def write() -> bool:
        """Whether it was there still."""
        try:
            service.write(writer, spare, 0, MARKS, "刚动笔", now, hand_in=False)
        except NotFound:
            return False
        return True

    _, wrote = race(app, [lambda: filling.fill(cast.chen.id, cycle_id, now), write])
    with app.app_context():
        left = db.session.scalars(sa.select(PeerReview.comment).where(PeerReview.id == spare)).all()
    assert left == (["刚动笔"] if wrote else [])


PEOPLE = st.lists(st.integers(0, 200), min_size=5, max_size=30, unique=True)


@given(PEOPLE, PEOPLE, st.integers(3, 5), st.data())
def test_filled_everybody_has_what_the_ring_asks_and_nothing_begun_is_lost(first, then, each, data):
    def groups(people):
        return {"a": [Peer(n, f"n{n}", n, "a") for n in people]}

    rule = PeerRule(each=each)
    pairs = [pair for pair in drawn(groups(first), each, "seed") if set(pair) <= set(then)]
    begun = data.draw(st.sets(st.sampled_from(pairs))) if pairs else set()
    there = [There(n, *pair, pair in begun) for n, pair in enumerate(pairs)]
    found = gap(groups(then), rule, "seed", there)
    spare = {there[n][1:3] for n in found.spare}
    filled = (set(pairs) - spare) | set(found.missing)
    assert filled == set(drawn(groups(then), each, "seed")) | begun
    assert not spare & begun


@pytest.mark.usefixtures("ctx")
class TestVerifying:
    def test_as_drawn(self, cast):
        drawn_in(cast)
        assert verifying.verify(the_draw()) == (26, 0, 0, "")

    def test_what_people_who_came_or_left_changed_is_counted(self, cast):
        drawn_in(cast)
        for one in reviews(by=cast.lin):
            handed_in(one)
        joins(cast, "S901")
        before = verifying.verify(the_draw())
        assert before.missing
        assert before.wrong == ""
        filling.fill(cast.chen.id, the_cycle().id, NOW)
        found = verifying.verify(the_draw())
        assert (found.missing, found.wrong) == (0, "")
        assert found.as_drawn == 29

    def test_a_pair_that_somebody_changed_is_found(self, cast):
        drawn_in(cast)
        one = reviews(by=cast.lin)[0]
        other = next(
            each.reviewed_id for each in reviews()
            if each.reviewed.unit_id == one.reviewed.unit_id
            and each.reviewed_id not in {mine.reviewed_id for mine in reviews(by=cast.lin)} | {one.reviewer_id}
        )  # fmt: skip
        tamper(sa.update(PeerReview).where(PeerReview.id == one.id).values(reviewed_id=other))
        assert verifying.verify(the_draw()).wrong == verifying.WRONG_PAIRS

    def test_another_seed_is_found(self, cast):
        drawn_in(cast)
        tamper(sa.update(PeerDraw).values(seed="0" * 32))
        assert verifying.verify(the_draw()).wrong == verifying.WRONG_SEED

    def test_accounts_that_are_joined_do_not_look_like_a_change(self, cast):
        drawn_in(cast)
        one = reviews(by=cast.lin)[0]
        join(cast.gu.id, cast.lin.id, one.reviewed.member_id, NOW)
        assert verifying.verify(the_draw()).wrong == ""

    def test_neither_page_nor_trail_holds_the_seed(self, cast):
        drawn_in(cast)
        seed = the_draw().seed
        assert not [one for one in db.session.scalars(sa.select(AuditEntry)) if seed in str(one.after)]


def tamper(statement: sa.Update) -> None:
    with unrefused() as connection:
        connection.execute(statement)
    db.session.rollback()


def test_the_command_says_what_came_of_it_and_of_nobody_whom_they_review(app, cast, monkeypatch):
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    with app.app_context():
        drawn_in(cast)
    done = app.test_cli_runner().invoke(verify, [])
    assert done.exit_code == 0, done.output
    assert "26 reviews are as drawn." in done.output
    assert "林可欣" not in done.output
    with app.app_context():
        tamper(sa.update(PeerDraw).values(seed="0" * 32))
    assert app.test_cli_runner().invoke(verify, []).exit_code == 1


def test_the_page_checks_and_fills(app, cast):
    with app.app_context():
        public_id = drawn_in(cast)
        make_member("S903", "后来", cast.first)
        db.session.commit()
        leaves(cast, cast.lin.id)
        seed = the_draw().seed
    chen, address = english(app, cast.chen), f"/cycles/{public_id}/peers"
    shown = chen.get(f"{address}?check=1").get_data(as_text=True)
    assert "reviews are still to be given out." in shown
    assert "People came or left since" in shown
    assert seed not in shown
    assert seed not in english(app, cast.ou).get(f"/my-review/{public_id}/peers").get_data(as_text=True)
    assert chen.submit(address, do="fill").status_code == 303
    assert "People came or left since" not in chen.get(address).get_data(as_text=True)


def test_a_draft_is_kept_without_leaving_the_page(app, cast):
    with app.app_context():
        public_id = drawn_in(cast)
        one, now = reviews(by=cast.lin)[0], step("peers")
        person = one.reviewed.member.public_id
    address = f"/my-review/{public_id}/peers/{person}/draft"
    with time_machine.travel(now, tick=False):
        lin = english(app, cast.lin)
        assert lin.submit(address, revision="0", comment="写到一半").json["revision"] == 1
        assert lin.submit(address, revision="0", comment="另一页").status_code == 409
        assert lin.submit(address, revision="1", comment="长" * 501).status_code == 422
        stale = lin.submit(address.removesuffix("/draft"), revision="0", c0="1", comment="另一页")
        assert stale.status_code == 422
        shown = stale.get_data(as_text=True)
        assert "写到一半" in shown, "both are there"
        assert "另一页" in shown
    assert english(app, cast.lin).submit(address, revision="1", comment="早").status_code == 409
