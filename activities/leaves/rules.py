"""Leave: after the deadline a seat is given back only with a reason that an organizer accepts."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from activities.kit.refusal import N_, Refusal, refusal
from activities.signups.rules import Offer, SignUpState
from activities.signups.rules_leaving import NotIn, TooLateToWithdraw, why_not_withdraw


class Answer(StrEnum):
    ASKED = "asked"
    ACCEPTED = "accepted"
    DECLINED = "declined"


ANSWER_NAMES = {
    Answer.ASKED: N_("not answered yet"),
    Answer.ACCEPTED: N_("accepted"),
    Answer.DECLINED: N_("declined"),
}


@refusal
class InTime(Refusal):
    until: datetime
    sentence: ClassVar[str] = N_("You can withdraw until %(until)s without asking anybody.")
    remedy: ClassVar[str] = N_("Withdraw on the slot's page.")


@refusal
class AskedAlready(Refusal):
    sentence: ClassVar[str] = N_("You have asked for leave already.")
    remedy: ClassVar[str] = N_("You are told when it is answered. Until then the seat is yours.")


@refusal
class AnsweredAlready(Refusal):
    sentence: ClassVar[str] = N_("This request is answered already, or the person has no seat any more.")


@refusal
class OwnLeave(Refusal):
    sentence: ClassVar[str] = N_("Nobody answers their own request.")
    remedy: ClassVar[str] = N_("Ask another organizer of the activity.")


def why_not_ask(offer: Offer, mine: SignUpState | None, is_asked: bool, now: datetime) -> Refusal | None:
    """The first reason against asking for leave, or None: only where it is too late to withdraw is there anything to
    ask."""
    why = why_not_withdraw(offer, mine, now)
    if why is None:
        return InTime(offer.withdraw_until) if mine is SignUpState.SEATED else NotIn()
    if not isinstance(why, TooLateToWithdraw):
        return why
    return AskedAlready() if is_asked else None


def why_not_answer(
    offer: Offer, mine: SignUpState | None, is_asked: bool, is_own: bool, now: datetime
) -> Refusal | None:
    """The first reason against answering a request, or None. Once the slot has begun its attendance says what was."""
    if is_own:
        return OwnLeave()
    if not is_asked or mine is not SignUpState.SEATED:
        return AnsweredAlready()
    why = why_not_withdraw(offer, mine, now)
    return None if why is None or isinstance(why, TooLateToWithdraw) else why
