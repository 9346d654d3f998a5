"""Who may hold which post when, and a pasted list."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.duties.kinds import KINDS
from activities.holders import pasted, rules
from activities.holders.pasted import Row
from activities.holders.rules import Held, HolderState, Span, gaps, why_not_beside, why_not_days, why_not_held
from tests.cast import DAY, NOW

TODAY = date(2026, 11, 25)
LIN, WANG = 1, 2
PROPOSED, ACCEPTED = HolderState.PROPOSED, HolderState.ACCEPTED


def days(first: int, last: int) -> Span:
    """From the start of one day to the start of another, counted from now."""
    return Span(NOW + first * DAY, NOW + last * DAY)


def held(member_id: int, span: Span, state: HolderState = ACCEPTED) -> Held:
    return Held(member_id, f"m{member_id}", span, TODAY, state)


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.key)
def test_volunteer_service_is_never_assigned(kind):
    reason = why_not_held(kind)
    if kind.ledger == "service":
        assert reason == rules.NeverAssigned()
    else:
        assert reason == (None if kind.has_standing_holder else rules.NoHolders())


@pytest.mark.parametrize(
    ("first", "last", "refusal"),
    [
        (0, 0, None),
        (-5, 0, None),
        (0, 400, None),
        (-5, -1, rules.DaysOver),
        (3, 2, rules.LastBeforeFirstDay),
        (0, 401, rules.HeldTooLong),
    ],
)
def test_days_somebody_can_hold_a_post(first, last, refusal):
    reason = why_not_days(TODAY + timedelta(first), TODAY + timedelta(last), TODAY)
    assert type(reason) is (refusal or type(None))


@pytest.mark.parametrize(
    ("others", "span", "refusal"),
    [
        ([], days(0, 30), None),
        ([held(WANG, days(0, 10))], days(10, 30), None),
        ([held(WANG, days(30, 40))], days(0, 30), None),
        # A hand-over reaches to the end of the other's days.
        ([held(WANG, days(0, 20))], days(10, 20), None),
        ([held(WANG, days(0, 20))], days(10, 30), None),
        ([held(WANG, days(0, 20))], days(10, 19), rules.HandsOverTooEarly),
        ([held(LIN, days(0, 20))], days(10, 30), rules.HoldsAlready),
        ([held(LIN, days(0, 20))], days(20, 30), None),
        ([held(WANG, days(0, 20), PROPOSED)], days(10, 30), rules.ProposedAlready),
        ([held(LIN, days(0, 20), PROPOSED)], days(10, 30), rules.ProposedAlready),
        ([held(WANG, days(0, 20), PROPOSED)], days(20, 30), None),
    ],
)
def test_who_can_be_proposed_beside_whom(others, span, refusal):
    assert type(why_not_beside(LIN, span, others)) is (refusal or type(None))


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([], [days(0, 30)]),
        ([days(0, 30)], []),
        ([days(-5, 40)], []),
        ([days(0, 10), days(20, 30)], [days(10, 20)]),
        ([days(10, 20)], [days(0, 10), days(20, 30)]),
        ([days(10, 20), days(5, 12)], [days(0, 5), days(20, 30)]),
        ([days(40, 50)], [days(0, 30)]),
        ([days(-5, 0)], [days(0, 30)]),
    ],
)
def test_the_days_on_which_nobody_holds_it(spans, expected):
    assert gaps(spans, days(0, 30)) == expected


SPANS = st.tuples(st.integers(-10, 40), st.integers(1, 20)).map(lambda pair: days(pair[0], sum(pair)))


@given(st.lists(SPANS, max_size=6))
def test_every_day_is_either_held_or_a_gap(spans):
    found = gaps(spans, days(0, 30))
    for day in range(30):
        moment = Span(NOW + day * DAY, NOW + (day + 1) * DAY)
        is_held = any(span.begins_at <= moment.begins_at < span.ends_at for span in spans)
        assert is_held is not any(gap.touches(moment) for gap in found)


# ── a pasted list ───────────────────────────────────────────────────────────


def test_a_list_is_cut_at_commas_tabs_and_semicolons_of_both_scripts():
    text = "205 教室, 2301001\n\n206 教室\t2301002\n207，2301003\n208；2301004\nonly one\na,b,c\n"
    assert pasted.read(text) == [
        Row(1, ("205 教室", "2301001")),
        Row(3, ("206 教室", "2301002")),
        Row(4, ("207", "2301003")),
        Row(5, ("208", "2301004")),
        Row(6, ("only one",)),
        Row(7, ("a", "b", "c")),
    ]
