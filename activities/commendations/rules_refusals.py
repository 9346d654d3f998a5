"""What speaks against things in a round of commendation."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from activities.kit.refusal import N_, Refusal, refusal


@refusal
class WrongDays(Refusal):
    sentence: ClassVar[str] = N_("The last day of nominations is before the first.")


@refusal
class OpenAlready(Refusal):
    sentence: ClassVar[str] = N_("A round of this name and year is under way in this unit already.")
    remedy: ClassVar[str] = N_("Go on with that one, or give this one another name.")


@refusal
class DaysPast(Refusal):
    sentence: ClassVar[str] = N_("The last day of nominations is past.")


@refusal
class NobodyToCommend(Refusal):
    sentence: ClassVar[str] = N_("By this quota nobody could be commended.")
    remedy: ClassVar[str] = N_("Choose a larger share, or a number.")


@refusal
class NotNominating(Refusal):
    first: date
    last: date
    sentence: ClassVar[str] = N_("Nominations are made from %(first)s to %(last)s.")


@refusal
class OwnNomination(Refusal):
    sentence: ClassVar[str] = N_("Nobody nominates themselves.")


@refusal
class NominatedAlready(Refusal):
    sentence: ClassVar[str] = N_("This person has been nominated in this round already.")


@refusal
class AnsweredAlready(Refusal):
    sentence: ClassVar[str] = N_("This nomination waits for no answer from you any more.")


@refusal
class InvolvedInNomination(Refusal):
    sentence: ClassVar[str] = N_("Who is nominated, or nominated somebody, does not enter the decision on it.")
    remedy: ClassVar[str] = N_("Another person of the committee enters it.")


@refusal
class NotBeforeCommittee(Refusal):
    sentence: ClassVar[str] = N_("This nomination is not before the committee.")


@refusal
class WrongDecisionDay(Refusal):
    first: date
    today: date
    sentence: ClassVar[str] = N_("The committee decided between %(first)s and %(today)s.")


@refusal
class WhyOtherwise(Refusal):
    sentence: ClassVar[str] = N_("Say why it is decided otherwise now.")


@refusal
class NoneLeft(Refusal):
    most: int
    sentence: ClassVar[str] = N_("%(most)s may be commended, and that many are chosen.")
    remedy: ClassVar[str] = N_("First decide otherwise on another one.")


@refusal
class DecidedAlready(Refusal):
    sentence: ClassVar[str] = N_("This nomination is ended, or the committee has decided on it.")


@refusal
class NotOpen(Refusal):
    sentence: ClassVar[str] = N_("This round is not open any more.")


@refusal
class StillNominating(Refusal):
    last: date
    sentence: ClassVar[str] = N_("Nominations are made until the end of %(last)s.")


@refusal
class Undecided(Refusal):
    count: int
    sentence: ClassVar[str] = N_("The committee has still to decide on %(count)s nominations.")


@refusal
class NobodyChosen(Refusal):
    sentence: ClassVar[str] = N_("The committee has chosen nobody.")


@refusal
class NotOnNotice(Refusal):
    sentence: ClassVar[str] = N_("This does not stand on notice.")


@refusal
class NobodyLeft(Refusal):
    sentence: ClassVar[str] = N_("Nobody stands on notice any more.")
    remedy: ClassVar[str] = N_("Call the round off.")


@refusal
class SecondPerson(Refusal):
    sentence: ClassVar[str] = N_("Who nominated, decided, put it on notice or is to be commended does not grant it.")
    remedy: ClassVar[str] = N_("A second person grants it: another secretary of this unit or one above.")


@refusal
class StillOnNotice(Refusal):
    until: date
    sentence: ClassVar[str] = N_("It stands on notice until the end of %(until)s.")


@refusal
class ObjectionsOpen(Refusal):
    count: int
    sentence: ClassVar[str] = N_("%(count)s objections wait for an answer.")


@refusal
class AboutYou(Refusal):
    sentence: ClassVar[str] = N_("This is about you.")
    remedy: ClassVar[str] = N_("Where you do not want it, decline it on its page.")


@refusal
class ObjectedAlready(Refusal):
    sentence: ClassVar[str] = N_("You have objected to this already.")
    remedy: ClassVar[str] = N_("You are told of the answer.")


@refusal
class Concerned(Refusal):
    sentence: ClassVar[str] = N_("Who is commended, nominated, decided or objects does not answer the objection.")
    remedy: ClassVar[str] = N_("Another secretary, of this unit or one above, answers it.")


@refusal
class NotAwarded(Refusal):
    sentence: ClassVar[str] = N_("This commendation was not granted, or is revoked already.")


@refusal
class OnCommitteeAlready(Refusal):
    name: str
    sentence: ClassVar[str] = N_("%(name)s is on the committee already.")
