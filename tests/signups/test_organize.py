"""Change, cancel and delete a slot that may have people."""

from __future__ import annotations

from datetime import timedelta

import pytest

from activities.audit.models import AuditEntry
from activities.duties.models import Slot
from activities.duties.rules import (
    EndsBeforeStart,
    InThePast,
    SlotBegun,
    SlotGone,
    SlotHasPeople,
    SlotState,
    SlotThere,
    TooFar,
    TooLong,
)
from activities.kit.db import db
from activities.kit.refusal import ChangedMeanwhile, NotAllowed, NotFound
from activities.kit.roles import Role
from activities.outbox.models import Notice
from activities.people.service import revoke
from activities.signups import queries
from activities.signups.models import Team
from activities.signups.organize import cancel_slot, delete_slot, edit_post, edit_slot
from activities.signups.rules import SignUpState
from activities.signups.rules_keeping import FewerThanSeated, NoTimeToWithdraw, SeatedElsewhere
from activities.signups.service import sign_up, withdraw
from activities.signups.teams import join, make_team
from tests.cast import DAY, HOUR, NOW, make_member, make_post, make_slot, my_state

pytestmark = pytest.mark.usefixtures("ctx")
SEATED, WAITING = SignUpState.SEATED, SignUpState.WAITING


def fresh(row):
    return db.session.get(type(row), row.id, populate_existing=True)


def change(cast, revision=0, starts_at=None, ends_at=None, capacity=None, now=NOW):
    slot = fresh(cast.slot)
    starts_at = starts_at or slot.starts_at
    edit_slot(
        cast.ou.id, slot.id, revision, starts_at, ends_at or starts_at + 2 * HOUR, capacity or slot.capacity, now
    )  # fmt: skip


def crowd(cast, count: int) -> list[int]:
    """So many people sign up: two seats, the rest wait."""
    people = [make_member(f"x{n}", f"某{n}", fresh(cast.first)).id for n in range(count)]
    db.session.commit()
    for member_id in people:
        sign_up(member_id, cast.slot.id, NOW, or_wait=True)
    return people


def notices(topic: str) -> list[int]:
    return [n.member_id for n in db.session.query(Notice).filter_by(topic=topic).order_by(Notice.id)]


def test_more_seats_go_to_who_waits_longest_at_once(cast):
    people = crowd(cast, 5)
    change(cast, capacity=4)
    slot = fresh(cast.slot)
    assert (slot.capacity, slot.taken, slot.waiting) == (4, 4, 1)
    assert [my_state(member_id, slot.id) for member_id in people] == [SEATED] * 4 + [WAITING]
    assert notices("signups.promoted") == people[2:4]
    assert notices("signups.moved") == []


def test_fewer_seats_than_people_are_refused(cast):
    crowd(cast, 2)
    with pytest.raises(FewerThanSeated):
        change(cast, capacity=1)
    assert fresh(cast.slot).capacity == 2


def test_a_new_time_is_told_to_everyone_on_the_slot_and_to_nobody_else(cast):
    people = crowd(cast, 4)
    withdraw(people[0], cast.slot.id, NOW - HOUR)
    change(cast, starts_at=NOW + 2 * DAY)
    assert notices("signups.moved") == people[1:]
    told = db.session.query(Notice).filter_by(topic="signups.moved").first()
    assert told.params["when"][0] == (NOW + 2 * DAY).isoformat()


def test_a_change_moves_slot_and_schedule(cast):
    change(cast, capacity=3, now=NOW + HOUR)
    slot, activity = fresh(cast.slot), fresh(cast.sweeping)
    assert (slot.revision, slot.changed_at) == (1, NOW + HOUR)
    assert (activity.schedule_revision, activity.schedule_changed_at) == (1, NOW + HOUR)
    entry = db.session.query(AuditEntry).one()
    assert (entry.verb, entry.actor_id, entry.before, entry.after) == (
        "edit slot", cast.ou.id, {"capacity": 2}, {"capacity": 3},
    )  # fmt: skip


def test_saving_what_is_there_changes_nothing(cast):
    crowd(cast, 1)
    change(cast)
    assert (fresh(cast.slot).revision, fresh(cast.sweeping).schedule_revision) == (0, 0)
    assert notices("signups.moved") == []


def test_who_saves_second_is_told(cast):
    change(cast, capacity=3)
    with pytest.raises(ChangedMeanwhile):
        change(cast, capacity=4)


@pytest.mark.parametrize(
    ("starts", "length", "refusal"),
    [
        (timedelta(0), HOUR, InThePast),
        (DAY, timedelta(0), EndsBeforeStart),
        (DAY, -HOUR, EndsBeforeStart),
        (DAY, timedelta(days=31), None),
        (DAY, timedelta(days=31, minutes=1), TooLong),
        (timedelta(days=730), HOUR, None),
        (timedelta(days=731), HOUR, TooFar),
    ],
)
def test_times_a_slot_can_have(cast, starts, length, refusal):
    if refusal is None:
        change(cast, starts_at=NOW + starts, ends_at=NOW + starts + length)
        return
    with pytest.raises(refusal):
        change(cast, starts_at=NOW + starts, ends_at=NOW + starts + length)


def test_two_open_slots_of_a_post_do_not_start_together(cast):
    other = make_slot(fresh(cast.lake), NOW + 3 * DAY)
    db.session.commit()
    with pytest.raises(SlotThere):
        change(cast, starts_at=NOW + 3 * DAY)
    cancel_slot(cast.ou.id, other.id, "雨", NOW)
    change(cast, starts_at=NOW + 3 * DAY)


def test_a_waiter_whose_clash_is_gone_by_the_move_gets_the_seat_that_is_left(cast):
    rival = make_slot(make_post(fresh(cast.sweeping), "南岸"), cast.slot.starts_at)
    db.session.commit()
    people = crowd(cast, 3)
    sign_up(people[2], rival.id, NOW)
    withdraw(people[0], cast.slot.id, NOW - HOUR)
    assert my_state(people[2], cast.slot.id) is WAITING
    change(cast, starts_at=NOW + 3 * DAY)
    assert my_state(people[2], cast.slot.id) is SEATED


def waiting_beside_a_free_seat(cast):
    """Two people sit in `rival`, at the time of the standing slot, for which both wait beside one free seat."""
    rival = make_slot(make_post(fresh(cast.sweeping), "南岸", capacity=3), cast.slot.starts_at)
    db.session.commit()
    people = crowd(cast, 4)
    for person in people[2:]:
        sign_up(person, rival.id, NOW)
    withdraw(people[0], cast.slot.id, NOW - HOUR)
    assert [my_state(person, cast.slot.id) for person in people[1:]] == [SEATED, WAITING, WAITING]
    return rival, people


def test_who_loses_a_clash_by_a_cancellation_is_seated_where_a_seat_is_free(cast):
    rival, people = waiting_beside_a_free_seat(cast)
    assert cancel_slot(cast.ou.id, rival.id, "雨", NOW) == 2
    assert [my_state(person, cast.slot.id) for person in people[1:]] == [SEATED, SEATED, WAITING]
    assert notices("signups.promoted") == [people[2]]


def test_who_loses_a_clash_by_a_move_of_the_other_slot_is_seated_where_a_seat_is_free(cast):
    rival, people = waiting_beside_a_free_seat(cast)
    edit_slot(cast.ou.id, rival.id, 0, rival.starts_at, rival.ends_at, 5, NOW)
    assert my_state(people[2], cast.slot.id) is WAITING
    later = rival.starts_at + 3 * DAY
    edit_slot(cast.ou.id, rival.id, 1, later, later + HOUR, 5, NOW)
    assert [my_state(person, cast.slot.id) for person in people[1:]] == [SEATED, SEATED, WAITING]


def test_cancelling_tells_everyone_why_and_the_slot_stays(cast):
    people = crowd(cast, 3)
    assert cancel_slot(cast.ou.id, cast.slot.id, "暴雨", NOW) == 3
    slot = fresh(cast.slot)
    assert (slot.state, slot.cancel_reason, slot.cancelled_at, slot.revision) == (SlotState.CANCELLED, "暴雨", NOW, 1)
    assert notices("signups.cancelled") == people
    assert db.session.query(Notice).filter_by(topic="signups.cancelled").first().params["reason"] == "暴雨"
    assert fresh(cast.sweeping).schedule_revision == 1
    assert [my_state(member_id, slot.id) for member_id in people] == [SEATED, SEATED, WAITING]


def test_what_is_cancelled_or_begun_stays_as_it_is(cast):
    started = NOW + DAY
    for verb in (
        lambda now: change(cast, capacity=5, now=now),
        lambda now: cancel_slot(cast.ou.id, cast.slot.id, "雨", now),
        lambda now: delete_slot(cast.ou.id, cast.slot.id, now),
    ):
        with pytest.raises(SlotBegun):
            verb(started)
    cancel_slot(cast.ou.id, cast.slot.id, "雨", NOW)
    with pytest.raises(SlotGone):
        change(cast, revision=1, capacity=5)
    with pytest.raises(SlotGone):
        cancel_slot(cast.ou.id, cast.slot.id, "雪", NOW)


def test_who_gets_a_seat_at_the_new_time_is_told_so_in_one_notice(cast):
    seated, other, waiter = crowd(cast, 3)
    change(cast, starts_at=fresh(cast.slot).starts_at + HOUR, capacity=3)
    assert my_state(waiter, cast.slot.id) is SEATED
    assert notices("signups.moved") == [seated, other]
    assert notices("signups.promoted") == [waiter]
    [told] = db.session.query(Notice).filter_by(topic="signups.promoted")
    assert told.params["when"][0] == fresh(cast.slot).starts_at.isoformat()


@pytest.mark.parametrize("goes", [delete_slot, cancel_slot])
def test_a_team_that_gathers_for_a_slot_is_told_when_it_goes(cast, goes):
    team = make_team(cast.lin.id, cast.slot.id, "小队", False, NOW)
    join(cast.wang.id, db.session.query(Team).filter_by(public_id=team).one().id, NOW)
    goes(cast.ou.id, cast.slot.id, *(["下雨"] if goes is cancel_slot else []), NOW)
    assert notices("signups.team_without_slot") == [cast.lin.id, cast.wang.id]
    assert {notice.params["team"] for notice in db.session.query(Notice)} == {"小队"}


def moves(cast, slot: Slot) -> None:
    change(cast, starts_at=slot.starts_at + HOUR)


def is_elsewhere(cast, slot: Slot) -> None:
    edit_post(cast.ou.id, cast.lake.id, 0, {"place": "南门"}, NOW)


@pytest.mark.parametrize("verb", [moves, is_elsewhere])
def test_a_team_that_gathers_for_a_slot_is_told_once_when_it_changes(cast, verb):
    team = make_team(cast.lin.id, cast.slot.id, "小队", True, NOW)
    join(cast.wang.id, db.session.query(Team).filter_by(public_id=team).one().id, NOW)
    sign_up(cast.wang.id, cast.slot.id, NOW)
    verb(cast, fresh(cast.slot))
    assert notices("signups.team_moved") == [cast.lin.id]
    assert notices("signups.moved") == [cast.wang.id]


def test_only_a_slot_nobody_ever_signed_up_for_is_deleted(cast):
    other = make_slot(fresh(cast.lake), NOW + 3 * DAY)
    db.session.commit()
    [person] = crowd(cast, 1)
    withdraw(person, cast.slot.id, NOW - HOUR)
    with pytest.raises(SlotHasPeople):
        delete_slot(cast.ou.id, cast.slot.id, NOW)
    delete_slot(cast.ou.id, other.id, NOW)
    assert [slot.id for slot in db.session.query(Slot)] == [cast.slot.id]
    assert db.session.query(AuditEntry).filter_by(verb="delete slot").one().before["capacity"] == 2
    assert fresh(cast.sweeping).schedule_revision == 1
    with pytest.raises(NotFound):
        delete_slot(cast.ou.id, other.id, NOW)


def test_who_lost_the_role_since_the_page_was_opened_changes_nothing(cast):
    revoke(cast.chen.id, cast.ou.id, Role.ORGANIZER, cast.first.id, NOW)
    for verb in (
        lambda: change(cast, capacity=5),
        lambda: cancel_slot(cast.ou.id, cast.slot.id, "雨", NOW),
        lambda: delete_slot(cast.ou.id, cast.slot.id, NOW),
    ):
        with pytest.raises(NotAllowed):
            verb()
    assert (fresh(cast.slot).revision, fresh(cast.slot).capacity) == (0, 2)


def test_a_new_place_is_told_to_everyone_on_the_posts_slots_to_come(cast):
    people = crowd(cast, 3)
    later, gone = (make_slot(fresh(cast.lake), NOW + n * DAY) for n in (3, 4))
    other = make_slot(make_post(fresh(cast.sweeping), "南岸"), NOW + 5 * DAY)
    db.session.commit()
    for slot, person in ((later, people[0]), (gone, people[1]), (other, people[1])):
        sign_up(person, slot.id, NOW)
    cancel_slot(cast.ou.id, gone.id, "雨", NOW)
    edit_post(cast.ou.id, cast.lake.id, 0, {"standard": "无杂物"}, NOW)
    assert notices("signups.moved") == []
    edit_post(cast.ou.id, cast.lake.id, 1, {"place": "西门"}, NOW)
    assert notices("signups.moved") == people[1:]
    assert notices("signups.moved_several") == [people[0]]
    told = db.session.query(Notice).filter_by(topic="signups.moved_several").one()
    assert [(one["slot"], one["where"]) for one in told.params["list"]] == [
        (cast.slot.public_id, "西门"), (later.public_id, "西门"),
    ]  # fmt: skip


def test_nobody_is_moved_to_where_it_is_too_late_to_withdraw(cast):
    change(cast, starts_at=NOW + 23 * HOUR)
    crowd(cast, 1)
    with pytest.raises(NoTimeToWithdraw):
        change(cast, revision=1, starts_at=NOW + 24 * HOUR)
    change(cast, revision=1, capacity=4)
    change(cast, revision=2, starts_at=NOW + 25 * HOUR)
    assert fresh(cast.slot).starts_at == NOW + 25 * HOUR


def test_the_end_may_change_when_it_is_too_late_to_withdraw_and_is_told(cast):
    people, late = crowd(cast, 1), NOW + 2 * HOUR
    change(cast, ends_at=cast.slot.ends_at - HOUR, now=late)
    change(cast, revision=1, ends_at=cast.slot.ends_at + HOUR, now=late)
    assert fresh(cast.slot).ends_at == cast.slot.ends_at + HOUR
    assert notices("signups.moved") == people * 2


def test_a_later_end_does_not_run_into_another_duty(cast):
    people, after = crowd(cast, 3), cast.slot.ends_at
    next_one = make_slot(make_post(fresh(cast.sweeping), "南岸"), after)
    db.session.commit()
    sign_up(people[2], next_one.id, NOW)
    change(cast, ends_at=after + HOUR, now=NOW + HOUR)  # who only waits is bound to nothing
    change(cast, revision=1, ends_at=after, now=NOW + HOUR)
    withdraw(people[2], next_one.id, NOW)
    sign_up(people[0], next_one.id, NOW)
    with pytest.raises(SeatedElsewhere):
        change(cast, revision=2, ends_at=after + HOUR, now=NOW + HOUR)
    with pytest.raises(SeatedElsewhere):
        change(cast, revision=2, ends_at=after + HOUR, now=NOW - HOUR)


def test_the_roster_is_in_the_order_of_acceptance_in_one_statement(cast, statements):
    people = crowd(cast, 4)
    db.session.expunge_all()
    with statements.count() as sent:
        rows = [(row.member.id, row.member.unit.name, row.state) for row in queries.roster(cast.slot.id)]
    assert len(sent) == 1
    assert rows == [(m, "第一支部", s) for m, s in zip(people, [SEATED] * 2 + [WAITING] * 2, strict=True)]
