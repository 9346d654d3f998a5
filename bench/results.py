"""Figures: how they are judged, printed and kept."""

from __future__ import annotations

import json
import os
import platform
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

RESULTS = Path(__file__).parent / "results.json"
DOCS = Path(__file__).parent.parent / "docs" / "benchmarks.md"
FIGURES = "## Figures\n"


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

    @property
    def key(self) -> tuple[str, str, int]:
        return self.name, self.database, self.scale

    @property
    def cost(self) -> float:
        """What grows when it gets worse: of a rate the time of one."""
        return 1 / self.value if self.unit == "1/s" and self.value else self.value

    @property
    def cell(self) -> str:
        """Ours, the floor's and the ratio in a few characters."""
        beside = "" if self.floor is None else f" : {_short(self.floor)}"
        return _short(self.value) + beside + (f" = {self.ratio:.0%}" if self.ratio else "")

    def __str__(self) -> str:
        statements = "" if self.statements is None else f", {self.statements} statements"
        return f"  {self.name}: {self.cell} {self.unit}{statements}" + (f", {self.errors} ERRORS" * bool(self.errors))

    def as_row(self) -> dict[str, object]:
        return {**asdict(self), "ratio": self.ratio}


def table(results: Sequence[Result]) -> str:
    """A table in Markdown: a line for each figure and database, a column for each scale, and by how much it costs more
    at each scale than at the first."""
    scales = sorted({r.scale for r in results})
    lines = [["figure", "database", "unit", *(f"{scale}×" for scale in scales), "growth", "statements", "errors"]]
    lines.append(["---"] * 3 + ["--:"] * (len(scales) + 3))
    for name, unit in dict.fromkeys((r.name, r.unit) for r in results):
        for database in dict.fromkeys(r.database for r in results):
            found = {r.scale: r for r in results if (r.name, r.database) == (name, database)}
            if not found:
                continue
            cells = [found[scale].cell if scale in found else "" for scale in scales]
            counts = {str(r.statements) for r in found.values() if r.statements is not None}
            errors = sum(r.errors for r in found.values())
            lines.append([name, database, unit, *cells, growth(found), ", ".join(sorted(counts)), str(errors)])
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(f"| {' | '.join(map(str.ljust, line, widths))} |" for line in lines)


def growth(found: Mapping[int, Result]) -> str:
    """The cost at each further scale as a multiple of that at the first."""
    first, *others = [found[scale] for scale in sorted(found)]
    return " ".join(f"{other.cost / first.cost:.2f}" for other in others) if first.cost else ""


def keep(found: Sequence[Result]) -> None:
    """Write these figures in the place of those that were there, and let all others stand."""
    rows = json.loads(RESULTS.read_text()) if RESULTS.exists() else []
    before = [Result(**{name: value for name, value in row.items() if name != "ratio"}) for row in rows]
    publish(list(({r.key: r for r in before} | {r.key: r for r in found}).values()))


def publish(results: Sequence[Result]) -> None:
    """Write the figures to where they are kept and read."""
    RESULTS.write_text(json.dumps([result.as_row() for result in results], indent=1) + "\n")
    text, heading, _ = DOCS.read_text(encoding="utf-8").partition(FIGURES)
    DOCS.write_text(f"{text}{heading}{_machine()}\n\n{table(results)}\n", encoding="utf-8")


def _machine() -> str:
    python, sqlite = platform.python_version(), sqlite3.sqlite_version
    return f"Taken on {os.cpu_count()} processors ({platform.machine()}) with Python {python} and SQLite {sqlite}."


def _short(value: float) -> str:
    """Three digits that say something."""
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"
