"""Swap: two who have agreed exchange their seats, after all rules hold for both."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
import sqlalchemy as sa

from activities.audit.models import AuditEntry
from activities.duties.models import Activity, Slot
from activities.exchanges import queries, swap_queries
from activities.exchanges.covers import ask_cover
from activities.exchanges.models import Cover, Handover, Swap
from activities.exchanges.rules import (
    CoverEnd,
    NotOnOffer,
    OtherCannot,
    SeatGone,
    SlotMoved,
    SwapEnd,
    SwapOffered,
    SwapOver,
    SwapProposed,
    WaitsThere,
    Way,
)
from activities.exchanges.swaps import agree, decline, lapse, offer_seat, propose, take_back, take_offer_back
from activities.kit.db import db
from activities.kit.refusal import NotFound
from activities.people.models import Member
from activities.people.rules import Stage, Stages
from activities.signups.models import SignUp
from activities.signups.organize import cancel_slot, edit_slot
from activities.signups.rules import AlreadyIn, SignUpState, SlotCancelled
from activities.signups.rules_leaving import NotIn
from activities.signups.rules_soft import Consent, RisksNotRead
from activities.signups.rules_time import Overlaps
from activities.signups.service import sign_up, withdraw
from tests.cast import DAY, HOUR, NOW, make_activity, make_member, make_post, make_slot, my_state
from tests.exchanges.conftest import counters, told
from tests.exchanges.test_covers import sequence

SEATED, WAITING = SignUpState.SEATED, SignUpState.WAITING


@dataclass(frozen=True)
class Two:
    """Lin has the only seat of the first slot, Wang that of the second; both start within the day."""

    first: int
    second: int
    lin: int
    wang: int
    ma: int


@pytest.fixture
def two(ctx, cast) -> Two:
    ma = make_member("2301003", "马跃", cast.first)
    first, second = (make_slot(cast.lake, NOW + hours * HOUR, capacity=1) for hours in (5, 8))
    db.session.commit()
    sign_up(cast.lin.id, first.id, NOW - DAY)
    sign_up(cast.wang.id, second.id, NOW - DAY)
    return Two(first.id, second.id, cast.lin.id, cast.wang.id, ma.id)


def proposed(two: Two) -> int:
    propose(two.lin, two.first, two.wang, two.second, NOW)
    return db.session.scalars(sa.select(Swap.id).order_by(Swap.id.desc())).first() or 0


def holders(two: Two) -> list[list[int]]:
    """Who has a seat in each slot."""
    return [
        list(db.session.scalars(sa.select(SignUp.member_id).where(SignUp.slot_id == slot, SignUp.state == SEATED)))
        for slot in (two.first, two.second)
    ]


def how() -> list[SwapEnd | None]:
    return list(db.session.scalars(sa.select(Swap.how).order_by(Swap.id)))


# ── agreeing ────────────────────────────────────────────────────────────────


def test_once_both_have_agreed_each_has_the_others_seat(two):
    swap = proposed(two)
    assert holders(two) == [[two.lin], [two.wang]]
    agree(two.wang, swap, NOW + HOUR)
    assert holders(two) == [[two.wang], [two.lin]]
    assert [counters(slot) for slot in (two.first, two.second)] == [(1, 0), (1, 0)]
    assert how() == [SwapEnd.AGREED]


def test_each_is_told_once(two):
    agree(two.wang, proposed(two), NOW + HOUR)
    assert told(two.lin) == ["exchanges.swapped"]
    assert told(two.wang) == ["exchanges.swap_proposed", "exchanges.swapped"]


def test_each_change_leaves_one_entry_and_the_record_stays(two):
    swap = proposed(two)
    before = db.session.scalar(sa.select(sa.func.max(AuditEntry.id)))
    agree(two.wang, swap, NOW + HOUR)
    entries = sa.select(AuditEntry.verb, AuditEntry.reason).where(AuditEntry.id > before).order_by(AuditEntry.id)
    assert db.session.execute(entries).all() == [("withdraw", "swap"), ("take over", "")] * 2
    kept = db.session.execute(sa.select(Handover.slot_id, Handover.way, Handover.at)).all()
    assert set(kept) == {(slot, Way.SWAP, NOW + HOUR) for slot in (two.first, two.second)}
    assert [before.name for before in queries.before(two.first).values()] == ["林可欣"]


def test_it_works_once(two):
    swap = proposed(two)
    agree(two.wang, swap, NOW)
    with pytest.raises((SwapOver, SeatGone)):
        agree(two.wang, swap, NOW)


def test_slots_that_overlap_can_be_swapped(two):
    db.session.execute(sa.update(Slot).where(Slot.id == two.second).values(
        starts_at=NOW + 5.5 * HOUR, ends_at=NOW + 6.5 * HOUR
    ))  # fmt: skip
    db.session.commit()
    agree(two.wang, proposed(two), NOW)
    assert holders(two) == [[two.wang], [two.lin]]


def test_another_duty_at_the_time_of_the_seat_still_stands_in_the_way(two, cast):
    """A slot that was moved may lie over another seat: to give one of the two frees nobody from the other."""
    beside = make_slot(make_post(db.session.get_one(Activity, cast.sweeping.id), "南岸"), NOW + 12 * HOUR)
    db.session.commit()
    sign_up(two.lin, beside.id, NOW - DAY)
    at = {"starts_at": NOW + 5 * HOUR, "ends_at": NOW + 6 * HOUR}
    db.session.execute(sa.update(Slot).where(Slot.id == beside.id).values(**at))
    moved = {"starts_at": NOW + 5.5 * HOUR, "ends_at": NOW + 6.5 * HOUR}
    db.session.execute(sa.update(Slot).where(Slot.id == two.second).values(**moved))
    db.session.commit()
    with pytest.raises(Overlaps):
        proposed(two)


def test_the_feeds_follow_and_a_sequence_never_falls(two):
    first = sequence(two.lin, two.first)
    agree(two.wang, proposed(two), NOW)
    assert (sequence(two.lin, two.first), sequence(two.wang, two.second)) == (None, None)
    propose(two.lin, two.second, two.wang, two.first, NOW)
    agree(two.wang, db.session.scalars(sa.select(Swap.id).order_by(Swap.id.desc())).first() or 0, NOW)
    again = sequence(two.lin, two.first)
    assert first is not None
    assert again is not None
    assert again > first


def test_who_is_free_again_is_seated_where_a_seat_was_free_but_clashed(two, cast):
    """Lin waits for a slot that overlaps the first, in which a seat comes free meanwhile."""
    third = make_slot(make_post(cast.sweeping, "南岸"), NOW + 5.5 * HOUR, capacity=1)
    db.session.commit()
    sign_up(two.ma, third.id, NOW)
    db.session.execute(sa.insert(SignUp), [{
        "slot_id": third.id, "member_id": two.lin, "state": WAITING, "ticket": 2, "signed_up_at": NOW,
        "changed_at": NOW,
    }])  # fmt: skip
    db.session.execute(sa.update(Slot).where(Slot.id == third.id).values(waiting=1, tickets=2, capacity=2))
    db.session.commit()
    agree(two.wang, proposed(two), NOW)
    assert my_state(two.lin, third.id) is SEATED


# ── what speaks against it ──────────────────────────────────────────────────


def test_only_who_was_asked_answers_and_only_who_has_asked_takes_it_back(two):
    swap = proposed(two)
    for verb in (agree, decline):
        for who in (two.lin, two.ma):
            with pytest.raises(NotFound):
                verb(who, swap, NOW)
    with pytest.raises(NotFound):
        take_back(two.wang, swap, NOW)


def test_one_proposal_at_a_time_stands_between_two_seats(two):
    proposed(two)
    with pytest.raises(SwapProposed):
        proposed(two)
    with pytest.raises(SwapProposed):
        propose(two.wang, two.second, two.lin, two.first, NOW)


def test_only_seats_are_swapped(two):
    with pytest.raises(SeatGone):
        propose(two.lin, two.first, two.ma, two.second, NOW)
    with pytest.raises(SeatGone):
        propose(two.ma, two.first, two.wang, two.second, NOW)


def test_who_has_given_the_seat_back_meanwhile_cannot_swap_it(two):
    db.session.execute(sa.update(Activity).values(withdraw_minutes=0))
    db.session.commit()
    swap = proposed(two)
    withdraw(two.lin, two.first, NOW)
    with pytest.raises(SeatGone):
        agree(two.wang, swap, NOW)
    sign_up(two.lin, two.first, NOW)
    with pytest.raises(SeatGone):  # another seat than that which was proposed
        agree(two.wang, swap, NOW)
    assert holders(two) == [[two.lin], [two.wang]]


def test_a_slot_that_is_cancelled_meanwhile_cannot_be_swapped(two, cast):
    swap = proposed(two)
    cancel_slot(cast.ou.id, two.first, "下雨", NOW)
    with pytest.raises(SlotCancelled):
        agree(two.wang, swap, NOW)


def test_a_slot_that_is_moved_meanwhile_must_be_proposed_again(two, cast):
    db.session.execute(sa.update(Activity).values(withdraw_minutes=0))
    db.session.commit()
    swap = proposed(two)
    slot = db.session.get_one(Slot, two.second, populate_existing=True)
    edit_slot(cast.ou.id, two.second, slot.revision, NOW + 9 * HOUR, NOW + 10 * HOUR, 1, NOW)
    with pytest.raises(SlotMoved):
        agree(two.wang, swap, NOW)


def test_rules_are_asked_again_for_both(two, cast):
    swap = proposed(two)
    busy = make_slot(make_post(cast.sweeping, "南岸"), NOW + 7.5 * HOUR)
    db.session.commit()
    sign_up(two.lin, busy.id, NOW)
    with pytest.raises(OtherCannot):
        agree(two.wang, swap, NOW)
    db.session.execute(sa.update(SignUp).where(SignUp.slot_id == busy.id).values(member_id=two.wang))
    db.session.execute(sa.update(Slot).where(Slot.id == busy.id).values(
        starts_at=NOW + 5.5 * HOUR, ends_at=NOW + 6.5 * HOUR
    ))  # fmt: skip
    db.session.commit()
    with pytest.raises(Overlaps):
        agree(two.wang, swap, NOW)


def test_who_is_of_the_wrong_stage_by_now_cannot_swap(two, cast):
    other = make_activity("正式党员岗", cast.first, stages=Stages.FULL, withdraw_minutes=0)
    slot = make_slot(make_post(other, "南岸"), NOW + 20 * HOUR)
    db.session.commit()
    sign_up(two.ma, slot.id, NOW)
    with pytest.raises(OtherCannot):
        propose(two.ma, slot.id, two.wang, two.second, NOW)  # Wang is an activist
    propose(two.lin, two.first, two.ma, slot.id, NOW)
    db.session.execute(sa.update(Member).where(Member.id == two.lin).values(stage=Stage.CANDIDATE))
    db.session.commit()
    swap = db.session.scalars(sa.select(Swap.id)).one()
    with pytest.raises(OtherCannot):
        agree(two.ma, swap, NOW)


def test_nobody_gets_a_seat_of_an_activity_they_do_not_see(two, cast):
    other = make_slot(make_post(make_activity("二支部活动", cast.second), "北门"), NOW + 20 * HOUR)
    db.session.commit()
    sign_up(cast.zhao.id, other.id, NOW)
    for ends in ((two.lin, two.first, cast.zhao.id, other.id), (cast.zhao.id, other.id, two.lin, two.first)):
        with pytest.raises(OtherCannot):
            propose(*ends, NOW)


def test_who_is_in_the_other_slot_already_has_nothing_to_swap(two):
    db.session.execute(sa.update(Slot).where(Slot.id == two.second).values(capacity=2))
    db.session.commit()
    sign_up(two.lin, two.second, NOW)
    with pytest.raises(AlreadyIn):
        proposed(two)


def test_who_waits_for_the_other_slot_leaves_the_line_first(two):
    swap = proposed(two)
    sign_up(two.wang, two.first, NOW, or_wait=True)
    with pytest.raises(WaitsThere):
        agree(two.wang, swap, NOW)
    withdraw(two.wang, two.first, NOW)
    agree(two.wang, swap, NOW)
    assert holders(two) == [[two.wang], [two.lin]]


def test_the_risks_are_read_first(two):
    db.session.execute(sa.update(Activity).values(risks="湖边湿滑", risks_version=3))
    db.session.commit()
    ends = (two.lin, two.first, two.wang, two.second)
    with pytest.raises(RisksNotRead):
        propose(*ends, NOW, consent=Consent())
    propose(*ends, NOW, consent=Consent(3))
    swap = db.session.scalars(sa.select(Swap.id)).one()
    with pytest.raises(RisksNotRead):
        agree(two.wang, swap, NOW, consent=Consent(2))
    agree(two.wang, swap, NOW, consent=Consent(3))
    versions = sa.select(SignUp.risks_version).where(SignUp.state == SEATED)
    assert list(db.session.scalars(versions)) == [3, 3]


# ── other answers ───────────────────────────────────────────────────────────


def test_a_proposal_can_be_declined(two):
    swap = proposed(two)
    decline(two.wang, swap, NOW)
    assert told(two.lin) == ["exchanges.swap_declined"]
    assert holders(two) == [[two.lin], [two.wang]]
    with pytest.raises(SwapOver):
        agree(two.wang, swap, NOW)
    assert proposed(two) != swap


def test_who_has_given_their_seat_back_is_not_told_that_they_keep_it(two):
    swap = proposed(two)
    db.session.get_one(Slot, two.first).post.activity.withdraw_minutes = 0
    db.session.commit()
    withdraw(two.lin, two.first, NOW)
    decline(two.wang, swap, NOW)
    assert "exchanges.swap_declined" not in told(two.lin)
    assert how() == [SwapEnd.DECLINED]


def test_a_proposal_can_be_taken_back(two):
    swap = proposed(two)
    take_back(two.lin, swap, NOW)
    assert how() == [SwapEnd.TAKEN_BACK]
    for verb in (agree, decline):
        with pytest.raises(SwapOver):
            verb(two.wang, swap, NOW)


def test_a_proposal_lapses_once_when_the_first_slot_starts(two):
    swap = proposed(two)
    lapse(NOW + 5 * HOUR - HOUR / 60)
    assert how() == [None]
    with pytest.raises(SwapOver):
        agree(two.wang, swap, NOW + 5 * HOUR)
    for _ in range(2):
        lapse(NOW + 5 * HOUR)
    assert how() == [SwapEnd.LAPSED]
    assert told(two.lin) == ["exchanges.swap_lapsed"]


def test_who_has_swapped_with_one_cannot_swap_the_same_seat_with_another(two, cast):
    third = make_slot(cast.lake, NOW + 12 * HOUR, capacity=1)
    db.session.commit()
    sign_up(two.ma, third.id, NOW)
    first = proposed(two)
    propose(two.ma, third.id, two.wang, two.second, NOW)
    second = db.session.scalars(sa.select(Swap.id).order_by(Swap.id.desc())).first() or 0
    agree(two.wang, first, NOW)
    with pytest.raises((SwapOver, SeatGone, NotFound)):
        agree(two.wang, second, NOW)
    assert how() == [SwapEnd.AGREED, SwapEnd.SEAT_GONE]
    assert told(two.ma) == ["exchanges.swap_gone"], "who keeps the seat that was to be given is told"


@pytest.mark.parametrize("whose", ["who proposed", "who agreed"])
def test_whoever_was_asked_to_take_a_seat_over_is_told_when_it_is_swapped(two, whose):
    giver, slot = (two.lin, two.first) if whose == "who proposed" else (two.wang, two.second)
    swap = proposed(two)
    ask_cover(giver, slot, "", NOW)
    agree(two.wang, swap, NOW)
    assert told(two.ma) == ["exchanges.wanted", "exchanges.called_off"]
    assert queries.asked_of(two.ma, NOW) == []
    assert db.session.scalars(sa.select(Cover.how)).all() == [CoverEnd.SWAPPED]


def test_who_would_have_had_either_of_the_two_seats_is_told_once(two, cast):
    third = make_slot(cast.lake, NOW + 12 * HOUR, capacity=1)
    db.session.commit()
    sign_up(two.ma, third.id, NOW)
    propose(two.ma, third.id, two.wang, two.second, NOW)
    propose(two.ma, third.id, two.lin, two.first, NOW)
    agree(two.wang, proposed(two), NOW)
    assert how() == [SwapEnd.SEAT_GONE, SwapEnd.SEAT_GONE, SwapEnd.AGREED]
    assert told(two.ma) == ["exchanges.swap_gone"]


def test_who_has_swapped_is_told_nothing_of_their_own_other_proposals(two, cast):
    third = make_slot(cast.lake, NOW + 12 * HOUR, capacity=1)
    db.session.commit()
    sign_up(two.ma, third.id, NOW)
    propose(two.lin, two.first, two.ma, third.id, NOW)
    agree(two.wang, proposed(two), NOW)
    assert how() == [SwapEnd.SEAT_GONE, SwapEnd.AGREED]
    assert told(two.ma) == ["exchanges.swap_proposed", "exchanges.swap_off"], "nor has who was asked to answer"
    assert told(two.lin) == ["exchanges.swapped"]


# ── the board of offers ─────────────────────────────────────────────────────


def seen(member: Member, slot_id: int) -> list[str]:
    member = db.session.get_one(Member, member.id)
    own = swap_queries.own_seat(member.id, slot_id, NOW)
    assert own is not None
    return [seat.name for seat in swap_queries.on_offer(member, own, NOW)]


def test_who_offers_a_seat_is_seen_until_they_take_it_back(two, cast):
    assert seen(cast.lin, two.first) == []
    offer_seat(two.wang, two.second, "周末", NOW)
    assert seen(cast.lin, two.first) == ["王一诺"]
    with pytest.raises(SwapOffered):
        offer_seat(two.wang, two.second, "", NOW)
    take_offer_back(two.wang, two.second, NOW)
    assert seen(cast.lin, two.first) == []
    with pytest.raises(NotOnOffer):
        take_offer_back(two.wang, two.second, NOW)


def test_what_is_offered_goes_with_the_seat(two, cast):
    offer_seat(two.wang, two.second, "", NOW)
    agree(two.wang, proposed(two), NOW)
    sign_up(two.ma, make_slot_at(cast, 20), NOW)
    assert seen(db.session.get_one(Member, two.ma), make_slot_at(cast, 20)) == []


def make_slot_at(cast, hours: float) -> int:
    found = db.session.scalar(sa.select(Slot.id).where(Slot.starts_at == NOW + hours * HOUR))
    if found:
        return found
    slot = make_slot(cast.lake, NOW + hours * HOUR)
    db.session.commit()
    return slot.id


def test_only_who_has_a_seat_offers_it(two):
    with pytest.raises(NotIn):
        offer_seat(two.ma, two.second, "", NOW)


def test_a_colleague_is_found_by_number_only_within_ones_unit_and_activity(two, cast):
    other = make_slot(make_post(make_activity("别的活动", cast.school), "北门", capacity=3), NOW + 30 * HOUR)
    db.session.commit()
    sign_up(two.wang, other.id, NOW)
    sign_up(cast.zhao.id, other.id, NOW)
    lin = db.session.get_one(Member, two.lin)
    own = swap_queries.own_seat(two.lin, two.first, NOW)
    assert own is not None
    found = {n: swap_queries.of_colleague(lin, own, n, NOW) for n in ("2301002", "2302001", "2301003", "2301001")}
    assert {n: [seat.offer.id for seat in seats] for n, seats in found.items()} == {
        "2301002": [two.second], "2302001": [], "2301003": [], "2301001": [],
    }  # fmt: skip
