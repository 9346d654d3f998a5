"""Whom a review waits for: each sort says to which step it belongs, and who is meant by a query of (unit, person). A
room hands in once what its step waits for; it stands on the overview and behind its button."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa

from activities.cycles.models import Participant
from activities.cycles.rules import STEPS

Pairs = sa.Select[int, int]


@dataclass(frozen=True)
class Wait:
    """`who`: of a cycle, the units and whom each waits for; `told`: what is missing, as a sentence to them."""

    key: str
    step: str
    name: str
    told: str
    who: Callable[[int], Pairs]


WAITS: dict[str, Wait] = {}


def waits(one: Wait) -> None:
    """Let a step wait for people."""
    if one.step not in STEPS:
        raise KeyError(one.step)
    WAITS[one.key] = one


def takes_part(cycle_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    """That a participant is one of a cycle still."""
    return Participant.cycle_id == cycle_id, Participant.removed_at.is_(None)
