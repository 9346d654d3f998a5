"""Grades: which there are, and what speaks against giving one. Pure, on plain values."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from enum import StrEnum
from typing import ClassVar

from activities.cycles.rules import Standing, Windows, standing, why_not_now
from activities.kit.refusal import N_, Refusal, refusal

MOST_OPINION = 2000


class Grade(StrEnum):
    """Who is on probation takes part without one."""

    EXCELLENT = "excellent"
    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"
    UNGRADED = "ungraded"


GRADE_NAMES = {
    Grade.EXCELLENT: N_("Excellent"),
    Grade.GOOD: N_("Qualified"),
    Grade.FAIR: N_("Basically qualified"),
    Grade.POOR: N_("Not qualified"),
    Grade.UNGRADED: N_("No grade"),
}


@refusal
class OwnGrade(Refusal):
    sentence: ClassVar[str] = N_("Nobody grades themselves.")
    remedy: ClassVar[str] = N_("Somebody else who holds the review of the unit does it, or one above.")


@refusal
class NotTheirs(Refusal):
    sentence: ClassVar[str] = N_("Full members are graded, others are not.")


@refusal
class NoneLeft(Refusal):
    most: int
    sentence: ClassVar[str] = N_("%(most)s of this unit may be excellent, and that many are.")
    remedy: ClassVar[str] = N_("Change one of these grades first, or give another one.")


@refusal
class SayWhy(Refusal):
    sentence: ClassVar[str] = N_("A grade is changed with a reason.")


def fitting(graded: bool) -> Collection[Grade]:
    """The grades that somebody can be given."""
    return [grade for grade in Grade if (grade is not Grade.UNGRADED) == graded]


def change_of_excellent(before: Grade | None, after: Grade | None) -> int:
    """By how many a unit has more that are excellent."""
    return (after is Grade.EXCELLENT) - (before is Grade.EXCELLENT)


def why_not_grade(
    *, before: Grade | None, after: Grade, graded: bool, versions: int, reason: str, left: int, most: int,
    windows: Windows, today: date,
) -> Refusal | None:  # fmt: skip
    """The first reason against a grade, or None. `versions`: how often it was decided on before; `left`: how many more
    of the unit may be excellent. What was taken away – an objection was upheld – is decided anew after the step too."""
    if after not in fitting(graded):
        return NotTheirs()
    is_anew = versions > 0 and before is None and standing("grade", windows, today) is Standing.OVER
    if not is_anew and (refusal := why_not_now("grade", windows, today)):
        return refusal
    if versions and not reason:
        return SayWhy()
    return NoneLeft(most) if change_of_excellent(before, after) > left else None
