"""Figures: how they are taken, judged, printed and kept."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Result:
    """One figure, a median of several runs. `ratio` is our share of the floor's speed: 1 is as fast as the floor."""

    name: str
    database: str
    scale: int
    value: float
    unit: str
    floor: float | None = None
    statements: int | None = None
    errors: int = 0

    @property
    def ratio(self) -> float | None:
        if not self.floor or not self.value:
            return None
        return self.value / self.floor if self.unit == "1/s" else self.floor / self.value

    def as_row(self) -> dict[str, object]:
        return {**asdict(self), "ratio": self.ratio}


def save(results: Iterable[Result], file: Path) -> None:
    file.write_text(json.dumps([result.as_row() for result in results], indent=1) + "\n")


def show(results: Iterable[Result]) -> None:
    """Print a table, one line a figure."""
    print(f"{'name':34} {'database':11} {'scale':>5} {'value':>10} {'floor':>10} unit  ratio statements errors")
    for r in results:
        floor, ratio = (f"{r.floor:10.1f}" if r.floor else ""), (f"{r.ratio:.0%}" if r.ratio else "")
        statements = "" if r.statements is None else r.statements
        print(
            f"{r.name:34} {r.database:11} {r.scale:5} {r.value:10.1f} {floor:>10} {r.unit:5} {ratio:>5}"
            f" {statements:>10} {r.errors:6}"
        )
