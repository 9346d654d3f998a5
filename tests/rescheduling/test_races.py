"""An administrator changes a day while people come and go, in real threads."""

from __future__ import annotations

from collections import Counter
from datetime import date

from activities.duties.models import Slot
from activities.duties.rules import PlanChanged, SlotState
from activities.kit import clock
from activities.kit.db import db
from activities.outbox.models import Notice
from activities.rescheduling.rules import Fate
from activities.rescheduling.service import Change, Decision, carry_out, look
from activities.signups.service import sign_up, withdraw
from activities.terms import changes
from activities.terms.queries import special_days
from activities.terms.rules import Special
from tests.cast import DAY, NOW
from tests.house.test_races import SEATED, WAITING, crowd, race, slot_of, states

ADD = Change(changes.add_day, (date(2026, 11, 27), Special("校庆", off=True)))
CANCEL = Decision(Fate.CANCEL, "校庆")


def test_either_all_who_are_on_it_are_told_or_the_administrator_looks_again(app, cast):
    slot, people = slot_of(app, cast, 5), crowd(app, cast, 16)
    with app.app_context():
        for person in people[:8]:
            sign_up(person, slot, NOW, or_wait=True)
        zone = clock.zone()
        digest = look(cast.gu.id, ADD, CANCEL, zone, NOW).digest
    come = [lambda p=p: sign_up(p, slot, NOW, or_wait=True) for p in people[8:]]
    leave = [lambda p=p: withdraw(p, slot, NOW) for p in people[:4]]
    results = race(app, [*come[:4], lambda: carry_out(cast.gu.id, ADD, CANCEL, digest, zone, NOW), *come[4:], *leave])
    found = states(app, slot)
    with app.app_context():
        told = Counter(n.member_id for n in db.session.query(Notice).filter_by(topic="signups.cancelled"))
        if isinstance(results[4], PlanChanged):
            assert db.session.get(Slot, slot).state is SlotState.OPEN
            assert special_days(date(2026, 11, 27), date(2026, 11, 27)) == {}
            assert not told
        else:
            assert set(told) == set(people[:8])
            assert set(told.values()) == {1}
            assert found[SEATED] + found[WAITING] == 8


def test_of_several_who_confirm_the_same_one_does_it(app, cast):
    slot, people = slot_of(app, cast, 5), crowd(app, cast, 4)
    with app.app_context():
        for person in people:
            sign_up(person, slot, NOW)
        zone, change = clock.zone(), Change(days=(date(2026, 11, 27),))
        move = Decision(Fate.MOVE, to=date(2026, 11, 29))
        digest = look(cast.gu.id, change, move, zone, NOW).digest
    results = race(app, [lambda: carry_out(cast.gu.id, change, move, digest, zone, NOW)] * 5)
    assert Counter(type(r) for r in results)[PlanChanged] == 4
    with app.app_context():
        assert db.session.get(Slot, slot).starts_at == NOW + 4 * DAY
        assert db.session.query(Notice).filter_by(topic="signups.moved").count() == 4
