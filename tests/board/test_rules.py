"""What may stay empty, and how posts fall on pages."""

from __future__ import annotations

from datetime import UTC, timedelta

import pytest

from activities.board.rules import Habit, Stretch, habit_of, habits, outlook, pages
from tests.cast import DAY, HOUR, NOW

ALWAYS, HALF, NEVER = (Habit(share, 8, True) for share in (1.0, 0.5, 0.0))


@pytest.mark.parametrize(
    ("taken", "ahead", "habit", "empty"),
    [
        (0, 3 * DAY, ALWAYS, 0),  # all of the time is left, and such slots fill
        (0, 36 * HOUR, ALWAYS, 2),  # half of the time: half of them still come
        (0, timedelta(0), ALWAYS, 4),
        (0, 7 * DAY, HALF, 2),
        (3, 7 * DAY, HALF, 1),  # more have come than usual: nobody else is counted on
        (0, 7 * DAY, NEVER, 4),
        (0, 7 * DAY, None, 4 / 3),  # nothing is known: two of three seats
        (4, HOUR, NEVER, 0),
    ],
)
def test_what_will_probably_stay_empty_of_four_seats(taken, ahead, habit, empty):
    found = outlook(4, taken, NOW + ahead, habit, NOW)
    assert found.empty == pytest.approx(empty)
    assert found.score == pytest.approx(empty / 4)
    assert found.missing == 4 - taken


@pytest.mark.parametrize(
    ("taken", "ahead", "habit", "is_likely"),
    [
        (0, 7 * DAY, None, False),  # a new slot a week ahead worries nobody
        (0, 60 * HOUR, None, True),
        (0, 7 * DAY, HALF, True),
        (1, 60 * HOUR, ALWAYS, True),  # red in the week, so it stands in the list whatever its habit
        (3, 60 * HOUR, HALF, False),
    ],
)
def test_what_is_worth_telling(taken, ahead, habit, is_likely):
    assert outlook(4, taken, NOW + ahead, habit, NOW).is_likely is is_likely


def test_habits_are_those_of_the_weekday_else_of_the_post():
    past = [(1, NOW - 7 * DAY, 4, 4), (1, NOW - 14 * DAY, 4, 2), (1, NOW - 6 * DAY, 2, 0)]
    found = habits(past, UTC)
    assert habit_of(found, 1, NOW.weekday()) == Habit(0.75, 2, True)
    assert habit_of(found, 1, (NOW - 2 * DAY).weekday()) == Habit(0.6, 3, False)
    assert habit_of(found, 2, 0) is None


@pytest.mark.parametrize(
    ("posts", "expected"),
    [
        ([], [(0, 0)]),
        ([3, 4], [(0, 7)]),
        ([6, 6], [(0, 6), (6, 6)]),  # an activity is not divided
        ([10], [(0, 10)]),
        ([2, 25, 3], [(0, 2), (2, 10), (12, 10), (22, 8)]),  # unless it is longer than a page
        ([20], [(0, 10), (10, 10)]),
    ],
)
def test_pages_of_ten_posts(posts, expected):
    assert pages(posts, 10) == [Stretch(*stretch) for stretch in expected]
    assert sum(stretch.limit for stretch in pages(posts, 10)) == sum(posts)
