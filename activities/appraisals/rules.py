"""What a ballot says of somebody in one figure, and why ballots cannot be planned. Pure, on plain values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from activities.ballots.rules import DEFAULT_CHOICES
from activities.kit.refusal import N_, Refusal, refusal

ALL = 100 * 100  # in hundredths of a percent
UNKNOWN = DEFAULT_CHOICES[-1]


@refusal
class PlanTooLate(Refusal):
    sentence: ClassVar[str] = N_("The step has begun: ballots are opened by hand now.")


@refusal
class AlreadyPlanned(Refusal):
    sentence: ClassVar[str] = N_("They open by themselves already.")


@refusal
class NotPlanned(Refusal):
    sentence: ClassVar[str] = N_("They do not open by themselves.")


def approval(choices: Sequence[str], counts: Sequence[int]) -> int | None:
    """Of the papers that judge somebody, the share that chose the first and best, in hundredths of a percent, rounded
    down; None where none does. Who does not know them, or chose nothing – what is counted last –, does not judge."""
    judging = [count for choice, count in zip(choices, counts, strict=False) if choice != UNKNOWN]
    return ALL * judging[0] // sum(judging) if sum(judging) else None
