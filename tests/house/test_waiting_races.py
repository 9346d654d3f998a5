"""Races over offers, wishes and teams, with real threads on the real database."""

from __future__ import annotations

from collections import Counter

import pytest
import sqlalchemy as sa
from flask import Flask

from activities.duties.models import Slot
from activities.kit.db import db
from activities.outbox.models import Notice
from activities.signups import teams
from activities.signups.models import SignUp, Team
from activities.signups.rules import SignUpState
from activities.signups.service import accept, lapse_offers, sign_up, withdraw
from activities.signups.wishes import wait_for_any
from tests.cast import HOUR, NOW, Cast
from tests.house.test_races import SEATED, WAITING, crowd, race, slot_of, states

OFFERED = SignUpState.OFFERED


@pytest.fixture
def asking(app: Flask, cast: Cast) -> Cast:
    """The cast, whose activity holds freed seats for an hour."""
    with app.app_context():
        cast.sweeping.offer_minutes, cast.sweeping.withdraw_minutes = 60, 0
        db.session.add(cast.sweeping)
        db.session.commit()
    return cast


def counters(app: Flask, slot_id: int) -> tuple[int, int, int]:
    with app.app_context():
        slot = db.session.get_one(Slot, slot_id, populate_existing=True)
        return slot.taken, slot.waiting, slot.gathered


def test_accepting_declining_and_lapsing_at_once_gives_each_seat_to_one(app, asking):
    """Six are offered seats; each accepts twice, declines and is lapsed by two workers, all at the same moment."""
    slot, people = slot_of(app, asking, 6), crowd(app, asking, 20)
    with app.app_context():
        for person in people:
            sign_up(person, slot, NOW, or_wait=True)
        for person in people[:6]:
            withdraw(person, slot, NOW)
    assert states(app, slot)[OFFERED] == 6
    in_time, late = NOW + HOUR / 2, NOW + HOUR
    verbs = [lambda p=p: accept(p, slot, in_time) for p in people[6:12]] * 2
    verbs += [lambda p=p: withdraw(p, slot, in_time) for p in people[6:12]]
    verbs += [lambda: lapse_offers(late)] * 2
    race(app, verbs)
    now = states(app, slot)
    assert now[SEATED] + now[OFFERED] == 6
    assert counters(app, slot) == (6, now[WAITING], 0)
    assert now[WAITING] == 20 - 6 - now[SignUpState.WITHDRAWN]


def test_the_same_offer_accepted_by_many_presses_is_one_seat_and_one_notice(app, asking):
    slot, (first, second) = slot_of(app, asking, 1), crowd(app, asking, 2)
    with app.app_context():
        sign_up(first, slot, NOW)
        sign_up(second, slot, NOW, or_wait=True)
        withdraw(first, slot, NOW)
    results = race(app, [lambda: accept(second, slot, NOW + HOUR / 2)] * 20)
    assert results.count(None) == 1
    with app.app_context():
        told = sa.select(Notice.topic).where(Notice.member_id == second, Notice.topic == "signups.seated")
        assert len(db.session.scalars(told).all()) == 1


def test_seats_that_come_free_everywhere_at_once_give_a_wish_one(app, cast):
    """Five wait for any of four slots, whose seats all come free at the same moment."""
    slots = [slot_of(app, cast, 1, after=48 + n / 4) for n in range(4)]
    people = crowd(app, cast, 9)
    sitting, hoping = people[:4], people[4:]
    with app.app_context():
        for person, slot in zip(sitting, slots, strict=True):
            sign_up(person, slot, NOW)
    with app.app_context():
        for person in hoping:
            wait_for_any(person, slots, NOW)
    race(app, [lambda p=p, s=s: withdraw(p, s, NOW) for p, s in zip(sitting, slots, strict=True)])
    with app.app_context():
        seated = db.session.scalars(sa.select(SignUp.member_id).where(SignUp.state == SEATED)).all()
        waiting = Counter(db.session.scalars(sa.select(SignUp.member_id).where(SignUp.state == WAITING)))
    assert len(seated) == len(set(seated)) == 4
    assert set(waiting).isdisjoint(seated)
    assert set(waiting.values()) == {4}
    assert [counters(app, slot) for slot in slots] == [(1, 1, 0)] * 4


def test_a_team_is_whole_whatever_happens_around_it(app, asking):
    """While seats come free and others arrive, one of a team accepts for all and another leaves it."""
    slot, people = slot_of(app, asking, 6), crowd(app, asking, 20)
    sitting, team, others = people[:6], people[6:9], people[9:]
    with app.app_context():
        for person in sitting:
            sign_up(person, slot, NOW)
        teams.make_team(team[0], slot, "小队", True, NOW)
        team_id = db.session.scalars(sa.select(Team.id)).one()
        for person in team[1:]:
            teams.join(person, team_id, NOW)
        teams.sign_up_team(team[0], team_id, NOW)
    leaving = [lambda p=p: withdraw(p, slot, NOW) for p in sitting[:4]]
    coming = [lambda p=p: sign_up(p, slot, NOW, or_wait=True) for p in others]
    race(app, [verb for pair in zip(leaving, coming, strict=False) for verb in pair] + coming[4:])
    assert team_states(app, team_id) == {OFFERED: 3}
    race(app, [lambda: accept(team[0], slot, NOW), lambda: withdraw(team[1], slot, NOW)] * 4)
    assert set(team_states(app, team_id)) <= {SEATED, SignUpState.WITHDRAWN}
    taken, waiting, gathered = counters(app, slot)
    assert (taken, gathered) == (6, 0)
    assert waiting == states(app, slot)[WAITING]


def team_states(app: Flask, team_id: int) -> Counter[SignUpState]:
    with app.app_context():
        return Counter(db.session.scalars(sa.select(SignUp.state).where(SignUp.team_id == team_id)))
