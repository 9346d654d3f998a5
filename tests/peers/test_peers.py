"""Peer review from the draw to what is told: drafts kept, sums alone, and no names."""

from __future__ import annotations

from collections import Counter
from hashlib import sha256

import pytest
import sqlalchemy as sa
import time_machine

from activities.audit.models import AuditEntry
from activities.cycles import service as keeping
from activities.cycles.rules_refusals import StepNotOpen, StepOver
from activities.kit.db import db
from activities.kit.refusal import ChangedMeanwhile, NotFound
from activities.outbox.models import Notice
from activities.peers import queries, service
from activities.peers.models import PeerDraw, PeerReview
from activities.peers.rules import MarksMissing, PeerRule, ReviewHandedIn, ReviewsBegun, Scope
from activities.people.joining import join
from tests.cast import DAY, NOW, english, make_member
from tests.cycles.opened import frozen_steps, opened, the_cycle
from tests.house.test_races import race
from tests.peers.reviewing import MARKS, after, asked, crowd, drawn, handed_in, reviews, step, told


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOW, tick=False):
        yield


def write(one: PeerReview, revision: int, marks=MARKS, comment="", *, hand_in=False, by=None, now=None) -> int:
    return service.write(by or one.member_id, one.id, revision, marks, comment, now or step("peers"), hand_in=hand_in)


@pytest.mark.usefixtures("ctx")
class TestDrawing:
    def test_everybody_of_a_unit_reviews_as_many_as_review_them(self, cast):
        drawn(cast)
        by = Counter(one.reviewer_id for one in reviews())
        of = Counter(one.reviewed_id for one in reviews())
        assert by == of
        assert sorted(by.values()) == [1, 1, *[3] * 8], "Chen and Gu have but each other, and Zhao nobody"

    def test_by_class_nobody_reviews_another_class(self, cast):
        drawn(cast, 12, scope=Scope.CLASS)
        assert all(one.reviewer.class_name == one.reviewed.class_name for one in reviews())

    def test_who_is_to_review_is_told_and_the_hash_of_the_seed_stands_on_the_trail(self, cast):
        drawn(cast)
        told_ = set(db.session.scalars(sa.select(Notice.member_id).where(Notice.topic == "cycles.peers_drawn")))
        assert told_ == {one.member_id for one in reviews()}
        [entry] = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.verb == "draw peers"))
        draw = db.session.scalars(sa.select(PeerDraw)).one()
        assert entry.after["seed_hash"] == sha256(draw.seed.encode()).hexdigest()
        assert draw.seed not in str(entry.after), "whoever has the seed knows who reviews whom"

    def test_it_is_drawn_anew_until_somebody_has_begun(self, cast):
        drawn(cast)
        cycle_id = the_cycle().id
        service.draw(cast.chen.id, cycle_id, PeerRule(each=4), NOW)
        assert len(reviews(by=cast.lin)) == 4
        write(reviews(by=cast.lin)[0], 0)
        with pytest.raises(ReviewsBegun):
            service.draw(cast.chen.id, cycle_id, PeerRule(each=3), NOW)

    def test_second_accounts_are_left_out(self, cast):
        other = make_member("T101", "林可欣", cast.first)
        db.session.commit()
        join(cast.gu.id, cast.lin.id, other.id, NOW)
        drawn(cast)
        assert reviews(by=other) == reviews(of=other) == []
        assert len(reviews(by=cast.lin)) == 3

    def test_whose_accounts_are_joined_later_writes_nothing_of_themselves(self, cast):
        drawn(cast)
        one = reviews(by=cast.lin)[0]
        join(cast.gu.id, cast.lin.id, one.reviewed.member_id, NOW)
        assert one.id not in {each.id for each in reviews()}

    def test_many_take_as_many_statements_as_few(self, cast, statements):
        crowd(cast, 5)
        opened(cast)
        cycle_id = the_cycle().id
        with statements.count() as few:
            service.draw(cast.chen.id, cycle_id, PeerRule(each=3), NOW)
        keeping.call_off(cast.chen.id, cycle_id, "重来", NOW)
        crowd(cast, 200, cast.second)
        cycle_id = db.session.scalar(
            sa.text("SELECT max(id) FROM review_cycle WHERE public_id = :p"), {"p": opened(cast)}
        )
        with statements.count() as many:
            service.draw(cast.chen.id, cycle_id, PeerRule(each=3), NOW)
        assert len(many) == len(few)


@pytest.mark.usefixtures("ctx")
class TestWriting:
    def test_a_draft_is_kept_and_counts_for_nothing(self, cast):
        drawn(cast)
        for one in reviews(of=cast.lin):
            assert write(one, 0, ["0", "", "1", ""], "写到一半") == 1
        assert told(cast.lin) is None
        assert reviews(of=cast.lin)[0].marks == ("0", "-", "1", "-")

    def test_another_draft_is_not_written_over(self, cast):
        drawn(cast)
        one = reviews(by=cast.lin)[0]
        write(one, 0)
        with pytest.raises(ChangedMeanwhile):
            write(one, 0, comment="另一台手机上写的")

    def test_handing_in_needs_every_mark_and_is_done_once(self, cast):
        drawn(cast)
        one = reviews(by=cast.lin)[0]
        with pytest.raises(MarksMissing):
            write(one, 0, ["0", "", "1", "2"], hand_in=True)
        write(one, 0, hand_in=True)
        with pytest.raises(ReviewHandedIn):
            write(one, 1)

    def test_only_who_was_drawn_and_only_in_its_days(self, cast):
        drawn(cast)
        one = reviews(by=cast.lin)[0]
        with pytest.raises(NotFound):
            write(one, 0, by=one.reviewed.member_id)
        with pytest.raises(StepNotOpen):
            write(one, 0, now=NOW)
        with pytest.raises(StepOver):
            write(one, 0, now=after("peers"))

    def test_what_is_told_is_sums_of_enough(self, cast):
        drawn(cast)
        first, *rest = reviews(of=cast.lin)
        for one in rest:
            handed_in(one, "踏实")
        assert told(cast.lin) is None
        handed_in(first)
        assert told(cast.lin) == (3, [[3, 0, 0, 0], [0, 3, 0, 0], [3, 0, 0, 0], [0, 0, 3, 0]], ["踏实", "踏实"])
        frozen = frozen_steps(the_cycle(), NOW)
        assert frozen[cast.lin.public_id]["peers"] == {"reviews": 3, "marks": told(cast.lin).marks}
        assert "peers" not in frozen[cast.ou.public_id]

    def test_one_more_review_after_all_was_shown_cannot_be_read_from_the_difference(self, cast):
        drawn(cast, each=4)
        *first, last = reviews(of=cast.lin)
        for one in first:
            handed_in(one)
        before, cycle, late = told(cast.lin), the_cycle(), step("ballot")
        keeping.reopen(cast.chen.id, cycle.id, "peers", cycle.windows["peers"].last + 21 * DAY, "有人没交", late)
        write(last, 0, ["3"] * 4, hand_in=True, now=late)
        assert told(cast.lin) == before

    def test_what_comes_once_the_step_is_reopened_is_told_with_enough_others(self, cast):
        drawn(cast, each=4)
        first, *rest = reviews(of=cast.lin)
        handed_in(first)
        cycle, late = the_cycle(), step("ballot")
        keeping.reopen(cast.chen.id, cycle.id, "peers", cycle.windows["peers"].last + 21 * DAY, "很多人没交", late)
        for one in rest:
            assert told(cast.lin) is None or one is rest[-1]
            write(one, 0, hand_in=True, now=late)
        assert told(cast.lin).reviews == 4

    def test_what_was_handed_in_stays_among_the_sums_though_its_writer_leaves(self, cast):
        drawn(cast)
        of_lin = reviews(of=cast.lin)
        for one in of_lin:
            handed_in(one)
        before = told(cast.lin)
        keeping.remove_person(cast.chen.id, the_cycle().id, of_lin[0].member_id, "转出", step("peers"))
        assert told(cast.lin) == before

    def test_who_leaves_the_review_is_waited_for_no_more(self, cast):
        drawn(cast)
        paths = [cast.school.path]
        before = {one.name for one in queries.waited_for(the_cycle().id, paths)}
        keeping.remove_person(cast.chen.id, the_cycle().id, cast.lin.id, "转出", NOW)
        assert before - {one.name for one in queries.waited_for(the_cycle().id, paths)} == {"林可欣"}

    def test_who_has_reviews_to_write_is_told_once_before_the_end(self, cast):
        drawn(cast)
        for one in reviews(by=cast.lin):
            handed_in(one)
        waited = sorted({one.member_id for one in reviews()} - {cast.lin.id})
        due = sa.select(Notice.member_id).where(Notice.topic == "cycles.peers_due").order_by(Notice.member_id)
        tuesday = step("ballot") - DAY  # the last day: two working days before its end is the Monday
        for now, expected in ((tuesday - 2 * DAY, []), (tuesday - DAY, waited), (tuesday, waited)):
            service.remind(now)
            assert db.session.scalars(due).all() == expected
        last = (tuesday + 7 * DAY).date()
        keeping.reopen(cast.chen.id, the_cycle().id, "peers", last, "有人出差", tuesday)
        service.remind(tuesday + 7 * DAY)
        assert db.session.scalars(due).all() == sorted(waited * 2)

    def test_the_trail_does_not_say_of_whom_it_was(self, cast):
        drawn(cast)
        handed_in(reviews(by=cast.lin)[0], "踏实")
        [entry] = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.verb == "hand in a peer review"))
        assert (entry.actor_id, entry.before, entry.after) == (cast.lin.id, {}, {})

    def test_the_page_of_a_review_counts_who_is_through_and_asks_who_is_not(self, cast):
        drawn(cast)
        sentences = [ask.sentence for ask in asked(cast.lin, step("peers"))]
        assert any("3" in sentence for sentence in sentences)
        for one in reviews(by=cast.lin):
            handed_in(one)
        assert queries.done(the_cycle().id) == {cast.first.id: 1}
        assert asked(cast.lin, step("peers")) == []


def test_handed_in_from_two_devices_it_is_there_once(app, cast):
    with app.app_context():
        drawn(cast)
        one, now = reviews(by=cast.lin)[0], step("peers")
    verbs = [
        lambda text=text: service.write(cast.lin.id, one.id, 0, MARKS, text, now, hand_in=True) for text in "甲乙丙丁"
    ]
    results = race(app, verbs)
    assert sorted(map(str, map(type, results))) == sorted(map(str, [int, *[ReviewHandedIn] * 3]))


# ── pages ───────────────────────────────────────────────────────────────────


def test_a_member_keeps_a_draft_and_hands_it_in(app, cast):
    with app.app_context():
        public_id = drawn(cast)
        one, now = reviews(by=cast.lin)[0], step("peers")
        person = one.reviewed.member.public_id
    address = f"/my-review/{public_id}/peers/{person}"
    with time_machine.travel(now, tick=False):
        lin = english(app, cast.lin)
        assert lin.submit(address, revision="0", c0="1", comment="细致").status_code == 303
        shown = lin.get(address).get_data(as_text=True)
        assert "细致" in shown
        answer = lin.submit(address, revision="1", c0="1", comment="细致", hand_in="1")
        assert answer.status_code == 422
        assert "Choose a mark for each" in answer.get_data(as_text=True)
        stale = lin.submit(address, revision="0", c0="1", comment="旧的")
        assert stale.status_code == 422
        assert "旧的" in stale.get_data(as_text=True)
        full = {f"c{n}": "1" for n in range(4)}
        assert lin.submit(address, revision="1", **full, comment="细致", hand_in="1").status_code == 303
        assert "handed in" in lin.get(f"/my-review/{public_id}/peers").get_data(as_text=True)


def test_what_others_wrote_is_shown_once_it_is_over_and_without_names(app, cast):
    with app.app_context():
        public_id = drawn(cast)
        names = {one.reviewer.member.name for one in reviews(of=cast.lin)}
        mine = {one.reviewed.member.name for one in reviews(by=cast.lin)}
        for one in reviews(of=cast.lin):
            handed_in(one, "踏实肯干")
        now, later = step("peers"), after("peers")
    address = f"/my-review/{public_id}/peers"
    with time_machine.travel(now, tick=False):
        assert "踏实肯干" not in english(app, cast.lin).get(address).get_data(as_text=True)
    with time_machine.travel(later, tick=False):
        shown = english(app, cast.lin).get(address).get_data(as_text=True)
    assert shown.count("踏实肯干") == 3
    assert not [name for name in names - mine if name in shown]


def test_who_holds_the_review_sees_who_is_waited_for_and_nothing_of_what_was_written(app, cast):
    with app.app_context():
        public_id = drawn(cast)
        handed_in(reviews(by=cast.lin)[0], "踏实肯干")
    shown = english(app, cast.chen).get(f"/cycles/{public_id}/peers").get_data(as_text=True)
    assert '<th scope="row">林可欣</th>' in shown
    assert "踏实肯干" not in shown


@pytest.mark.parametrize("size", [3, 12])
def test_the_pages_take_a_fixed_number_of_statements(app, cast, statements, size):
    with app.app_context():
        public_id = drawn(cast, size)
    for who, address, most in (
        (cast.lin, f"/my-review/{public_id}/peers", 6), (cast.chen, f"/cycles/{public_id}/peers", 10),
    ):  # fmt: skip
        client = english(app, who)
        with statements.count() as seen:
            assert client.get(address).status_code == 200
        assert len(seen) <= most, seen
