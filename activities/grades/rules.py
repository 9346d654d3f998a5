"""Grades: which there are, and what speaks against giving one. Pure, on plain values."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import ClassVar

from activities.cycles.rules import Grade, Standing, Windows, standing, why_not_now
from activities.kit.refusal import N_, Refusal, refusal

MOST_OPINION = 2000


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


# ── opinions of those who know somebody ─────────────────────────────────────


@refusal
class OwnOpinion(Refusal):
    sentence: ClassVar[str] = N_("Nobody gives an opinion on themselves, or asks for one.")


@refusal
class AskedAlready(Refusal):
    name: str
    sentence: ClassVar[str] = N_("%(name)s has been asked already.")


@refusal
class TooLate(Refusal):
    sentence: ClassVar[str] = N_("The grades are given; opinions come before them.")


def why_not_write(grades_are_given: bool) -> Refusal | None:
    return TooLate() if grades_are_given else None
