"""Holding a post: asked, accepted, handed over, ended; the slots follow, and everybody is told once."""

from __future__ import annotations

from collections import Counter
from datetime import time, timedelta

import pytest
import sqlalchemy as sa

from activities.audit.models import AuditEntry
from activities.duties.models import Slot
from activities.duties.rules import SlotState
from activities.exchanges.covers import take_back, take_over
from activities.exchanges.models import Cover
from activities.holders import queries, rules, service
from activities.holders.models import Holder
from activities.holders.rules import HolderState, Span
from activities.holders.service import Proposal
from activities.kit.clock import at, local_day
from activities.kit.db import db, transaction
from activities.kit.refusal import NotAllowed, NotFound
from activities.outbox.models import Notice
from activities.signups import facts
from activities.signups.leaving import deactivate
from activities.signups.models import Pause, SignUp, Team
from activities.signups.organize import cancel_slot, edit_slot
from activities.signups.rules import SignUpState
from activities.signups.rules_person import Paused
from activities.signups.rules_soft import RisksNotRead
from activities.signups.service import sign_up, withdraw
from activities.signups.teams import join, make_team, sign_up_team
from activities.signups.wishes import wait_for_any
from activities.signups.writing import enter
from tests.cast import DAY, HOUR, NOW, Cast, make_holder, make_member, make_post, make_room, make_slot, my_state, store

pytestmark = pytest.mark.usefixtures("ctx")
SEATED, WAITING = SignUpState.SEATED, SignUpState.WAITING
PROPOSED, ACCEPTED, ENDED = HolderState.PROPOSED, HolderState.ACCEPTED, HolderState.ENDED
MONTH = Span(NOW, NOW + 30 * DAY)


def fresh(row):
    return db.session.get(type(row), row.id, populate_existing=True)


@pytest.fixture
def room(ctx, cast: Cast):
    return make_room(cast)


@pytest.fixture
def slots(room) -> list[Slot]:
    """Five evenings, each with one seat."""
    found = [make_slot(room, NOW + n * DAY + HOUR, hours=0.5) for n in range(1, 6)]
    db.session.commit()
    return found


def propose(cast: Cast, room, member, span: Span = MONTH, now=NOW) -> Holder:
    service.propose(cast.ou.id, room.activity_id, [Proposal(room.id, member.id, span)], now)
    return db.session.query(Holder).order_by(Holder.id.desc()).first()


def held(cast: Cast, room, member, span: Span = MONTH, now=NOW) -> Holder:
    holder = propose(cast, room, member, span, now)
    service.accept(member.id, holder.public_id, 0, now)
    return fresh(holder)


def states(member, slots) -> list[SignUpState | None]:
    return [my_state(member.id, slot.id) for slot in slots]


def told(topic: str) -> Counter[int]:
    return Counter(n.member_id for n in db.session.query(Notice).filter_by(topic=f"holders.{topic}"))


def params(topic: str) -> dict:
    return db.session.query(Notice).filter_by(topic=f"holders.{topic}").order_by(Notice.id.desc()).first().params


# ── proposed ────────────────────────────────────────────────────────────────


def test_a_proposal_asks_and_changes_nothing_else(cast: Cast, room, slots):
    holder = propose(cast, room, cast.lin)
    assert holder.state is PROPOSED
    assert told("proposed") == {cast.lin.id: 1}
    assert states(cast.lin, slots) == [None] * 5


def test_volunteer_service_has_no_holder(cast: Cast):
    with pytest.raises(rules.NeverAssigned):
        service.propose(cast.ou.id, cast.sweeping.id, [Proposal(cast.lake.id, cast.lin.id, MONTH)], NOW)


def test_all_are_proposed_or_none(cast: Cast, room):
    other = make_post(fresh(room.activity), "206 教室")
    db.session.commit()
    for wrong in (Proposal(other.id, cast.zhao.id, MONTH), Proposal(cast.lake.id, cast.lin.id, MONTH)):
        with pytest.raises(NotFound):
            service.propose(cast.ou.id, room.activity_id, [Proposal(room.id, cast.lin.id, MONTH), wrong], NOW)
    twice = [Proposal(room.id, who.id, MONTH) for who in (cast.lin, cast.wang)]
    with pytest.raises(rules.ProposedAlready):
        service.propose(cast.ou.id, room.activity_id, twice, NOW)
    assert db.session.query(Holder).count() == 0
    assert not told("proposed")
    both = [Proposal(post.id, cast.lin.id, MONTH) for post in (room, other)]
    assert service.propose(cast.ou.id, room.activity_id, both, NOW) == 2
    assert told("proposed") == {cast.lin.id: 2}


def test_only_who_organizes_the_activity_proposes_and_ends(cast: Cast, room):
    holder = make_holder(room, cast.lin)
    db.session.commit()
    for actor in (cast.lin, cast.chen, cast.gu):
        with pytest.raises(NotAllowed):
            service.propose(actor.id, room.activity_id, [Proposal(room.id, cast.wang.id, MONTH)], NOW)
        with pytest.raises(NotAllowed):
            service.end(actor.id, holder.id, NOW, NOW)


# ── accepted ────────────────────────────────────────────────────────────────


def test_who_accepts_has_the_seats_of_the_post_in_one_notice(cast: Cast, room, slots):
    outside = make_slot(room, NOW + 40 * DAY)
    db.session.commit()
    holder = held(cast, room, cast.lin)
    assert (holder.state, holder.answered_at) == (ACCEPTED, NOW)
    assert states(cast.lin, [*slots, outside]) == [SEATED] * 5 + [None]
    assert [fresh(slot).taken for slot in slots] == [1] * 5
    assert told("held") == {cast.lin.id: 1}
    assert (params("held")["seats"], params("held")["missed"]) == (5, 0)
    assert told("accepted") == {cast.ou.id: 1}
    mine = db.session.query(Notice).filter_by(member_id=cast.lin.id).all()
    assert {n.topic for n in mine} == {"holders.proposed", "holders.held"}
    verbs = Counter(entry.verb for entry in db.session.query(AuditEntry))
    assert (verbs["sign up"], verbs["accept post"]) == (5, 1)


def test_where_the_person_is_busy_or_the_seat_is_taken_there_is_none_and_it_is_listed(cast: Cast, room, slots):
    busy = make_slot(make_post(fresh(cast.sweeping), "南岸"), slots[0].starts_at)
    db.session.commit()
    sign_up(cast.lin.id, busy.id, NOW)
    sign_up(cast.wang.id, slots[1].id, NOW)
    held(cast, room, cast.lin)
    assert states(cast.lin, slots) == [None, None, SEATED, SEATED, SEATED]
    assert (params("held")["seats"], params("accepted")["missed"]) == (3, 2)
    assert states(cast.wang, slots)[1] is SEATED


def test_a_seat_or_a_place_in_line_that_was_there_is_kept_or_becomes_one(cast: Cast, room, slots):
    sign_up(cast.lin.id, slots[0].id, NOW)
    sign_up(cast.wang.id, slots[1].id, NOW)
    sign_up(cast.lin.id, slots[1].id, NOW, or_wait=True)
    held(cast, room, cast.lin)
    assert states(cast.lin, slots) == [SEATED, WAITING, SEATED, SEATED, SEATED]


@pytest.mark.parametrize("verb", ["accept", "hand over", "end", "follow", "leave"])
def test_however_many_slots_a_post_has_their_seats_come_and_go_in_as_many_statements(cast: Cast, statements, verb):
    def cost(count: int) -> int:
        room = make_room(cast, f"{count} 教室")
        here = [make_slot(room, NOW + (n + 1) * 12 * HOUR, hours=0.5) for n in range(count)]
        person = make_member(f"h{count}", "甲", db.session.get_one(type(cast.first), cast.first.id))
        successor = make_member(f"s{count}", "乙", db.session.get_one(type(cast.first), cast.first.id))
        db.session.commit()
        holder = propose(cast, room, person)
        if verb == "accept":
            sign_up(person.id, here[0].id, NOW)  # which becomes one of the post's
        else:
            service.accept(person.id, holder.public_id, 0, NOW)
        if verb == "follow":
            for n in range(count):
                make_slot(room, NOW + (n + 1) * 12 * HOUR + HOUR, hours=0.5)
            db.session.commit()
        after = propose(cast, room, successor) if verb == "hand over" else None
        with statements.count() as sent:
            if verb == "leave":
                deactivate(cast.gu.id, person.id, NOW)
            elif verb == "end":
                service.end(cast.ou.id, holder.id, NOW, NOW)
            elif verb == "follow":
                service.follow(NOW)
            else:
                service.accept((successor if after else person).id, (after or holder).public_id, 0, NOW)
        has_seats = {"accept": person, "follow": person, "hand over": successor}.get(verb)
        seated = db.session.query(SignUp).filter_by(state=SEATED)
        own = seated.filter_by(member_id=has_seats.id) if has_seats else seated.filter_by(member_id=person.id)
        assert own.count() == {"accept": count, "follow": 2 * count, "hand over": count}.get(verb, 0)
        return len(sent)

    assert cost(3) == cost(30)


def test_only_once_and_only_by_whom_it_is_about(cast: Cast, room, slots):
    holder = propose(cast, room, cast.lin)
    with pytest.raises(NotFound):
        service.accept(cast.wang.id, holder.public_id, 0, NOW)
    service.accept(cast.lin.id, holder.public_id, 0, NOW)
    with pytest.raises(rules.NotProposed):
        service.accept(cast.lin.id, holder.public_id, 0, NOW)
    with pytest.raises(rules.NotProposed):
        service.decline(cast.lin.id, holder.public_id, "x", NOW)
    late = propose(cast, room, cast.lin, Span(NOW + 40 * DAY, NOW + 41 * DAY))
    with pytest.raises(rules.NotProposed):
        service.accept(cast.lin.id, late.public_id, 0, NOW + 50 * DAY)


def test_risks_are_read_before_it_is_accepted(cast: Cast, room, slots):
    activity = fresh(room.activity)
    activity.risks, activity.risks_version = "梯子", 2
    db.session.commit()
    holder = propose(cast, room, cast.lin)
    for version in (0, 1):
        with pytest.raises(RisksNotRead):
            service.accept(cast.lin.id, holder.public_id, version, NOW)
    service.accept(cast.lin.id, holder.public_id, 2, NOW)
    assert {s.risks_version for s in db.session.query(SignUp)} == {2}


def test_who_is_paused_takes_on_no_post_but_keeps_the_one_they_have(cast: Cast, room, slots):
    held(cast, room, cast.lin)
    other = make_post(fresh(room.activity), "206 教室")
    proposal = propose(cast, other, cast.lin)
    store(Pause(member_id=cast.lin.id, begun_at=NOW, until=NOW + 9 * DAY, misses=3, miss_days=90))
    later = make_slot(room, NOW + 10 * DAY)
    db.session.commit()
    with pytest.raises(Paused):
        service.accept(cast.lin.id, proposal.public_id, 0, NOW)
    assert fresh(proposal).state is PROPOSED
    service.follow(NOW)
    assert states(cast.lin, [later]) == [SEATED]
    service.accept(cast.lin.id, proposal.public_id, 0, NOW + 9 * DAY)
    assert fresh(proposal).state is ACCEPTED


def test_who_declines_says_why_to_those_who_run_it(cast: Cast, room, slots):
    holder = propose(cast, room, cast.lin)
    service.decline(cast.lin.id, holder.public_id, "实习", NOW)
    assert fresh(holder).state is HolderState.DECLINED
    assert told("declined") == {cast.ou.id: 1}
    assert params("declined")["reason"] == "实习"
    assert states(cast.lin, slots) == [None] * 5
    assert propose(cast, room, cast.wang).state is PROPOSED


# ── handed over, ended ──────────────────────────────────────────────────────


def test_who_hands_over_stays_responsible_until_the_other_accepts(cast: Cast, room, slots):
    first = held(cast, room, cast.lin)
    second = propose(cast, room, cast.wang, Span(NOW + 3 * DAY, NOW + 60 * DAY))
    assert states(cast.lin, slots) == [SEATED] * 5
    service.accept(cast.wang.id, second.public_id, 0, NOW + HOUR)
    assert (fresh(first).state, fresh(first).ends_at) == (ACCEPTED, NOW + 3 * DAY)
    assert states(cast.lin, slots) == [SEATED, SEATED, None, None, None]
    assert states(cast.wang, slots) == [None, None, SEATED, SEATED, SEATED]
    assert told("handed_over") == {cast.lin.id: 1}
    assert params("handed_over")["seats"] == 3


def test_an_answer_that_comes_late_takes_nothing_back_of_what_was(cast: Cast, room, slots):
    first = held(cast, room, cast.lin)
    second = propose(cast, room, cast.wang, Span(NOW + HOUR, NOW + 60 * DAY))
    late = NOW + 2 * DAY
    service.accept(cast.wang.id, second.public_id, 0, late)
    assert (fresh(first).ends_at, fresh(second).begins_at) == (late, late)
    assert states(cast.lin, slots) == [SEATED, None, None, None, None]


def test_two_hold_a_post_one_after_the_other(cast: Cast, room, slots):
    held(cast, room, cast.lin, Span(NOW, NOW + 3 * DAY))
    held(cast, room, cast.wang, Span(NOW + 3 * DAY, NOW + 30 * DAY))
    assert states(cast.lin, slots)[:2] == [SEATED] * 2
    assert states(cast.wang, slots)[2:] == [SEATED] * 3
    assert not told("handed_over")


def test_after_the_last_day_the_seats_go_to_who_waits(cast: Cast, room, slots):
    holder = held(cast, room, cast.lin)
    sign_up(cast.wang.id, slots[4].id, NOW, or_wait=True)
    given = service.end(cast.ou.id, holder.id, NOW + 3 * DAY, NOW)
    assert given == 3
    assert states(cast.lin, slots) == [SEATED, SEATED, None, None, None]
    assert my_state(cast.wang.id, slots[4].id) is not WAITING
    assert told("ended") == {cast.lin.id: 1}
    with pytest.raises(rules.NotHeld):
        service.end(cast.ou.id, holder.id, NOW + 5 * DAY, NOW)
    service.follow(NOW)
    assert states(cast.lin, slots) == [SEATED, SEATED, None, None, None]


def test_whose_post_ends_is_told_when_the_first_of_their_seats_would_have_been(cast: Cast, room, slots):
    """So that it is told at once where that is soon."""
    holder = held(cast, room, cast.lin)
    service.end(cast.ou.id, holder.id, NOW + 3 * DAY, NOW)
    assert params("ended")["when"][0] == slots[2].starts_at.isoformat()
    assert params("held")["when"][0] == slots[0].starts_at.isoformat()


def test_a_seat_of_ones_own_is_not_given_back_with_the_post(cast: Cast, room, slots):
    sign_up(cast.lin.id, slots[4].id, NOW)
    holder = held(cast, room, cast.lin)
    service.end(cast.ou.id, holder.id, NOW, NOW)
    assert fresh(holder).state is ENDED
    assert states(cast.lin, slots) == [None, None, None, None, SEATED]


def test_a_post_that_was_not_begun_is_not_begun(cast: Cast, room, slots):
    """Whether it ends or somebody else takes it over: no last day is told, since there was none."""
    later = Span(NOW + 3 * DAY, NOW + 30 * DAY)
    holder = held(cast, room, cast.lin, later)
    service.end(cast.ou.id, holder.id, NOW + DAY, NOW)
    assert fresh(holder).state is ENDED
    held(cast, room, cast.lin, later)
    held(cast, room, cast.wang, Span(NOW + DAY, NOW + 30 * DAY))
    assert told("not_begun") == {cast.lin.id: 2}
    assert not told("ended") + told("handed_over")


def test_no_post_ends_on_a_day_long_past(cast: Cast, room, slots):
    holder = held(cast, room, cast.lin)
    late = NOW + 10 * DAY
    with pytest.raises(rules.DaysOver):
        service.end(cast.ou.id, holder.id, NOW + 3 * DAY, late)
    assert fresh(holder).ends_at == MONTH.ends_at
    service.end(cast.ou.id, holder.id, at(local_day(late), time(0)), late)
    assert fresh(holder).last == local_day(late) - timedelta(days=1)


def test_who_hands_over_has_time_again_where_a_seat_is_free(cast: Cast, room, slots):
    held(cast, room, cast.lin)
    other = make_slot(make_post(fresh(cast.sweeping), "南岸"), slots[2].starts_at)
    db.session.commit()
    sign_up(cast.ou.id, other.id, NOW)
    sign_up_waiting(cast.lin.id, other.id)
    withdraw(cast.ou.id, other.id, NOW)
    assert my_state(cast.lin.id, other.id) is WAITING
    second = propose(cast, room, cast.wang, Span(NOW + HOUR, NOW + 60 * DAY))
    service.accept(cast.wang.id, second.public_id, 0, NOW + 2 * HOUR)
    assert my_state(cast.lin.id, other.id) is SEATED


def sign_up_waiting(member_id: int, slot_id: int) -> None:
    """Somebody who waited before they got another duty at that time."""
    offer = facts.offer(slot_id)
    with transaction():
        enter(offer, member_id, WAITING, NOW)


def test_a_proposal_is_taken_back(cast: Cast, room):
    holder = propose(cast, room, cast.lin)
    assert service.end(cast.ou.id, holder.id, NOW, NOW) == 0
    assert told("taken_back") == {cast.lin.id: 1}
    with pytest.raises(rules.NotProposed):
        service.accept(cast.lin.id, holder.public_id, 0, NOW)


# ── slots that come, move and go ────────────────────────────────────────────


def test_new_slots_follow_once_and_in_one_notice(cast: Cast, room, slots):
    held(cast, room, cast.lin)
    more = [make_slot(room, NOW + n * DAY + HOUR) for n in (10, 11)]
    full = make_slot(room, NOW + 12 * DAY)
    db.session.commit()
    sign_up(cast.wang.id, full.id, NOW)
    for _ in range(2):
        service.follow(NOW)
    assert states(cast.lin, [*more, full]) == [SEATED, SEATED, None]
    assert told("more") == {cast.lin.id: 1}
    assert params("more")["seats"] == 2


def test_who_left_a_slot_is_not_seated_there_again(cast: Cast, room, slots):
    held(cast, room, cast.lin)
    withdraw(cast.lin.id, slots[4].id, NOW + HOUR)
    service.follow(NOW + 2 * HOUR)
    assert states(cast.lin, slots) == [SEATED] * 4 + [None]


def test_a_slot_that_moves_out_of_the_days_is_given_back(cast: Cast, room, slots):
    held(cast, room, cast.lin)
    later = NOW + 40 * DAY
    edit_slot(cast.ou.id, slots[4].id, 0, later, later + HOUR, 1, NOW)
    cancel_slot(cast.ou.id, slots[3].id, "雨", NOW)
    for _ in range(2):
        service.follow(NOW)
    assert states(cast.lin, slots) == [SEATED] * 4 + [None]
    assert told("less") == {cast.lin.id: 1}
    assert fresh(slots[3]).state is SlotState.CANCELLED


def test_who_has_left_the_school_holds_nothing(cast: Cast, room, slots):
    holder = held(cast, room, cast.lin)
    deactivate(cast.gu.id, cast.lin.id, NOW)
    service.follow(NOW)
    assert fresh(holder).state is ENDED
    assert [fresh(slot).taken for slot in slots] == [0] * 5


# ── absence ─────────────────────────────────────────────────────────────────


def covers() -> list[Cover]:
    return db.session.query(Cover).order_by(Cover.id).all()


def test_an_absence_looks_for_cover_and_leaves_the_seats(cast: Cast, room, slots):
    holder = held(cast, room, cast.lin)
    span = Span(NOW + 2 * DAY, NOW + 4 * DAY)
    assert service.be_absent(cast.lin.id, holder.public_id, span, "比赛", NOW) == 2
    assert states(cast.lin, slots) == [SEATED] * 5
    assert [(cover.sign_up.slot_id, cover.reason) for cover in covers()] == [(s.id, "比赛") for s in slots[1:3]]
    assert told("absent") == {cast.ou.id: 1}
    assert (params("absent")["slots"], params("absent")["reason"]) == (2, "比赛")


def test_cover_is_looked_for_in_slots_that_are_planned_later_too_and_once(cast: Cast, room, slots):
    holder = held(cast, room, cast.lin)
    service.be_absent(cast.lin.id, holder.public_id, Span(NOW + 9 * DAY, NOW + 12 * DAY), "", NOW)
    assert covers() == []
    later = make_slot(room, NOW + 10 * DAY)
    db.session.commit()
    service.follow(NOW)
    for _ in range(2):
        service.call_for_cover(NOW)
    assert [cover.sign_up.slot_id for cover in covers()] == [later.id]


def test_one_is_absent_only_on_days_of_ones_own_post(cast: Cast, room, slots):
    holder = propose(cast, room, cast.lin)
    with pytest.raises(rules.NotHeld):
        service.be_absent(cast.lin.id, holder.public_id, MONTH, "", NOW)
    service.accept(cast.lin.id, holder.public_id, 0, NOW)
    for span in (Span(NOW - 3 * DAY, NOW - DAY), Span(NOW + 31 * DAY, NOW + 32 * DAY)):
        with pytest.raises(rules.OutsideTheirDays):
            service.be_absent(cast.lin.id, holder.public_id, span, "", NOW)
    with pytest.raises(NotFound):
        service.be_absent(cast.wang.id, holder.public_id, MONTH, "", NOW)
    assert queries.absences([holder.id], NOW) == []


def test_a_place_of_a_wish_that_becomes_the_holders_seat_lets_the_others_go(cast: Cast, room, slots):
    held(cast, room, cast.wang)
    other = make_slot(make_post(fresh(cast.sweeping), "南岸"), NOW + 9 * DAY)
    db.session.commit()
    sign_up(cast.wang.id, other.id, NOW)
    wait_for_any(cast.lin.id, [slots[0].id, other.id], NOW)
    held(cast, room, cast.lin)
    assert states(cast.lin, slots) == [SEATED] * 5
    assert my_state(cast.lin.id, other.id) is None
    assert fresh(other).waiting == 0


def test_a_team_that_stays_whole_is_not_torn_apart_by_who_holds_the_post(cast: Cast, room, slots):
    """Who holds the post has a seat of their own; the others go on waiting as a team without them."""
    held(cast, room, cast.wang)
    first = fresh(cast.first)
    ma, xu = (make_member(number, number, first) for number in ("2301003", "2301004"))
    edit_slot(cast.ou.id, slots[0].id, fresh(slots[0]).revision, slots[0].starts_at, slots[0].ends_at, 2, NOW)
    db.session.commit()
    make_team(ma.id, slots[0].id, "队", True, NOW)
    team_id = db.session.scalar(sa.select(Team.id))
    sign_up(xu.id, slots[0].id, NOW)
    join(cast.lin.id, team_id, NOW)
    sign_up_team(ma.id, team_id, NOW)
    held(cast, room, cast.lin)
    assert my_state(cast.lin.id, slots[0].id) is SEATED
    assert my_state(ma.id, slots[0].id) is WAITING
    mine = sa.select(SignUp.team_id).where(SignUp.member_id == cast.lin.id, SignUp.slot_id == slots[0].id)
    assert db.session.scalar(mine.where(SignUp.state == SEATED)) is None


def test_who_takes_cover_back_on_a_day_of_absence_comes_and_nobody_is_asked_again(cast: Cast, room, slots):
    holder = held(cast, room, cast.lin)
    service.be_absent(cast.lin.id, holder.public_id, Span(NOW + 2 * DAY, NOW + 4 * DAY), "", NOW)
    take_back(cast.lin.id, slots[1].id, NOW + HOUR)
    service.call_for_cover(NOW + 2 * HOUR)
    assert [(cover.sign_up.slot_id, cover.ended_at) for cover in covers()] == [
        (slots[1].id, NOW + HOUR), (slots[2].id, None),
    ]  # fmt: skip


def test_who_is_absent_anew_after_that_is_covered_anew(cast: Cast, room, slots):
    holder = held(cast, room, cast.lin)
    days = Span(NOW + 2 * DAY, NOW + 3 * DAY)
    service.be_absent(cast.lin.id, holder.public_id, days, "", NOW)
    take_back(cast.lin.id, slots[1].id, NOW + HOUR)
    assert service.be_absent(cast.lin.id, holder.public_id, days, "", NOW + 2 * HOUR) == 1
    assert [cover.ended_at for cover in covers()] == [NOW + HOUR, None]


def test_looking_again_for_who_is_covered_already_writes_nothing(cast: Cast, room, slots, statements):
    holder = held(cast, room, cast.lin)
    service.be_absent(cast.lin.id, holder.public_id, MONTH, "", NOW)
    with statements.count() as sent:
        service.call_for_cover(NOW)
    assert len(sent) == 1


def test_who_can_come_after_all_looks_for_cover_no_more(cast: Cast, room, slots):
    """But not where they are absent for another reason too, or where somebody has taken over."""
    holder = held(cast, room, cast.lin)
    service.be_absent(cast.lin.id, holder.public_id, Span(NOW, NOW + 5 * DAY), "比赛", NOW)
    service.be_absent(cast.lin.id, holder.public_id, Span(NOW + 4 * DAY, NOW + 6 * DAY), "实习", NOW)
    take_over(cast.wang.id, slots[0].id, NOW)
    first, _ = queries.absences([holder.id], NOW)
    assert service.come_after_all(cast.lin.id, holder.public_id, first.id, NOW + HOUR) == 2
    service.call_for_cover(NOW + 2 * HOUR)
    open_in = [cover.sign_up.slot_id for cover in covers() if cover.ended_at is None]
    assert open_in == [slots[3].id, slots[4].id]
    assert states(cast.lin, slots) == [None, *[SEATED] * 4]
    assert (told("back"), params("back")["slots"]) == ({cast.ou.id: 1}, 2)
    assert [absence.reason for absence in queries.absences([holder.id], NOW)] == ["实习"]
    for who, wrong in ((cast.lin, rules.NotAbsent), (cast.wang, NotFound)):
        with pytest.raises(wrong):
            service.come_after_all(who.id, holder.public_id, first.id, NOW + 2 * HOUR)
