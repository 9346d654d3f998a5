"""Who may care for whom, and when that ends: in tables."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.pairings import rules
from activities.pairings.rules import (
    CARES,
    IN_CARE,
    CaresForThemselves,
    Ended,
    EndsBeforeItBegan,
    EnoughCare,
    NotBegun,
    NotInCare,
    NotOfTheirStage,
    PairedAlready,
    PairedUntil,
    Sort,
    why_not_end,
    why_not_pair,
)
from activities.people.rules import Stage

TODAY, YESTERDAY, TOMORROW = date(2026, 11, 25), date(2026, 11, 24), date(2026, 11, 26)
TEACHER, PAIRED, MENTOR = Sort.CLASS_TEACHER, Sort.PAIRED, Sort.MENTOR
FULL, PROBATIONARY, ACTIVIST, APPLICANT = Stage.FULL, Stage.PROBATIONARY, Stage.ACTIVIST, Stage.APPLICANT


def carer(stage=FULL, **more):
    return rules.Carer("欧阳慧敏", stage, **more)


def ward(stage=ACTIVIST, **more):
    return rules.Ward("王一诺", stage, **more)


@pytest.mark.parametrize(
    ("sort", "who", "whom", "first", "reason"),
    [
        (TEACHER, carer(APPLICANT), None, TODAY, None),
        (TEACHER, carer(), None, TOMORROW, NotBegun),
        (TEACHER, carer(is_there=True), None, TODAY, PairedAlready),
        (TEACHER, carer(until=YESTERDAY), None, TODAY, None),
        (TEACHER, carer(until=TODAY), None, TODAY, PairedUntil),
        (PAIRED, carer(), None, TODAY, None),
        (PAIRED, carer(PROBATIONARY), None, TODAY, None),
        (PAIRED, carer(ACTIVIST), None, TODAY, NotOfTheirStage),
        (MENTOR, carer(), ward(), TODAY, None),
        (MENTOR, carer(), ward(APPLICANT), TODAY, None),
        (MENTOR, carer(), ward(others=1), TODAY, None),
        (MENTOR, carer(), ward(others=2), TODAY, EnoughCare),
        (MENTOR, carer(is_there=True), ward(others=2), TODAY, PairedAlready),
        (MENTOR, carer(PROBATIONARY), ward(), TODAY, NotOfTheirStage),
        (MENTOR, carer(), ward(FULL), TODAY, NotInCare),
        (MENTOR, carer(), ward(is_carer=True), TODAY, CaresForThemselves),
    ],
)
def test_who_may_care(sort, who, whom, first, reason):
    found = why_not_pair(sort, who, whom, first, TODAY)
    assert (type(found) if found else None) is reason


@pytest.mark.parametrize(
    ("first", "ended", "last", "reason"),
    [
        (YESTERDAY, None, TODAY, None),
        (TODAY, None, TODAY, None),
        (TODAY, None, YESTERDAY, EndsBeforeItBegan),
        (YESTERDAY, None, TOMORROW, NotBegun),
        (YESTERDAY, TODAY, TODAY, Ended),
    ],
)
def test_when_it_ends(first, ended, last, reason):
    found = why_not_end(first, ended, last, TODAY)
    assert (type(found) if found else None) is reason


days = st.integers(-400, 400).map(lambda n: TODAY + timedelta(days=n))


@given(first=days, last=days, again=days)
def test_times_of_one_carer_never_meet(first, last, again):
    """What may end on a day and begin anew on another are two times without a day in common, both of them past."""
    if why_not_pair(TEACHER, carer(), None, first, TODAY) or why_not_end(first, None, last, TODAY):
        return
    if why_not_pair(TEACHER, carer(until=last), None, again, TODAY) is None:
        assert first <= last < again <= TODAY


def test_nobody_guides_others_who_is_on_the_way_themselves():
    assert not set(CARES[PAIRED].stages) & set(IN_CARE)
    assert not set(CARES[MENTOR].stages) & set(IN_CARE)
