"""Sign up, withdraw, promote."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from activities.audit.models import AuditEntry
from activities.duties.models import Slot
from activities.kit.db import db
from activities.kit.i18n import force_locale
from activities.outbox.letters import filled
from activities.outbox.models import Notice
from activities.outbox.words import WORDS
from activities.people.models import Member
from activities.people.rules import Stages
from activities.signups import queries
from activities.signups.rules import AlreadyIn, Full, SignUpState
from activities.signups.rules_person import WrongStage
from activities.signups.rules_time import Overlaps
from activities.signups.service import sign_up, withdraw
from tests.cast import DAY, HOUR, NOW, make_activity, make_member, make_post, make_slot, my_state

pytestmark = pytest.mark.usefixtures("ctx")
SEATED, WAITING = SignUpState.SEATED, SignUpState.WAITING


def test_a_free_seat_is_taken(cast):
    assert sign_up(cast.lin.id, cast.slot.id, NOW) is SEATED
    assert my_state(cast.lin.id, cast.slot.id) is SEATED


def test_nobody_sits_twice(cast):
    sign_up(cast.lin.id, cast.slot.id, NOW)
    with pytest.raises(AlreadyIn):
        sign_up(cast.lin.id, cast.slot.id, NOW)


def fill(cast) -> None:
    for n in range(cast.slot.capacity):
        extra = make_member(f"x{n}", f"某{n}", cast.first)
        db.session.commit()
        sign_up(extra.id, cast.slot.id, NOW)


def test_a_full_slot_refuses_and_offers_the_waiting_list(cast):
    fill(cast)
    with pytest.raises(Full):
        sign_up(cast.lin.id, cast.slot.id, NOW)
    assert sign_up(cast.lin.id, cast.slot.id, NOW, or_wait=True) is WAITING


def test_who_waits_longest_gets_the_freed_seat(cast):
    fill(cast)
    for waiter in (cast.wang, cast.lin):
        sign_up(waiter.id, cast.slot.id, NOW, or_wait=True)
    first = queries.people_on(cast.slot.id)[0]
    withdraw(first, cast.slot.id, NOW + HOUR * 0)
    assert my_state(cast.wang.id, cast.slot.id) is SEATED
    assert my_state(cast.lin.id, cast.slot.id) is WAITING


def test_a_waiter_with_a_clash_is_passed_over_and_keeps_the_place(cast):
    fill(cast)
    sign_up(cast.wang.id, cast.slot.id, NOW, or_wait=True)
    sign_up(cast.lin.id, cast.slot.id, NOW, or_wait=True)
    rival = make_slot(make_post(cast.sweeping, "南岸"), cast.slot.starts_at)
    db.session.commit()
    sign_up(cast.wang.id, rival.id, NOW)
    withdraw(queries.people_on(cast.slot.id)[0], cast.slot.id, NOW)
    assert my_state(cast.lin.id, cast.slot.id) is SEATED
    assert my_state(cast.wang.id, cast.slot.id) is WAITING


def test_a_waiter_whose_clash_is_gone_comes_before_who_arrives(cast):
    fill(cast)
    sign_up(cast.wang.id, cast.slot.id, NOW, or_wait=True)
    rival = make_slot(make_post(cast.sweeping, "南岸"), cast.slot.starts_at)
    db.session.commit()
    sign_up(cast.wang.id, rival.id, NOW)
    withdraw(queries.people_on(cast.slot.id)[0], cast.slot.id, NOW)
    withdraw(cast.wang.id, rival.id, NOW)
    assert my_state(cast.wang.id, cast.slot.id) is SEATED
    with pytest.raises(Full):
        sign_up(cast.lin.id, cast.slot.id, NOW)


def test_who_presses_twice_on_the_last_seat_is_told_that_it_is_theirs(cast):
    last = make_slot(make_post(cast.sweeping, "西岸", capacity=1), NOW + 3 * DAY)
    db.session.commit()
    sign_up(cast.lin.id, last.id, NOW)
    with pytest.raises(AlreadyIn):
        sign_up(cast.lin.id, last.id, NOW)


def test_a_refusal_does_not_take_back_who_was_seated_before_it(cast):
    """Something stood in a waiter's way and has gone without a word: the next to press finds the seat given away."""
    fill(cast)
    sign_up(cast.wang.id, cast.slot.id, NOW, or_wait=True)
    rival = make_slot(make_post(cast.sweeping, "南岸"), cast.slot.starts_at)
    db.session.commit()
    sign_up(cast.wang.id, rival.id, NOW)
    withdraw(queries.people_on(cast.slot.id)[0], cast.slot.id, NOW)
    db.session.execute(sa.update(Slot).where(Slot.id == rival.id).values(state="cancelled"))
    db.session.commit()
    with pytest.raises(Full):
        sign_up(cast.lin.id, cast.slot.id, NOW)
    assert my_state(cast.wang.id, cast.slot.id) is SEATED


def test_who_has_left_the_school_is_passed_over(cast):
    fill(cast)
    for waiter in (cast.wang, cast.lin):
        sign_up(waiter.id, cast.slot.id, NOW, or_wait=True)
    db.session.execute(sa.update(Member).where(Member.id == cast.wang.id).values(active=False))
    db.session.commit()
    withdraw(queries.people_on(cast.slot.id)[0], cast.slot.id, NOW)
    assert my_state(cast.lin.id, cast.slot.id) is SEATED


def test_overlapping_slots_are_refused_by_name(cast):
    sign_up(cast.lin.id, cast.slot.id, NOW)
    other = make_slot(make_post(make_activity("关灯", cast.first, "energy"), "301"), cast.slot.starts_at + HOUR)
    db.session.commit()
    with pytest.raises(Overlaps) as refused:
        sign_up(cast.lin.id, other.id, NOW)
    assert refused.value.name == "东湖责任区清扫·东湖北岸"


def test_eligibility_is_asked_of_the_activity(cast):
    only = make_activity("学习", cast.first, "study", stages=Stages.FULL)
    slot = make_slot(make_post(only, "A101"), NOW + 2 * DAY)
    db.session.commit()
    with pytest.raises(WrongStage):
        sign_up(cast.wang.id, slot.id, NOW)


def test_every_change_leaves_a_trail_and_a_notice(cast):
    sign_up(cast.lin.id, cast.slot.id, NOW)
    withdraw(cast.lin.id, cast.slot.id, NOW)
    assert [e.verb for e in db.session.query(AuditEntry).order_by(AuditEntry.id)] == ["sign up", "withdraw"]
    assert [n.topic for n in db.session.query(Notice).order_by(Notice.id)] == ["signups.seated", "signups.withdrew"]


def test_a_refusal_of_a_plainly_full_slot_writes_and_locks_nothing(cast, statements):
    fill(cast)
    with statements.count() as sent, pytest.raises(Full):
        sign_up(cast.lin.id, cast.slot.id, NOW)
    assert not [s for s in sent if not s.startswith("SELECT") or "FOR UPDATE" in s]


def test_the_counters_agree_with_the_rows(cast):
    fill(cast)
    sign_up(cast.lin.id, cast.slot.id, NOW, or_wait=True)
    slot = db.session.get(Slot, cast.slot.id, populate_existing=True)
    assert (slot.taken, slot.waiting) == (2, 1)


def test_who_gets_a_seat_too_late_to_withdraw_reads_to_ask_for_cover(ctx, cast):
    last = cast.slot.starts_at - cast.sweeping.withdraw_minutes * HOUR / 60
    for member, now, expected in (
        (cast.lin, last, "please withdraw in time"), (cast.wang, last + HOUR, "ask for cover")
    ):  # fmt: skip
        sign_up(member.id, cast.slot.id, now)
        notice = db.session.scalars(sa.select(Notice).where(Notice.member_id == member.id)).one()
        with force_locale("en"):
            assert expected in filled(WORDS[notice.topic], notice.params)[1]
