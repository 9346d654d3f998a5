"""The rules of a commendation as tables, and what must hold of any quota."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.commendations import rules_refusals as refusals
from activities.commendations.rules import (
    MAY_DECLINE,
    RoundState,
    State,
    how_many,
    why_not_answer,
    why_not_award,
    why_not_decide,
)

DAY = date(2026, 6, 10)
PEOPLE, PERCENT = st.integers(0, 100_000), st.integers(1, 100)


@given(PERCENT, PEOPLE)
def test_a_share_is_never_more_than_it_says_and_less_than_one_person_short(percent, people):
    most = how_many(percent, None, people)
    assert most * 100 <= percent * people < (most + 1) * 100


@given(st.integers(0, 50), st.integers(0, 50), st.sampled_from([State.AGREED, State.NOT_CHOSEN]))
def test_nobody_is_chosen_beyond_the_quota(most, chosen, nomination):
    refusal = why_not_decide(
        state=RoundState.OPEN, nomination=nomination, chosen=True, left=most - chosen, most=most, is_involved=False,
        day=DAY, first=DAY, today=DAY, reason="again",
    )  # fmt: skip
    assert (refusal is None) == (chosen < most)


@pytest.mark.parametrize("state", RoundState)
@pytest.mark.parametrize("nomination", State)
def test_a_person_agrees_once_and_goes_back_on_it_until_it_is_granted(state, nomination):
    agrees = why_not_answer(round_state=state, state=nomination, agrees=True) is None
    declines = why_not_answer(round_state=state, state=nomination, agrees=False) is None
    assert agrees == (state is RoundState.OPEN and nomination in (State.ASKED, State.DECLINED))
    assert declines == (state in (RoundState.OPEN, RoundState.NOTICE) and nomination in MAY_DECLINE)


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({}, None),
        ({"state": RoundState.OPEN}, refusals.NotOnNotice),
        ({"state": RoundState.AWARDED}, refusals.NotOnNotice),
        ({"until": DAY}, refusals.StillOnNotice),
        ({"objections": 1}, refusals.ObjectionsOpen),
        ({"chosen": 0}, refusals.NobodyLeft),
        ({"is_involved": True}, refusals.SecondPerson),
    ],
)
def test_what_speaks_against_granting_it(changed, refusal):
    facts = {"state": RoundState.NOTICE, "until": DAY - timedelta(1), "today": DAY, "objections": 0, "chosen": 1}
    found = why_not_award(**{**facts, "is_involved": False, **changed})
    assert type(found) is (refusal or type(None))
