"""When missed duties lead to a pause, and who may lift it."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from activities.kit.refusal import N_, Refusal, refusal
from activities.norms.rules import Norms

# How long an absence can be corrected before it counts.
SETTLES = timedelta(hours=24)


class Step(StrEnum):
    """What so many missed duties lead to."""

    NONE = "none"
    WARN = "warn"
    PAUSE = "pause"


@refusal
class OverAlready(Refusal):
    sentence: ClassVar[str] = N_("This pause is over or lifted already.")


@refusal
class OwnPause(Refusal):
    sentence: ClassVar[str] = N_("Nobody lifts their own pause.")
    remedy: ClassVar[str] = N_("Ask another organizer or the secretary of your unit.")


def step(misses: int, norms: Norms) -> Step:
    """What follows from so many missed duties that have counted for nothing yet. One more to come is told before."""
    if not norms.misses or not misses:
        return Step.NONE
    if misses >= norms.misses:
        return Step.PAUSE
    return Step.WARN if misses == norms.misses - 1 else Step.NONE


def why_not_lift(until: datetime, is_lifted: bool, is_own: bool, now: datetime) -> Refusal | None:
    if is_own:
        return OwnPause()
    return OverAlready() if is_lifted or now >= until else None
