"""Decisions on plain values: who may ask for cover, who may take over, and when more people are asked."""

from __future__ import annotations

from datetime import timedelta

import pytest

from activities.duties.rules import SlotState
from activities.exchanges.rules import (
    Side,
    expires_at,
    next_wave_at,
    why_not_ask_cover,
    why_not_swap,
    why_not_take_over,
    why_nothing_wanted,
)
from activities.people.rules import Stage, Stages, Standing, Standings
from activities.signups.rules import Mine, Offer, SignUpState
from activities.signups.rules_person import Person
from activities.signups.rules_time import Busy
from tests.cast import HOUR, NOW

STARTS = NOW + 2 * HOUR
SEATED, OFFERED, WAITING = SignUpState.SEATED, SignUpState.OFFERED, SignUpState.WAITING
LIN = Person(Stage.FULL, Standing.STUDENT, "1/2/")
CANCELLED, BEGUN = {"state": SlotState.CANCELLED}, {"starts_at": NOW}
OTHER_STAGE, CLOSED = {"stages": Stages.APPLICANT}, {"closes_at": NOW - HOUR}
PAUSED: dict[str, object] = {}


def offer(**changes) -> Offer:
    """Full, in two hours, and too late to withdraw from."""
    facts = Offer(
        1, "slot", SlotState.OPEN, STARTS, STARTS + HOUR, 1, 1, 0, 1, "", "清扫", "cleaning", "北岸", "北岸", None,
        None, 24 * 60, Stages(0), Standings(0), None, None,
    )  # fmt: skip
    return facts._replace(**changes)


@pytest.mark.parametrize(
    ("changes", "mine", "is_asked", "expected"),
    [
        ({}, SEATED, False, None),
        ({}, SEATED, True, "CoverAsked"),
        ({}, None, False, "NotIn"),
        ({}, WAITING, False, "NotIn"),
        ({}, OFFERED, False, "NotIn"),
        (CANCELLED, SEATED, False, "SlotCancelled"),
        (BEGUN, SEATED, False, "AlreadyStarted"),
    ],
)
def test_who_may_ask_for_cover(changes, mine, is_asked, expected):
    refusal = why_not_ask_cover(offer(**changes), mine, is_asked, NOW)
    assert (refusal and refusal.key) == expected


@pytest.mark.parametrize(
    ("changes", "mine", "busy", "expected"),
    [
        ({}, None, [], None),
        (CLOSED, None, [], None),
        ({}, SEATED, [], "AlreadyIn"),
        ({}, WAITING, [], "AlreadyWaiting"),
        ({}, None, [Busy(STARTS - HOUR, STARTS + HOUR / 2, "别的")], "Overlaps"),
        (OTHER_STAGE, None, [], "WrongStage"),
        (CANCELLED, None, [], "SlotCancelled"),
        (BEGUN, None, [], "AlreadyStarted"),
        (PAUSED, None, [], "Paused"),
    ],
)
def test_who_may_take_over(changes, mine, busy, expected):
    who = LIN._replace(paused_until=NOW + HOUR) if changes is PAUSED else LIN
    refusal = why_not_take_over(offer(**changes), who, mine and Mine(mine), busy, NOW)
    assert (refusal and refusal.key) == expected


@pytest.mark.parametrize(
    ("changes", "expected"), [({}, "NoCoverWanted"), (CANCELLED, "SlotCancelled"), (BEGUN, "AlreadyStarted")]
)
def test_what_nobody_wants_covered_cannot_be_taken_over(changes, expected):
    refusal = why_nothing_wanted(offer(**changes), None, False, NOW)
    assert refusal is not None
    assert refusal.key == expected


@pytest.mark.parametrize(
    ("hours", "expected"), [(200, 72), (72, 48), (71.9, 48), (13, 12), (12, 6), (4, 3), (3, None), (0.5, None)]
)
def test_more_are_asked_as_the_start_comes_near(hours, expected):
    starts_at = NOW + timedelta(hours=hours)
    assert next_wave_at(starts_at, NOW) == (expected and starts_at - timedelta(hours=expected))


# ── swap ────────────────────────────────────────────────────────────────────
# Lin has a seat in `offer()` and would have one an hour after it; Wang the other way round.

LATER = offer()._replace(id=2, public_id="later", starts_at=STARTS + 2 * HOUR, ends_at=STARTS + 3 * HOUR)
WANG = LIN._replace(stage=Stage.ACTIVIST)


def sides(gives: dict[str, object] | None = None, own: dict[str, object] | None = None, **other) -> tuple[Side, Side]:
    """Lin's side and Wang's, with what differs of the slot that Lin gives, of Lin's side and of Wang's."""
    first = offer(**(gives or {}))
    lin = Side(LIN, first, LATER, True, True, None, [])
    wang = Side(WANG, LATER, first, True, True, None, [])
    return lin._replace(**(own or {})), wang._replace(**other)


def near(duty_of: Offer) -> list[Busy]:
    """The duty of a slot, and another one half an hour later."""
    return [duty_of.duty, Busy(duty_of.starts_at + HOUR / 2, duty_of.ends_at + HOUR / 2, "别的")]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, None),
        ({"has_seat": False}, "SeatGone"),
        ({"own": {"has_seat": False}}, "SeatGone"),
        ({"gives": CANCELLED}, "SlotCancelled"),
        ({"gives": BEGUN}, "AlreadyStarted"),
        ({"gives": CLOSED}, None),
        ({"gives": OTHER_STAGE}, "OtherCannot"),
        ({"gives": {"stages": Stages.ACTIVIST}}, None),
        ({"sees": False}, "OtherCannot"),
        ({"own": {"there": Mine(WAITING)}}, "WaitsThere"),
        ({"there": Mine(WAITING)}, "OtherCannot"),
        ({"own": {"busy": near(LATER)}}, "Overlaps"),
        ({"busy": near(offer())}, "OtherCannot"),
        ({"own": {"busy": near(offer())}}, None),
    ],
)
def test_who_may_swap(changes, expected):
    refusal = why_not_swap(*sides(**changes), NOW)
    assert (refusal and refusal.key) == expected


@pytest.mark.parametrize(("first", "second", "expected"), [(2, 4, 2), (4, 2, 2), (300, 200, 120)])
def test_a_proposal_stands_until_the_first_of_both_starts_or_five_days(first, second, expected):
    gives, takes = offer(starts_at=NOW + first * HOUR), offer(starts_at=NOW + second * HOUR)
    assert expires_at(gives, takes, NOW) == NOW + expected * HOUR
