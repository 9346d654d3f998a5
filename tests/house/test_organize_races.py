"""Organizers and members at once, in real threads: nobody is lost, nothing is planned twice, nobody waits for ever."""

from __future__ import annotations

from datetime import date, time

from activities.duties import planning
from activities.duties.models import Slot
from activities.duties.plans import Wish
from activities.duties.recurrence import Rule
from activities.duties.rules import PlanChanged, SlotGone, SlotState
from activities.duties.service_plans import plan_series
from activities.kit import clock
from activities.kit.db import db
from activities.kit.refusal import ChangedMeanwhile, Refusal
from activities.outbox.models import Notice
from activities.signups.organize import cancel_slot, edit_slot
from activities.signups.rules import SlotCancelled
from activities.signups.service import sign_up, withdraw
from tests.cast import HOUR, NOW
from tests.house.test_races import SEATED, WAITING, WITHDRAWN, crowd, race, slot_of, states


def test_seats_added_in_a_rush_are_filled_and_the_rest_wait(app, cast):
    slot, people = slot_of(app, cast, 2), crowd(app, cast, 20)
    with app.app_context():
        row = db.session.get(Slot, slot)
        starts, ends = row.starts_at, row.ends_at
    grow = [lambda r=r: edit_slot(cast.ou.id, slot, r, starts, ends, 4 + r, NOW) for r in range(2)]
    verbs = [lambda p=p: sign_up(p, slot, NOW, or_wait=True) for p in people]
    results = race(app, verbs[:10] + grow + verbs[10:])
    grown = sum(not isinstance(r, ChangedMeanwhile) for r in results[10:12])
    capacity = 3 + grown
    assert states(app, slot) == {SEATED: capacity, WAITING: 20 - capacity}


def test_of_two_organizers_with_one_form_one_is_told(app, cast):
    slot = slot_of(app, cast, 2)
    with app.app_context():
        row = db.session.get(Slot, slot)
        starts, ends = row.starts_at, row.ends_at
    results = race(app, [lambda c=c: edit_slot(cast.ou.id, slot, 0, starts, ends, c, NOW) for c in (3, 4, 5, 6)])
    assert [type(r) for r in results if r is not None] == [ChangedMeanwhile] * 3


def test_cancelling_while_people_come_and_go_tells_each_who_was_on_it(app, cast):
    slot, people = slot_of(app, cast, 5), crowd(app, cast, 20)
    with app.app_context():
        for person in people[:8]:
            sign_up(person, slot, NOW, or_wait=True)
    leave = [lambda p=p: withdraw(p, slot, NOW) for p in people[:4]]
    come = [lambda p=p: sign_up(p, slot, NOW, or_wait=True) for p in people[8:]]
    results = race(app, [*leave, *come, lambda: cancel_slot(cast.ou.id, slot, "暴雨", NOW)])
    found = states(app, slot)
    assert results[-1] == found[SEATED] + found[WAITING]
    assert {type(r) for r in results if isinstance(r, Refusal)} <= {SlotCancelled}
    assert found[WITHDRAWN] == sum(not isinstance(r, Refusal) for r in results[:4])
    with app.app_context():
        assert db.session.query(Notice).filter_by(topic="signups.cancelled").count() == results[-1]


def test_a_slot_is_cancelled_once(app, cast):
    slot = slot_of(app, cast, 2)
    results = race(app, [lambda: cancel_slot(cast.ou.id, slot, "暴雨", NOW)] * 4)
    assert [type(r) for r in results if r != 0] == [SlotGone] * 3
    with app.app_context():
        assert db.session.get(Slot, slot).state is SlotState.CANCELLED


def test_a_plan_confirmed_several_times_at_once_is_created_once(app, cast):
    rule = Rule(first=date(2026, 11, 26), last=date(2026, 12, 31), weekdays=frozenset({3}))
    wish = Wish(post_ids=(cast.lake.id,), rule=rule, starts=time(16), ends=time(18), capacity=3)
    with app.app_context():
        zone = clock.zone()
        digest = planning.plan(cast.sweeping.id, [wish], zone, NOW)[0].digest
    results = race(app, [lambda: plan_series(cast.ou.id, cast.sweeping.id, [wish], digest, zone, NOW)] * 5)
    assert [type(r) for r in results if not isinstance(r, tuple)] == [PlanChanged] * 4
    with app.app_context():
        assert db.session.query(Slot).filter(Slot.starts_at != NOW + 24 * HOUR).count() == 6
