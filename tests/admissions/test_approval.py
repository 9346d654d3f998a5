"""Approval: people ask, an organizer lets them in or says why not."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from activities.admissions.rules import NothingAsked, OwnRequest
from activities.admissions.service import Decided, approve, close_requests, decline
from activities.audit.models import AuditEntry
from activities.duties.models import Activity
from activities.duties.rules import WayIn
from activities.kit.db import db
from activities.kit.roles import Role
from activities.people.models import Member, Unit
from activities.people.rules import Stages
from activities.signups.rules import AlreadyAsked, SignUpState
from activities.signups.service import sign_up, withdraw
from tests.admissions.conftest import REASON, counters, sign_up_of, told
from tests.cast import DAY, HOUR, NOW, grant, make_activity, make_post, make_slot, my_state

SEATED, WAITING, ASKED = SignUpState.SEATED, SignUpState.WAITING, SignUpState.ASKED
pytestmark = pytest.mark.usefixtures("ctx")


@pytest.fixture
def asked(house):
    """Lin, Wang and Ma have asked for the one seat, in this order."""
    for n, who in enumerate((house.cast.lin.id, house.cast.wang.id, house.ma)):
        assert sign_up(who, house.visit, NOW + n * HOUR) is ASKED
    return house


def requests(house, *people: int) -> list[int]:
    return [sign_up_of(who, house.visit) for who in people]


def test_asking_takes_no_seat_and_is_done_once(asked):
    assert counters(asked.visit) == (0, 0, 3)
    with pytest.raises(AlreadyAsked):
        sign_up(asked.ma, asked.visit, NOW)
    assert told(asked.ma) == ["signups.asked"]


def test_who_is_approved_has_the_seat_and_one_notice(asked):
    assert approve(asked.cast.ou.id, requests(asked, asked.ma), NOW + DAY) == Decided(seated=1)
    assert my_state(asked.ma, asked.visit) is SEATED
    assert counters(asked.visit) == (1, 0, 2)
    assert told(asked.ma) == ["signups.asked", "admissions.seated"]
    entry = db.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert (entry.verb, entry.actor_id, entry.after) == ("approve", asked.cast.ou.id, {"state": "seated"})


def test_of_several_who_asked_first_has_the_seat_and_the_others_wait(asked):
    lin, wang, ma = asked.cast.lin.id, asked.cast.wang.id, asked.ma
    done = approve(asked.cast.ou.id, requests(asked, ma, wang, lin), NOW + DAY)
    assert done == Decided(seated=1, waiting=2)
    assert [my_state(who, asked.visit) for who in (lin, wang, ma)] == [SEATED, WAITING, WAITING]
    assert told(wang) == ["signups.asked", "admissions.waiting"]
    withdraw(lin, asked.visit, NOW + DAY + HOUR)
    assert my_state(wang, asked.visit) is SEATED


def test_the_rules_are_asked_again(asked):
    other = make_slot(asked.cast.lake, NOW + 3 * DAY)
    db.session.commit()
    sign_up(asked.ma, other.id, NOW + 2 * HOUR)
    assert approve(asked.cast.ou.id, requests(asked, asked.ma), NOW + DAY) == Decided(refused=1)
    assert my_state(asked.ma, asked.visit) is ASKED


def test_who_may_not_join_any_more_stays_undecided(asked):
    activity = db.session.scalars(sa.select(Activity).where(Activity.name == "关爱老人")).one()
    activity.stages = Stages.ACTIVIST
    db.session.commit()
    lin, wang = asked.cast.lin.id, asked.cast.wang.id
    assert approve(asked.cast.ou.id, requests(asked, lin, wang), NOW + DAY) == Decided(seated=1, refused=1)
    assert my_state(wang, asked.visit) is SEATED


def test_one_person_is_not_let_into_two_slots_at_once(asked):
    activity = db.session.scalars(sa.select(Activity).where(Activity.name == "关爱老人")).one()
    twin = make_slot(activity.posts[0], NOW + 3 * DAY + HOUR / 2)
    db.session.commit()
    sign_up(asked.ma, twin.id, NOW + HOUR)
    ids = [sign_up_of(asked.ma, asked.visit), sign_up_of(asked.ma, twin.id)]
    assert approve(asked.cast.ou.id, ids, NOW + DAY) == Decided(seated=1, refused=1)


def test_nobody_answers_their_own_request(asked):
    ou = asked.cast.ou.id
    sign_up(ou, asked.visit, NOW + 4 * HOUR)
    for answer in (
        lambda: approve(ou, requests(asked, ou), NOW + DAY),
        lambda: decline(ou, requests(asked, ou), REASON, NOW),
    ):
        with pytest.raises(OwnRequest):
            answer()
    assert approve(ou, requests(asked, ou, asked.ma), NOW + DAY) == Decided(seated=1)
    assert my_state(ou, asked.visit) is ASKED
    grant(db.session.get_one(Member, asked.cast.gu.id), Role.ORGANIZER, db.session.get_one(Unit, asked.cast.first.id))
    db.session.commit()
    assert approve(asked.cast.gu.id, requests(asked, ou), NOW + DAY) == Decided(waiting=1)


def test_who_is_declined_reads_why_and_may_ask_again(asked):
    assert decline(asked.cast.ou.id, requests(asked, asked.ma), REASON, NOW + DAY) == 1
    assert my_state(asked.ma, asked.visit) is None
    assert told(asked.ma) == ["signups.asked", "admissions.declined"]
    entry = db.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert (entry.verb, entry.reason) == ("decline", REASON)
    assert sign_up(asked.ma, asked.visit, NOW + DAY) is ASKED
    assert counters(asked.visit) == (0, 0, 3)


def test_what_is_decided_is_decided(asked):
    ids = requests(asked, asked.ma)
    approve(asked.cast.ou.id, ids, NOW + DAY)
    for verb in (lambda: approve(asked.cast.ou.id, ids, NOW), lambda: decline(asked.cast.ou.id, ids, REASON, NOW)):
        with pytest.raises(NothingAsked):
            verb()
    assert told(asked.ma) == ["signups.asked", "admissions.seated"]


def test_only_who_organizes_decides_and_of_others_requests_there_are_none(asked):
    for actor, ids in ((asked.cast.chen.id, requests(asked, asked.ma)), (asked.cast.ou.id, [10**6])):
        with pytest.raises(NothingAsked):
            approve(actor, ids, NOW + DAY)
        with pytest.raises(NothingAsked):
            decline(actor, ids, REASON, NOW + DAY)


def test_a_request_of_another_branch_among_ones_own_is_passed_over(asked):
    elsewhere = make_activity("别处", asked.cast.second, "elder_care", way_in=WayIn.APPROVAL)
    slot = make_slot(make_post(elsewhere, "岗"), NOW + 3 * DAY)
    db.session.commit()
    sign_up(asked.cast.zhao.id, slot.id, NOW)
    ids = [*requests(asked, asked.ma), sign_up_of(asked.cast.zhao.id, slot.id)]
    assert approve(asked.cast.ou.id, ids, NOW + DAY) == Decided(seated=1)
    assert my_state(asked.cast.zhao.id, slot.id) is ASKED


def test_who_asked_may_take_it_back(asked):
    withdraw(asked.ma, asked.visit, NOW + DAY)
    assert my_state(asked.ma, asked.visit) is None
    assert counters(asked.visit) == (0, 0, 2)


def test_requests_end_when_the_slot_starts(asked):
    close_requests(NOW + 3 * DAY - HOUR)
    assert counters(asked.visit) == (0, 0, 3)
    for _ in range(2):
        close_requests(NOW + 3 * DAY)
    assert counters(asked.visit) == (0, 0, 0)
    assert told(asked.ma) == ["signups.asked", "admissions.closed"]
