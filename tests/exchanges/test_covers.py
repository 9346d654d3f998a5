"""Cover: who cannot come stays responsible until somebody takes over."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from activities.audit.models import AuditEntry
from activities.calendars import bodies, feeds
from activities.calendars.service import feed_of
from activities.duties.models import Activity, Slot
from activities.exchanges import queries
from activities.exchanges.covers import ask_cover, ask_more, take_back, take_over, tell_organizers
from activities.exchanges.line import decline, serve_waiting
from activities.exchanges.models import Cover, CoverTurn, Handover
from activities.exchanges.rules import AnswerFirst, CoverAsked, CoverEnd, NoCoverWanted, OthersWaited, Way
from activities.invitations import queries as invitations
from activities.invitations.models import Invitation
from activities.invitations.service import decline as decline_invitation
from activities.kit.db import db
from activities.people.models import Member
from activities.people.rules import Stages
from activities.signups.models import SignUp, Team
from activities.signups.organize import cancel_slot, edit_slot
from activities.signups.rules import AlreadyIn, AlreadyStarted, SignUpState, SlotCancelled
from activities.signups.rules_leaving import NotIn, TooLateToWithdraw
from activities.signups.rules_person import WrongStage
from activities.signups.rules_time import Overlaps
from activities.signups.service import lapse_offers, sign_up, withdraw
from activities.signups.teams import join, make_team, sign_up_team
from activities.signups.wishes import wait_for_any
from tests.cast import DAY, HOUR, NOW, make_member, make_slot, my_state
from tests.exchanges.conftest import counters, told

SEATED, OFFERED, WAITING, WITHDRAWN = (
    SignUpState.SEATED, SignUpState.OFFERED, SignUpState.WAITING, SignUpState.WITHDRAWN,
)  # fmt: skip


def ask(shift) -> None:
    assert ask_cover(shift.lin, shift.slot, "考试", NOW)


def invited(slot_id: int) -> list[int]:
    query = sa.select(Invitation.member_id).where(Invitation.slot_id == slot_id).order_by(Invitation.id)
    return list(db.session.scalars(query))


# ── asking ──────────────────────────────────────────────────────────────────


def test_who_asks_keeps_the_seat_and_others_are_asked(shift, cast):
    with pytest.raises(TooLateToWithdraw):
        withdraw(shift.lin, shift.slot, NOW)
    ask(shift)
    assert my_state(shift.lin, shift.slot) is SEATED
    assert counters(shift.slot) == (1, 0)
    assert set(invited(shift.slot)) == {shift.wang, shift.ma, cast.ou.id}
    assert told(shift.wang) == ["exchanges.wanted"]
    assert told(shift.lin) == []


def test_one_asks_once(shift):
    ask(shift)
    with pytest.raises(CoverAsked):
        ask(shift)


def test_only_who_has_a_seat_asks(shift):
    with pytest.raises(NotIn):
        ask_cover(shift.wang, shift.slot, "", NOW)


def test_when_it_has_begun_nobody_asks(shift):
    with pytest.raises(AlreadyStarted):
        ask_cover(shift.lin, shift.slot, "", NOW + 5 * HOUR)


def test_who_can_come_after_all_asks_no_more(shift):
    ask(shift)
    take_back(shift.lin, shift.slot, NOW + HOUR)
    assert queries.wanted_in(shift.slot, NOW + HOUR) == []
    assert db.session.scalars(sa.select(Cover.how)).all() == [CoverEnd.TAKEN_BACK]
    with pytest.raises(NoCoverWanted):
        take_over(shift.wang, shift.slot, NOW + HOUR)
    with pytest.raises(NoCoverWanted):
        take_back(shift.lin, shift.slot, NOW + HOUR)
    ask(shift)


# ── taking over ─────────────────────────────────────────────────────────────


def test_who_takes_over_has_the_seat_and_who_asked_is_free(shift):
    ask(shift)
    take_over(shift.wang, shift.slot, NOW + HOUR)
    assert [my_state(who, shift.slot) for who in (shift.lin, shift.wang)] == [None, SEATED]
    assert counters(shift.slot) == (1, 0)
    assert told(shift.lin) == ["exchanges.covered"]
    assert told(shift.wang) == ["exchanges.wanted", "exchanges.took_over"]
    assert queries.wanted_in(shift.slot, NOW + HOUR) == []


def test_the_record_of_who_was_first_and_who_took_over_when_stays(shift):
    ask(shift)
    take_over(shift.wang, shift.slot, NOW + HOUR)
    ask_cover(shift.wang, shift.slot, "", NOW + 2 * HOUR)
    take_over(shift.ma, shift.slot, NOW + 3 * HOUR)
    chain = db.session.execute(
        sa.select(SignUp.member_id, Handover.way, Handover.at)
        .join(SignUp, SignUp.id == Handover.given_id)
        .order_by(Handover.at)
    ).all()
    assert chain == [(shift.lin, Way.COVER, NOW + HOUR), (shift.wang, Way.COVER, NOW + 3 * HOUR)]
    assert [before.name for before in queries.before(shift.slot).values()] == ["王一诺"]
    assert db.session.scalars(sa.select(Cover.how).order_by(Cover.id)).all() == [CoverEnd.TAKEN_OVER] * 2


def test_each_persons_change_leaves_one_entry(shift):
    ask(shift)
    before = db.session.scalar(sa.select(sa.func.max(AuditEntry.id)))
    take_over(shift.wang, shift.slot, NOW + HOUR)
    entries = sa.select(AuditEntry.verb, AuditEntry.actor_id, AuditEntry.reason).where(AuditEntry.id > before)
    assert db.session.execute(entries).all() == [("withdraw", shift.wang, "cover"), ("take over", shift.wang, "")]


def test_all_rules_are_asked_of_who_takes_over(shift, cast):
    ask(shift)
    other = make_slot(cast.lake, NOW + 5.5 * HOUR)
    db.session.commit()
    sign_up(shift.ma, other.id, NOW)
    with pytest.raises(Overlaps):
        take_over(shift.ma, shift.slot, NOW)
    with pytest.raises(AlreadyIn):
        take_over(shift.lin, shift.slot, NOW)
    db.session.execute(sa.update(Activity).values(stages=Stages.FULL))
    db.session.commit()
    with pytest.raises(WrongStage):
        take_over(shift.wang, shift.slot, NOW)
    with pytest.raises(AlreadyStarted):
        take_over(shift.ma, shift.slot, NOW + 5 * HOUR)


def test_a_cancelled_slot_needs_no_cover(shift, cast):
    ask(shift)
    cancel_slot(cast.ou.id, shift.slot, "下雨", NOW)
    assert queries.wanted_in(shift.slot, NOW) == []
    with pytest.raises(SlotCancelled):
        take_over(shift.wang, shift.slot, NOW)


def test_who_asked_first_is_relieved_first(shift, cast):
    db.session.execute(sa.update(Slot).where(Slot.id == shift.slot).values(capacity=2))
    db.session.commit()
    sign_up(shift.ma, shift.slot, NOW)
    ask_cover(shift.ma, shift.slot, "", NOW)
    ask_cover(shift.lin, shift.slot, "", NOW + HOUR)
    take_over(shift.wang, shift.slot, NOW + HOUR)
    assert [my_state(who, shift.slot) for who in (shift.ma, shift.lin)] == [None, SEATED]


def test_who_is_free_again_is_seated_where_a_seat_was_free_but_clashed(shift, cast):
    other = make_slot(cast.lake, NOW + 5.5 * HOUR, capacity=1)
    db.session.commit()
    sign_up(shift.ma, other.id, NOW)
    db.session.execute(sa.insert(SignUp), [{
        "slot_id": other.id, "member_id": shift.lin, "state": WAITING, "ticket": 2, "signed_up_at": NOW,
        "changed_at": NOW,
    }])  # fmt: skip
    db.session.execute(sa.update(Slot).where(Slot.id == other.id).values(waiting=1, tickets=2, capacity=2))
    db.session.commit()
    ask(shift)
    take_over(shift.wang, shift.slot, NOW)
    assert my_state(shift.lin, other.id) is SEATED


# ── people who wait ─────────────────────────────────────────────────────────


def test_where_somebody_waits_the_seat_goes_to_them_at_once(shift):
    sign_up(shift.wang, shift.slot, NOW, or_wait=True)
    assert not ask_cover(shift.lin, shift.slot, "", NOW)
    assert [my_state(who, shift.slot) for who in (shift.lin, shift.wang)] == [None, SEATED]
    assert told(shift.lin) == ["exchanges.to_waiting_list"]
    assert counters(shift.slot) == (1, 0)
    assert invited(shift.slot) == []


def test_where_nobody_who_waits_can_come_cover_is_wanted_after_all(shift, cast):
    sign_up(shift.wang, shift.slot, NOW, or_wait=True)
    other = make_slot(cast.lake, NOW + 5.5 * HOUR)
    db.session.commit()
    sign_up(shift.wang, other.id, NOW)
    ask(shift)
    assert [my_state(who, shift.slot) for who in (shift.lin, shift.wang)] == [SEATED, WAITING]
    assert told(shift.lin) == []
    take_over(shift.ma, shift.slot, NOW)
    assert my_state(shift.ma, shift.slot) is SEATED


def test_who_joined_the_waiting_list_since_comes_before_who_takes_over(shift):
    ask(shift)
    sign_up(shift.wang, shift.slot, NOW, or_wait=True)
    with pytest.raises(OthersWaited):
        take_over(shift.ma, shift.slot, NOW)
    assert [my_state(who, shift.slot) for who in (shift.lin, shift.wang, shift.ma)] == [None, SEATED, None]
    assert db.session.scalars(sa.select(Cover.how)).all() == [CoverEnd.WAITING_LIST]


def test_who_joined_the_waiting_list_since_is_served_without_anybody_pressing(shift):
    ask(shift)
    sign_up(shift.wang, shift.slot, NOW, or_wait=True)
    for _ in range(2):
        serve_waiting(NOW)
    assert [my_state(who, shift.slot) for who in (shift.lin, shift.wang)] == [None, SEATED]
    assert told(shift.lin) == ["exchanges.to_waiting_list"]


# ── people who wait, and are asked ──────────────────────────────────────────


@pytest.fixture
def line(shift) -> list[int]:
    """Who waits for the slot, Wang before Ma; a seat is held for three hours, or half the time that is left."""
    db.session.execute(sa.update(Activity).values(offer_minutes=180))
    db.session.commit()
    for who in (shift.wang, shift.ma):
        sign_up(who, shift.slot, NOW, or_wait=True)
    return [shift.wang, shift.ma]


def turns(slot_id: int, now) -> list[int | None]:
    return [one.asked_id for one in queries.wanted_in(slot_id, now)]


def test_who_asks_stays_responsible_until_who_waits_has_accepted(shift, line):
    ask(shift)
    assert [my_state(who, shift.slot) for who in (shift.lin, *line)] == [SEATED, WAITING, WAITING]
    assert turns(shift.slot, NOW) == [shift.wang]
    assert told(shift.lin) == []
    assert told(shift.wang) == ["signups.waiting", "exchanges.your_turn"]
    assert told(shift.ma) == ["signups.waiting"]
    assert invited(shift.slot) == []
    take_over(shift.wang, shift.slot, NOW + HOUR)
    assert [my_state(who, shift.slot) for who in (shift.lin, *line)] == [None, SEATED, WAITING]
    assert counters(shift.slot) == (1, 1)
    assert told(shift.lin) == ["exchanges.to_waiting_list"]
    assert told(shift.wang) == ["signups.waiting", "exchanges.your_turn"]  # and that they have the seat
    assert db.session.scalars(sa.select(Cover.how)).all() == [CoverEnd.WAITING_LIST]
    assert [before.name for before in queries.before(shift.slot).values()] == ["林可欣"]


def test_while_it_is_somebodys_turn_nobody_else_may(shift, line, cast):
    ask(shift)
    for now in (NOW, NOW + HOUR):
        with pytest.raises(OthersWaited):
            take_over(shift.ma, shift.slot, now)
        with pytest.raises(OthersWaited):
            take_over(cast.ou.id, shift.slot, now)
        ask_more(now)
    assert invited(shift.slot) == []
    assert my_state(shift.lin, shift.slot) is SEATED


@pytest.mark.parametrize("answers", [True, False])
def test_who_declines_or_does_not_answer_keeps_the_place_and_the_next_is_asked(shift, line, cast, answers):
    ask(shift)
    after = NOW + (HOUR if answers else 2.5 * HOUR)
    if answers:
        decline(shift.wang, shift.slot, after)
    lapse_offers(after), serve_waiting(after)
    assert turns(shift.slot, after) == [shift.ma]
    assert [my_state(who, shift.slot) for who in (shift.lin, *line)] == [SEATED, WAITING, WAITING]
    with pytest.raises(OthersWaited):
        take_over(shift.wang, shift.slot, after)
    decline(shift.ma, shift.slot, after)
    serve_waiting(after), ask_more(after)
    assert turns(shift.slot, after) == [None]
    assert invited(shift.slot) == [cast.ou.id]
    take_over(cast.ou.id, shift.slot, after)
    assert [my_state(who, shift.slot) for who in (shift.lin, *line)] == [None, WAITING, WAITING]


def test_only_whose_turn_it_is_declines(shift, line):
    ask(shift)
    with pytest.raises(NoCoverWanted):
        decline(shift.ma, shift.slot, NOW)
    take_back(shift.lin, shift.slot, NOW)
    with pytest.raises(NoCoverWanted):
        decline(shift.wang, shift.slot, NOW)
    with pytest.raises(NoCoverWanted):
        take_over(shift.wang, shift.slot, NOW)


def test_who_leaves_the_line_makes_room_for_the_next(shift, line):
    ask(shift)
    withdraw(shift.wang, shift.slot, NOW)
    serve_waiting(NOW)
    assert turns(shift.slot, NOW) == [shift.ma]


def test_two_who_cannot_come_ask_two_who_wait(ctx, cast):
    slot = make_slot(cast.lake, NOW + 5 * HOUR, capacity=2)
    db.session.execute(sa.update(Activity).values(offer_minutes=180))
    people = [make_member(f"m{n}", f"同学{n}", cast.first, password_hash=None).id for n in range(4)]
    db.session.commit()
    for person in people:
        sign_up(person, slot.id, NOW, or_wait=person in people[2:])
    for giver in people[:2]:
        ask_cover(giver, slot.id, "", NOW)
    assert turns(slot.id, NOW) == people[2:]
    take_over(people[3], slot.id, NOW)
    assert [my_state(who, slot.id) for who in people] == [SEATED, None, WAITING, SEATED]


def test_who_wished_to_be_seated_without_being_asked_is(shift):
    db.session.execute(sa.update(Activity).values(offer_minutes=180))
    db.session.commit()
    sign_up(shift.wang, shift.slot, NOW, or_wait=True, at_once=True)
    assert not ask_cover(shift.lin, shift.slot, "", NOW)
    assert [my_state(who, shift.slot) for who in (shift.lin, shift.wang)] == [None, SEATED]
    assert db.session.scalars(sa.select(CoverTurn)).all() == []


def test_a_whole_team_that_waits_is_not_asked_and_keeps_its_place(shift, cast):
    db.session.execute(sa.update(Slot).where(Slot.id == shift.slot).values(capacity=2))
    db.session.commit()
    sign_up(cast.ou.id, shift.slot, NOW)
    make_team(shift.wang, shift.slot, "小队", True, NOW)
    team = db.session.scalars(sa.select(Team.id)).one()
    join(shift.ma, team, NOW)
    sign_up_team(shift.wang, team, NOW)
    ask(shift)
    assert turns(shift.slot, NOW) == [None]
    assert [my_state(who, shift.slot) for who in (shift.lin, shift.wang)] == [SEATED, WAITING]


@pytest.fixture
def other(shift, cast) -> int:
    """A later slot, whose only seat Ma has; Wang waits for either of the two."""
    db.session.execute(sa.update(Activity).values(offer_minutes=180, withdraw_minutes=0))
    later = make_slot(cast.lake, NOW + 8 * HOUR, capacity=1).id
    db.session.commit()
    sign_up(shift.ma, later, NOW)
    wait_for_any(shift.wang, [shift.slot, later], NOW)
    return later


def test_the_seat_that_comes_by_a_turn_lets_the_rest_of_a_wish_go(shift, other):
    ask(shift)
    ask_cover(shift.ma, other, "", NOW)
    take_over(shift.wang, shift.slot, NOW)
    assert [my_state(shift.wang, one) for one in (shift.slot, other)] == [SEATED, None]
    assert told(shift.wang)[-1] == "signups.first_of_several"
    assert turns(other, NOW) == [None]


def test_a_seat_that_is_held_elsewhere_for_the_same_wish_is_answered_first(shift, other):
    ask(shift)
    withdraw(shift.ma, other, NOW)
    assert my_state(shift.wang, other) is OFFERED
    with pytest.raises(AnswerFirst):
        take_over(shift.wang, shift.slot, NOW)
    withdraw(shift.wang, other, NOW)
    take_over(shift.wang, shift.slot, NOW)
    assert my_state(shift.wang, shift.slot) is SEATED


# ── who is asked, and who is told ───────────────────────────────────────────


def test_more_people_are_asked_as_the_start_comes_near(ctx, cast):
    crowd = [make_member(f"m{n}", f"同学{n}", cast.first, password_hash=None).id for n in range(20)]
    slot = make_slot(cast.lake, NOW + 4 * DAY, capacity=1)
    db.session.commit()
    sign_up(crowd[0], slot.id, NOW)
    ask_cover(crowd[0], slot.id, "", NOW)
    sizes = [len(invited(slot.id))]
    for hours in (23, 24, 24, 48, 72):
        ask_more(NOW + hours * HOUR)
        sizes.append(len(invited(slot.id)))
    assert sizes == [5, 5, 10, 10, 15, 20]


def test_nobody_is_asked_when_it_is_over(shift):
    ask(shift)
    take_back(shift.lin, shift.slot, NOW)
    before = invited(shift.slot)
    db.session.execute(sa.delete(Invitation))
    db.session.commit()
    ask_more(NOW + 3 * HOUR)
    assert before
    assert invited(shift.slot) == []


def test_the_organizers_are_told_once_if_nobody_takes_over(shift, cast):
    ask(shift)
    for minutes in (0, 5):
        tell_organizers(NOW + minutes * HOUR / 60)
    assert [topic for topic in told(cast.ou.id) if topic != "exchanges.wanted"] == ["exchanges.not_covered"]


def test_the_organizers_are_not_told_while_there_is_time(shift, cast):
    db.session.execute(sa.update(Slot).where(Slot.id == shift.slot).values(
        starts_at=NOW + 3 * DAY, ends_at=NOW + 3 * DAY + HOUR,
    ))  # fmt: skip
    db.session.commit()
    ask(shift)
    tell_organizers(NOW + DAY)
    assert "exchanges.not_covered" not in told(cast.ou.id)
    tell_organizers(NOW + 3 * DAY - 6 * HOUR)
    assert "exchanges.not_covered" in told(cast.ou.id)


def test_a_slot_that_moves_on_looks_for_cover_as_one_that_is_then(shift, cast):
    """Asked shortly before the start, when no more people are to be asked and the organizers are told; then it moves by
    a week: people are asked as its new start comes near, and the organizers told once more."""
    late, week = NOW + 3 * HOUR, 7 * DAY
    ask_cover(shift.lin, shift.slot, "", late)
    tell_organizers(late)
    asked = db.session.query(Invitation).count()
    people = [make_member(f"m{n}", f"人{n}", cast.first) for n in range(20)]
    slot = db.session.get_one(Slot, shift.slot)
    edit_slot(cast.ou.id, slot.id, slot.revision, slot.starts_at + week, slot.ends_at + week, 1, late)
    for moment in (late, late + HOUR):  # what waited for the old time is made up for, once
        ask_more(moment)
        tell_organizers(moment)
        assert db.session.query(Invitation).count() == asked + 5
    ask_more(NOW + 5 * HOUR + week - 72 * HOUR)
    assert db.session.query(Invitation).count() == asked + 10
    assert told(cast.ou.id).count("exchanges.not_covered") == 1
    for _ in range(2):
        tell_organizers(NOW + week)
    assert told(cast.ou.id).count("exchanges.not_covered") == 2
    assert people


# ── calendars ───────────────────────────────────────────────────────────────


def sequence(member_id: int, slot_id: int) -> int | None:
    """The SEQUENCE of the slot's entry in the person's feed."""
    token = feed_of(member_id, NOW)
    edition = feeds.private(token, NOW + DAY / 24)
    body = bodies.body(edition).decode()
    uid = db.session.get_one(Slot, slot_id).uid
    if str(uid) not in body:
        return None
    entry = body[body.index(str(uid)) :]
    return int(entry[entry.index("SEQUENCE:") + 9 :].split("\r\n")[0])


def test_the_feeds_follow_and_a_sequence_never_falls(shift):
    first = sequence(shift.lin, shift.slot)
    ask(shift)
    take_over(shift.wang, shift.slot, NOW)
    assert sequence(shift.lin, shift.slot) is None
    assert sequence(shift.wang, shift.slot) is not None
    ask_cover(shift.wang, shift.slot, "", NOW)
    take_over(shift.lin, shift.slot, NOW)
    again = sequence(shift.lin, shift.slot)
    assert first is not None
    assert again is not None
    assert again > first


def test_who_has_left_cannot_take_over(shift):
    ask(shift)
    db.session.execute(sa.update(Member).where(Member.id == shift.wang).values(active=False))
    db.session.commit()
    with pytest.raises(Exception, match="deactivated"):
        take_over(shift.wang, shift.slot, NOW)


# ── who was asked, once cover is wanted no more ─────────────────────────────


def test_who_takes_it_back_tells_everybody_who_was_asked_once(shift, cast):
    ask(shift)
    decline_invitation(shift.ma, shift.slot, NOW)
    take_back(shift.lin, shift.slot, NOW + HOUR)
    assert told(shift.wang) == told(cast.ou.id) == ["exchanges.wanted", "exchanges.called_off"]
    assert told(shift.ma) == ["exchanges.wanted"]  # has answered
    assert told(shift.lin) == []


def test_whose_turn_it_was_is_told_and_nobody_else_in_the_line(shift, line):
    ask(shift)
    take_back(shift.lin, shift.slot, NOW + HOUR)
    assert told(shift.wang) == ["signups.waiting", "exchanges.your_turn", "exchanges.turn_over"]
    assert told(shift.ma) == ["signups.waiting"]
    assert my_state(shift.wang, shift.slot) is WAITING


def test_who_was_asked_before_and_waits_by_now_is_told_once(shift, cast):
    ask(shift)
    db.session.execute(sa.update(Activity).values(offer_minutes=180))
    db.session.commit()
    sign_up(shift.wang, shift.slot, NOW, or_wait=True)
    serve_waiting(NOW)
    take_back(shift.lin, shift.slot, NOW + HOUR)
    assert told(shift.wang)[-2:] == ["exchanges.your_turn", "exchanges.turn_over"]


def test_as_long_as_somebody_else_looks_for_cover_there_they_stay_asked(shift, cast):
    db.session.execute(sa.update(Slot).where(Slot.id == shift.slot).values(capacity=2))
    db.session.commit()
    sign_up(shift.ma, shift.slot, NOW)
    ask_cover(shift.ma, shift.slot, "", NOW)
    ask(shift)
    take_back(shift.ma, shift.slot, NOW)
    assert told(shift.wang) == ["exchanges.wanted"]
    take_back(shift.lin, shift.slot, NOW)
    assert told(shift.wang) == ["exchanges.wanted", "exchanges.called_off"]


def test_who_looks_anew_asks_them_anew_but_not_who_has_declined(shift, cast):
    ask(shift)
    decline_invitation(shift.ma, shift.slot, NOW)
    take_back(shift.lin, shift.slot, NOW + HOUR)
    ask_cover(shift.lin, shift.slot, "", NOW + HOUR)
    assert told(shift.wang) == ["exchanges.wanted", "exchanges.called_off", "exchanges.wanted"]
    assert told(shift.ma) == ["exchanges.wanted"]


def test_once_somebody_has_taken_over_nobody_is_asked_any_more(shift, cast):
    ask(shift)
    take_over(shift.wang, shift.slot, NOW)
    assert invitations.asked_of(shift.ma, NOW) == []
    assert told(shift.ma) == ["exchanges.wanted"]


@pytest.mark.parametrize("ending", ["nothing", "taken back", "declined", "taken over"])
def test_what_is_asked_of_me_stands_among_my_answers_as_long_as_it_stands(shift, ending):
    ask(shift)
    match ending:
        case "taken back":
            take_back(shift.lin, shift.slot, NOW)
        case "declined":
            decline_invitation(shift.wang, shift.slot, NOW)
        case "taken over":
            take_over(shift.ma, shift.slot, NOW)
    asked = [(one.offer.id, one.until) for one in queries.asked_of(shift.wang, NOW)]
    assert asked == ([(shift.slot, None)] if ending == "nothing" else [])
    assert queries.asked_of(shift.lin, NOW) == []


def test_a_turn_stands_among_the_answers_of_whose_it_is(shift, line):
    ask(shift)
    assert [one.offer.id for one in queries.asked_of(shift.wang, NOW) if one.until] == [shift.slot]
    assert queries.asked_of(shift.ma, NOW) == []
    decline(shift.wang, shift.slot, NOW)
    assert queries.asked_of(shift.wang, NOW) == []
    assert [one.offer.id for one in queries.asked_of(shift.ma, NOW) if one.until] == [shift.slot]
