"""A request to correct one's record: said by the member, answered by an organizer, decided by a secretary. Pure, on
plain values."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from activities.kit.refusal import N_, Refusal, refusal
from activities.records.rules import Attendance, Mark, why_not_mark


class CorrectionState(StrEnum):
    ASKED = "asked"
    ANSWERED = "answered"
    # Nobody decided in time: every secretary above is asked.
    RAISED = "raised"
    GRANTED = "granted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


STATE_NAMES = {
    CorrectionState.ASKED: N_("waits for the organizer's answer"),
    CorrectionState.ANSWERED: N_("waits for the secretary's decision"),
    CorrectionState.RAISED: N_("waits for a decision; every secretary above is asked"),
    CorrectionState.GRANTED: N_("granted"),
    CorrectionState.DECLINED: N_("declined"),
    CorrectionState.WITHDRAWN: N_("withdrawn"),
}
# What may follow what. What stands on the right only is an end.
NEXT = {
    CorrectionState.ASKED: {CorrectionState.ANSWERED, CorrectionState.WITHDRAWN},
    CorrectionState.ANSWERED: {CorrectionState.RAISED, CorrectionState.GRANTED, CorrectionState.DECLINED},
    CorrectionState.RAISED: {CorrectionState.RAISED, CorrectionState.GRANTED, CorrectionState.DECLINED},
}
OPEN = tuple(NEXT)
TO_DECIDE = (CorrectionState.ANSWERED, CorrectionState.RAISED)


class Opinion(StrEnum):
    """What the organizers say to it; `NONE` where their time has passed, or there is nobody to ask."""

    AGREES = "agrees"
    DISAGREES = "disagrees"
    NONE = "none"


OPINION_NAMES = {
    Opinion.AGREES: N_("agrees"),
    Opinion.DISAGREES: N_("does not agree"),
    Opinion.NONE: N_("No organizer answered in time."),
}


@refusal
class SaysSoAlready(Refusal):
    sentence: ClassVar[str] = N_("That is what the record says already.")
    remedy: ClassVar[str] = N_("Enter what is right.")


@refusal
class AskedAlready(Refusal):
    sentence: ClassVar[str] = N_("You have asked for a correction of this record already.")
    remedy: ClassVar[str] = N_("You are told of each step. Until it is answered you can withdraw it and ask anew.")


@refusal
class GoneOn(Refusal):
    sentence: ClassVar[str] = N_("This request has gone on since you opened the page.")
    remedy: ClassVar[str] = N_("Look at how it stands now.")


@refusal
class OwnCorrection(Refusal):
    sentence: ClassVar[str] = N_("Nobody answers or decides a request about their own record.")
    remedy: ClassVar[str] = N_("Another organizer or a secretary can.")


@refusal
class AnsweredYourself(Refusal):
    sentence: ClassVar[str] = N_("You answered this as an organizer, so somebody else decides.")
    remedy: ClassVar[str] = N_("Another secretary can.")


def why_not_ask(name: str, claim: Mark, present: Mark | None, length: int, is_asked: bool) -> Refusal | None:
    """The first reason against asking that a record say `claim`, in a slot of `length` minutes, or None. Nobody asks to
    have been sent away: it could only speak of their health."""
    if is_asked:
        return AskedAlready()
    if claim == present or claim.attendance is Attendance.DEFERRED:
        return SaysSoAlready()
    return why_not_mark(name, claim, length)


def why_not_answer(state: CorrectionState, is_own: bool) -> Refusal | None:
    if is_own:
        return OwnCorrection()
    return None if CorrectionState.ANSWERED in NEXT.get(state, ()) else GoneOn()


def why_not_decide(state: CorrectionState, is_own: bool, has_answered: bool) -> Refusal | None:
    """Who has the record, who answers and who decides are three people."""
    if is_own:
        return OwnCorrection()
    if CorrectionState.GRANTED not in NEXT.get(state, ()):
        return GoneOn()
    return AnsweredYourself() if has_answered else None


def why_not_withdraw(state: CorrectionState) -> Refusal | None:
    return None if CorrectionState.WITHDRAWN in NEXT.get(state, ()) else GoneOn()


def passed_on(state: CorrectionState) -> CorrectionState | None:
    """Where a request goes whose time is over; None where it has ended. It never ends by that."""
    if state is CorrectionState.ASKED:
        return CorrectionState.ANSWERED
    return CorrectionState.RAISED if state in TO_DECIDE else None
