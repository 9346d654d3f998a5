"""Rounds and stories of accounts that turn out to be one person's."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from activities.certificates.rules_notice import Verdict
from activities.commendations import committees, deciding, objections, service, stories
from activities.commendations import rules_refusals as refusals
from activities.commendations.models import Nomination, NoticeObjection
from activities.commendations.rules import RoundState, State
from activities.commendations.rules_stories import NotAsked, StoryState
from activities.dossiers.queries import entries
from activities.dossiers.rules import Block
from activities.kit.db import db
from activities.kit.refusal import NotFound
from activities.kit.roles import Role
from activities.people.joining import join
from activities.people.models import RoleGrant
from tests.cast import NOW, make_member
from tests.commendations.rounds import (
    AWARDED,
    DECIDED,
    TODAY,
    appoint,
    asked_story,
    awarded,
    chosen,
    nominated,
    on_notice,
    opened,
    published_story,
    state_of,
    the_round,
    the_story,
    topics,
)
from tests.house.test_races import race

pytestmark = pytest.mark.usefixtures("ctx")


@pytest.fixture
def admin(cast):
    """Somebody else than the cast who manages people, so that all of the cast can be joined."""
    who = make_member("T100", "管理员", cast.school)
    db.session.add(RoleGrant(member_id=who.id, role=Role.ADMINISTRATOR, unit_id=cast.school.id, granted_at=NOW))
    db.session.commit()
    return who


def objected(cast, nomination: int, by) -> NoticeObjection:
    address = objections.object_to(by.id, nomination, "不属实", DECIDED)
    return db.session.scalars(sa.select(NoticeObjection).where(NoticeObjection.public_id == address)).one()


def verdict_of(objection: NoticeObjection) -> Verdict:
    return db.session.execute(sa.select(NoticeObjection.verdict).where(NoticeObjection.id == objection.id)).scalar_one()


class TestNominations:
    def test_of_two_of_one_person_the_one_that_came_furthest_stands(self, cast, admin):
        opened(cast, number=2)
        lins, zhaos = nominated(cast, cast.lin), chosen(cast, cast.zhao)
        join(admin.id, cast.lin.id, cast.zhao.id, NOW)
        assert (state_of(lins), state_of(zhaos), the_round().chosen) == (State.TAKEN_BACK, State.CHOSEN, 1)
        assert (topics(cast.lin)[-1], "commendations.ended" in topics(cast.zhao)) == ("commendations.ended", False)

    def test_of_two_that_were_chosen_one_place_is_free_again(self, cast, admin):
        opened(cast, number=2)
        lins, zhaos = chosen(cast, cast.lin), chosen(cast, cast.zhao)
        join(admin.id, cast.lin.id, cast.zhao.id, NOW)
        assert (state_of(lins), state_of(zhaos), the_round().chosen) == (State.CHOSEN, State.TAKEN_BACK, 1)

    def test_who_nominated_themselves_is_nominated_no_more(self, cast, admin):
        opened(cast)
        lins = chosen(cast, cast.lin, by=cast.zhao)
        join(admin.id, cast.lin.id, cast.zhao.id, NOW)
        assert (state_of(lins), the_round().chosen) == (State.TAKEN_BACK, 0)
        again = nominated(cast, cast.lin)  # by somebody else they can be
        assert state_of(again) is State.AGREED

    def test_what_does_not_concern_them_stays(self, cast, admin):
        opened(cast)
        lins = chosen(cast, cast.lin)
        join(admin.id, cast.zhao.id, cast.wang.id, NOW)
        assert (state_of(lins), the_round().chosen) == (State.CHOSEN, 1)


class TestDecisions:
    @pytest.mark.parametrize("who", ["lin", "ou"])  # the nominated person, the nominator
    def test_one_by_whom_it_concerns_goes_back_to_the_committee(self, cast, admin, who):
        opened(cast)
        lins = chosen(cast, cast.lin)
        join(admin.id, getattr(cast, who).id, cast.gu.id, NOW)
        assert (state_of(lins), the_round().chosen) == (State.AGREED, 0)
        assert topics(cast.chen)[-1] == "commendations.joined"
        committees.name(cast.chen.id, the_round().id, cast.zhao.id, NOW)
        deciding.decide(cast.zhao.id, lins, True, TODAY, "", NOW)
        assert the_round().chosen == 1

    def test_with_it_the_whole_round_comes_back_from_the_notice_and_all_are_told(self, cast, admin):
        opened(cast, number=2)
        zhaos = chosen(cast, cast.zhao, by=cast.chen)
        lins = on_notice(cast, cast.lin)
        join(admin.id, cast.ou.id, cast.gu.id, DECIDED)
        assert (the_round().state, the_round().notice_until) == (RoundState.OPEN, None)
        assert (state_of(lins), state_of(zhaos), the_round().chosen) == (State.AGREED, State.CHOSEN, 1)
        assert topics(cast.zhao)[-1] == "commendations.begins_anew"

    def test_decided_by_one_and_joined_at_once_nothing_rests_on_one_person(self, app, cast, admin):
        opened(cast)
        lins = nominated(cast, cast.lin)
        gu, ou, who = cast.gu.id, cast.ou.id, admin.id
        race(app, [lambda: deciding.decide(gu, lins, True, TODAY, "", NOW), lambda: join(who, gu, ou, NOW)])
        db.session.rollback()  # and see what they did
        assert (state_of(lins), the_round().chosen) == (State.AGREED, 0)


class TestObjections:
    def test_one_to_oneself_is_rejected(self, cast, admin):
        opened(cast)
        one = objected(cast, on_notice(cast, cast.lin), by=cast.zhao)
        join(admin.id, cast.lin.id, cast.zhao.id, DECIDED)
        assert verdict_of(one) is Verdict.REJECTED

    @pytest.mark.parametrize("verdict", [Verdict.UPHELD, Verdict.REJECTED])
    def test_an_answer_by_whom_it_concerns_waits_for_another_one(self, cast, admin, verdict):
        opened(cast)
        lins = on_notice(cast, cast.lin)
        one = objected(cast, lins, by=cast.zhao)
        objections.answer(cast.chen.id, one.id, verdict, "核实", DECIDED)
        join(admin.id, cast.zhao.id, cast.chen.id, DECIDED)
        assert (verdict_of(one), state_of(lins), the_round().chosen) == (Verdict.OPEN, State.CHOSEN, 1)

    def test_who_was_set_aside_for_another_reason_too_stays_so(self, cast, admin):
        opened(cast)
        lins = on_notice(cast, cast.lin)
        one, other = objected(cast, lins, by=cast.zhao), objected(cast, lins, by=cast.wang)
        appoint(cast, admin)
        objections.answer(cast.chen.id, one.id, Verdict.UPHELD, "核实", DECIDED)
        objections.answer(admin.id, other.id, Verdict.UPHELD, "核实", DECIDED)
        join(admin.id, cast.zhao.id, cast.chen.id, DECIDED)
        assert (verdict_of(one), state_of(lins), the_round().chosen) == (Verdict.OPEN, State.SET_ASIDE, 0)


class TestAwards:
    def test_what_was_granted_stands_until_somebody_has_looked_at_it_again(self, cast, admin):
        opened(cast)
        lins = awarded(cast, cast.lin)
        join(admin.id, cast.lin.id, cast.ou.id, AWARDED)
        assert (state_of(lins), topics(cast.chen)[-1]) == (State.AWARDED, "commendations.look_again")
        service.revoke(cast.chen.id, lins, "自己提名自己", AWARDED)
        assert entries(cast.lin.id)[Block.COMMENDATION] == []

    def test_so_does_what_one_person_was_granted_twice(self, cast, admin):
        opened(cast, number=2)
        chosen(cast, cast.zhao, by=cast.chen)
        awarded(cast, cast.lin)
        join(admin.id, cast.lin.id, cast.zhao.id, AWARDED)
        assert topics(cast.chen)[-1] == "commendations.look_again"

    def test_of_what_rests_on_different_people_nobody_is_told(self, cast, admin):
        opened(cast)
        awarded(cast, cast.lin)
        join(admin.id, cast.lin.id, cast.wang.id, AWARDED)
        assert "commendations.look_again" not in topics(cast.chen)

    def test_who_put_it_on_notice_does_not_grant_it_by_another_account(self, cast, admin):
        opened(cast)
        on_notice(cast, cast.lin)
        appoint(cast, cast.wang)
        join(admin.id, cast.wang.id, cast.chen.id, DECIDED)
        with pytest.raises(refusals.SecondPerson):
            service.award(cast.wang.id, the_round().id, AWARDED)
        assert db.session.scalar(sa.select(Nomination.entry_id)) is None


class TestStories:
    def test_what_somebody_wrote_about_themselves_is_taken_down_until_another_stands_for_it(self, cast, admin):
        published_story(cast)
        join(admin.id, cast.lin.id, cast.ou.id, NOW)
        assert (the_story().state, the_story().taken_down_by_id) == (StoryState.TAKEN_DOWN, admin.id)
        with pytest.raises(NotFound):
            stories.publish_again(cast.ou.id, the_story().id, NOW)
        stories.publish_again(cast.chen.id, the_story().id, NOW)
        assert the_story().state is StoryState.PUBLISHED

    def test_nor_do_they_agree_to_it_before(self, cast, admin):
        asked_story(cast)
        join(admin.id, cast.lin.id, cast.ou.id, NOW)
        with pytest.raises(NotAsked):
            stories.agree(cast.lin.id, the_story().id, 1, NOW)
        stories.ask(cast.chen.id, the_story().id, NOW)
        stories.agree(cast.lin.id, the_story().id, 1, NOW)
        assert the_story().state is StoryState.PUBLISHED
