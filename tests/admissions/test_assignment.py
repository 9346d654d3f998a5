"""Assignment: organizers choose people, who accept or say why not."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from activities.admissions.queries import candidates
from activities.admissions.rules import NobodyChosen, NotByAssignment, OwnSeat, TooManyChosen, Unfit
from activities.admissions.service import assign
from activities.duties.kinds import Evidence, Ledger
from activities.duties.models import Slot
from activities.kit.clock import local_day
from activities.kit.db import db
from activities.kit.refusal import NotAllowed
from activities.outbox.models import Notice
from activities.records.models import Record
from activities.records.rules import Attendance
from activities.signups.models import Pause, SignUp
from activities.signups.rules import Assigned, SignUpState
from activities.signups.rules_leaving import ReasonMissing
from activities.signups.service import accept, lapse_offers, sign_up, withdraw
from tests.admissions.conftest import counters, told
from tests.cast import DAY, HOUR, NOW, make_slot, my_state, store

SEATED, OFFERED = SignUpState.SEATED, SignUpState.OFFERED
pytestmark = pytest.mark.usefixtures("ctx")


def test_members_cannot_sign_themselves_up(house):
    for wait in (False, True):
        with pytest.raises(Assigned):
            sign_up(house.ma, house.watch, NOW, or_wait=wait)


def test_a_seat_is_held_for_who_is_chosen(house):
    assert assign(house.cast.ou.id, house.watch, [house.ma, house.hu], NOW) == 2
    assert my_state(house.ma, house.watch) is OFFERED
    assert counters(house.watch) == (2, 0, 0)
    assert told(house.ma) == ["admissions.assigned"]
    chosen = db.session.scalars(sa.select(SignUp).where(SignUp.member_id == house.ma)).one()
    assert (chosen.assigned_by_id, chosen.offered_until) == (house.cast.ou.id, NOW + 12 * HOUR)
    accept(house.ma, house.watch, NOW + HOUR)
    assert my_state(house.ma, house.watch) is SEATED
    assert told(house.ma) == ["admissions.assigned", "signups.seated"]


def test_declining_takes_a_reason_which_the_organizer_reads(house):
    assign(house.cast.ou.id, house.watch, [house.ma], NOW)
    with pytest.raises(ReasonMissing):
        withdraw(house.ma, house.watch, NOW + HOUR)
    withdraw(house.ma, house.watch, NOW + HOUR, "那天考试")
    assert counters(house.watch) == (0, 0, 0)
    assert told(house.ma) == ["admissions.assigned", "signups.withdrew"]
    notice = db.session.scalars(sa.select(Notice).where(Notice.member_id == house.cast.ou.id)).one()
    assert (notice.topic, notice.params["reason"], notice.params["name"]) == ("signups.declined", "那天考试", "马跃")


def test_what_nobody_answers_lapses_and_the_organizer_is_told(house):
    assign(house.cast.ou.id, house.watch, [house.ma], NOW)
    lapse_offers(NOW + 12 * HOUR)
    assert counters(house.watch) == (0, 0, 0)
    assert told(house.ma) == ["admissions.assigned", "signups.lapsed"]
    assert told(house.cast.ou.id) == ["signups.unanswered"]


def test_all_are_assigned_or_none(house):
    busy = make_slot(house.cast.lake, NOW + 3 * DAY)
    db.session.commit()
    sign_up(house.hu, busy.id, NOW)
    with pytest.raises(Unfit) as refused:
        assign(house.cast.ou.id, house.watch, [house.ma, house.hu], NOW)
    assert refused.value.names == ("胡悦",)
    assert counters(house.watch) == (0, 0, 0)
    assert told(house.ma) == []


def test_nobody_is_assigned_twice(house):
    assign(house.cast.ou.id, house.watch, [house.ma], NOW)
    with pytest.raises(Unfit):
        assign(house.cast.ou.id, house.watch, [house.ma], NOW)


def test_there_are_no_more_seats_than_there_are(house):
    with pytest.raises(TooManyChosen):
        assign(house.cast.ou.id, house.watch, [house.ma, house.hu, house.cast.lin.id], NOW)
    with pytest.raises(NobodyChosen):
        assign(house.cast.ou.id, house.watch, [], NOW)


def test_other_slots_are_not_assigned_and_others_do_not_assign(house):
    with pytest.raises(NotByAssignment):
        assign(house.cast.ou.id, house.visit, [house.ma], NOW)
    with pytest.raises(NotAllowed):
        assign(house.cast.chen.id, house.watch, [house.ma], NOW)


def test_who_had_least_comes_first_and_who_is_busy_not_at_all(house, statements):
    slot = db.session.get(Slot, house.watch)
    slot.post.activity.organizers  # noqa: B018 - read before statements are counted
    busy = make_slot(house.cast.lake, NOW + 3 * DAY)
    past = make_slot(slot.post, NOW - 2 * DAY)
    db.session.add(
        Record(
            slot_id=past.id, member_id=house.cast.lin.id, attendance=Attendance.PRESENT, minutes=60, ledger=Ledger.DUTY,
            day=local_day(NOW - 2 * DAY), evidence=Evidence.ORGANIZER_TICK, is_final=True,
            recorded_by_id=house.cast.ou.id, recorded_at=NOW, changed_at=NOW,
        )
    )  # fmt: skip
    db.session.commit()
    sign_up(house.cast.wang.id, busy.id, NOW)
    since = local_day(NOW) - timedelta(days=90)
    slot = db.session.get(Slot, house.watch, populate_existing=True)
    activity = slot.post.activity
    assert activity.unit
    with statements.count() as sent:
        people, more = candidates(house.cast.chen.id, slot, "", 1, since, NOW)
    assert len(sent) == 3
    assert [(p.name, p.minutes) for p in people] == [("马跃", 0), ("胡悦", 0), ("欧阳慧敏", 0), ("林可欣", 60)]
    assert not more
    assert [p.name for p in candidates(house.cast.chen.id, slot, "马", 1, since, NOW)[0]] == ["马跃"]


def test_nobody_is_assigned_what_they_cannot_see(house):
    with pytest.raises(Unfit):
        assign(house.cast.ou.id, house.watch, [house.cast.zhao.id], NOW)


def test_nobody_is_assigned_while_they_take_on_nothing_new(house):
    store(Pause(member_id=house.ma, until=NOW + DAY, begun_at=NOW, misses=3, miss_days=90))
    db.session.commit()
    slot = db.session.get(Slot, house.watch)
    people, _ = candidates(house.cast.chen.id, slot, "", 1, local_day(NOW) - timedelta(days=90), NOW)
    assert [one.name for one in people if one.refusal] == ["马跃"]
    with pytest.raises(Unfit):
        assign(house.cast.ou.id, house.watch, [house.ma], NOW)


def test_nobody_assigns_a_seat_to_themselves(house):
    ou = house.cast.ou.id
    with pytest.raises(OwnSeat):
        assign(ou, house.watch, [house.ma, ou], NOW)
    assert counters(house.watch) == (0, 0, 0)
    slot = db.session.get(Slot, house.watch)
    people, _ = candidates(ou, slot, "", 1, local_day(NOW) - timedelta(days=90), NOW)
    assert [(one.name, one.refusal) for one in people if one.refusal] == [("欧阳慧敏", OwnSeat())]
