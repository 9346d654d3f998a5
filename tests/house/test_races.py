"""Races with real threads on the real database: no oversell, no lost sign-up, fair order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from threading import Barrier, Thread
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from activities.duties.models import Slot
from activities.kit.db import db
from activities.kit.refusal import Refusal
from activities.people.models import Member
from activities.people.rules import Stage, Standing
from activities.signups.models import SignUp
from activities.signups.rules import SignUpState
from activities.signups.service import sign_up, withdraw
from tests.cast import HOUR, NOW, Cast, make_post, make_slot

SEATED, WAITING, WITHDRAWN = SignUpState.SEATED, SignUpState.WAITING, SignUpState.WITHDRAWN


def race(app: Flask, verbs: Sequence[Callable[[], Any]], threads: int = 20) -> list[Any]:
    """Run the verbs in threads that start at once; return each one's result or exception, in the verbs' order."""
    results: list[Any] = [None] * len(verbs)
    barrier = Barrier(min(threads, len(verbs)))

    def work(first: int) -> None:
        barrier.wait()
        for n in range(first, len(verbs), barrier.parties):
            with app.app_context():
                try:
                    results[n] = verbs[n]()
                except Exception as error:
                    results[n] = error

    crew = [Thread(target=work, args=(n,)) for n in range(barrier.parties)]
    for one in crew:
        one.start()
    for one in crew:
        one.join()
    unexpected = [r for r in results if isinstance(r, Exception) and not isinstance(r, Refusal)]
    assert not unexpected, unexpected[:3]
    return results


def crowd(app: Flask, cast: Cast, size: int) -> list[int]:
    with app.app_context():
        values = {"unit": cast.first, "stage": Stage.FULL, "standing": Standing.STUDENT, "created_at": NOW}
        members = [Member(number=f"r{n}", name=f"同学{n}", **values) for n in range(size)]
        db.session.add_all(members)
        db.session.commit()
        return [member.id for member in members]


def slot_of(app: Flask, cast: Cast, capacity: int, after: float = 48) -> int:
    with app.app_context():
        slot = make_slot(make_post(cast.sweeping, f"岗{capacity}-{after}", capacity=capacity), NOW + after * HOUR)
        db.session.commit()
        return slot.id


def states(app: Flask, slot_id: int) -> Counter[SignUpState]:
    with app.app_context():
        rows = db.session.scalars(sa.select(SignUp.state).where(SignUp.slot_id == slot_id)).all()
        slot = db.session.get(Slot, slot_id, populate_existing=True)
        found = Counter(rows)
        held = found[SEATED] + found[SignUpState.OFFERED] + slot.gathered
        assert (slot.taken, slot.waiting) == (held, found[WAITING])
        return found


def line(app: Flask, slot_id: int) -> list[SignUpState]:
    """The states in the order of the tickets, which is that in which the rows were written: nobody overtook."""
    with app.app_context():
        query = (
            sa.select(SignUp.id, SignUp.ticket, SignUp.state).where(SignUp.slot_id == slot_id).order_by(SignUp.ticket)
        )
        ids, tickets, found = zip(*db.session.execute(query), strict=True)
    assert list(ids) == sorted(ids)
    assert list(tickets) == list(range(1, len(tickets) + 1))
    return list(found)


def test_twenty_threads_for_three_seats_seat_three(app, cast):
    slot, people = slot_of(app, cast, 3), crowd(app, cast, 20)
    race(app, [lambda p=p: sign_up(p, slot, NOW) for p in people])
    assert states(app, slot) == {SEATED: 3}


def test_six_hundred_at_once_fill_a_hundred_seats_and_the_rest_wait_in_the_order_of_acceptance(app, cast):
    slot, people = slot_of(app, cast, 100), crowd(app, cast, 600)
    race(app, [lambda p=p: sign_up(p, slot, NOW, or_wait=True) for p in people], threads=8)
    assert states(app, slot) == {SEATED: 100, WAITING: 500}
    assert line(app, slot) == [SEATED] * 100 + [WAITING] * 500


def test_one_person_pressing_twice_sits_once(app, cast):
    slot, (person,) = slot_of(app, cast, 5), crowd(app, cast, 1)
    results = race(app, [lambda: sign_up(person, slot, NOW, or_wait=True)] * 10)
    assert [r for r in results if not isinstance(r, Refusal)] == [SEATED]
    assert states(app, slot) == {SEATED: 1}


def test_nobody_gets_two_overlapping_seats_at_once(app, cast):
    slots = [slot_of(app, cast, 20, after=48 + n / 4) for n in range(4)]
    people = crowd(app, cast, 6)
    race(app, [lambda p=p, s=s: sign_up(p, s, NOW) for p in people for s in slots])
    assert sum(states(app, slot)[SEATED] for slot in slots) == len(people)


def test_withdrawals_and_arrivals_at_once_lose_no_seat_and_no_place(app, cast):
    slot, people = slot_of(app, cast, 5), crowd(app, cast, 30)
    with app.app_context():
        for person in people[:15]:
            sign_up(person, slot, NOW, or_wait=True)
    leaving = [lambda p=p: withdraw(p, slot, NOW) for p in people[:8]]
    coming = [lambda p=p: sign_up(p, slot, NOW, or_wait=True) for p in people[15:]]
    race(app, [verb for pair in zip(leaving, coming, strict=False) for verb in pair] + coming[8:])
    assert states(app, slot) == {SEATED: 5, WAITING: 17, WITHDRAWN: 8}


def test_promotion_never_makes_an_overlap(app, cast):
    """Waiters of one slot take an overlapping one while seats of the first come free."""
    first, second = slot_of(app, cast, 3), slot_of(app, cast, 20, after=48.5)
    people = crowd(app, cast, 12)
    with app.app_context():
        for person in people:
            sign_up(person, first, NOW, or_wait=True)
    leaving = [lambda p=p: withdraw(p, first, NOW) for p in people[:3]]
    crossing = [lambda p=p: sign_up(p, second, NOW) for p in people[3:]]
    race(app, [verb for pair in zip(leaving, crossing, strict=False) for verb in pair] + crossing[3:])
    with app.app_context():
        rows = db.session.scalars(sa.select(SignUp.member_id).where(SignUp.state == SEATED)).all()
    assert max(Counter(rows).values()) == 1


def test_the_database_itself_refuses_one_seat_too_many(app, cast):
    slot = slot_of(app, cast, 3)
    with app.app_context(), pytest.raises(sa.exc.IntegrityError):
        db.session.execute(sa.update(Slot).where(Slot.id == slot).values(taken=4))


def test_the_database_itself_refuses_a_second_active_sign_up(app, cast):
    slot, (person,) = slot_of(app, cast, 3), crowd(app, cast, 1)
    values = {"slot_id": slot, "member_id": person, "signed_up_at": NOW, "changed_at": NOW, "revision": 0}
    with app.app_context():
        db.session.execute(sa.insert(SignUp).values(state=SEATED, ticket=1, **values))
        with pytest.raises(sa.exc.IntegrityError):
            db.session.execute(sa.insert(SignUp).values(state=WAITING, ticket=2, **values))
