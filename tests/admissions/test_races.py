"""Two organizers decide at once."""

from __future__ import annotations

from activities.admissions.rules import NothingAsked, TooManyChosen
from activities.admissions.service import Decided, approve, assign
from activities.kit.db import db
from activities.kit.roles import Role
from activities.people.models import Member, Unit
from activities.signups.service import sign_up
from tests.admissions.conftest import counters, sign_up_of, told
from tests.cast import DAY, NOW, grant
from tests.house.test_races import race


def second_organizer(app, house) -> int:
    with app.app_context():
        grant(db.session.get(Member, house.hu), Role.ORGANIZER, db.session.get(Unit, house.cast.first.id))
        db.session.commit()
        return house.hu


def test_two_organizers_give_the_last_seat_once(app, house):
    hu = second_organizer(app, house)
    with app.app_context():
        for who in (house.cast.lin.id, house.ma):
            sign_up(who, house.visit, NOW)
        lin, ma = (sign_up_of(who, house.visit) for who in (house.cast.lin.id, house.ma))
    verbs = [lambda: approve(house.cast.ou.id, [lin], NOW + DAY), lambda: approve(hu, [ma], NOW + DAY)]
    found = race(app, verbs)
    assert sorted((done.seated, done.waiting) for done in found) == [(0, 1), (1, 0)]
    with app.app_context():
        assert counters(house.visit) == (1, 1, 0)


def test_one_request_is_decided_once(app, house):
    hu = second_organizer(app, house)
    with app.app_context():
        sign_up(house.ma, house.visit, NOW)
        ma = sign_up_of(house.ma, house.visit)
    found = race(app, [lambda who=who: approve(who, [ma], NOW + DAY) for who in (house.cast.ou.id, hu) * 3])
    assert [done for done in found if isinstance(done, Decided)] == [Decided(seated=1)]
    assert sum(isinstance(done, NothingAsked) for done in found) == 5
    with app.app_context():
        assert told(house.ma) == ["signups.asked", "admissions.seated"]


def test_no_more_are_assigned_than_there_are_seats(app, house):
    people = [house.ma, house.hu, house.cast.lin.id, house.cast.wang.id]
    found = race(app, [lambda who=who: assign(house.cast.ou.id, house.watch, [who], NOW) for who in people])
    assert sum(done == 1 for done in found) == 2
    assert sum(isinstance(done, TooManyChosen) for done in found) == 2
    with app.app_context():
        assert counters(house.watch) == (2, 0, 0)
