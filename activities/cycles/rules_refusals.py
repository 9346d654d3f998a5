"""What speaks against things in an annual review."""

from __future__ import annotations

from typing import ClassVar

from activities.kit.refusal import N_, Refusal, Word, refusal


@refusal
class WrongWayRound(Refusal):
    step: Word
    sentence: ClassVar[str] = N_("“%(step)s” would end before it begins.")


@refusal
class TooEarly(Refusal):
    step: Word
    other: Word
    sentence: ClassVar[str] = N_("“%(step)s” cannot begin before “%(other)s” is over.")


@refusal
class TooShortNotice(Refusal):
    days: int
    sentence: ClassVar[str] = N_("The grades stand on notice for at least %(days)s working days.")


@refusal
class UnknownStep(Refusal):
    sentence: ClassVar[str] = N_("There is no such step.")


@refusal
class NoWindow(Refusal):
    step: Word
    sentence: ClassVar[str] = N_("“%(step)s” has no days of its own.")


@refusal
class NotLastLonger(Refusal):
    step: Word
    sentence: ClassVar[str] = N_("Choose a day after the last one of “%(step)s”, and not one that is past.")


@refusal
class StepNotOpen(Refusal):
    step: Word
    sentence: ClassVar[str] = N_("“%(step)s” has not begun yet.")


@refusal
class StepOver(Refusal):
    step: Word
    sentence: ClassVar[str] = N_("“%(step)s” is over.")
    remedy: ClassVar[str] = N_("Who holds the review can reopen it with a reason.")


@refusal
class Overlaps(Refusal):
    unit: str
    sentence: ClassVar[str] = N_("%(unit)s has a review of this year already, and its people are part of it.")
    remedy: ClassVar[str] = N_("Review them there, or call that one off first.")


@refusal
class NobodyToReview(Refusal):
    sentence: ClassVar[str] = N_("No member belongs to this unit or one below it.")


@refusal
class NotOpen(Refusal):
    sentence: ClassVar[str] = N_("This review is not open any more; nothing about it can be changed.")


@refusal
class TakesPart(Refusal):
    name: str
    sentence: ClassVar[str] = N_("%(name)s takes part already.")


@refusal
class ReviewedElsewhere(Refusal):
    name: str
    sentence: ClassVar[str] = N_("%(name)s takes part in another review of this year.")


@refusal
class TakesNoPart(Refusal):
    name: str
    sentence: ClassVar[str] = N_("%(name)s does not take part any more.")


@refusal
class OwnPart(Refusal):
    sentence: ClassVar[str] = N_("Nobody adds or removes themselves.")
    remedy: ClassVar[str] = N_("Somebody else who holds the review does it.")


@refusal
class OwnGrade(Refusal):
    sentence: ClassVar[str] = N_("Nobody grades themselves.")
    remedy: ClassVar[str] = N_("Somebody else who holds the review of the unit does it, or one above.")


@refusal
class NoRoom(Refusal):
    unit: str
    sentence: ClassVar[str] = N_("%(unit)s would have more excellent grades than its share allows.")
    remedy: ClassVar[str] = N_("Change one of these grades first.")


@refusal
class NothingChanged(Refusal):
    sentence: ClassVar[str] = N_("That is what holds already.")
