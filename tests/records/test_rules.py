"""Decision tables of the rules of records."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from activities.duties.rules import SlotState
from activities.records.rules import (
    Attendance,
    Contradiction,
    LatenessMissing,
    Mark,
    MinutesOutOfRange,
    NotExpected,
    NotStarted,
    OwnRecord,
    ReasonMissing,
    Row,
    Session,
    SlotWasCancelled,
    TooLate,
    fill_mark,
    most_minutes,
    why_not_correct,
    why_not_mark,
    why_not_open,
    why_not_record,
)  # fmt: skip
from tests.cast import HOUR, NOW

PRESENT, LATE, LEFT_EARLY, EXCUSED, ABSENT, _DEFERRED = Attendance
TWO_HOURS = Session(state=SlotState.OPEN, starts_at=NOW, minutes=120)
SECOND = timedelta(seconds=1)
LIN = Row(name="林可欣")


@pytest.mark.parametrize(
    ("attendance", "late", "most"),
    [
        (PRESENT, 0, 120),
        (LATE, 0, 120),
        (LATE, 1, 119),
        (LATE, 120, 0),
        (LATE, 500, 0),
        (EXCUSED, 0, 0),
        (ABSENT, 0, 0),
    ],
)
def test_the_default_is_the_most_that_can_have_been_given(attendance, late, most):
    assert most_minutes(attendance, 120, late) == most


@pytest.mark.parametrize(
    ("attendance", "minutes", "late", "mark"),
    [
        (PRESENT, None, 0, Mark(PRESENT, 120)),
        (PRESENT, 90, 0, Mark(PRESENT, 90)),
        (PRESENT, 0, 0, Mark(PRESENT, 0)),
        (PRESENT, None, 15, Mark(PRESENT, 120)),
        (LATE, None, 15, Mark(LATE, 105, 15)),
        (LATE, 60, 15, Mark(LATE, 60, 15)),
        (EXCUSED, 60, 15, Mark(EXCUSED)),
        (ABSENT, None, 0, Mark(ABSENT)),
    ],
)
def test_a_mark_is_filled_with_what_follows(attendance, minutes, late, mark):
    assert fill_mark(attendance, 120, minutes, late) == mark


@pytest.mark.parametrize(
    ("mark", "refusal"),
    [
        (Mark(PRESENT, 120), None),
        (Mark(PRESENT, 0), None),
        (Mark(PRESENT, 121), MinutesOutOfRange("林可欣", 2 * HOUR)),
        (Mark(PRESENT, -1), MinutesOutOfRange("林可欣", 2 * HOUR)),
        (Mark(PRESENT, 100, 5), Contradiction("林可欣")),
        (Mark(LATE, 119, 1), None),
        (Mark(LATE, 0, 120), None),
        (Mark(LATE, 100, 0), LatenessMissing("林可欣")),
        (Mark(LATE, 100, -3), LatenessMissing("林可欣")),
        (Mark(LATE, 0, 121), TooLate("林可欣", 2 * HOUR)),
        (Mark(LATE, 106, 15), MinutesOutOfRange("林可欣", timedelta(minutes=105))),
        (Mark(EXCUSED), None),
        (Mark(EXCUSED, 1), Contradiction("林可欣")),
        (Mark(ABSENT), None),
        (Mark(ABSENT, 0, 5), Contradiction("林可欣")),
    ],
)
def test_only_what_can_have_been_is_recorded(mark, refusal):
    assert why_not_mark("林可欣", mark, 120) == refusal


@pytest.mark.parametrize(
    ("session", "now", "refusal"),
    [
        (TWO_HOURS, NOW, None),
        (TWO_HOURS, NOW + 1000 * HOUR, None),
        (TWO_HOURS, NOW - SECOND, NotStarted(NOW)),
        (replace(TWO_HOURS, state=SlotState.CANCELLED), NOW, SlotWasCancelled()),
        (replace(TWO_HOURS, state=SlotState.CANCELLED), NOW - SECOND, SlotWasCancelled()),
    ],
)
def test_marking_opens_when_the_slot_starts(session, now, refusal):
    assert why_not_open(session, now) == refusal
    assert why_not_record(session, LIN, Mark(PRESENT), now) == refusal


@pytest.mark.parametrize(
    ("row", "mark", "refusal"),
    [
        (LIN, Mark(PRESENT, 120), None),
        (replace(LIN, is_own=True), Mark(PRESENT, 120), OwnRecord("林可欣")),
        (replace(LIN, is_own=True), Mark(ABSENT), OwnRecord("林可欣")),
        (replace(LIN, is_expected=False), Mark(PRESENT, 120), NotExpected("林可欣")),
        (LIN, Mark(PRESENT, 121), MinutesOutOfRange("林可欣", 2 * HOUR)),
    ],
)
def test_a_row_is_somebody_else_of_the_slot(row, mark, refusal):
    assert why_not_record(TWO_HOURS, row, mark, NOW) == refusal


@pytest.mark.parametrize(
    ("names", "reason", "refusal"),
    [
        ([], "", None),
        ([], "why not", None),
        (["林可欣"], "came at the end", None),
        (["林可欣", "王一诺"], "", ReasonMissing("林可欣, 王一诺")),
    ],
)
def test_changing_what_was_saved_needs_a_reason(names, reason, refusal):
    assert why_not_correct(names, reason) == refusal
