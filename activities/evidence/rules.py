"""What is frozen of a packet: its hash, and the figures from which points are reckoned, without a word about anybody,
so that they stay though somebody has to be forgotten. Pure, on plain values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from activities.packets.rules import Amount, Figures, Reckoned

DONE, WAITING = "done:", "waiting:"


def plain(figures: Figures) -> dict[str, Any]:
    """As JSON keeps it."""
    return {**vars(figures), "done": {key: list(amount) for key, amount in figures.done.items()}}


def read(kept: Mapping[str, Any]) -> Figures:
    """What `plain` gave."""
    return Figures(**{**kept, "done": {key: Amount(*amount) for key, amount in kept["done"].items()}})


def plain_points(reckoned: Reckoned) -> dict[str, Any]:
    """The points with each line of them."""
    return {"points": reckoned.points, "lines": [[line.key, line.points] for line in reckoned.lines]}


class Line(NamedTuple):
    """That a figure is another one today; None where there was, or is, none."""

    key: str
    then: int | None
    now: int | None


def lines(figures: Figures) -> dict[str, int | None]:
    """All figures of somebody by key."""
    found: dict[str, int | None] = {}
    for key, amount in figures.done.items():
        found[DONE + key], found[WAITING + key] = amount
    counts = {key: value for key, value in vars(figures).items() if key != "done"}
    return {**found, **counts}


def differences(then: Figures, now: Figures) -> list[Line]:
    """The lines in which two packets differ, of what was done and then of what was counted. What was not done at all is
    nothing of it."""
    old, new = lines(then), lines(now)
    found = []
    for key in sorted({*old, *new}, key=lambda key: (":" not in key, key)):
        nothing = None if key == "ballot" else 0
        line = Line(key, old.get(key, nothing), new.get(key, nothing))
        if line.then != line.now:
            found.append(line)
    return found
