"""Many slots at once: all or none, everyone told once of each slot, and taken back while nothing else has changed."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from activities.audit.models import AuditEntry
from activities.board import chosen, service
from activities.board.changes import Cancel, Move, NotToUndo, Seats
from activities.board.models import BulkChange, Message
from activities.board.rules import MOST_MESSAGES, Audience, NobodyToTell, TooManyMessages, fingerprint
from activities.duties.models import Activity, Post, Slot
from activities.duties.rules import ByHand, SlotState, SlotThere
from activities.kit.db import db
from activities.kit.refusal import ChangedMeanwhile, NotAllowed, NotFound
from activities.kit.roles import Role
from activities.outbox.models import Notice
from activities.people.models import Unit
from activities.people.service import revoke
from activities.signups.models import Team
from activities.signups.organize import edit_slot
from activities.signups.rules import SignUpState
from activities.signups.rules_keeping import FewerThanSeated, SeatedElsewhere
from activities.signups.service import sign_up, withdraw
from activities.signups.teams import join, make_team, sign_up_team
from tests.cast import DAY, HOUR, NOW, make_activity, make_member, make_post, make_series, make_slot, my_state, told_of

pytestmark = pytest.mark.usefixtures("ctx")
SEATED, WAITING = SignUpState.SEATED, SignUpState.WAITING


@pytest.fixture
def slots(cast) -> list[int]:
    """Three slots of one post, each an hour after the other; Lin sits in the first two, Wang in the first."""
    made = [make_slot(cast.lake, NOW + 3 * DAY + n * HOUR) for n in range(3)]
    db.session.commit()
    ids = [slot.id for slot in made]
    for slot_id in ids[:2]:
        sign_up(cast.lin.id, slot_id, NOW)
    sign_up(cast.wang.id, ids[0], NOW)
    return ids


def fresh(slot_id: int) -> Slot:
    return db.session.get(Slot, slot_id, populate_existing=True)


def digest(slot_ids, act) -> str:
    return service.planned([fresh(slot_id) for slot_id in slot_ids], act, NOW).digest


def do(cast, slot_ids, act, value="", now=NOW) -> BulkChange:
    return service.apply(cast.ou.id, slot_ids, act, value, digest(slot_ids, act), now)


def told(topic: str) -> list[tuple[int, str]]:
    """Who was told of which slot."""
    return sorted(told[:2] for told in told_of(topic))


def test_cancelling_tells_everyone_once_of_each_slot(cast, slots):
    made = do(cast, slots, Cancel("暴雨"), "暴雨")
    assert (made.slots, made.people) == (3, 3)
    assert {fresh(slot_id).state for slot_id in slots} == {SlotState.CANCELLED}
    first, second = (fresh(slot_id).public_id for slot_id in slots[:2])
    assert told("signups.cancelled") == sorted([(cast.lin.id, first), (cast.lin.id, second), (cast.wang.id, first)])
    assert db.session.query(AuditEntry).filter_by(verb="cancel slot").count() == 3
    assert db.session.query(AuditEntry).filter_by(verb="bulk cancel").count() == 1


def test_seats_that_are_gathered_for_a_team_may_be_taken_away(cast, slots):
    """As where a single slot is changed: nobody has them yet."""
    first = db.session.get_one(Unit, cast.first.id)
    people = [make_member(f"t{n}", f"人{n}", first).id for n in range(2)]
    db.session.commit()
    make_team(people[0], slots[1], "小队", True, NOW)
    team = db.session.scalars(sa.select(Team.id)).one()
    join(people[1], team, NOW)
    sign_up_team(people[0], team, NOW)
    assert (fresh(slots[1]).taken, fresh(slots[1]).gathered) == (2, 1)
    assert do(cast, [slots[1]], Seats(1)).slots == 1
    assert (fresh(slots[1]).taken, fresh(slots[1]).gathered, fresh(slots[1]).waiting) == (1, 0, 2)


def test_all_change_or_none(cast, slots):
    in_the_way = make_slot(cast.lake, NOW + 3 * DAY + 5 * HOUR)
    db.session.commit()
    with pytest.raises(SlotThere):
        do(cast, [slots[0], slots[2]], Move(180))
    assert fresh(slots[0]).starts_at == NOW + 3 * DAY
    assert fresh(slots[2]).revision == 0
    assert told("signups.moved") == []
    assert fresh(in_the_way.id).revision == 0


def test_a_row_moves_together(cast, slots):
    do(cast, slots, Move(60))
    assert [fresh(slot_id).starts_at for slot_id in slots] == [NOW + 3 * DAY + n * HOUR for n in (1, 2, 3)]
    do(cast, slots, Move(-120))
    assert [fresh(slot_id).starts_at for slot_id in slots] == [NOW + 3 * DAY + n * HOUR for n in (-1, 0, 1)]
    assert len(told("signups.moved")) == 6


def test_slots_of_one_person_that_move_together_are_not_in_each_others_way(cast, slots):
    do(cast, slots, Move(60))
    do(cast, slots, Move(-60))
    assert [fresh(slot_id).starts_at for slot_id in slots] == [NOW + 3 * DAY + n * HOUR for n in range(3)]


def test_where_somebody_has_another_duty_then_the_slot_stays_and_what_it_is_in_the_way_of(cast, slots):
    """Lin's first slot has nowhere to go because of the second, which has nowhere to go because of another duty."""
    make_slot(make_post(db.session.get_one(Activity, cast.sweeping.id), "南岸"), NOW + 3 * DAY + 2.5 * HOUR)
    db.session.commit()
    other = db.session.scalars(sa.select(Slot.id).order_by(Slot.id.desc())).first()
    sign_up(cast.lin.id, other, NOW)
    planned = service.planned([fresh(slot_id) for slot_id in slots], Move(60), NOW)
    assert [(one.slot.id, type(one.why)) for one in planned.stays] == [(i, SeatedElsewhere) for i in slots[:2]]
    assert [one.slot.id for one in planned.changes] == slots[2:]
    do(cast, slots, Move(60))
    assert [fresh(slot_id).starts_at for slot_id in slots] == [NOW + 3 * DAY + n * HOUR for n in (0, 1, 3)]


def test_a_move_is_not_taken_back_over_what_people_have_taken_on_since(cast, slots):
    made = do(cast, slots, Move(3 * 60))
    other = make_slot(make_post(db.session.get_one(Activity, cast.sweeping.id), "南岸"), NOW + 3 * DAY)
    db.session.commit()
    sign_up(cast.lin.id, other.id, NOW)
    with pytest.raises(SeatedElsewhere):
        service.undo(cast.ou.id, made.public_id, NOW)
    assert fresh(slots[0]).starts_at == NOW + 3 * DAY + 3 * HOUR


def test_what_stays_is_left_alone(cast, slots):
    made = do(cast, slots, Seats(1))
    assert made.slots == 2  # in the first, two people sit
    assert [fresh(slot_id).capacity for slot_id in slots] == [2, 1, 1]


@pytest.mark.parametrize("meanwhile", ["sign up", "edit"])
def test_what_was_not_shown_is_not_done(cast, slots, meanwhile):
    shown = digest(slots, Cancel())
    if meanwhile == "sign up":
        sign_up(cast.wang.id, slots[2], NOW)
    else:
        slot = fresh(slots[2])
        edit_slot(cast.ou.id, slot.id, 0, slot.starts_at, slot.ends_at, 5, NOW)
    with pytest.raises(ChangedMeanwhile):
        service.apply(cast.ou.id, slots, Cancel("雨"), "雨", shown, NOW)
    assert {fresh(slot_id).state for slot_id in slots} == {SlotState.OPEN}


def test_who_does_not_run_one_of_them_changes_none(cast, slots):
    other = make_slot(make_post(make_activity("别人的", cast.second), "会计室"), NOW + 3 * DAY)
    db.session.commit()
    with pytest.raises(NotAllowed):
        do(cast, [*slots, other.id], Cancel("雨"))
    revoke(cast.chen.id, cast.ou.id, Role.ORGANIZER, cast.first.id, NOW)
    with pytest.raises(NotAllowed):
        do(cast, slots, Cancel("雨"))


def test_more_seats_go_to_who_waits_and_stay_when_that_cannot_be_taken_back(cast, slots):
    waiter = make_member("2301009", "周周", cast.first)
    db.session.commit()
    sign_up(waiter.id, slots[0], NOW, or_wait=True)
    made = do(cast, slots, Seats(3))
    assert my_state(waiter.id, slots[0]) is SEATED
    with pytest.raises(FewerThanSeated):
        service.undo(cast.ou.id, made.public_id, NOW)
    assert [fresh(slot_id).capacity for slot_id in slots] == [3, 3, 3]
    withdraw(waiter.id, slots[0], NOW)
    assert service.undo(cast.ou.id, made.public_id, NOW) == 3
    assert [fresh(slot_id).capacity for slot_id in slots] == [2, 2, 2]
    with pytest.raises(NotToUndo):
        service.undo(cast.ou.id, made.public_id, NOW)


def test_a_move_is_taken_back_and_told(cast, slots):
    made = do(cast, slots, Move(60))
    service.undo(cast.ou.id, made.public_id, NOW)
    assert [fresh(slot_id).starts_at for slot_id in slots] == [NOW + 3 * DAY + n * HOUR for n in range(3)]
    assert len(told("signups.moved")) == 6


def test_what_is_taken_back_goes_with_its_series_again_as_far_as_it_did(cast):
    series = make_series(db.session.get_one(Post, cast.lake.id), date(2026, 12, 3), date(2026, 12, 17))
    db.session.commit()
    ids = [slot.id for slot in db.session.query(Slot).filter_by(series_id=series.id).order_by(Slot.starts_at)]
    first = fresh(ids[0])
    edit_slot(cast.ou.id, first.id, first.revision, first.starts_at, first.ends_at, 7, NOW)
    made = do(cast, ids, Move(60))
    assert [fresh(slot_id).by_hand for slot_id in ids] == [ByHand.TIME | ByHand.SEATS, ByHand.TIME, ByHand.TIME]
    service.undo(cast.ou.id, made.public_id, NOW)
    assert [fresh(slot_id).by_hand for slot_id in ids] == [ByHand.SEATS, ByHand(0), ByHand(0)]


def test_only_who_did_it_takes_it_back_and_only_while_nothing_else_changed_it(cast, slots):
    made = do(cast, slots, Seats(5))
    with pytest.raises(NotFound):
        service.undo(cast.chen.id, made.public_id, NOW)
    slot = fresh(slots[0])
    edit_slot(cast.ou.id, slot.id, slot.revision, slot.starts_at, slot.ends_at, 6, NOW)
    with pytest.raises(NotToUndo):
        service.undo(cast.ou.id, made.public_id, NOW)
    cancelled = do(cast, slots, Cancel("雨"))
    with pytest.raises(NotToUndo):
        service.undo(cast.ou.id, cancelled.public_id, NOW)
    assert chosen.latest_change(cast.ou.id, NOW) is None


# ── messages ────────────────────────────────────────────────────────────────


def write(cast, slot_ids, audience=Audience.BOTH, now=NOW) -> int:
    people = chosen.people_of(slot_ids, audience)
    return service.send(cast.ou.id, slot_ids, audience, "带雨衣", "东门集合", fingerprint(people), now)


def test_each_gets_a_message_once_with_the_writer_s_name(cast, slots):
    assert write(cast, slots) == 2
    got = db.session.query(Notice).filter_by(topic="board.message").all()
    assert sorted(n.member_id for n in got) == sorted([cast.lin.id, cast.wang.id])
    assert got[0].params["name"] == "欧阳慧敏"
    message = db.session.query(Message).one()
    assert (message.slots, message.people, message.activity_id) == (3, 2, cast.sweeping.id)
    assert db.session.query(AuditEntry).filter_by(verb="send message").one().after["people"] == 2


def test_who_waits_and_who_sits_can_be_told_apart(cast, slots):
    waiter = make_member("2301009", "周周", cast.first)
    db.session.commit()
    sign_up(waiter.id, slots[0], NOW, or_wait=True)
    assert chosen.people_of(slots, Audience.WAITING) == [waiter.id]
    assert chosen.people_of(slots, Audience.SEATED) == sorted([cast.lin.id, cast.wang.id])
    assert chosen.crowd(slots) == (2, 1, 3)


def test_a_message_goes_to_those_who_were_counted_or_to_nobody(cast, slots):
    shown = fingerprint(chosen.people_of(slots, Audience.BOTH))
    withdraw(cast.wang.id, slots[0], NOW)
    with pytest.raises(ChangedMeanwhile):
        service.send(cast.ou.id, slots, Audience.BOTH, "带雨衣", "东门", shown, NOW)
    with pytest.raises(NobodyToTell):
        write(cast, slots[2:])
    assert db.session.query(Notice).filter_by(topic="board.message").count() == 0


def test_a_button_pressed_twice_sends_once(cast, slots):
    assert write(cast, slots) == write(cast, slots, now=NOW + HOUR / 12) == 2
    assert db.session.query(Message).count() == 1
    assert db.session.query(Notice).filter_by(topic="board.message").count() == 2
    write(cast, slots, now=NOW + HOUR)
    assert db.session.query(Message).count() == 2


def test_so_many_messages_a_day_and_no_more(cast, slots):
    for n in range(MOST_MESSAGES):
        write(cast, slots, now=NOW + n * HOUR / 2)
    with pytest.raises(TooManyMessages):
        write(cast, slots, now=NOW + 23 * HOUR)
    write(cast, slots, now=NOW + DAY + HOUR / 60)
