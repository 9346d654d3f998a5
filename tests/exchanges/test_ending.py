"""What becomes of a search for cover or a proposal to swap whose seat is given back, or whose slot is cancelled or
moved: whoever was asked is told, once, and asked for what is still of use."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from activities.duties.models import Activity, Slot
from activities.exchanges import line, queries, swap_queries
from activities.exchanges.covers import ask_cover, take_over
from activities.exchanges.ending import end_lost_covers, end_void_swaps
from activities.exchanges.models import Cover, Swap
from activities.exchanges.rules import CoverEnd, NoCoverWanted, SwapEnd, SwapOver
from activities.exchanges.swaps import agree, propose, take_back
from activities.invitations import queries as invitations
from activities.invitations.service import decline
from activities.kit.db import db
from activities.leaves.models import Leave
from activities.leaves.rules import Answer
from activities.leaves.service import answer
from activities.leaves.service import ask as ask_leave
from activities.signups.leaving import deactivate
from activities.signups.models import SignUp
from activities.signups.organize import cancel_slot, edit_slot
from activities.signups.rules import SignUpState
from activities.signups.service import sign_up, withdraw
from tests.cast import HOUR, NOW, make_slot, my_state
from tests.exchanges.conftest import counters, told

ASKED, FREE, OFF = "exchanges.wanted", "exchanges.seat_free", "exchanges.called_off"
SEATED, WITHDRAWN = SignUpState.SEATED, SignUpState.WITHDRAWN


@pytest.fixture
def early(shift) -> None:
    """One may still withdraw."""
    db.session.execute(sa.update(Activity).values(withdraw_minutes=0))
    db.session.commit()


def ended() -> None:
    """The job runs, twice."""
    for _ in range(2):
        end_lost_covers(NOW), end_void_swaps(NOW)


def how() -> list[CoverEnd | None]:
    return list(db.session.scalars(sa.select(Cover.how).order_by(Cover.id)))


# ── cover ───────────────────────────────────────────────────────────────────


def test_who_was_asked_is_told_that_the_seat_is_free_and_may_sign_up(shift, early):
    ask_cover(shift.lin, shift.slot, "考试", NOW)
    decline(shift.ma, shift.slot, NOW)
    withdraw(shift.lin, shift.slot, NOW)
    ended()
    assert told(shift.wang) == [ASKED, FREE]
    assert told(shift.ma) == [ASKED]  # has answered
    assert how() == [CoverEnd.SEAT_GONE]
    with pytest.raises(NoCoverWanted):
        take_over(shift.wang, shift.slot, NOW)
    assert [one.id for one in invitations.asked_of(shift.wang, NOW)] == [shift.slot]
    assert queries.asked_of(shift.wang, NOW) == []
    assert sign_up(shift.wang, shift.slot, NOW) is SEATED
    assert invitations.asked_of(shift.wang, NOW) == []


def test_leave_that_is_granted_frees_the_seat_too(shift, cast):
    ask_cover(shift.lin, shift.slot, "考试", NOW)
    ask_leave(shift.lin, shift.slot, "发烧", NOW)
    answer(cast.ou.id, db.session.scalars(sa.select(Leave.id)).one(), Answer.ACCEPTED, "", NOW)
    ended()
    assert told(shift.wang) == [ASKED, FREE]


def test_the_seat_of_who_left_the_school_is_free_too(shift, cast):
    ask_cover(shift.lin, shift.slot, "考试", NOW)
    deactivate(cast.gu.id, shift.lin, NOW)
    ended()
    assert told(shift.wang) == [ASKED, FREE]


def test_who_cannot_sign_up_by_now_has_nothing_to_answer(shift, early, cast):
    ask_cover(shift.lin, shift.slot, "考试", NOW)
    other = make_slot(cast.lake, NOW + 5.5 * HOUR)
    db.session.commit()
    sign_up(shift.wang, other.id, NOW)
    withdraw(shift.lin, shift.slot, NOW)
    ended()
    assert told(shift.wang) == [ASKED, OFF]
    assert told(shift.ma) == [ASKED, FREE]
    assert invitations.asked_of(shift.wang, NOW) == []


def test_where_sign_up_has_closed_nobody_has_anything_to_answer(shift, early):
    ask_cover(shift.lin, shift.slot, "考试", NOW)
    db.session.execute(sa.update(Activity).values(sign_up_closes_at=NOW))
    db.session.commit()
    withdraw(shift.lin, shift.slot, NOW)
    ended()
    assert told(shift.wang) == told(shift.ma) == [ASKED, OFF]


def test_who_waits_gets_the_seat_and_nobody_else_has_anything_to_answer(shift, early, cast):
    ask_cover(shift.lin, shift.slot, "考试", NOW)
    sign_up(shift.ma, shift.slot, NOW, or_wait=True)
    withdraw(shift.lin, shift.slot, NOW)
    ended()
    assert my_state(shift.ma, shift.slot) is SEATED
    assert told(shift.ma) == [ASKED, "signups.waiting", "signups.promoted"]
    assert told(shift.wang) == [ASKED, OFF]
    assert counters(shift.slot) == (1, 0)


def test_whose_turn_it_was_is_offered_the_free_seat_and_told_nothing_else(shift, early):
    db.session.execute(sa.update(Activity).values(offer_minutes=60))
    db.session.commit()
    for who in (shift.wang, shift.ma):
        sign_up(who, shift.slot, NOW, or_wait=True)
    ask_cover(shift.lin, shift.slot, "考试", NOW)
    withdraw(shift.lin, shift.slot, NOW)
    ended()
    assert told(shift.wang) == ["signups.waiting", "exchanges.your_turn", "signups.offered"]
    assert told(shift.ma) == ["signups.waiting"]


def test_whose_turn_it_was_is_told_where_somebody_before_them_gets_the_seat(shift, early):
    """Who let a turn pass keeps the place, and comes first for a seat that is free."""
    db.session.execute(sa.update(Activity).values(offer_minutes=60))
    db.session.commit()
    for who in (shift.wang, shift.ma):
        sign_up(who, shift.slot, NOW, or_wait=True)
    ask_cover(shift.lin, shift.slot, "考试", NOW)
    line.decline(shift.wang, shift.slot, NOW)
    withdraw(shift.lin, shift.slot, NOW)
    ended()
    assert told(shift.wang)[-1] == "signups.offered"
    assert told(shift.ma) == ["signups.waiting", "exchanges.your_turn", "exchanges.turn_over"]


def test_a_slot_that_is_cancelled_needs_nobody(shift, cast):
    ask_cover(shift.lin, shift.slot, "考试", NOW)
    cancel_slot(cast.ou.id, shift.slot, "下雨", NOW)
    ended()
    assert told(shift.wang) == [ASKED, OFF]
    assert told(shift.lin) == ["signups.cancelled"]


def test_as_long_as_somebody_else_looks_for_cover_they_stay_asked(shift, early):
    db.session.execute(sa.update(Slot).where(Slot.id == shift.slot).values(capacity=2))
    db.session.commit()
    sign_up(shift.ma, shift.slot, NOW)
    for who in (shift.ma, shift.lin):
        ask_cover(who, shift.slot, "", NOW)
    withdraw(shift.ma, shift.slot, NOW)
    ended()
    assert told(shift.wang) == [ASKED]
    assert [one.giver_id for one in queries.wanted_in(shift.slot, NOW)] == [shift.lin]


def test_once_it_has_begun_nobody_is_told_anything(shift, early):
    ask_cover(shift.lin, shift.slot, "", NOW)
    withdraw(shift.lin, shift.slot, NOW)
    end_lost_covers(NOW + 5 * HOUR)
    assert told(shift.wang) == [ASKED]


def test_as_long_as_the_seat_is_held_nothing_ends(shift):
    ask_cover(shift.lin, shift.slot, "", NOW)
    ended()
    assert how() == [None]
    assert told(shift.wang) == [ASKED]


# ── swap ────────────────────────────────────────────────────────────────────


@pytest.fixture
def swap(shift, early, cast) -> int:
    """Lin would swap the seat for one that Wang has three hours later."""
    later = make_slot(cast.lake, NOW + 8 * HOUR, capacity=1).id
    db.session.commit()
    sign_up(shift.wang, later, NOW)
    propose(shift.lin, shift.slot, shift.wang, later, NOW)
    return db.session.scalars(sa.select(Swap.id)).one()


def what_became(swap: int) -> SwapEnd | None:
    return db.session.get_one(Swap, swap, populate_existing=True).how


@pytest.mark.parametrize("who", ["lin", "wang"])
def test_who_keeps_their_seat_is_told_that_nothing_comes_of_the_swap(shift, swap, who):
    gone, kept = (shift.lin, shift.wang) if who == "lin" else (shift.wang, shift.lin)
    slot = db.session.scalars(
        sa.select(SignUp.slot_id).where(SignUp.member_id == gone, SignUp.state != WITHDRAWN)
    ).one()
    withdraw(gone, slot, NOW)
    ended()
    assert told(kept)[-1] == "exchanges.swap_off"
    assert "exchanges.swap_off" not in told(gone)
    assert what_became(swap) is SwapEnd.SEAT_GONE
    with pytest.raises(SwapOver):
        agree(shift.wang, swap, NOW)
    assert swap_queries.asked_of(shift.wang, NOW) == 0


def test_both_are_told_where_a_slot_has_moved(shift, swap, cast):
    slot = db.session.get_one(Slot, shift.slot, populate_existing=True)
    edit_slot(cast.ou.id, slot.id, slot.revision, NOW + 6 * HOUR, NOW + 7 * HOUR, 1, NOW)
    ended()
    assert told(shift.lin)[-2:] == ["signups.moved", "exchanges.swap_off"]
    assert told(shift.wang) == ["exchanges.swap_proposed", "exchanges.swap_off"]


def test_who_takes_a_proposal_back_tells_who_was_asked(shift, swap):
    take_back(shift.lin, swap, NOW)
    ended()
    assert told(shift.wang) == ["exchanges.swap_proposed", "exchanges.swap_off"]
    assert told(shift.lin) == []


def test_a_proposal_between_seats_that_are_held_stands(shift, swap):
    ended()
    assert what_became(swap) is None
    assert told(shift.wang) == ["exchanges.swap_proposed"]
