"""The steps of an annual review as declarations, and when each is open. Pure, on plain values.

A further step is one more row of STEPS; what its pages show and what it asks of people is told by `plugs`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple

from activities.cycles.rules_refusals import (
    NotLastLonger,
    NoWindow,
    StepNotOpen,
    StepOver,
    TooEarly,
    TooShortNotice,
    UnknownStep,
    WrongWayRound,
)
from activities.kit.refusal import N_, Refusal, Word
from activities.people.rules import Stage
from activities.terms.rules import ONE, Special, add_working_days, is_working_day

FIRST_YEAR, LAST_YEAR = 2000, 2099
MOST_DAYS = 60
# Until when the year before is the likelier to be reviewed.
LAST_MONTH = 6
REVIEWED = (Stage.FULL, Stage.PROBATIONARY)


class CycleState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    CALLED_OFF = "called off"


STATE_NAMES = {
    CycleState.OPEN: N_("Under way"),
    CycleState.CLOSED: N_("Closed"),
    CycleState.CALLED_OFF: N_("Called off"),
}


class Grade(StrEnum):
    """Who is on probation takes part without one."""

    EXCELLENT = "excellent"
    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"
    UNGRADED = "ungraded"


GRADE_NAMES = {
    Grade.EXCELLENT: N_("Excellent"),
    Grade.GOOD: N_("Qualified"),
    Grade.FAIR: N_("Basically qualified"),
    Grade.POOR: N_("Not qualified"),
    Grade.UNGRADED: N_("No grade"),
}

# How many have which grade, or none yet.
Tally = dict[Grade | None, int]


class Who(StrEnum):
    """Whose turn a step is: it does itself, members do something, or those who hold the review do."""

    ITSELF = "itself"
    MEMBERS = "members"
    HOLDERS = "holders"


@dataclass(frozen=True)
class Step:
    """`days`: how many working days its window has in the template, 0 for a step without a window; `after`: the steps
    that must be over before it opens."""

    key: str
    name: str
    about: str
    who: Who
    days: int = 0
    after: tuple[str, ...] = ()

    @property
    def has_window(self) -> bool:
        return self.days > 0


STEPS: dict[str, Step] = {
    step.key: step
    for step in (
        Step(
            "evidence", N_("Evidence"),
            N_("Each member's year puts itself together; everyone looks at theirs and asks for corrections."),
            Who.ITSELF, 5,
        ),
        Step("essay", N_("Self-review"), N_("Each member writes about their year and hands it in."), Who.MEMBERS, 10),
        Step("peers", N_("Peer review"), N_("Members look at each other's year."), Who.MEMBERS, 5, ("essay",)),
        Step("ballot", N_("Ballot appraisal"), N_("Members give their votes in secret."), Who.MEMBERS, 3, ("essay",)),
        Step(
            "points", N_("Points"), N_("Points put the year into figures. They advise, and decide nothing."),
            Who.ITSELF, 0, ("peers", "ballot"),
        ),
        Step(
            "grade", N_("Opinion and grade"), N_("For each member somebody writes an opinion and gives a grade."),
            Who.HOLDERS, 8, ("essay", "peers", "ballot"),
        ),
        Step(
            "notice", N_("Public notice"), N_("The grades stand on notice in each unit; members may object."),
            Who.MEMBERS, 5, ("grade",),
        ),
        Step("close", N_("Closing"), N_("Two people confirm; then all of it is frozen."), Who.HOLDERS, 0, ("notice",)),
    )
}  # fmt: skip
WINDOWED = tuple(key for key, step in STEPS.items() if step.has_window)
DEFAULT_DAYS = {key: STEPS[key].days for key in WINDOWED}


class Window(NamedTuple):
    """A first and a last day, both included."""

    first: date
    last: date


class Standing(StrEnum):
    """How a step stands on a day."""

    TO_COME = "to come"
    OPEN = "open"
    OVER = "over"


STANDING_NAMES = {
    Standing.TO_COME: N_("Not begun"),
    Standing.OPEN: N_("Under way"),
    Standing.OVER: N_("Over"),
}

Windows = Mapping[str, Window]
Specials = Mapping[date, Special]


def standing(key: str, windows: Windows, today: date) -> Standing:
    """A step without a window is open once what must be over before it is."""
    step, window = STEPS[key], windows.get(key)
    if window is None:
        is_open = all(standing(other, windows, today) is Standing.OVER for other in step.after)
        return Standing.OPEN if is_open else Standing.TO_COME
    if today < window.first:
        return Standing.TO_COME
    return Standing.OPEN if today <= window.last else Standing.OVER


def why_not_now(key: str, windows: Windows, today: date) -> Refusal | None:
    """Why what belongs to a step cannot be done on a day, or None."""
    name, found = Word(STEPS[key].name), standing(key, windows, today)
    if found is Standing.OVER:
        return StepOver(name)
    return StepNotOpen(name) if found is Standing.TO_COME else None


def years_to_review(today: date) -> tuple[int, int]:
    """The two that can be, the likelier first: a year is reviewed from its December on until March."""
    return (today.year - 1, today.year) if today.month <= LAST_MONTH else (today.year, today.year - 1)


# ── windows ─────────────────────────────────────────────────────────────────


def planned(starts: date, days: Mapping[str, int], specials: Specials) -> dict[str, Window]:
    """The windows of the template: one after the other, each of so many working days, the first from `starts` on."""
    found, before = {}, starts - ONE
    for key in WINDOWED:
        first = add_working_days(before, 1, specials)
        before = add_working_days(before, days[key], specials)
        found[key] = Window(first, before)
    return found


def working_days(window: Window, specials: Specials) -> int:
    days = (window.last - window.first).days + 1
    return sum(is_working_day(window.first + n * ONE, specials) for n in range(days))


def reminded_from(window: Window, days: int, specials: Specials) -> date:
    """The first day on which who has not handed in is told, so many working days before the end."""
    return max(window.first, add_working_days(window.last + ONE, -days, specials))


def why_not_windows(windows: Windows, notice_days: int, specials: Specials) -> Refusal | None:
    """The first reason against these windows, or None."""
    for key in WINDOWED:
        window, name = windows[key], Word(STEPS[key].name)
        if window.last < window.first:
            return WrongWayRound(name)
        for other in STEPS[key].after:
            if other in windows and windows[other].last >= window.first:
                return TooEarly(name, Word(STEPS[other].name))
    if working_days(windows["notice"], specials) < notice_days:
        return TooShortNotice(notice_days)
    return None


def why_not_reopen(key: str, windows: Windows, last: date, today: date) -> Refusal | None:
    """Why a step cannot be open until a day, or None: to reopen is to end later than it does, and not before today."""
    if key not in STEPS:
        return UnknownStep()
    if key not in windows:
        return NoWindow(Word(STEPS[key].name))
    if last <= windows[key].last or last < today:
        return NotLastLonger(Word(STEPS[key].name))
    return None


def pushed(key: str, windows: Windows, last: date, specials: Specials) -> dict[str, Window]:
    """The windows once a step lasts until a later day: those that must come after it follow, and keep their length in
    working days."""
    found = {**windows, key: windows[key]._replace(last=last)}
    for other in WINDOWED:
        window = found[other]
        ends = max((found[before].last for before in STEPS[other].after if before in found), default=None)
        if ends is not None and ends >= window.first:
            length = working_days(window, specials)
            found[other] = Window(add_working_days(ends, 1, specials), add_working_days(ends, length, specials))
    return found


class Counts(NamedTuple):
    """People of a unit: full members, who are graded, and all who take part."""

    full: int
    everyone: int

    @property
    def ungraded(self) -> int:
        return self.everyone - self.full


# ── what is frozen ──────────────────────────────────────────────────────────


def hash_of(text: str) -> str:
    """By which it is known to be as it was."""
    return sha256(text.encode()).hexdigest()
