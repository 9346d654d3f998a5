"""What a ballot says of somebody in one figure. Pure, on plain values."""

from __future__ import annotations

from collections.abc import Sequence

from activities.ballots.rules import DEFAULT_CHOICES

ALL = 100 * 100  # in hundredths of a percent
UNKNOWN = DEFAULT_CHOICES[-1]


def approval(choices: Sequence[str], counts: Sequence[int]) -> int | None:
    """Of the papers that judge somebody, the share that chose the first and best, in hundredths of a percent, rounded
    down; None where none does. Who does not know them, or chose nothing – what is counted last –, does not judge."""
    judging = [count for choice, count in zip(choices, counts, strict=False) if choice != UNKNOWN]
    return ALL * judging[0] // sum(judging) if sum(judging) else None
