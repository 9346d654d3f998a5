"""Who is waited for: told once, counted among what waits, and shown where nobody is left who may."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
import time_machine

from activities.certificates.rules_notice import Verdict
from activities.commendations import (
    committees,
    consents,
    nominating,
    objections,
    reminding,
    service,
    stories,
    story_queries,
)
from activities.commendations.models import NoticeObjection
from activities.kit.db import db
from activities.overviews import todo
from activities.people.models import RoleGrant
from activities.people.service import acting
from tests.cast import DAY, NOW, english, make_member
from tests.commendations.rounds import (
    AWARDED,
    DECIDED,
    appoint,
    asked_story,
    chosen,
    nominated,
    on_notice,
    one_person,
    opened,
    the_round,
    the_story,
    topics,
)


def due(who, now) -> dict[str, int]:
    return {one.task.name: one.count for one in todo.due(acting(who.id), now) if "ommendation" in one.task.name}


def objected(cast, nomination: int) -> NoticeObjection:
    address = objections.object_to(cast.zhao.id, nomination, "不属实", DECIDED)
    return db.session.scalars(sa.select(NoticeObjection).where(NoticeObjection.public_id == address)).one()


def on_notice_again(cast) -> int:
    opened(cast, title="又一轮")
    return on_notice(cast, cast.lin)


@pytest.mark.usefixtures("ctx")
class TestToDo:
    def test_of_the_committee_what_is_theirs_to_decide(self, cast):
        opened(cast)
        committees.name(cast.chen.id, the_round().id, cast.ou.id, NOW)
        nominated(cast, cast.lin)
        nominated(cast, cast.zhao, by=cast.chen)
        assert (due(cast.gu, NOW), due(cast.ou, NOW)) == (
            {"Commendations to decide on": 2}, {"Commendations to decide on": 1},
        )  # fmt: skip
        one_person(cast.gu, cast.lin)
        assert due(cast.gu, NOW) == {"Commendations to decide on": 1}
        assert due(cast.chen, NOW) == due(cast.zhao, NOW) == {}

    def test_of_the_secretary_what_can_be_put_on_notice(self, cast):
        opened(cast, number=2)
        assert due(cast.chen, DECIDED) == {}
        chosen(cast, cast.lin)
        assert (due(cast.chen, NOW), due(cast.chen, DECIDED)) == ({}, {"Commendations to put on notice": 1})
        nominated(cast, cast.zhao)
        assert due(cast.chen, DECIDED) == {}

    def test_of_who_has_nothing_to_do_with_it_objections_and_awards(self, cast):
        for who in (cast.gu, cast.zhao, cast.lin, cast.wang, cast.ou):
            appoint(cast, who)
        opened(cast)
        lins = on_notice(cast, cast.lin)
        one = objected(cast, lins)
        assert due(cast.chen, AWARDED) == due(cast.wang, AWARDED) == {"Objections to commendations": 1}
        for who in (cast.gu, cast.zhao, cast.lin, cast.ou):  # who decided, objects, is commended, nominated
            assert due(who, AWARDED) == {}
        objections.answer(cast.wang.id, one.id, Verdict.REJECTED, "核实", AWARDED)
        assert due(cast.wang, AWARDED) == due(cast.zhao, AWARDED) == {"Commendations to grant": 1}
        assert due(cast.wang, AWARDED - DAY) == {}
        for who in (cast.gu, cast.chen, cast.lin, cast.ou):  # who decided, published, is commended, nominated
            assert due(who, AWARDED) == {}
        one_person(cast.wang, cast.chen)
        assert due(cast.wang, AWARDED) == {}

    def test_nothing_of_another_school_nor_of_what_is_granted(self, cast):
        appoint(cast, cast.wang)
        opened(cast)
        on_notice(cast, cast.lin)
        service.award(cast.wang.id, the_round().id, AWARDED)
        assert due(cast.wang, AWARDED) == {}


@pytest.mark.usefixtures("ctx")
class TestReminding:
    def test_the_committee_is_told_once_when_nominations_are_over(self, cast):
        opened(cast)
        nominated(cast, cast.lin)
        for now in (NOW, DECIDED, DECIDED + DAY):
            reminding.tell(now)
        assert topics(cast.gu) == ["commendations.committee", "commendations.decide_now"]

    def test_who_may_grant_is_told_once_when_the_notice_is_over(self, cast):
        for who in (cast.gu, cast.wang):
            appoint(cast, who)
        opened(cast)
        on_notice(cast, cast.lin)
        for now in (DECIDED, AWARDED, AWARDED + DAY):
            reminding.tell(now)
        assert topics(cast.wang) == ["commendations.to_grant"]
        assert "commendations.to_grant" not in topics(cast.gu) + topics(cast.chen)

    def test_where_nobody_may_grant_or_answer_who_can_appoint_somebody_is_told(self, cast):
        opened(cast)
        lins = on_notice(cast, cast.lin)
        db.session.execute(sa.delete(RoleGrant).where(RoleGrant.member_id == cast.chen.id))
        db.session.commit()
        objected(cast, lins)
        reminding.tell(AWARDED)
        assert topics(cast.gu)[-2:] == ["commendations.nobody_judges", "commendations.nobody_grants"]


class TestPages:
    def test_where_nobody_may_it_is_said_with_what_to_do(self, app, cast):
        with app.app_context():
            address = f"/commend/{opened(cast)}"
            on_notice(cast, cast.lin)
        with time_machine.travel(AWARDED, tick=False):
            chen = english(app, cast.chen)
            page = chen.get(address).text
            assert "Nobody may grant it." in page
            assert "An administrator appoints another secretary of this unit or one above: 顾云." in page
            assert "Grant it, and enter it" not in page
            with app.app_context():
                appoint(cast, cast.wang)
            assert "Not you; these can: 王一诺." in chen.get(address).text
            assert "Grant it, and enter it" in english(app, cast.wang).get(address).text

    def test_where_nobody_can_appoint_anybody_either_that_is_said_too(self, app, cast):
        with app.app_context():
            address = f"/commend/{opened(cast)}"
            on_notice(cast, cast.lin)
            db.session.execute(sa.delete(RoleGrant).where(RoleGrant.member_id == cast.gu.id))
            db.session.commit()
        with time_machine.travel(AWARDED, tick=False):
            assert "Nobody can appoint another secretary here either" in english(app, cast.chen).get(address).text

    def test_of_an_objection_to_oneself_nothing_is_read(self, app, cast):
        with app.app_context():
            address = f"/commend/{opened(cast)}"
            lins = on_notice(cast, cast.lin)
            objected(cast, lins)
            for who in (cast.lin, cast.wang):
                appoint(cast, who)
            one_person(cast.lin, cast.wang)
        with time_machine.travel(DECIDED, tick=False):
            for who in (cast.lin, cast.wang):
                page = english(app, who).get(address).text
                assert ("不属实" in page, "It is about you: others read and answer it." in page) == (False, True)
            assert "不属实" in english(app, cast.chen).get(address).text

    def test_on_whom_nobody_of_the_committee_may_decide_is_said(self, app, cast):
        with app.app_context():
            address = f"/commend/{opened(cast)}"
            nominated(cast, cast.gu)
            nominated(cast, cast.lin)
        with time_machine.travel(NOW, tick=False):
            page = english(app, cast.chen).get(address).text
        assert "Nobody on the committee may decide on 顾云:" in page

    def test_the_committee_sees_how_many_wait_for_it(self, app, cast):
        with app.app_context():
            opened(cast)
            nominated(cast, cast.lin)
        with time_machine.travel(NOW, tick=False):
            page = english(app, cast.gu).get("/commendations/").text
        assert "1 nomination waits for the committee’s decision." in page

    def test_who_holds_several_rounds_sees_in_which_something_waits(self, app, cast):
        with app.app_context():
            opened(cast)
            objected(cast, on_notice(cast, cast.lin))
            objected(cast, on_notice_again(cast))
            opened(cast, title="另一轮")
            chosen(cast, cast.lin)
        with time_machine.travel(DECIDED, tick=False):
            chen = english(app, cast.chen)
            page, tasks = chen.get("/commend/").text, chen.get("/cycles/").text
        assert (page.count("Objections to answer"), page.count("To be put on notice")) == (2, 1)
        assert "Objections to commendations <b>2</b>" in tasks

    def test_of_objections_as_many_statements_for_many(self, app, cast, statements):
        with app.app_context():
            address = f"/commend/{opened(cast, number=30)}"
            people = [make_member(f"25010{n:02}", f"新人{n}", cast.first) for n in range(6)]
            db.session.commit()
            ids = [chosen(cast, who) for who in people]
            service.publish(cast.chen.id, the_round().id, DECIDED)
        counts = []
        with time_machine.travel(DECIDED, tick=False):
            chen = english(app, cast.chen)
            for some in (ids[:2], ids[2:]):
                with app.app_context():
                    for nomination in some:
                        objected(cast, nomination)
                with statements.count() as count:
                    assert chen.get(address).status_code == 200
                counts.append(len(count))
        assert counts[0] == counts[1]


class TestWhomItIsAbout:
    def test_finds_what_waits_for_their_word_among_what_awaits_their_answer(self, app, cast):
        with app.app_context():
            opened(cast)
            nominated(cast, cast.lin, agrees=False)
            asked_story(cast)
            stories = [story.public_id for story in story_queries.about(cast.lin.id)]
            found = consents.waiting_for(cast.lin.id)
            assert [one.about for one in found] == ["nomination", "story"]
            assert [found[1].public_id] == stories
        with time_machine.travel(NOW, tick=False):
            lin = english(app, cast.lin)
            for one in found:
                page = {"nomination": "/commendations/mine/", "story": "/stories/"}[one.about] + one.public_id
                assert f'href="{page}"' in lin.get("/").text
                assert lin.get(page).status_code == 200

    @pytest.mark.usefixtures("ctx")
    def test_is_asked_no_more_once_they_answered_or_the_round_is_over(self, cast):
        opened(cast)
        declined, called_off = nominated(cast, cast.lin, agrees=False), nominated(cast, cast.zhao, agrees=False)
        assert declined != called_off
        nominating.decline(cast.lin.id, declined, NOW)
        asked_story(cast)
        stories.withdraw(cast.lin.id, the_story().id, NOW)
        assert consents.waiting_for(cast.lin.id) == []
        assert len(consents.waiting_for(cast.zhao.id)) == 1
        service.call_off(cast.chen.id, the_round().id, "取消", NOW)
        assert consents.waiting_for(cast.zhao.id) == []
