"""What people try: others' addresses, second clicks, forms from before, things at the wrong time."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
import time_machine

from activities.commendations.models import Nomination
from activities.kit.db import db
from activities.kit.roles import Role
from activities.people.rules import UnitLevel
from tests.cast import NOW, english, grant, make_member, make_unit
from tests.commendations.rounds import (
    DECIDED,
    appoint,
    chosen,
    nominated,
    on_notice,
    opened,
    published_story,
    the_round,
    the_story,
)


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def stranger(app, cast):
    """The secretary of another school, who is also an organizer of it."""
    with app.app_context():
        other = make_unit("文学院党总支", UnitLevel.GENERAL_BRANCH)
        who = make_member("T900", "外校", other)
        for role in (Role.SECRETARY, Role.ORGANIZER):
            grant(who, role, other)
        db.session.commit()
    return who


def address_of(nomination_id: int) -> str:
    return db.session.scalars(sa.select(Nomination.public_id).where(Nomination.id == nomination_id)).one()


def test_another_school_reads_and_does_nothing_of_it(app, cast, stranger):
    with app.app_context():
        one = opened(cast)
        mine = address_of(nominated(cast, cast.lin))
        story = published_story(cast)
        db.session.commit()
    visitor = english(app, stranger)
    for page in (
        f"/commendations/{one}", f"/commendations/{one}/nominate", f"/commendations/{one}/committee",
        f"/commendations/{one}/nominations/{mine}", f"/commendations/mine/{mine}", f"/commend/{one}",
        f"/commend/{one}/correct", f"/commend/{one}/call-off", f"/stories/{story}", f"/stories/{story}/edit",
        f"/stories/{story}/take-down", f"/stories/{story}/photos/new",
    ):  # fmt: skip
        assert visitor.get(page).status_code == 404, page
    for act in (
        f"/commend/{one}/publish", f"/commend/{one}/award", f"/commend/{one}/committee/{cast.gu.public_id}/take-off",
        f"/commendations/{one}/nominations/{mine}/take-back", f"/commendations/mine/{mine}/decline",
        f"/stories/{story}/withdraw", f"/stories/{story}/publish-again", f"/stories/{story}/ask",
    ):  # fmt: skip
        assert visitor.submit(act).status_code == 404, act
    assert "管理学院" not in visitor.get("/commendations/").text.split("<main")[1]


def test_a_nomination_of_another_round_is_none_of_this(app, cast):
    with app.app_context():
        first = opened(cast)
        lins = address_of(chosen(cast, cast.lin))
        second = opened(cast, title="另一轮")
    gu = english(app, cast.gu)
    assert gu.get(f"/commendations/{first}/committee/{lins}").status_code == 200
    assert gu.get(f"/commendations/{second}/committee/{lins}").status_code == 404
    assert gu.submit(f"/commendations/{second}/committee/{lins}", chosen="yes", day="2026-11-25").status_code == 404
    ou = english(app, cast.ou)
    assert ou.submit(f"/commendations/{second}/nominations/{lins}/take-back").status_code == 404


def test_of_the_branch_below_a_secretary_does_not_hold_the_schools_round(app, cast):
    with app.app_context():
        one = opened(cast)
        grant(cast.wang, Role.SECRETARY, cast.first)
        db.session.commit()
    assert english(app, cast.wang).get(f"/commend/{one}").status_code == 404


def test_a_second_click_is_refused_and_changes_nothing(app, cast):
    with app.app_context():
        one = opened(cast)
        mine = address_of(nominated(cast, cast.lin))
    ou = english(app, cast.ou)
    at = f"/commendations/{one}/nominations/{mine}/take-back"
    assert [ou.submit(at).status_code for _ in range(2)] == [303, 409]
    chen = english(app, cast.chen)
    at = f"/commend/{one}/committee/{cast.gu.public_id}/take-off"
    assert [chen.submit(at).status_code for _ in range(2)] == [303, 404]
    typed = {"title": "优秀党员", "granted_by": "党总支", "last": "2026-12-03", "notice_days": "5", "reason": "笔误"}
    assert [chen.submit(f"/commend/{one}/correct", **typed).status_code for _ in range(2)] == [303, 303]
    assert [chen.submit(f"/commend/{one}/call-off", reason="改期").status_code for _ in range(2)] == [303, 409]


def test_the_reasons_form_from_before_comes_back_with_what_was_typed(app, cast):
    with app.app_context():
        one = opened(cast)
        at = f"/commendations/{one}/nominations/{address_of(nominated(cast, cast.lin))}"
    ou = english(app, cast.ou)
    assert "事迹突出。" in ou.get(at).text
    assert ou.submit(at, seen="1", reasons="第二版").status_code == 303
    stale = ou.submit(at, seen="1", reasons="第三版")
    assert (stale.status_code, "第三版" in stale.text) == (422, True)
    assert "Someone else has changed this meanwhile" in stale.text


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"last": "2026-11-01"}, "The last day of nominations is before the first."),
        ({"title": ""}, "Enter a name."),
        ({"notice_days": "0"}, "Enter a number from 1 to 30."),
        ({"reason": ""}, "Say why."),
    ],
)
def test_what_is_wrong_with_a_correction_is_said_beside_it(app, cast, typed, says):
    with app.app_context():
        one = opened(cast)
    right = {"title": "优秀党员", "granted_by": "党总支", "last": "2026-12-03", "notice_days": "5", "reason": "笔误"}
    answer = english(app, cast.chen).submit(f"/commend/{one}/correct", **{**right, **typed})
    assert (answer.status_code, says in answer.text) == (422, True)


def test_after_the_notice_began_corrections_are_refused_in_words(app, cast):
    with app.app_context():
        one = opened(cast)
        lins = address_of(on_notice(cast, cast.lin))
    right = {"title": "优秀党员", "granted_by": "党总支", "last": "2026-12-03", "notice_days": "5", "reason": "笔误"}
    with time_machine.travel(DECIDED, tick=False):
        answer = english(app, cast.chen).submit(f"/commend/{one}/correct", **right)
        assert (answer.status_code, "This round is not open any more." in answer.text) == (422, True)
        at = f"/commendations/{one}/committee/{lins}"
        late = english(app, cast.gu).submit(at, chosen="no", day="2026-11-25", word="改")
        assert (late.status_code, "not before the committee" in late.text) == (422, True)
        page = english(app, cast.ou).get(f"/commendations/{one}/nominations/{lins}").text
        assert ("they are not changed any more" in page, "Take the nomination back" in page) == (True, False)


def test_past_the_quota_the_page_says_so(app, cast):
    with app.app_context():
        one = opened(cast)
        chosen(cast, cast.lin)
        zhaos = address_of(nominated(cast, cast.zhao))
    answer = english(app, cast.gu).submit(f"/commendations/{one}/committee/{zhaos}", chosen="yes", day="2026-11-25")
    assert (answer.status_code, "1 may be commended, and that many are chosen." in answer.text) == (422, True)
    with app.app_context():
        assert the_round().chosen == 1


def test_the_concerned_secretary_answers_no_objection_by_hand(app, cast):
    with app.app_context():
        one = opened(cast)
        lins = address_of(on_notice(cast, cast.lin))
        appoint(cast, cast.lin)
    with time_machine.travel(DECIDED, tick=False):
        zhao = english(app, cast.zhao)
        assert zhao.submit(f"/commendations/{one}/notice/{lins}", reason="不属实").status_code == 303
        with app.app_context():
            objection = db.session.execute(sa.text("SELECT public_id FROM commendation_objection")).scalar_one()
        answer = english(app, cast.lin).submit(f"/commend/{one}/objections/{objection}", word="不", uphold="1")
    assert answer.status_code == 409


def test_a_story_is_taken_down_once_and_published_once(app, cast):
    with app.app_context():
        at = f"/stories/{published_story(cast)}"
    ou, lin, zhao = (english(app, who) for who in (cast.ou, cast.lin, cast.zhao))
    assert ou.submit(f"{at}/take-down", reason="").status_code == 422
    assert [ou.submit(f"{at}/take-down", reason="照片有误").status_code for _ in range(2)] == [303, 422]
    assert (zhao.get(at).status_code, "照片有误" in lin.get(at).text) == (404, True)
    assert [ou.submit(f"{at}/publish-again").status_code for _ in range(2)] == [303, 409]
    assert zhao.get(at).status_code == 200
    assert ou.submit(f"{at}/take-down", reason="照片有误").status_code == 303
    assert lin.submit(f"{at}/withdraw").status_code == 303
    assert ou.submit(f"{at}/publish-again").status_code == 409
    with app.app_context():
        assert the_story().agreed_revision is None
