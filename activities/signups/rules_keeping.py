"""What a change of a slot owes to those who keep their seats in it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from activities.kit.refusal import N_, Refusal, refusal


@refusal
class FewerThanSeated(Refusal):
    taken: int
    sentence: ClassVar[str] = N_("%(taken)s people already have a seat, so the capacity cannot be smaller.")
    remedy: ClassVar[str] = N_("Choose a larger capacity, or cancel the slot.")


@refusal
class NoTimeToWithdraw(Refusal):
    sentence: ClassVar[str] = N_("People have a seat, and it would be too late for them to withdraw from the new time.")
    remedy: ClassVar[str] = N_("Choose a later start, or cancel the slot and plan a new one.")


@refusal
class RunsIntoDuty(Refusal):
    sentence: ClassVar[str] = N_("Somebody with a seat has another duty then, and it is too late for them to withdraw.")
    remedy: ClassVar[str] = N_("Choose an earlier end.")


def why_not_capacity(taken: int, capacity: int) -> Refusal | None:
    return FewerThanSeated(taken) if capacity < taken else None


def why_not_withdrawable(taken: int, starts_at: datetime, withdraw_minutes: int, now: datetime) -> Refusal | None:
    """The reason against moving a slot's start to where those who have its seats could not withdraw any more."""
    return NoTimeToWithdraw() if taken and is_bound(starts_at, withdraw_minutes, now) else None


def is_bound(starts_at: datetime, withdraw_minutes: int, now: datetime) -> bool:
    """Whether no time is left to withdraw from a seat."""
    return now >= starts_at - timedelta(minutes=withdraw_minutes)
