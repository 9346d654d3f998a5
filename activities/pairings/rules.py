"""Who may be paired with a class or mentor somebody, and when that ends. Pure, on plain values.

A further sort of care is one more row of CARES.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar

from activities.kit.refusal import N_, Refusal, Word, refusal
from activities.people.rules import Stage

# Who is on the way to becoming a member, and so in the care of others.
IN_CARE = (Stage.APPLICANT, Stage.ACTIVIST, Stage.CANDIDATE)


class Sort(StrEnum):
    CLASS_TEACHER = "class teacher"
    PAIRED = "paired"
    MENTOR = "mentor"


@dataclass(frozen=True)
class Care:
    """`stages`: where who cares must stand themselves, or anywhere; `of_person`: whether it is of a single person
    rather than of a class; `most`: how many of the sort there may be at once, or any number."""

    name: str
    stages: Collection[Stage] = frozenset(Stage)
    of_person: bool = False
    most: int | None = None


CARES = {
    Sort.CLASS_TEACHER: Care(N_("Class teacher")),
    Sort.PAIRED: Care(N_("Class-pairing member"), (Stage.PROBATIONARY, Stage.FULL)),
    Sort.MENTOR: Care(N_("Mentor"), (Stage.FULL,), of_person=True, most=2),
}


@refusal
class PairedAlready(Refusal):
    name: str
    sentence: ClassVar[str] = N_("%(name)s is paired already.")


@refusal
class PairedUntil(Refusal):
    name: str
    until: date
    sentence: ClassVar[str] = N_("%(name)s was paired until %(until)s.")
    remedy: ClassVar[str] = N_("Choose a later first day.")


@refusal
class NotOfTheirStage(Refusal):
    name: str
    sort: Word
    sentence: ClassVar[str] = N_("%(name)s is no member who can be this: %(sort)s.")


@refusal
class CaresForThemselves(Refusal):
    sentence: ClassVar[str] = N_("Nobody is their own mentor.")


@refusal
class EnoughCare(Refusal):
    most: int
    sentence: ClassVar[str] = N_("There are %(most)s already.")
    remedy: ClassVar[str] = N_("End one of them first.")


@refusal
class NotInCare(Refusal):
    name: str
    sentence: ClassVar[str] = N_("%(name)s is not on the way to becoming a member.")


@refusal
class NotBegun(Refusal):
    sentence: ClassVar[str] = N_("This day is still to come.")
    remedy: ClassVar[str] = N_("Enter it once it is there.")


@refusal
class EndsBeforeItBegan(Refusal):
    sentence: ClassVar[str] = N_("The last day is before the first.")


@refusal
class Ended(Refusal):
    sentence: ClassVar[str] = N_("This has ended already.")


@dataclass(frozen=True)
class Carer:
    """Who would care: where they stand, whether they do so already, and otherwise the last day on which they did."""

    name: str
    stage: Stage
    is_there: bool = False
    until: date | None = None


@dataclass(frozen=True)
class Ward:
    """Who would be mentored: how many do so already, and whether the mentor is an account of the same person."""

    name: str
    stage: Stage
    others: int = 0
    is_carer: bool = False


def why_not_pair(sort: Sort, carer: Carer, ward: Ward | None, first: date, today: date) -> Refusal | None:
    """The first reason against letting somebody care for a class or, where there is a ward, for that person."""
    care = CARES[sort]
    if ward and ward.is_carer:
        return CaresForThemselves()
    if ward and ward.stage not in IN_CARE:
        return NotInCare(ward.name)
    if carer.stage not in care.stages:
        return NotOfTheirStage(carer.name, Word(care.name))
    if carer.is_there:
        return PairedAlready(carer.name)
    if ward and care.most is not None and ward.others >= care.most:
        return EnoughCare(care.most)
    if first > today:
        return NotBegun()
    return PairedUntil(carer.name, carer.until) if carer.until and first <= carer.until else None


def why_not_end(first: date, ended: date | None, last: date, today: date) -> Refusal | None:
    """Why what began on a day, and has ended or not, cannot end on `last`."""
    if ended is not None:
        return Ended()
    if last < first:
        return EndsBeforeItBegan()
    return NotBegun() if last > today else None
