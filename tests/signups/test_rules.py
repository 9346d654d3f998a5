"""Decision tables of the sign-up rules."""

from __future__ import annotations

from datetime import date

import pytest

from activities.duties.rules import SlotState, WayIn
from activities.norms.rules import NORMS, Limit, Strictness
from activities.people.rules import Stage, Stages, Standing, Standings
from activities.signups.rules import (
    AlreadyAsked,
    AlreadyIn,
    AlreadyOffered,
    AlreadyStarted,
    AlreadyWaiting,
    Assigned,
    DrawClosed,
    Full,
    Mine,
    NotAnnounced,
    NotOpenYet,
    Offer,
    SignUpClosed,
    SignUpState,
    SlotCancelled,
    TooShortNotice,
    why_not_sign_up,
)
from activities.signups.rules_keeping import FewerThanSeated, why_not_capacity
from activities.signups.rules_leaving import NotIn, ReasonMissing, TooLateToWithdraw, why_not_unsaid, why_not_withdraw
from activities.signups.rules_offered import (
    NotOffered,
    OfferOver,
    is_unasked,
    offered_until,
    why_not_accept,
    why_not_promote,
)
from activities.signups.rules_person import (
    NeedsTraining,
    Paused,
    Person,
    TrainingOver,
    WrongClass,
    WrongStage,
    WrongStanding,
    WrongUnit,
)
from activities.signups.rules_places import Guest, Places
from activities.signups.rules_soft import AskFirst, Consent, RisksNotRead, why_not_consented  # fmt: skip
from activities.signups.rules_time import Busy, Overlaps, TooFarApart
from activities.terms.rules import Special
from activities.trainings.rules import Need, Passed
from tests.cast import DAY, HOUR, NOW

STUDENT = Person(stage=Stage.FULL, standing=Standing.STUDENT, unit_path="1/2/")
OPEN = Offer(
    id=1, public_id="s", state=SlotState.OPEN, starts_at=NOW + DAY, ends_at=NOW + DAY + 2 * HOUR, capacity=2, taken=1,
    waiting=0, tickets=1, cancel_reason="", activity="关灯", kind_key="energy", post="101", place="教学楼 101",
    opens_at=None, closes_at=None, withdraw_minutes=120, stages=Stages(0), standings=Standings(0), eligible_path=None,
    eligible_unit=None,
)  # fmt: skip
DRAW = OPEN._replace(way_in=WayIn.DRAW, draws_at=NOW + HOUR)
SEATED, WAITING, WITHDRAWN = SignUpState.SEATED, SignUpState.WAITING, SignUpState.WITHDRAWN
OFFERED = Mine(SignUpState.OFFERED, NOW + HOUR)


def busy(start: float, end: float) -> list[Busy]:
    """A duty from `start` to `end` hours after the slot's start."""
    return [Busy(OPEN.starts_at + start * HOUR, OPEN.starts_at + end * HOUR, "关灯")]


SIGN_UP = {
    "an open slot with a free seat": (OPEN, None, [], None),
    "a full slot": (OPEN._replace(taken=2), None, [], Full()),
    "already seated": (OPEN, Mine(SEATED), [], AlreadyIn()),
    "already waiting": (OPEN, Mine(WAITING), [], AlreadyWaiting()),
    "already offered a seat": (OPEN, OFFERED, [], AlreadyOffered(NOW + HOUR)),
    "already asked": (OPEN, Mine(SignUpState.ASKED), [], AlreadyAsked()),
    "a cancelled slot": (OPEN._replace(state=SlotState.CANCELLED), None, [], SlotCancelled()),
    "a slot that starts now": (OPEN._replace(starts_at=NOW), None, [], AlreadyStarted()),
    "before it opens": (OPEN._replace(opens_at=NOW + HOUR), None, [], NotOpenYet(NOW + HOUR)),
    "the moment it opens": (OPEN._replace(opens_at=NOW), None, [], None),
    "the moment it closes": (OPEN._replace(closes_at=NOW), None, [], SignUpClosed(NOW)),
    "before it closes": (OPEN._replace(closes_at=NOW + HOUR), None, [], None),
    "the last day on which a place must know": (OPEN._replace(notice_days=1), None, [], None),
    "the day after": (OPEN._replace(notice_days=2), None, [], TooShortNotice(2)),
    "over a weekend": (OPEN._replace(notice_days=3, starts_at=NOW + 5 * DAY), None, [], None),
    "over a weekend, too late": (OPEN._replace(notice_days=4, starts_at=NOW + 5 * DAY), None, [], TooShortNotice(4)),
    "over a day off": (
        OPEN._replace(notice_days=3, starts_at=NOW + 5 * DAY, specials=((date(2026, 11, 27), Special("", off=True)),)),
        None,
        [],
        TooShortNotice(3),
    ),
    "over a weekend that is worked": (
        OPEN._replace(notice_days=4, starts_at=NOW + 5 * DAY, specials=((date(2026, 11, 28), Special("调休")),)),
        None,
        [],
        None,
    ),
    "the right stage": (OPEN._replace(stages=Stages.FULL | Stages.PROBATIONARY), None, [], None),
    "the wrong stage": (OPEN._replace(stages=Stages.ACTIVIST), None, [], WrongStage()),
    "the wrong standing": (OPEN._replace(standings=Standings.TEACHER), None, [], WrongStanding()),
    "one's own unit": (OPEN._replace(eligible_path="1/"), None, [], None),
    "another unit": (OPEN._replace(eligible_path="1/3/", eligible_unit="第二支部"), None, [], WrongUnit("第二支部")),
    "a full slot with approval": (OPEN._replace(taken=2, way_in=WayIn.APPROVAL), None, [], None),
    "a full slot by draw": (DRAW._replace(taken=2), None, [], None),
    "the moment of the draw": (DRAW._replace(draws_at=NOW), None, [], DrawClosed(NOW)),
    "before the draw is announced": (DRAW._replace(draws_at=None), None, [], NotAnnounced()),
    "after the draw, with seats left": (DRAW._replace(draws_at=NOW, drawn_at=NOW), None, [], None),
    "after the draw, without": (DRAW._replace(draws_at=NOW, drawn_at=NOW, taken=2), None, [], Full()),
    "a slot by assignment": (OPEN._replace(way_in=WayIn.ASSIGNMENT), None, [], Assigned()),
    "a full slot by assignment": (OPEN._replace(way_in=WayIn.ASSIGNMENT, taken=2), None, [], Assigned()),
    "a duty that ends as it starts": (OPEN, None, busy(-1, 0), None),
    "a duty that starts as it ends": (OPEN, None, busy(2, 3), None),
    "a duty within": (OPEN, None, busy(0.5, 1), Overlaps("关灯", OPEN.starts_at + 0.5 * HOUR)),
    "a duty around": (OPEN, None, busy(-1, 3), Overlaps("关灯", OPEN.starts_at - HOUR)),
    "a duty one minute over": (OPEN, None, busy(-1, 1 / 60), Overlaps("关灯", OPEN.starts_at - HOUR)),
}


@pytest.mark.parametrize(("offer", "mine", "others", "expected"), SIGN_UP.values(), ids=SIGN_UP)
def test_signing_up_is_decided_by(offer, mine, others, expected):
    assert why_not_sign_up(offer, STUDENT, mine, others, NOW) == expected


FIRST_AID = Need(7, "急救", "校医院")
SLOT_DAY = date(2026, 11, 26)
PERSON = {
    "in one of the classes": (OPEN._replace(classes=("会计2302", "营销2301")), {"class_name": "营销2301"}, None),
    "in another class": (OPEN._replace(classes=("会计2302",)), {"class_name": "会计230"}, WrongClass(("会计2302",))),
    "in no class": (OPEN._replace(classes=("会计2302",)), {}, WrongClass(("会计2302",))),
    "without the training": (OPEN._replace(needs=(FIRST_AID,)), {}, NeedsTraining("急救", "校医院")),
    "with another training": (
        OPEN._replace(needs=(FIRST_AID,)), {"trainings": (Passed(8, None),)}, NeedsTraining("急救", "校医院"),
    ),
    "with the training for ever": (OPEN._replace(needs=(FIRST_AID,)), {"trainings": (Passed(7, None),)}, None),
    "with it until that day": (OPEN._replace(needs=(FIRST_AID,)), {"trainings": (Passed(7, SLOT_DAY),)}, None),
    "with it until the day before": (
        OPEN._replace(needs=(FIRST_AID,)), {"trainings": (Passed(7, SLOT_DAY - DAY),)},
        TrainingOver("急救", SLOT_DAY - DAY, "校医院"),
    ),
    "with it renewed": (
        OPEN._replace(needs=(FIRST_AID,)), {"trainings": (Passed(7, SLOT_DAY - DAY), Passed(7, SLOT_DAY))}, None,
    ),
    "in a pause": (OPEN, {"paused_until": NOW + DAY, "unit": "第一支部"}, Paused(NOW + DAY, "第一支部")),
    "when the pause ends": (OPEN, {"paused_until": NOW}, None),
}  # fmt: skip


@pytest.mark.parametrize(("offer", "facts", "expected"), PERSON.values(), ids=PERSON)
def test_who_may_take_it_is_decided_by_a_person(offer, facts, expected):
    assert why_not_sign_up(offer, STUDENT._replace(**facts), None, [], NOW) == expected


def test_a_pause_takes_away_no_place_in_line():
    assert why_not_promote(OPEN, STUDENT._replace(paused_until=NOW + DAY), [], NOW) is None


ELSEWHERE = [Busy(OPEN.starts_at - HOUR, OPEN.starts_at, "清扫", "东湖")]
STRICT = STUDENT._replace(norms=NORMS._replace(travel=Limit(15, Strictness.REFUSE)))
FAR = TooFarApart("清扫", OPEN.starts_at - HOUR, "东湖", 15)
CONSENT = {
    "nothing where nothing speaks against it": (OPEN, STUDENT, [], Consent(), None),
    "what the school advises against": (OPEN, STUDENT, ELSEWHERE, Consent(), AskFirst((FAR,))),
    "nothing that is known": (OPEN, STUDENT, ELSEWHERE, Consent(known=frozenset({"TooFarApart"})), None),
    "the risks": (OPEN._replace(risks_version=2), STUDENT, [], Consent(), RisksNotRead()),
    "the risks that changed meanwhile": (OPEN._replace(risks_version=2), STUDENT, [], Consent(1), RisksNotRead()),
    "not the risks that were read": (OPEN._replace(risks_version=2), STUDENT, [], Consent(2), None),
}


@pytest.mark.parametrize(("offer", "person", "others", "consent", "expected"), CONSENT.values(), ids=CONSENT)
def test_the_person_is_asked_to_confirm(offer, person, others, consent, expected):
    assert why_not_sign_up(offer, person, None, others, NOW) is None
    assert why_not_consented(Places(offer), Guest(1, person, others), consent) == expected


def test_a_strict_school_refuses_what_others_advise_against():
    assert why_not_sign_up(OPEN, STRICT, None, ELSEWHERE, NOW) == FAR
    assert why_not_promote(OPEN, STRICT, ELSEWHERE, NOW) == FAR
    assert why_not_consented(Places(OPEN), Guest(1, STRICT, ELSEWHERE), Consent()) is None


def test_full_is_no_reason_against_waiting():
    assert why_not_sign_up(OPEN._replace(taken=2), STUDENT, None, [], NOW, waiting=True) is None


def test_a_clash_is_a_reason_against_waiting_too():
    assert isinstance(why_not_sign_up(OPEN._replace(taken=2), STUDENT, None, busy(0, 1), NOW, waiting=True), Overlaps)


def test_the_person_is_told_of_a_clash_before_they_are_offered_the_waiting_list():
    assert isinstance(why_not_sign_up(OPEN._replace(taken=2), STUDENT, None, busy(0, 1), NOW), Overlaps)


ENTRY = {
    "a seat where one is left": (OPEN, SEATED),
    "a place in line where none is": (OPEN._replace(taken=2), WAITING),
    "a request where an organizer decides": (OPEN._replace(way_in=WayIn.APPROVAL), SignUpState.ASKED),
    "a request before the draw": (DRAW, SignUpState.ASKED),
    "a seat that is left after the draw": (DRAW._replace(drawn_at=NOW), SEATED),
}


@pytest.mark.parametrize(("offer", "state"), ENTRY.values(), ids=ENTRY)
def test_who_signs_up_gets(offer, state):
    assert offer.entry is state


def test_what_was_assigned_is_given_back_with_a_reason():
    assert why_not_unsaid(True, "") == ReasonMissing()
    assert why_not_unsaid(True, "考试") is None
    assert why_not_unsaid(False, "") is None


PROMOTE = {
    "a waiting person": (OPEN, [], None),
    "after sign-up has closed": (OPEN._replace(closes_at=NOW - HOUR), [], None),
    "who has a clash by now": (OPEN, busy(0, 1), Overlaps("关灯", OPEN.starts_at)),
    "who may not join any more": (OPEN._replace(stages=Stages.ACTIVIST), [], WrongStage()),
    "into a cancelled slot": (OPEN._replace(state=SlotState.CANCELLED), [], SlotCancelled()),
    "into a slot that has started": (OPEN._replace(starts_at=NOW), [], AlreadyStarted()),
}


@pytest.mark.parametrize(("offer", "others", "expected"), PROMOTE.values(), ids=PROMOTE)
def test_promotion_checks_the_rules_again_for(offer, others, expected):
    assert why_not_promote(offer, STUDENT, others, NOW) == expected


LAST = OPEN.starts_at - 2 * HOUR
WITHDRAW = {
    "seated, in time": (OPEN, SEATED, NOW, None),
    "seated, at the deadline": (OPEN, SEATED, LAST, None),
    "seated, after the deadline": (OPEN, SEATED, LAST + HOUR / 60, TooLateToWithdraw(LAST)),
    "offered, after the deadline": (OPEN, SignUpState.OFFERED, LAST + HOUR, None),
    "asked, after the deadline": (OPEN, SignUpState.ASKED, LAST + HOUR, None),
    "waiting, after the deadline": (OPEN, WAITING, LAST + HOUR, None),
    "waiting, when it has started": (OPEN, WAITING, OPEN.starts_at, AlreadyStarted()),
    "not in": (OPEN, None, NOW, NotIn()),
    "withdrawn before": (OPEN, WITHDRAWN, NOW, NotIn()),
    "seated in a cancelled slot": (OPEN._replace(state=SlotState.CANCELLED), SEATED, NOW, SlotCancelled()),
}


@pytest.mark.parametrize(("offer", "mine", "now", "expected"), WITHDRAW.values(), ids=WITHDRAW)
def test_withdrawing_is_decided_by(offer, mine, now, expected):
    assert why_not_withdraw(offer, mine, now) == expected


ACCEPT = {
    "in time": (OPEN, OFFERED, [], None),
    "when all seats are taken, this one among them": (OPEN._replace(taken=2), OFFERED, [], None),
    "after sign-up has closed": (OPEN._replace(closes_at=NOW), OFFERED, [], None),
    "too late": (OPEN, OFFERED._replace(offered_until=NOW), [], OfferOver(NOW)),
    "what was not offered": (OPEN, Mine(WAITING), [], NotOffered()),
    "without having signed up": (OPEN, None, [], NotOffered()),
    "with a clash by now": (OPEN, OFFERED, busy(0, 1), Overlaps("关灯", OPEN.starts_at)),
    "who may not join any more": (OPEN._replace(stages=Stages.ACTIVIST), OFFERED, [], WrongStage()),
    "in a cancelled slot": (OPEN._replace(state=SlotState.CANCELLED), OFFERED, [], SlotCancelled()),
}


@pytest.mark.parametrize(("offer", "mine", "others", "expected"), ACCEPT.values(), ids=ACCEPT)
def test_accepting_is_decided_by(offer, mine, others, expected):
    assert why_not_accept(offer, STUDENT, mine, others, NOW) == expected


HOLD = {
    "the usual time": (NOW + 3 * DAY, 720, NOW + 12 * HOUR, False),
    "half of what is left when the slot is near": (NOW + 4 * HOUR, 720, NOW + 2 * HOUR, True),
    "the usual time, just not soon": (NOW + 24 * HOUR, 720, NOW + 12 * HOUR, False),
    "not at all where nobody is asked": (NOW + 4 * HOUR, 0, None, False),
}


@pytest.mark.parametrize(("starts_at", "minutes", "until", "soon"), HOLD.values(), ids=HOLD)
def test_a_freed_seat_is_held_for(starts_at, minutes, until, soon):
    assert offered_until(starts_at, minutes, NOW) == until
    offer = OPEN._replace(starts_at=starts_at, offer_minutes=minutes)
    assert is_unasked(offer, True, NOW) is (soon or until is None)
    assert is_unasked(offer, False, NOW) is (until is None)


def test_capacity_never_falls_below_the_people_seated():
    assert why_not_capacity(taken=3, capacity=3) is None
    assert why_not_capacity(taken=3, capacity=2) == FewerThanSeated(3)
