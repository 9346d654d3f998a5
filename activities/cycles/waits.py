"""Whom a review waits for: each sort says to which step it belongs, and who is meant by a query of (unit, person). A
room hands in once what its step waits for; it stands on the overview and behind its button."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from activities.cycles.models import Participant
from activities.cycles.rules import STEPS, Windows, why_not_now
from activities.cycles.rules_refusals import StepNotOpen
from activities.kit.refusal import Refusal

Pairs = sa.Select[int, int]


@dataclass(frozen=True)
class Wait:
    """`who`: of a cycle, the units and whom each waits for; `told`: what is missing, as a sentence to them; `view`: the
    page on which they do it, where that is not the one of their part; `is_early`: whether it can be done from the
    opening on."""

    key: str
    step: str
    name: str
    told: str
    who: Callable[[int], Pairs]
    view: str = ""
    is_early: bool = False


WAITS: dict[str, Wait] = {}


def waits(one: Wait) -> None:
    """Let a step wait for people."""
    if one.step not in STEPS:
        raise KeyError(one.step)
    WAITS[one.key] = one


def why_not_wait(one: Wait, windows: Windows, today: date) -> Refusal | None:
    """Why nobody is waited for on a day, or None."""
    refusal = why_not_now(one.step, windows, today)
    return None if one.is_early and isinstance(refusal, StepNotOpen) else refusal


def takes_part(cycle_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    """That a participant is one of a cycle still."""
    return Participant.cycle_id == cycle_id, Participant.removed_at.is_(None)
