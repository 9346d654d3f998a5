"""The blocks of a volunteer's record that are entered – training, commendation, appraisal – as plain values. Each is a
declaration of what its entries say; the others are known already: who the person is, and what the service was."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any, ClassVar, NamedTuple

from activities.kit.refusal import N_, Refusal, refusal

MOST_MINUTES = 1000 * 60


class Block(StrEnum):
    TRAINING = "training"
    COMMENDATION = "commendation"
    APPRAISAL = "appraisal"


class Part(StrEnum):
    """What an entry can say, by the name of its column."""

    TITLE = "title"
    CONTENT = "content"
    MINUTES = "minutes"
    UNIT = "unit"
    DAY = "day"


class Shape(NamedTuple):
    """A block's name, and how it calls the parts that its entries have."""

    name: str
    parts: Mapping[Part, str]


SHAPES = {
    Block.TRAINING: Shape(
        N_("Training"),
        {
            Part.TITLE: N_("Name of the training"), Part.CONTENT: N_("Content"), Part.MINUTES: N_("Hours of training"),
            Part.UNIT: N_("Organized by"), Part.DAY: N_("Date"),
        },
    ),
    Block.COMMENDATION: Shape(
        N_("Commendation"),
        {Part.TITLE: N_("Name of the commendation"), Part.UNIT: N_("Granted by"), Part.DAY: N_("Date")},
    ),
    Block.APPRAISAL: Shape(N_("Appraisal"), {Part.TITLE: N_("Quality of service"), Part.DAY: N_("Date")}),
}  # fmt: skip
MAY_BE_EMPTY = frozenset({Part.CONTENT})


class Said(NamedTuple):
    """What an entry says. What its block does not have is empty."""

    title: str
    day: date
    content: str = ""
    minutes: int | None = None
    unit: str = ""

    @property
    def values(self) -> dict[str, Any]:
        return self._asdict()


# ── refusals and decisions ──────────────────────────────────────────────────


@refusal
class OwnEntry(Refusal):
    sentence: ClassVar[str] = N_("Nobody enters, corrects or takes back anything in their own record.")
    remedy: ClassVar[str] = N_("Ask another organizer or a secretary to do it.")


@refusal
class DayToCome(Refusal):
    sentence: ClassVar[str] = N_("This day is still to come.")


@refusal
class EnteredAlready(Refusal):
    sentence: ClassVar[str] = N_("The same is entered for this person already.")


@refusal
class ReplacedMeanwhile(Refusal):
    sentence: ClassVar[str] = N_("Someone else has corrected this entry or taken it back meanwhile.")
    remedy: ClassVar[str] = N_("Look at what holds now.")


def why_not_enter(said: Said, today: date, there: set[Said], *, is_own: bool) -> Refusal | None:
    """The first reason against another entry beside those that are there, or None."""
    if is_own:
        return OwnEntry()
    if said.day > today:
        return DayToCome()
    return EnteredAlready() if said in there else None
