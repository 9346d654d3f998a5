"""When missed duties lead to a pause, and who may lift it."""

from __future__ import annotations

from collections.abc import Iterable
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


def known_since(versions: Iterable[tuple[Norms, datetime]]) -> datetime | None:
    """Since when a rule at least as strict as the one in force has held, of which people knew when they missed a duty:
    what was missed before does not count. `versions` with when each was set, the newest first; None: nobody set any."""
    since = present = None
    for norms, set_at in versions:
        present = present or norms
        if not _is_as_strict(norms, present):
            break
        since = set_at
    return since


def _is_as_strict(norms: Norms, present: Norms) -> bool:
    """Whether whatever leads to a pause at present did so by these norms too, and to one as long."""
    return (
        0 < norms.misses <= present.misses
        and norms.miss_days >= present.miss_days
        and norms.pause_days >= present.pause_days
    )


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
