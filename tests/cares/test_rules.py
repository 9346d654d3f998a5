"""When an opinion on an activist may be kept, handed in and changed: in a table."""

from __future__ import annotations

from datetime import timedelta

import pytest

from activities.cares.rules import (
    ASSESSED,
    MOST_CHARACTERS,
    NoDraftAgain,
    NothingWritten,
    TooMuchWritten,
    is_over,
    why_not_keep,
)
from activities.cycles.rules import DEFAULT_DAYS, REVIEWED, planned
from activities.grades.rules import TooLate
from tests.cycles.opened import STARTS

DRAFT, FIRST, AGAIN, BACK = (False, False), (True, False), (True, True), (False, True)


@pytest.mark.parametrize(
    ("text", "how", "over", "reason"),
    [
        ("", DRAFT, False, None),
        ("好", DRAFT, False, None),
        ("好", DRAFT, True, TooLate),
        ("", FIRST, False, NothingWritten),
        (" \n", FIRST, False, NothingWritten),
        ("好", FIRST, False, None),
        ("好", FIRST, True, TooLate),
        ("好", AGAIN, False, None),
        ("", AGAIN, False, NothingWritten),
        ("好", AGAIN, True, TooLate),
        ("好", BACK, False, NoDraftAgain),
        ("好" * MOST_CHARACTERS, FIRST, False, None),
        ("好" * (MOST_CHARACTERS + 1), DRAFT, False, TooMuchWritten),
    ],
)
def test_what_may_be_kept(text, how, over, reason):
    hand_in, handed_in = how
    found = why_not_keep(text, hand_in=hand_in, handed_in=handed_in, over=over)
    assert (type(found) if found else None) is reason


def test_opinions_are_written_until_the_grades_are_given():
    windows = planned(STARTS, DEFAULT_DAYS, {})
    last = windows["grade"].last
    days = [STARTS - timedelta(days=9), STARTS, windows["essay"].first, last, last + timedelta(days=1)]
    assert [is_over(windows, day) for day in days] == [False, False, False, False, True]


def test_who_is_graded_is_not_assessed_so():
    assert not set(ASSESSED) & set(REVIEWED)
