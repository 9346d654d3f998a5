"""Nobody jumps the queue: whichever way a seat comes free, and whoever arrives by whichever door."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from activities.duties.models import Slot
from activities.duties.rules import why_not_touch
from activities.kit.db import db
from activities.signups import organize, teams
from activities.signups.leaving import deactivate
from activities.signups.models import SignUp, Team
from activities.signups.rules import Full, SignUpState
from activities.signups.service import lapse_offers, sign_up, withdraw
from activities.signups.wishes import wait_for_any
from tests.cast import DAY, HOUR, NOW, make_member, make_slot, my_state

SEATED, OFFERED, WAITING = SignUpState.SEATED, SignUpState.OFFERED, SignUpState.WAITING


class World:
    """A full slot of two seats with two in line who are asked, and people who arrive later."""

    def __init__(self, cast) -> None:
        cast.sweeping.offer_minutes, cast.sweeping.withdraw_minutes = 12 * 60, 0
        self.cast = cast
        self.slot, self.other = (make_slot(cast.lake, NOW + days * DAY, capacity=2).id for days in (3, 4))
        self.people = [make_member(f"p{n}", f"人{n}", cast.first).id for n in range(8)]
        db.session.commit()
        for person in self.people[:4]:
            sign_up(person, self.slot, NOW, or_wait=True)
        for person in self.people[4:6]:
            sign_up(person, self.other, NOW)

    def states(self, *people: int) -> list[SignUpState | None]:
        return [my_state(self.people[n], self.slot) for n in people]


@pytest.fixture
def world(ctx, cast):
    return World(cast)


def give_back(world):
    withdraw(world.people[0], world.slot, NOW)


def leave_for_good(world):
    deactivate(world.cast.gu.id, world.people[0], NOW)


def more_seats(world):
    slot = db.session.get_one(Slot, world.slot, populate_existing=True)
    organize.edit_slot(world.cast.ou.id, slot.id, slot.revision, slot.starts_at, slot.ends_at, 3, NOW)


def let_an_offer_lapse(world):
    withdraw(world.people[0], world.slot, NOW - HOUR)
    sign_up(world.people[0], world.slot, NOW - HOUR, or_wait=True)
    lapse_offers(NOW + 11 * HOUR)


WAYS = {"give back": give_back, "leave for good": leave_for_good, "more seats": more_seats}


@pytest.mark.parametrize("way", WAYS)
def test_a_seat_that_comes_free_goes_to_the_first_in_line_and_not_to_who_arrives(world, way):
    WAYS[way](world)
    assert world.states(2, 3) == [OFFERED, WAITING]
    with pytest.raises(Full):
        sign_up(world.people[6], world.slot, NOW)
    assert sign_up(world.people[6], world.slot, NOW, or_wait=True) is WAITING


def test_a_lapsed_offer_goes_to_the_next_and_who_let_it_lapse_stands_last(world):
    let_an_offer_lapse(world)
    assert world.states(2, 3) == [None, OFFERED]
    sign_up(world.people[2], world.slot, NOW + 11 * HOUR, or_wait=True)
    order = sa.select(SignUp.member_id).where(SignUp.slot_id == world.slot, SignUp.state == WAITING)
    assert db.session.scalars(order.order_by(SignUp.ticket)).all() == [world.people[0], world.people[2]]


def test_who_comes_back_stands_last(world):
    withdraw(world.people[2], world.slot, NOW)
    sign_up(world.people[2], world.slot, NOW, or_wait=True)
    withdraw(world.people[0], world.slot, NOW)
    assert world.states(3, 2) == [OFFERED, WAITING]


def test_who_waits_for_any_of_several_stands_in_each_line_behind_those_who_were_there(world):
    wait_for_any(world.people[6], [world.slot, world.other], NOW)
    withdraw(world.people[0], world.slot, NOW)
    assert world.states(2, 6) == [OFFERED, WAITING]


@pytest.mark.parametrize("whole", [True, False])
def test_a_team_stands_behind_those_who_were_there(world, whole):
    teams.make_team(world.people[6], world.slot, "小队", whole, NOW)
    team = db.session.scalars(sa.select(Team.id)).one()
    teams.join(world.people[7], team, NOW)
    teams.sign_up_team(world.people[6], team, NOW)
    withdraw(world.people[0], world.slot, NOW)
    withdraw(world.people[1], world.slot, NOW)
    assert world.states(2, 3, 6, 7) == [OFFERED, OFFERED, WAITING, WAITING]


def test_a_seat_that_was_free_beside_a_clash_is_theirs_before_who_arrives(world):
    """Who waits first has another duty then; the seat goes on, and the next one is theirs once they have time."""
    clash = make_slot(world.cast.lake, NOW + 3 * DAY + HOUR / 2)
    db.session.commit()
    sign_up(world.people[2], clash.id, NOW)
    withdraw(world.people[0], world.slot, NOW)
    assert world.states(2, 3) == [WAITING, OFFERED]
    withdraw(world.people[1], world.slot, NOW)
    withdraw(world.people[2], clash.id, NOW)
    assert world.states(2) == [OFFERED]
    with pytest.raises(Full):
        sign_up(world.people[6], world.slot, NOW)


def test_a_slot_that_has_begun_gives_no_seat_to_anybody(world):
    later = NOW + 3 * DAY
    assert why_not_touch(db.session.get_one(Slot, world.slot).state, later, later)
    lapse_offers(later)
    assert world.states(2, 3) == [WAITING, WAITING]


def test_seats_for_many_who_wait_take_as_many_statements_as_for_few(world, statements):
    more = [make_member(f"q{n}", f"客{n}", world.cast.first).id for n in range(20)]
    db.session.commit()
    counts = []
    for slot_id, line in ((world.slot, []), (world.other, more)):
        for person in line:
            sign_up(person, slot_id, NOW, or_wait=True)
        slot = db.session.get_one(Slot, slot_id, populate_existing=True)
        with statements.count() as sent:
            organize.edit_slot(world.cast.ou.id, slot_id, slot.revision, slot.starts_at, slot.ends_at, 40, NOW)
        counts.append(len(sent))
    assert counts[0] == counts[1]
