"""What the sort of a step tells a review: who is through with it, what it asks of a person, and what of it is frozen. A
room that builds a step hands this in once, under the key that the step has in `rules.STEPS`; nothing else of this room
needs to know it. What a review has beside its steps a room hands in as `Beside`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from activities.cycles.models import Cycle, CycleUnit, Participant
from activities.cycles.portions import Portion
from activities.cycles.rules import STEPS
from activities.people.users import Viewer


@dataclass(frozen=True)
class Ask:
    """Something that a step asks of a person now: in one sentence, with the page on which to do it."""

    step: str
    sentence: str
    href: str


@dataclass(frozen=True)
class Plug:
    """`done`: by unit, how many of a cycle's people are through with the step, in one statement; `asks`: what it asks
    of a participant now; `asks_anybody`: what it asks of a member by id, who need not take part; `frozen`: of a
    portion, by participant, what of it is frozen, in a fixed number of statements; `end`: ends it for a participant
    who takes part no more, and is locked with their unit's counter – by whom, why and when –; `member_page`,
    `holder_page`: the views with the cycle's `public_id` for those who take part, and for those who hold the review."""

    done: Callable[[int], Mapping[int, int]] | None = None
    asks: Callable[[Cycle, Participant, datetime], Ask | None] | None = None
    asks_anybody: Callable[[int, datetime], list[Ask]] | None = None
    frozen: Callable[[Portion], Mapping[int, Any]] | None = None
    end: Callable[[CycleUnit, Participant, int, str, datetime], None] | None = None
    member_page: str = ""
    holder_page: str = ""


PLUGS: dict[str, Plug] = {}
NOTHING = Plug()


def plug(key: str, one: Plug) -> None:
    """Let a step of STEPS be what this says."""
    if key not in STEPS:
        raise KeyError(key)
    PLUGS[key] = one


def plugged(key: str) -> Plug:
    return PLUGS.get(key, NOTHING)


@dataclass(frozen=True)
class Sheet:
    """A further sheet of a review's workbook: its columns as heading, width in characters, number format and meaning,
    and its rows, of which each cell is a day or a text."""

    name: str
    columns: Sequence[tuple[str, int, str, str]]
    rows: Iterable[Sequence[Any]]


@dataclass(frozen=True)
class Beside:
    """What a review has that is of no step, and about people who take no part in it. `asks`: what it asks of a member
    by id; `frozen`: what of it stands in the snapshot, in a fixed number of statements; `closed`: what it does in the
    transaction of the close; `sheet`: its sheet of the workbook, for whom that is."""

    asks: Callable[[int, datetime], list[Ask]]
    frozen: Callable[[Cycle], Any]
    closed: Callable[[Cycle, datetime], None]
    sheet: Callable[[Viewer, Cycle], Sheet]


BESIDE: dict[str, Beside] = {}
