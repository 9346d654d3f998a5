"""Races with real threads for seats that go from one person to another."""

from __future__ import annotations

from collections import Counter

import pytest
import sqlalchemy as sa

from activities.duties.models import Activity
from activities.exchanges.covers import ask_cover, ask_more, take_back, take_over, tell_organizers
from activities.exchanges.ending import end_lost_covers, end_void_swaps
from activities.exchanges.line import decline as decline_turn
from activities.exchanges.line import serve_waiting
from activities.exchanges.models import Cover, CoverTurn, Handover, Swap
from activities.exchanges.swaps import agree, decline, lapse, offer_seat, propose
from activities.exchanges.swaps import take_back as swap_back
from activities.invitations.models import Invitation
from activities.kit.db import db
from activities.kit.refusal import Refusal
from activities.outbox.models import Notice
from activities.signups.models import SignUp
from activities.signups.rules import SignUpState
from activities.signups.service import sign_up, withdraw
from tests.cast import HOUR, NOW
from tests.house.test_races import crowd, race, slot_of, states

SEATED, WAITING, WITHDRAWN = SignUpState.SEATED, SignUpState.WAITING, SignUpState.WITHDRAWN


@pytest.fixture
def people(app, cast):
    return crowd(app, cast, 12)


def sought(app, cast, people, seekers: int, after: float = 48) -> int:
    """A slot of two seats, both taken; of so many who have one cover is wanted."""
    slot = slot_of(app, cast, 2, after=after)
    with app.app_context():
        for person in people[:2]:
            sign_up(person, slot, NOW)
        for person in people[:seekers]:
            ask_cover(person, slot, "", NOW)
    return slot


def worked(results) -> int:
    return sum(not isinstance(result, Refusal) for result in results)


def topics(app, *names: str) -> Counter[str]:
    with app.app_context():
        return Counter(db.session.scalars(sa.select(Notice.topic).where(Notice.topic.in_(names))))


def test_many_takers_for_one_cover_relieve_one(app, cast, people):
    slot = sought(app, cast, people, 1)
    results = race(app, [lambda p=p: take_over(p, slot, NOW) for p in people[2:]])
    assert worked(results) == 1
    assert states(app, slot) == {SEATED: 2, WITHDRAWN: 1}
    assert set(topics(app, "exchanges.covered", "exchanges.took_over").values()) == {1}


def test_many_takers_for_two_covers_relieve_two(app, cast, people):
    slot = sought(app, cast, people, 2)
    results = race(app, [lambda p=p: take_over(p, slot, NOW) for p in people[2:]])
    assert worked(results) == 2
    assert states(app, slot) == {SEATED: 2, WITHDRAWN: 2}
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count(Handover.id))) == 2


def test_taking_over_against_taking_back_and_withdrawing_loses_no_seat(app, cast, people):
    slot = sought(app, cast, people, 2)
    verbs = [lambda: take_back(people[0], slot, NOW), lambda: withdraw(people[1], slot, NOW)]
    race(app, verbs + [lambda p=p: take_over(p, slot, NOW) for p in people[2:6]])
    found = states(app, slot)
    assert found[SEATED] in (1, 2)


def asked(app, slot: int) -> set[int]:
    """Who is or was asked to take over in the slot."""
    with app.app_context():
        return set(db.session.scalars(sa.select(Invitation.member_id).where(Invitation.slot_id == slot)))


def called_off(app) -> Counter[int]:
    with app.app_context():
        return Counter(db.session.scalars(sa.select(Notice.member_id).where(Notice.topic == "exchanges.called_off")))


def test_two_who_take_their_cover_back_at_once_tell_everybody_who_was_asked_once(app, cast, people):
    slot = sought(app, cast, people, 2)
    race(app, [lambda p=p: take_back(p, slot, NOW) for p in people[:2]])
    assert called_off(app) == dict.fromkeys(asked(app, slot), 1)


def test_who_was_asked_is_told_that_nobody_is_wanted_only_where_cover_was_taken_back(app, cast, people):
    slot = sought(app, cast, people, 1)
    outsiders = [person for person in people[2:] if person not in asked(app, slot)][:3]
    back, *_ = race(app, [
        lambda: take_back(people[0], slot, NOW), *(lambda p=p: take_over(p, slot, NOW) for p in outsiders),
    ])  # fmt: skip
    is_back = not isinstance(back, Refusal)
    assert called_off(app) == (dict.fromkeys(asked(app, slot), 1) if is_back else {})


def test_several_workers_tell_once_that_what_was_wanted_is_over(app, cast, people):
    slot, other = sought(app, cast, people, 1), slot_of(app, cast, 1, after=60)
    with app.app_context():
        sign_up(people[2], other, NOW)
        propose(people[1], slot, people[2], other, NOW)
        keen = asked(app, slot)
        for person in people[:2]:
            withdraw(person, slot, NOW)
    race(app, [lambda: end_lost_covers(NOW)] * 4 + [lambda: end_void_swaps(NOW)] * 4)
    assert topics(app, "exchanges.seat_free", "exchanges.called_off") == {"exchanges.seat_free": len(keen)}
    assert topics(app, "exchanges.swap_off") == {"exchanges.swap_off": 1}


def test_nobody_takes_over_two_overlapping_seats(app, cast, people):
    slots = [sought(app, cast, people[2 * n :], 1, after=48 + n / 4) for n in range(2)]
    race(app, [lambda p=p, s=s: take_over(p, s, NOW) for p in people[4:7] for s in slots])
    with app.app_context():
        rows = db.session.scalars(sa.select(SignUp.member_id).where(SignUp.state == SEATED)).all()
    assert max(Counter(rows).values()) == 1


def test_who_waits_comes_first_whoever_presses_first(app, cast, people):
    slot = sought(app, cast, people, 2)
    with app.app_context():
        for person in people[2:4]:
            sign_up(person, slot, NOW, or_wait=True)
    race(app, [lambda: serve_waiting(NOW)] * 2 + [lambda p=p: take_over(p, slot, NOW) for p in people[4:8]])
    with app.app_context():
        seated = sa.select(SignUp.member_id).where(SignUp.slot_id == slot, SignUp.state == SEATED)
        assert set(db.session.scalars(seated)) == set(people[2:4])
    assert topics(app, "exchanges.to_waiting_list") == {"exchanges.to_waiting_list": 2}


def test_two_workers_ask_and_tell_once(app, cast, people):
    slot = sought(app, cast, people, 1)
    with app.app_context():
        before = db.session.scalar(sa.select(sa.func.count(Invitation.id)).where(Invitation.slot_id == slot))
    race(app, [lambda: ask_more(NOW + 25 * HOUR)] * 3 + [lambda: tell_organizers(NOW + 43 * HOUR)] * 3)
    with app.app_context():
        after = db.session.scalar(sa.select(sa.func.count(Invitation.id)).where(Invitation.slot_id == slot))
    assert (before, after) == (5, 10)
    assert topics(app, "exchanges.not_covered") == {"exchanges.not_covered": 1}


def asked_in_line(app, cast, people) -> int:
    """A slot of two seats; of the first who has one cover is wanted, and the first of two who wait is asked."""
    slot = slot_of(app, cast, 2, after=48)
    with app.app_context():
        db.session.execute(sa.update(Activity).values(offer_minutes=60))
        db.session.commit()
        for person in people[:4]:
            sign_up(person, slot, NOW, or_wait=True)
        ask_cover(people[0], slot, "", NOW)
    return slot


def test_accepting_a_turn_against_its_lapse_and_cover_taken_back_has_one_outcome(app, cast, people):
    giver, _other, first, _second, outsider = people[:5]
    slot, late = asked_in_line(app, cast, people), NOW + HOUR
    accepted, back, _, refused, _, _ = race(app, [
        lambda: take_over(first, slot, NOW), lambda: take_back(giver, slot, NOW), lambda: serve_waiting(late),
        lambda: take_over(outsider, slot, NOW), lambda: serve_waiting(late), lambda: ask_more(NOW),
    ])  # fmt: skip
    assert isinstance(refused, Refusal)
    assert worked([accepted, back]) == 1
    with app.app_context():
        seated = set(db.session.scalars(sa.select(SignUp.member_id).where(SignUp.state == SEATED)))
        assert giver in seated if isinstance(accepted, Refusal) else seated >= {first}
        assert len(seated) == 2
        assert len(db.session.scalars(sa.select(Cover).where(Cover.ended_at.is_not(None))).all()) == 1
    assert topics(app, "exchanges.your_turn")["exchanges.your_turn"] <= 2
    assert topics(app, "exchanges.to_waiting_list").total() == (not isinstance(accepted, Refusal))


def test_accepting_a_turn_against_declining_it_and_leaving_seats_one_and_asks_the_next_once(app, cast, people):
    giver, _other, first, second = people[:4]
    slot = asked_in_line(app, cast, people)
    race(app, [
        lambda: take_over(first, slot, NOW), lambda: decline_turn(first, slot, NOW), lambda: serve_waiting(NOW),
        lambda: withdraw(second, slot, NOW), lambda: withdraw(giver, slot, NOW), lambda: serve_waiting(NOW),
    ])  # fmt: skip
    assert states(app, slot)[SEATED] in (1, 2)
    with app.app_context():
        asked = db.session.execute(sa.select(CoverTurn.sign_up_id, sa.func.count()).group_by(CoverTurn.sign_up_id))
        assert all(times == 1 for _, times in asked)
        assert db.session.scalar(sa.select(sa.func.count(Handover.id))) <= 1


# ── swaps ───────────────────────────────────────────────────────────────────


def seated_in(app, cast, people) -> list[int]:
    """A slot of one seat for each person, who has it; an hour apart."""
    slots = [slot_of(app, cast, 1, after=48 + 2 * n) for n in range(len(people))]
    with app.app_context():
        for person, slot in zip(people, slots, strict=True):
            sign_up(person, slot, NOW)
    return slots


def proposal(app, giver, given, taker, wanted) -> int:
    with app.app_context():
        propose(giver, given, taker, wanted, NOW)
        return db.session.scalars(sa.select(Swap.id).order_by(Swap.id.desc())).first() or 0


def holders(app, slots) -> list[int]:
    with app.app_context():
        query = sa.select(SignUp.slot_id, SignUp.member_id).where(SignUp.state == SEATED)
        found = dict(db.session.execute(query).all())
    return [found.get(slot) for slot in slots]


def test_a_swap_that_is_agreed_to_many_times_happens_once(app, cast, people):
    a, b = people[:2]
    slots = seated_in(app, cast, [a, b])
    swap = proposal(app, a, slots[0], b, slots[1])
    assert worked(race(app, [lambda: agree(b, swap, NOW)] * 6)) == 1
    assert holders(app, slots) == [b, a]
    assert topics(app, "exchanges.swapped") == {"exchanges.swapped": 2}


def test_a_swap_against_a_withdrawal_leaves_nobody_with_two_seats_or_a_seat_given_back(app, cast, people):
    a, b = people[:2]
    slots = seated_in(app, cast, [a, b])
    swap = proposal(app, a, slots[0], b, slots[1])
    left, swapped = race(app, [lambda: withdraw(a, slots[0], NOW), lambda: agree(b, swap, NOW)])
    if isinstance(swapped, Refusal):
        assert left is None
        assert holders(app, slots) == [None, b]
    else:
        assert isinstance(left, Refusal)
        assert holders(app, slots) == [b, a]


def test_two_swaps_for_one_seat_happen_once_and_lose_no_seat(app, cast, people):
    """A swaps with B while B swaps with C."""
    a, b, c = people[:3]
    slots = seated_in(app, cast, [a, b, c])
    first = proposal(app, a, slots[0], b, slots[1])
    second = proposal(app, b, slots[1], c, slots[2])
    results = race(app, [lambda: agree(b, first, NOW), lambda: agree(c, second, NOW)])
    assert worked(results) == 1
    assert holders(app, slots) in ([b, a, c], [a, c, b])


def test_the_same_swap_proposed_from_both_sides_at_once_is_proposed_once(app, cast, people):
    a, b = people[:2]
    slots = seated_in(app, cast, [a, b])
    verbs = [lambda: propose(a, slots[0], b, slots[1], NOW), lambda: propose(b, slots[1], a, slots[0], NOW)]
    assert worked(race(app, verbs * 3)) == 1


def test_who_presses_twice_asks_for_cover_once_and_offers_the_seat_once(app, cast, people):
    [slot] = seated_in(app, cast, people[:1])
    assert worked(race(app, [lambda: ask_cover(people[0], slot, "", NOW)] * 4)) == 1
    assert worked(race(app, [lambda: offer_seat(people[0], slot, "", NOW)] * 4)) == 1


def test_agreeing_declining_taking_back_and_lapsing_at_once_have_one_outcome(app, cast, people):
    a, b = people[:2]
    slots = seated_in(app, cast, [a, b])
    swap = proposal(app, a, slots[0], b, slots[1])
    verbs = [lambda: agree(b, swap, NOW), lambda: decline(b, swap, NOW), lambda: swap_back(a, swap, NOW)]
    results = race(app, [*verbs, lambda: lapse(NOW)])
    assert worked(results[:3]) == 1
    assert set(holders(app, slots)) == {a, b}


def test_a_swap_against_cover_of_the_same_seat_hands_it_on_once(app, cast, people):
    a, b, c = people[:3]
    slots = seated_in(app, cast, [a, b])
    with app.app_context():
        ask_cover(a, slots[0], "", NOW)
    swap = proposal(app, a, slots[0], b, slots[1])
    results = race(app, [lambda: agree(b, swap, NOW), lambda: take_over(c, slots[0], NOW)])
    assert worked(results) == 1
    assert holders(app, slots) in ([b, a], [c, b])
