"""What may follow what: one table for pages, verbs and codes. Plain values only."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar, TypeAlias

from activities.kit.refusal import N_, Refusal, refusal
from activities.records.rules import Attendance


class Step(StrEnum):
    """Who changes a state, and how: people themselves with a code, or an organizer, first or later with a reason."""

    CHECK_IN = "i"
    CHECK_OUT = "o"
    MARK = "m"
    CORRECT = "c"


# Somebody who was given leave: whatever has been recorded of them, leave asked in time is no absence.
LET_GO = "let_go"
# None: nothing has been recorded yet.
Before: TypeAlias = str | None

# By which steps each state (down) becomes each other (across). On the diagonal only what belongs to a state changes.
_TABLE: dict[Before, tuple[str, ...]] = {
    # from                  present  late  left early  excused  absent  deferred
    None:                  ("im",    "im",  "m",       "m",     "m",    "m"),
    LET_GO:                ("mc",    "mc",  "mc",      "mc",    "",     "mc"),
    Attendance.PRESENT:    ("oc",    "c",   "oc",      "c",     "c",    "c"),
    Attendance.LATE:       ("c",     "oc",  "oc",      "c",     "c",    "c"),
    Attendance.LEFT_EARLY: ("oc",    "oc",  "oc",      "c",     "c",    "c"),
    Attendance.EXCUSED:    ("c",     "c",   "c",       "",      "c",    "c"),
    Attendance.ABSENT:     ("c",     "c",   "c",       "c",     "",     "c"),
    Attendance.DEFERRED:   ("c",     "c",   "c",       "c",     "c",    ""),
}  # fmt: skip
FOLLOWS = {
    (before, after): frozenset(map(Step, steps))
    for before, row in _TABLE.items()
    for after, steps in zip(Attendance, row, strict=True)
}


@refusal
class LeaveWasGiven(Refusal):
    name: str
    sentence: ClassVar[str] = N_("%(name)s was given leave, and leave asked in time is no absence.")
    remedy: ClassVar[str] = N_("Mark the person as excused, or as present if they came after all.")


@refusal
class CannotFollow(Refusal):
    name: str
    sentence: ClassVar[str] = N_("%(name)s: this cannot follow what has been recorded.")
    remedy: ClassVar[str] = N_("An organizer of the activity can say what was.")


def may_follow(before: Before, after: Attendance, step: Step) -> bool:
    return step in FOLLOWS[before, after]


def can_be_marked(before: Before, after: str) -> bool:
    """Whether an organizer can choose this mark."""
    return bool(FOLLOWS[before, Attendance(after)] & {Step.MARK, Step.CORRECT})


def why_not_follow(name: str, before: Before, after: Attendance, step: Step) -> Refusal | None:
    """The reason why this state cannot follow that one by this step, or None."""
    if may_follow(before, after, step):
        return None
    return LeaveWasGiven(name) if before == LET_GO else CannotFollow(name)
