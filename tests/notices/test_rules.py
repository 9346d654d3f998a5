"""When somebody is reminded of a duty."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from activities.notices.rules import FARTHEST, due_reminder, remind_at
from activities.outbox.rules import Reminders

ZONE = ZoneInfo("Asia/Shanghai")
ALL = Reminders(15)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November 2026 on the school's wall clock."""
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE).astimezone(UTC)


STARTS, LONG_AGO = at(26, 22), at(1, 8)


@pytest.mark.parametrize(
    ("when", "moment"),
    [(Reminders.HOUR, at(26, 21)), (Reminders.TWO_HOURS, at(26, 20)), (Reminders.DAY, at(25, 22)),
     (Reminders.EVENING, at(25, 18))],
)  # fmt: skip
def test_each_reminder_has_its_moment(when, moment):
    assert remind_at(STARTS, when, ZONE) == moment
    assert STARTS - moment <= FARTHEST


@pytest.mark.parametrize(
    ("now", "chosen", "due"),
    [(at(25, 17, 59), ALL, None), (at(25, 18), ALL, Reminders.EVENING), (at(25, 21, 59), ALL, Reminders.EVENING),
     (at(25, 22), ALL, Reminders.DAY), (at(26, 20), ALL, Reminders.TWO_HOURS), (at(26, 21, 30), ALL, Reminders.HOUR),
     (at(26, 22), ALL, None), (at(26, 23), ALL, None), (at(26, 21, 59), Reminders(0), None),
     (at(26, 21, 59), Reminders.EVENING, Reminders.EVENING)],
)  # fmt: skip
def test_the_latest_that_has_come_is_due_and_none_once_it_has_begun(now, chosen, due):
    assert due_reminder(STARTS, LONG_AGO, chosen, now, ZONE) == due


def test_nobody_is_reminded_of_what_they_have_just_taken():
    taken = at(26, 20, 30)
    assert due_reminder(STARTS, taken, ALL, taken + timedelta(minutes=1), ZONE) is None
    assert due_reminder(STARTS, taken, ALL, at(26, 21), ZONE) is Reminders.HOUR
