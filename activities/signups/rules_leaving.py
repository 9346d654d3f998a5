"""Giving back what one has in a slot."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from activities.kit.refusal import N_, Refusal, refusal
from activities.signups.rules import Offer, SignUpState, why_over


@refusal
class ReasonMissing(Refusal):
    sentence: ClassVar[str] = N_("Say why you cannot take on what you were assigned.")
    remedy: ClassVar[str] = N_("Who assigned it to you reads the reason.")


@refusal
class NotIn(Refusal):
    sentence: ClassVar[str] = N_("You are not signed up for this slot.")


@refusal
class TooLateToWithdraw(Refusal):
    until: datetime
    sentence: ClassVar[str] = N_("Withdrawing was possible until %(until)s.")
    remedy: ClassVar[str] = N_("Ask for cover, so that someone can take over: the slot's page has a button for it.")


def why_not_withdraw(offer: Offer, mine: SignUpState | None, now: datetime) -> Refusal | None:
    """The first reason against giving back what one has. Only a seat one has accepted has a last moment for that."""
    if mine is None or mine is SignUpState.WITHDRAWN:
        return NotIn()
    if over := why_over(offer, now):
        return over
    if mine is SignUpState.SEATED and now > offer.withdraw_until:
        return TooLateToWithdraw(offer.withdraw_until)
    return None


def why_not_unsaid(is_assigned: bool, reason: str) -> Refusal | None:
    """The reason against giving something back without a reason: whoever assigned it must learn one."""
    return ReasonMissing() if is_assigned and not reason else None
