"""A fair guess of how far a waiting list will move."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from activities.admissions.service import approve
from activities.duties.rules import WayIn
from activities.kit.db import db
from activities.signups import facts
from activities.signups.chances import chance_of
from activities.signups.models import SignUp
from activities.signups.rules_chance import Chance, PastLine, chance
from activities.signups.service import sign_up, withdraw
from tests.cast import DAY, HOUR, NOW, make_activity, make_member, make_post, make_slot

# Past lists (seated, left) and my place; in how many of how many somebody at it got a seat.
TABLE = [
    (1, [(1, 4), (0, 2), (2, 0)], (2, 3)),
    (2, [(1, 4), (0, 2), (2, 0)], (1, 3)),
    (3, [(3, 1), (3, 0), (5, 9), (2, 1)], (3, 4)),
    (2, [(1, 0), (0, 2), (0, 3)], None),  # a list that ended before this place tells nothing of it
    (1, [(1, 0), (0, 1)], None),  # too few
    (1, [], None),
]


@pytest.mark.parametrize(("place", "lines", "expected"), TABLE)
def test_the_chance_is_counted_from_past_lists(place, lines, expected):
    found = chance(place, [PastLine(*line) for line in lines])
    assert found == (Chance(place, *expected) if expected else None)


@pytest.mark.parametrize(("got", "of", "tenths"), [(0, 7, 0), (14, 20, 7), (20, 20, 10), (1, 3, 3)])
def test_the_chance_is_said_in_tenths(got, of, tenths):
    assert Chance(1, got, of).tenths == tenths


@pytest.fixture
def past(ctx, cast):
    """Three slots of one seat a week ago, for each of which two waited; in the first, one moved up two days before, in
    the second an hour before. In two days there is such a slot again."""
    cast.sweeping.withdraw_minutes = 0
    people = [make_member(f"p{n}", f"人{n}", cast.first).id for n in range(4)]
    slots = [make_slot(cast.lake, NOW - (7 + n) * DAY, capacity=1) for n in range(3)]
    ahead = make_slot(cast.lake, NOW + 2 * DAY, capacity=1)
    db.session.commit()
    for slot in slots:
        for person in people[:3]:
            sign_up(person, slot.id, slot.starts_at - 5 * DAY, or_wait=True)
    withdraw(people[0], slots[0].id, slots[0].starts_at - 2 * DAY)
    withdraw(people[0], slots[1].id, slots[1].starts_at - HOUR)
    return ahead.id


def test_what_moved_as_late_before_the_start_counts(past, cast):
    offer = facts.at_first_sight(cast.lin.id, past)[0]
    assert chance_of(offer, 1, NOW) == Chance(1, 2, 3)
    assert chance_of(offer, 1, NOW + 1 * DAY) == Chance(1, 1, 3)
    assert chance_of(offer, 2, NOW) == Chance(2, 0, 3)


def test_who_is_approved_or_drawn_has_not_moved_up(past, cast):
    """Of three who ask for one seat the first has it; in one of three slots it comes free again."""
    activity = make_activity("助老", cast.first, "elder_care", way_in=WayIn.APPROVAL)
    post = make_post(activity, "岗", capacity=1)
    slots = [make_slot(post, NOW - (7 + n) * DAY, capacity=1) for n in range(3)]
    ahead = make_slot(post, NOW + 2 * DAY, capacity=1)
    people = [make_member(f"q{n}", f"人{n}", cast.first).id for n in range(3)]
    db.session.commit()
    for slot in slots:
        for person in people:
            sign_up(person, slot.id, slot.starts_at - 5 * DAY)
        ids = list(db.session.scalars(sa.select(SignUp.id).where(SignUp.slot_id == slot.id).order_by(SignUp.ticket)))
        approve(cast.ou.id, ids, slot.starts_at - 36 * HOUR)
    withdraw(people[0], slots[0].id, slots[0].starts_at - DAY)
    offer = facts.at_first_sight(cast.lin.id, ahead.id)[0]
    assert chance_of(offer, 1, NOW) == Chance(1, 1, 3)


def test_without_slots_of_the_activity_those_of_the_kind_tell(past, cast):
    other = make_activity("另一处清扫", cast.first, cast.sweeping.kind_key)
    elder = make_activity("助老", cast.first, "elder_care")
    slots = [make_slot(make_post(activity, "岗"), NOW + 2 * DAY) for activity in (other, elder)]
    db.session.commit()
    alike, unlike = (facts.at_first_sight(cast.lin.id, slot.id)[0] for slot in slots)
    assert chance_of(alike, 1, NOW) == Chance(1, 2, 3)
    assert chance_of(unlike, 1, NOW) is None


def test_it_is_one_statement(past, cast, statements):
    offer = facts.at_first_sight(cast.lin.id, past)[0]
    with statements.count() as sent:
        chance_of(offer, 1, NOW)
    assert len(sent) == 1
