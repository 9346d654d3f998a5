"""Offers: a freed seat is held for who waits longest, until they accept it, decline it or let it lapse."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from activities.audit.models import AuditEntry
from activities.duties.models import Slot
from activities.kit.db import db
from activities.outbox.models import Notice
from activities.signups import queries
from activities.signups.models import SignUp
from activities.signups.organize import cancel_slot
from activities.signups.rules import AlreadyOffered, SignUpState
from activities.signups.rules_offered import NotOffered, OfferOver
from activities.signups.service import accept, lapse_offers, sign_up, withdraw
from tests.cast import DAY, HOUR, NOW, make_member, make_slot, my_state

SEATED, OFFERED, WAITING = SignUpState.SEATED, SignUpState.OFFERED, SignUpState.WAITING


@pytest.fixture
def line(ctx, cast):
    """A slot of one seat in three days, which Lin has and for which Wang and Ma wait; seats are held for 12 hours."""
    cast.sweeping.offer_minutes = 12 * 60
    ma = make_member("2301003", "马跃", cast.first)
    slot = make_slot(cast.lake, NOW + 3 * DAY, capacity=1)
    db.session.commit()
    sign_up(cast.lin.id, slot.id, NOW)
    sign_up(cast.wang.id, slot.id, NOW, or_wait=True)
    sign_up(ma.id, slot.id, NOW, or_wait=True)
    return cast.lin.id, cast.wang.id, ma.id, slot.id


def told(member_id: int) -> list[str]:
    topics = sa.select(Notice.topic).where(Notice.member_id == member_id).order_by(Notice.id)
    return [topic.removeprefix("signups.") for topic in db.session.scalars(topics)]


def counters(slot_id: int) -> tuple[int, int]:
    slot = db.session.get_one(Slot, slot_id, populate_existing=True)
    return slot.taken, slot.waiting


def test_a_freed_seat_is_held_for_who_waits_longest(line):
    lin, wang, ma, slot = line
    withdraw(lin, slot, NOW + HOUR)
    assert [my_state(who, slot) for who in (wang, ma)] == [OFFERED, WAITING]
    assert counters(slot) == (1, 1)
    held = db.session.scalar(sa.select(SignUp.offered_until).where(SignUp.member_id == wang))
    assert held == NOW + 13 * HOUR
    assert told(wang) == ["waiting", "offered"]


def test_a_held_seat_is_taken_for_everyone_else(line, cast):
    lin, wang, _, slot = line
    withdraw(lin, slot, NOW + HOUR)
    assert sign_up(lin, slot, NOW + HOUR, or_wait=True) is WAITING
    with pytest.raises(AlreadyOffered):
        sign_up(wang, slot, NOW + HOUR)


def test_who_accepts_has_the_seat(line):
    lin, wang, _, slot = line
    withdraw(lin, slot, NOW + HOUR)
    accept(wang, slot, NOW + 2 * HOUR)
    assert my_state(wang, slot) is SEATED
    assert counters(slot) == (1, 1)
    assert told(wang) == ["waiting", "offered", "seated"]
    verbs = sa.select(AuditEntry.verb).where(AuditEntry.subject == "sign_up").order_by(AuditEntry.id)
    assert list(db.session.scalars(verbs))[-3:] == ["withdraw", "promote", "accept"]


def test_accepting_works_once(line):
    lin, wang, _, slot = line
    withdraw(lin, slot, NOW + HOUR)
    accept(wang, slot, NOW + 2 * HOUR)
    with pytest.raises(NotOffered):
        accept(wang, slot, NOW + 2 * HOUR)


def test_who_declines_lets_the_next_have_it(line):
    lin, wang, ma, slot = line
    withdraw(lin, slot, NOW + HOUR)
    withdraw(wang, slot, NOW + 2 * HOUR)
    assert [my_state(who, slot) for who in (wang, ma)] == [None, OFFERED]
    assert counters(slot) == (1, 0)


def test_an_offer_lapses_and_the_next_is_asked(line):
    lin, wang, ma, slot = line
    withdraw(lin, slot, NOW + HOUR)
    lapse_offers(NOW + 13 * HOUR)
    assert [my_state(who, slot) for who in (wang, ma)] == [None, OFFERED]
    assert told(wang) == ["waiting", "offered", "lapsed"]
    lapse_offers(NOW + 13 * HOUR)
    assert [my_state(who, slot) for who in (wang, ma)] == [None, OFFERED]


def test_an_offer_of_a_slot_that_is_cancelled_meanwhile_does_not_lapse(line, cast, monkeypatch):
    """Between looking which offers are over and locking their slots."""
    lin, wang, _, slot = line
    withdraw(lin, slot, NOW + HOUR)
    late, read = NOW + 13 * HOUR, queries.slots_with_lapsed_offers

    def then_cancelled(now):
        found = read(now)
        cancel_slot(cast.ou.id, slot, "暴雨", now)
        return found

    monkeypatch.setattr(queries, "slots_with_lapsed_offers", then_cancelled)
    lapse_offers(late)
    assert told(wang) == ["waiting", "offered", "cancelled"]


def test_an_offer_that_is_over_cannot_be_accepted(line):
    lin, wang, _, slot = line
    withdraw(lin, slot, NOW + HOUR)
    with pytest.raises(OfferOver):
        accept(wang, slot, NOW + 13 * HOUR)


@pytest.mark.parametrize(("wish", "expected"), [(True, SEATED), (False, OFFERED)])
def test_when_the_slot_is_near_who_wished_so_is_seated_without_being_asked(ctx, cast, wish, expected):
    cast.sweeping.offer_minutes, cast.sweeping.withdraw_minutes = 12 * 60, 0
    slot = make_slot(cast.lake, NOW + 5 * HOUR, capacity=1)
    db.session.commit()
    sign_up(cast.lin.id, slot.id, NOW)
    sign_up(cast.wang.id, slot.id, NOW, or_wait=True, at_once=wish)
    withdraw(cast.lin.id, slot.id, NOW)
    assert my_state(cast.wang.id, slot.id) is expected


def test_a_held_seat_takes_its_persons_time(line, cast):
    lin, wang, _, slot = line
    withdraw(lin, slot, NOW + HOUR)
    other = make_slot(cast.lake, NOW + 3 * DAY + HOUR / 2)
    db.session.commit()
    with pytest.raises(Exception, match="overlaps"):
        sign_up(wang, other.id, NOW + HOUR)
