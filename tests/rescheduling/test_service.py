"""Changing a day with what stands on it: everybody is told once, all of it happens or nothing."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest

from activities.audit.models import AuditEntry
from activities.duties.models import Slot
from activities.duties.rules import PlanChanged, SlotState
from activities.kit import clock
from activities.kit.db import db
from activities.kit.refusal import ChangedMeanwhile, NotFound
from activities.outbox.models import Notice
from activities.rescheduling.rules import Fate, SeveralDays
from activities.rescheduling.service import Change, Decision, carry_out, look
from activities.signups.rules import SignUpState
from activities.signups.rules_keeping import SeatedElsewhere
from activities.signups.service import sign_up, withdraw
from activities.terms import changes
from activities.terms.queries import all_terms, special_days
from activities.terms.rules import Span, Special, fingerprint
from tests.cast import DAY, HOUR, NOW, Cast, make_activity, make_member, make_post, make_slot, my_state

pytestmark = pytest.mark.usefixtures("ctx")
TOMORROW, LATER = date(2026, 11, 26), date(2026, 11, 28)
OFF = Special("校庆", off=True)
ADD = Change(changes.add_day, (TOMORROW, OFF))
SEATED, WAITING = SignUpState.SEATED, SignUpState.WAITING
CANCEL, MOVE = Decision(Fate.CANCEL, "校庆"), Decision(Fate.MOVE, to=LATER)


def fresh(row):
    return db.session.get(type(row), row.id, populate_existing=True)


def do(cast: Cast, change: Change, decision: Decision, now=NOW):
    """Look, and do what was shown."""
    shown = look(cast.gu.id, change, decision, clock.zone(), now)
    return carry_out(cast.gu.id, change, decision, shown.digest, clock.zone(), now)[1]


def crowd(cast: Cast, *slots: Slot, count: int = 3) -> list[int]:
    people = [make_member(f"x{n}", f"某{n}", fresh(cast.first)).id for n in range(count)]
    db.session.commit()
    for slot in slots:
        for person in people:
            sign_up(person, slot.id, NOW - HOUR, or_wait=True)
    return people


def told(topic: str) -> Counter[int]:
    """How many notices each person has of it."""
    return Counter(notice.member_id for notice in db.session.query(Notice).filter_by(topic=topic))


def days() -> dict[date, Special]:
    return special_days(date(2026, 1, 1), date(2026, 12, 31))


def test_looking_changes_nothing(cast: Cast):
    shown = look(cast.gu.id, ADD, Decision(), clock.zone(), NOW)
    assert [slot.offer.id for slot in shown.kept] == [cast.slot.id]
    assert shown.days == (TOMORROW,)
    assert days() == {}
    assert db.session.query(AuditEntry).count() == 0


def test_only_who_keeps_the_calendar_may_even_look(cast: Cast):
    for actor in (cast.lin, cast.ou, cast.chen):
        for change in (ADD, Change(days=(TOMORROW,))):
            with pytest.raises(NotFound):
                look(actor.id, change, Decision(), clock.zone(), NOW)
            with pytest.raises(NotFound):
                carry_out(actor.id, change, Decision(), "", clock.zone(), NOW)


def test_the_day_alone_is_saved_and_who_runs_the_activity_is_told(cast: Cast):
    crowd(cast, cast.slot)
    do(cast, ADD, Decision())
    assert days() == {TOMORROW: OFF}
    assert fresh(cast.slot).state is SlotState.OPEN
    assert told("rescheduling.keep") == {cast.ou.id: 1}
    assert not told("signups.cancelled")


def test_cancelling_tells_everyone_once_and_who_loses_a_clash_is_seated_elsewhere(cast: Cast):
    rival = make_slot(make_post(fresh(cast.sweeping), "南岸"), cast.slot.starts_at + 24 * HOUR, hours=2)
    long = make_slot(make_post(fresh(cast.sweeping), "西门"), cast.slot.starts_at, hours=26)
    people = crowd(cast, cast.slot, count=3)
    waiter = make_member("w", "候", fresh(cast.first)).id
    db.session.commit()
    sign_up(people[0], rival.id, NOW)
    sign_up(waiter, rival.id, NOW, or_wait=True)
    sign_up(waiter, long.id, NOW)
    withdraw(people[0], rival.id, NOW - HOUR)
    assert my_state(waiter, rival.id) is WAITING
    outcome = do(cast, ADD, CANCEL)
    assert len(outcome.cancelled) == 2
    slot = fresh(cast.slot)
    assert (slot.state, slot.cancel_reason, slot.revision) == (SlotState.CANCELLED, "校庆", 1)
    assert told("signups.cancelled") == dict.fromkeys([*people, waiter], 1)
    assert told("rescheduling.cancel") == {cast.ou.id: 1}
    assert my_state(waiter, rival.id) is not WAITING
    verbs = Counter(entry.verb for entry in db.session.query(AuditEntry).filter_by(actor_id=cast.gu.id))
    assert (verbs["add day"], verbs["cancel slot"]) == (1, 2)


def test_moving_keeps_the_seats_and_the_time_of_day_and_tells_everyone_once(cast: Cast):
    people = crowd(cast, cast.slot)
    starts_at = cast.slot.starts_at
    outcome = do(cast, ADD, MOVE)
    assert len(outcome.moved) == 1
    slot = fresh(cast.slot)
    assert (slot.starts_at, slot.ends_at) == (starts_at + 2 * DAY, starts_at + 2 * DAY + 2 * HOUR)
    assert [my_state(person, slot.id) for person in people] == [SEATED, SEATED, WAITING]
    assert told("signups.moved") == dict.fromkeys(people, 1)
    assert told("rescheduling.move") == {cast.ou.id: 1}
    assert fresh(cast.sweeping).schedule_revision == 1


def test_what_cannot_be_moved_stays_and_nobody_on_it_is_told(cast: Cast):
    other = make_post(fresh(cast.sweeping), "南岸", capacity=2)
    free = make_slot(other, cast.slot.starts_at + 4 * HOUR)
    there = make_slot(make_post(fresh(cast.sweeping), "西门"), cast.slot.starts_at + 2 * DAY)
    [busy] = crowd(cast, cast.slot, there, count=1)
    outcome = do(cast, ADD, MOVE)
    assert [move.touched.offer.id for move in outcome.moved] == [free.id]
    assert [(s.touched.offer.id, type(s.refusal)) for s in outcome.staying] == [(cast.slot.id, SeatedElsewhere)]
    assert fresh(cast.slot).starts_at == cast.slot.starts_at
    assert not told("signups.moved")
    assert my_state(busy, cast.slot.id) is SEATED


def test_who_signs_up_after_the_look_is_not_moved_unseen(cast: Cast):
    crowd(cast, cast.slot, count=1)
    shown = look(cast.gu.id, ADD, CANCEL, clock.zone(), NOW)
    sign_up(cast.lin.id, cast.slot.id, NOW - HOUR)
    with pytest.raises(PlanChanged):
        carry_out(cast.gu.id, ADD, CANCEL, shown.digest, clock.zone(), NOW)
    assert days() == {}
    assert fresh(cast.slot).state is SlotState.OPEN
    assert not told("signups.cancelled")


def test_a_calendar_that_someone_else_changed_is_not_changed_again(cast: Cast):
    do(cast, ADD, Decision())
    change = Change(changes.remove_day, (TOMORROW, fingerprint(OFF)))
    shown = look(cast.gu.id, change, CANCEL, clock.zone(), NOW)
    do(cast, Change(changes.change_day, (TOMORROW, fingerprint(OFF), Special("运动会", off=True))), Decision())
    with pytest.raises(ChangedMeanwhile):
        carry_out(cast.gu.id, change, CANCEL, shown.digest, clock.zone(), NOW)
    assert fresh(cast.slot).state is SlotState.OPEN


def test_done_twice_it_is_done_once(cast: Cast):
    people, change = crowd(cast, cast.slot), Change(days=(TOMORROW,))
    shown = look(cast.gu.id, change, CANCEL, clock.zone(), NOW)
    carry_out(cast.gu.id, change, CANCEL, shown.digest, clock.zone(), NOW)
    with pytest.raises(PlanChanged):
        carry_out(cast.gu.id, change, CANCEL, shown.digest, clock.zone(), NOW)
    assert told("signups.cancelled") == dict.fromkeys(people, 1)


def test_a_workday_takes_the_slots_of_the_day_it_stands_in_for(cast: Cast):
    term = Span("2026 秋", date(2026, 9, 7), 18)
    do(cast, Change(changes.add_term, (term,)), Decision())
    do(cast, ADD, Decision())
    change = Change(changes.add_day, (LATER, Special("调休上班", acts_as=TOMORROW)))
    assert [slot.offer.id for slot in look(cast.gu.id, change, Decision(), clock.zone(), NOW).kept] == [cast.slot.id]
    do(cast, change, MOVE)
    assert clock.local_day(fresh(cast.slot).starts_at) == LATER


def test_slots_of_several_days_cannot_become_one_days(cast: Cast):
    make_slot(fresh(cast.lake), cast.slot.starts_at + 7 * DAY)
    db.session.commit()
    do(cast, Change(changes.add_term, (Span("2026 秋", date(2026, 9, 7), 18),)), Decision())
    [term] = all_terms()
    change = Change(changes.remove_term, (term.starts_on, fingerprint(term)))
    with pytest.raises(SeveralDays):
        look(cast.gu.id, change, MOVE, clock.zone(), NOW)
    assert len(do(cast, change, CANCEL).cancelled) == 2
    assert all_terms() == []


def test_what_is_over_is_not_touched(cast: Cast):
    past = make_slot(fresh(cast.lake), NOW - HOUR)
    db.session.commit()
    change = Change(changes.add_day, (date(2026, 11, 25), OFF))
    assert look(cast.gu.id, change, Decision(), clock.zone(), NOW).kept == ()
    assert fresh(past).state is SlotState.OPEN


def test_each_activity_is_told_of_its_own(cast: Cast):
    school = make_activity("献血", fresh(cast.school), "blood")
    make_slot(make_post(school, "大厅"), cast.slot.starts_at)
    db.session.commit()
    do(cast, ADD, CANCEL)
    notices = db.session.query(Notice).filter_by(topic="rescheduling.cancel").all()
    assert [(n.member_id, n.params["what"], n.params["slots"]) for n in notices] == [
        (cast.ou.id, "东湖责任区清扫", 1)
    ]  # nobody runs the other


def test_looking_costs_the_same_however_many_slots(cast: Cast, statements):
    crowd(cast, cast.slot, count=2)

    def cost() -> int:
        with statements.count() as sent:
            look(cast.gu.id, ADD, MOVE, clock.zone(), NOW)
        return len(sent)

    few = cost()
    for n in range(20):
        make_slot(make_post(fresh(cast.sweeping), f"岗{n}"), cast.slot.starts_at + timedelta(minutes=n))
    db.session.commit()
    assert cost() == few
