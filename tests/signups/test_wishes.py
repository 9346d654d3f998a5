"""Waiting for any of several slots: the first that comes takes me, the others let me go."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from activities.audit.models import AuditEntry
from activities.duties.models import Slot
from activities.duties.rules import WayIn
from activities.kit.db import db
from activities.kit.refusal import NotFound
from activities.outbox.models import Notice
from activities.signups import queries_together
from activities.signups.models import Wish
from activities.signups.organize import cancel_slot
from activities.signups.rules import SignUpState
from activities.signups.rules_leaving import NotIn
from activities.signups.rules_together import NotAllOfThem, NotSeveral, NotTogether
from activities.signups.service import accept, lapse_offers, sign_up, withdraw
from activities.signups.wishes import leave_wish, wait_for_any
from tests.cast import DAY, HOUR, NOW, make_member, make_slot, my_state

SEATED, OFFERED, WAITING = SignUpState.SEATED, SignUpState.OFFERED, SignUpState.WAITING


class World:
    """Three full slots of one seat in three days, the first two at the same time; seats are held for 12 hours."""

    def __init__(self, cast, offer_minutes: int = 12 * 60) -> None:
        cast.sweeping.offer_minutes = offer_minutes
        self.cast = cast
        starts = (3 * DAY, 3 * DAY + HOUR / 2, 4 * DAY)
        self.slots = [make_slot(cast.lake, NOW + start, capacity=1).id for start in starts]
        self.sitting = [make_member(f"s{n}", f"坐{n}", cast.first).id for n in range(3)]
        self.other = make_member("o", "马跃", cast.first).id
        db.session.commit()
        for member, slot in zip(self.sitting, self.slots, strict=True):
            sign_up(member, slot, NOW)

    def free(self, n: int, now=NOW) -> None:
        withdraw(self.sitting[n], self.slots[n], now)

    def states(self, member_id: int) -> list[SignUpState | None]:
        return [my_state(member_id, slot) for slot in self.slots]


@pytest.fixture
def world(ctx, cast):
    return World(cast)


def topics(member_id: int) -> list[str]:
    query = sa.select(Notice.topic).where(Notice.member_id == member_id).order_by(Notice.id)
    return [topic.removeprefix("signups.") for topic in db.session.scalars(query)]


def counters(slot_id: int) -> tuple[int, int]:
    slot = db.session.get_one(Slot, slot_id, populate_existing=True)
    return slot.taken, slot.waiting


def test_a_place_in_each_line_and_one_notice(world):
    lin = world.cast.lin.id
    assert wait_for_any(lin, world.slots, NOW) is WAITING
    assert world.states(lin) == [WAITING] * 3
    assert [counters(slot) for slot in world.slots] == [(1, 1)] * 3
    assert topics(lin) == ["waiting_for_any"]


def test_only_slots_to_come_count_among_those_that_one_waits_for(world):
    lin = world.cast.lin.id
    wait_for_any(lin, world.slots, NOW)
    wish = db.session.scalars(sa.select(Wish.id)).one()
    assert queries_together.places_of_wish(wish, NOW)[1] == 3
    cancel_slot(world.cast.ou.id, world.slots[1], "暴雨", NOW)
    assert queries_together.places_of_wish(wish, NOW)[1] == 2
    assert queries_together.places_of_wish(wish, NOW + 3 * DAY)[1] == 1


def test_the_first_that_is_accepted_lets_the_others_go_in_one_transaction(world):
    lin = world.cast.lin.id
    wait_for_any(lin, world.slots, NOW)
    world.free(1)
    assert world.states(lin) == [WAITING, OFFERED, WAITING]
    accept(lin, world.slots[1], NOW + HOUR)
    assert world.states(lin) == [None, SEATED, None]
    assert [counters(slot) for slot in world.slots] == [(1, 0)] * 3
    assert topics(lin) == ["waiting_for_any", "offered", "first_of_several"]
    verbs = sa.select(AuditEntry.verb).where(AuditEntry.subject == "sign_up").order_by(AuditEntry.id)
    assert list(db.session.scalars(verbs))[-3:] == ["accept", "withdraw", "withdraw"]


def test_where_nobody_is_asked_the_first_seat_lets_the_others_go(ctx, cast):
    world = World(cast, offer_minutes=0)
    wait_for_any(cast.lin.id, world.slots, NOW)
    world.free(2)
    assert world.states(cast.lin.id) == [None, None, SEATED]
    assert topics(cast.lin.id) == ["waiting_for_any", "first_of_several"]


def test_while_one_is_held_the_next_seat_goes_to_the_next_and_the_place_is_kept(world):
    lin = world.cast.lin.id
    wait_for_any(lin, world.slots, NOW)
    sign_up(world.other, world.slots[2], NOW, or_wait=True)
    world.free(0)
    world.free(2)
    assert world.states(lin) == [OFFERED, WAITING, WAITING]
    assert my_state(world.other, world.slots[2]) is OFFERED


@pytest.mark.parametrize("how", ["decline", "lapse", "cancel"])
def test_who_lets_the_held_seat_go_gets_the_seat_that_was_free_beside_it(world, how):
    lin = world.cast.lin.id
    wait_for_any(lin, world.slots, NOW)
    world.free(0)
    world.free(2)
    assert counters(world.slots[2]) == (0, 1)
    if how == "decline":
        withdraw(lin, world.slots[0], NOW + HOUR)
    elif how == "lapse":
        lapse_offers(NOW + 12 * HOUR)
    else:
        cancel_slot(world.cast.ou.id, world.slots[0], "下雨", NOW + HOUR)
    assert my_state(lin, world.slots[2]) is OFFERED


def test_a_free_seat_among_them_is_taken_at_once(world):
    lin = world.cast.lin.id
    world.free(1)
    world.free(2)
    assert wait_for_any(lin, world.slots, NOW) is SEATED
    assert world.states(lin) == [None, SEATED, None]
    assert topics(lin) == ["seated"]


def test_who_waits_for_several_does_not_jump_the_queue(world):
    world.free(2)
    sign_up(world.other, world.slots[2], NOW)
    sign_up(world.sitting[2], world.slots[2], NOW, or_wait=True)
    wait_for_any(world.cast.lin.id, world.slots, NOW)
    withdraw(world.other, world.slots[2], NOW)
    assert my_state(world.sitting[2], world.slots[2]) is OFFERED


def test_all_places_are_left_at_once_and_a_held_seat_goes_to_the_next(world):
    lin = world.cast.lin.id
    wait_for_any(lin, world.slots, NOW)
    sign_up(world.other, world.slots[0], NOW, or_wait=True)
    world.free(0)
    wish = db.session.scalars(sa.select(Wish.public_id)).one()
    leave_wish(lin, wish, NOW)
    assert world.states(lin) == [None] * 3
    assert my_state(world.other, world.slots[0]) is OFFERED
    assert topics(lin) == ["waiting_for_any", "offered", "wish_left"]
    with pytest.raises(NotIn):
        leave_wish(lin, wish, NOW)
    with pytest.raises(NotFound):
        leave_wish(world.other, wish, NOW)


def test_one_that_is_not_to_be_waited_for_refuses_them_all(world):
    lin = world.cast.lin.id
    sign_up(lin, world.slots[0], NOW, or_wait=True)
    with pytest.raises(NotAllOfThem):
        wait_for_any(lin, world.slots, NOW)
    assert world.states(lin) == [WAITING, None, None]


def test_several_are_more_than_one_and_not_too_many(world):
    for chosen in ([], world.slots[:1], world.slots[:1] * 2, range(1, 12)):
        with pytest.raises(NotSeveral):
            wait_for_any(world.cast.lin.id, chosen, NOW)


def test_where_somebody_decides_each_asks_alone(world):
    world.cast.sweeping.way_in = WayIn.APPROVAL
    db.session.add(world.cast.sweeping)
    db.session.commit()
    with pytest.raises(NotTogether):
        wait_for_any(world.cast.lin.id, world.slots, NOW)


def test_it_takes_as_many_statements_for_ten_slots_as_for_two(world, statements):
    slots = [make_slot(world.cast.lake, NOW + (5 + n) * DAY, capacity=1).id for n in range(10)]
    db.session.commit()
    for slot in slots:
        sign_up(world.other, slot, NOW)
    counts = []
    for member, chosen in ((world.cast.lin.id, slots[:2]), (world.cast.wang.id, slots)):
        with statements.count() as sent:
            wait_for_any(member, chosen, NOW)
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 11  # with one that locks the slots first, on PostgreSQL
