"""How far units are in the steps of a review, and how their grades are spread: what is counted, and the geometry of its
plots. Pure, on plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from activities.cycles.rules import Grade
from activities.kit.refusal import N_

LINE = 44
# From the best on; who is not graded comes before those on whom nobody has decided yet.
ORDER: tuple[Grade | None, ...] = (*Grade, None)
SHADES: Mapping[Grade | None, str] = {
    Grade.EXCELLENT: "v4", Grade.GOOD: "v3", Grade.FAIR: "v2", Grade.POOR: "v1", Grade.UNGRADED: "v0", None: "hf",
}  # fmt: skip
UNDECIDED = N_("No decision yet")


@dataclass(frozen=True)
class Cell:
    """How many of a unit are through with a step."""

    done: int
    everyone: int

    @property
    def missing(self) -> int:
        return self.everyone - self.done


@dataclass(frozen=True)
class Piece:
    """A part of a bar, in percent of it: `x` is where it begins."""

    grade: Grade | None
    count: int
    x: float
    width: float

    @property
    def shade(self) -> str:
        return SHADES[self.grade]


@dataclass(frozen=True)
class Spread:
    """The grades of a unit or a year as a bar. `y` is where its text stands."""

    name: str
    counts: Mapping[Grade | None, int]
    y: int

    @property
    def everyone(self) -> int:
        return sum(self.counts.values())

    @property
    def graded(self) -> int:
        """Those with one of the four grades: what a share is a share of."""
        return self.everyone - self.counts.get(None, 0) - self.counts.get(Grade.UNGRADED, 0)

    def share(self, grade: Grade) -> float:
        """Of those who are graded, in percent."""
        return 100 * self.counts.get(grade, 0) / self.graded if self.graded else 0.0

    @property
    def pieces(self) -> list[Piece]:
        found, before, everyone = [], 0, self.everyone
        for grade in ORDER:
            if count := self.counts.get(grade, 0):
                x, end = round(100 * before / everyone, 2), round(100 * (before + count) / everyone, 2)
                found.append(Piece(grade, count, x, round(end - x, 2)))
                before += count
        return found


def spreads(named: Sequence[tuple[str, Mapping[Grade | None, int]]]) -> list[Spread]:
    """Bars one below the other."""
    return [Spread(name, counts, LINE * n + 12) for n, (name, counts) in enumerate(named)]


def in_all(tallies: Mapping[int, Mapping[Grade | None, int]]) -> dict[Grade | None, int]:
    """The grades of several units together."""
    return {grade: sum(one.get(grade, 0) for one in tallies.values()) for grade in ORDER}
