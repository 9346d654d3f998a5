"""Points by a formula that is data: pure decisions on plain values. They advise; nothing is decided by them, and nobody
is put in their order. Points are whole hundredths, so that lines add up exactly."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any, ClassVar, NamedTuple, TypeVar

from activities.kit.refusal import N_, Refusal, refusal
from activities.requirements.rules import LINE_NAMES, SORTS, Measure, possible_lines

FIRST_YEAR, LAST_YEAR = 2000, 2100
SCALE = 100
HOUR = 60
ALL = 100 * SCALE  # of a ballot, in hundredths of a percent


class Counts(StrEnum):
    """What a term looks at."""

    DONE = "done"
    COMMENDED = "commended"
    MET = "met"
    ABSENT = "absent"


class Term(NamedTuple):
    """`rate` points for each of what it counts – an hour or a time of the line `of`, a commendation, all of what is
    asked – and no more than `most`, where that is not 0. Of absences they are taken away."""

    counts: Counts
    of: str = ""
    rate: int = 0
    most: int = 0

    @property
    def key(self) -> str:
        return f"{self.counts}:{self.of}" if self.of else str(self.counts)

    @property
    def measure(self) -> Measure:
        """In what the line of a DONE counts."""
        return SORTS[self.of.partition(":")[0]].measure


@dataclass(frozen=True)
class Formula:
    """`base` for everybody; what the terms give, together no more than `bonus_most`; of `ballot_most` the share of
    approval in a ballot. `provisional`: hours count before a second person has signed."""

    base: int = 0
    bonus_most: int = 0
    ballot_most: int = 0
    terms: tuple[Term, ...] = ()
    provisional: bool = False

    @property
    def most(self) -> int:
        return self.base + self.bonus_most + self.ballot_most

    @property
    def earning(self) -> list[Term]:
        return [term for term in self.terms if term.counts is not Counts.ABSENT]

    @property
    def deducting(self) -> list[Term]:
        return [term for term in self.terms if term.counts is Counts.ABSENT]


def possible_terms() -> list[Term]:
    """Everything that a formula can give or take points for, without any, in the order of the declarations."""
    done = [Term(Counts.DONE, key) for _, key, _ in possible_lines()]
    return [*done, Term(Counts.COMMENDED), Term(Counts.MET), Term(Counts.ABSENT)]


def write(formula: Formula) -> str:
    """As text to keep: the same is always the same text."""
    return json.dumps({**vars(formula), "terms": [list(term) for term in formula.terms]}, sort_keys=True)


@lru_cache(maxsize=256)
def read(text: str) -> Formula:
    """What was kept. A term about a line that is not declared any more gives nothing."""
    kept: dict[str, Any] = json.loads(text)
    terms = (Term(Counts(counts), *rest) for counts, *rest in kept.pop("terms"))
    return Formula(**kept, terms=tuple(term for term in terms if not term.of or term.of in LINE_NAMES))


# ── what points are reckoned from ───────────────────────────────────────────


class Amount(NamedTuple):
    """Minutes, or times, that are final, and that wait for a second person."""

    final: int = 0
    provisional: int = 0


NOTHING = Amount()


@dataclass(frozen=True)
class Figures:
    """One person's year. `done` by the key of a line; `asked` how many lines are asked, `met` and `met_final` how many
    of them are done, with or without what is provisional; `ballot` the share of approval in hundredths of a percent,
    None where no ballot was held."""

    done: Mapping[str, Amount] = field(default_factory=dict)
    absences: int = 0
    commendations: int = 0
    asked: int = 0
    met: int = 0
    met_final: int = 0
    ballot: int | None = None

    def amount(self, term: Term, *, provisional: bool) -> int:
        """How much there is of what a term counts. Of whom nothing is asked, nothing is missing."""
        if term.counts is Counts.DONE:
            there = self.done.get(term.of, NOTHING)
            return there.final + (there.provisional if provisional else 0)
        if term.counts is Counts.MET:
            return int((self.met if provisional else self.met_final) >= self.asked)
        return self.commendations if term.counts is Counts.COMMENDED else self.absences


class Part(StrEnum):
    """What a line of the reckoning is."""

    BASE = "base"
    TERM = "term"
    OVER = "over"  # what the terms give together beyond their cap
    BALLOT = "ballot"
    FLOOR = "floor"  # nobody has less than nothing


class Line(NamedTuple):
    """Points and what they come of: `amount` of what the term counts, which would give `uncapped`; `waiting` is as
    much of it as does not count yet."""

    part: Part
    points: int
    term: Term | None = None
    amount: int = 0
    uncapped: int = 0
    waiting: int = 0

    @property
    def key(self) -> str:
        return self.term.key if self.term else str(self.part)

    @property
    def is_capped(self) -> bool:
        return abs(self.uncapped) > abs(self.points)


class Reckoned(NamedTuple):
    points: int
    lines: tuple[Line, ...]


def reckon(formula: Formula, figures: Figures) -> Reckoned:
    """The points with a line for each term, which add up to them: at least 0 and at most what the formula can give."""
    lines = [Line(Part.BASE, formula.base), *(_line(term, formula, figures) for term in formula.earning)]
    over = sum(line.points for line in lines[1:]) - formula.bonus_most
    if over > 0:
        lines.append(Line(Part.OVER, -over))
    if formula.ballot_most:
        share = figures.ballot or 0
        lines.append(Line(Part.BALLOT, _nearest(formula.ballot_most * share, ALL), amount=share))
    lines += [_line(term, formula, figures) for term in formula.deducting]
    points = sum(line.points for line in lines)
    if points < 0:
        lines.append(Line(Part.FLOOR, -points))
    return Reckoned(max(0, points), tuple(lines))


def _line(term: Term, formula: Formula, figures: Figures) -> Line:
    amount = figures.amount(term, provisional=formula.provisional)
    is_hours = term.counts is Counts.DONE and term.measure is Measure.MINUTES
    uncapped = _nearest(term.rate * amount, HOUR if is_hours else 1)
    points = min(uncapped, term.most) if term.most else uncapped
    waiting = figures.amount(term, provisional=True) - amount
    sign = -1 if term.counts is Counts.ABSENT else 1
    return Line(Part.TERM, sign * points, term, amount, sign * uncapped, waiting)


def _nearest(amount: int, whole: int) -> int:
    """Rounded to the nearest, a half upwards."""
    return (2 * amount + whole) // (2 * whole)


class Change(NamedTuple):
    """A line under one formula and under another; None where that has no such line."""

    before: Line | None
    after: Line | None

    @property
    def points(self) -> int:
        return (self.after.points if self.after else 0) - (self.before.points if self.before else 0)


def changes(before: Reckoned, after: Reckoned) -> list[Change]:
    """The lines whose points differ, in the order of what is after, and then of what is there no more."""
    old = {line.key: line for line in before.lines}
    new = {line.key: line for line in after.lines}
    found = [Change(old.get(key), new.get(key)) for key in {**new, **old}]
    return [change for change in found if change.points]


# ── which formula holds ─────────────────────────────────────────────────────

F = TypeVar("F")


def nearest(formulas: Mapping[str, F], path: str) -> F | None:
    """That of the nearest unit at or above a path, of formulas by the path of their unit."""
    above = [own for own in formulas if path.startswith(own)]
    return formulas[max(above, key=len)] if above else None


# ── refusals ────────────────────────────────────────────────────────────────


@refusal
class SameFormula(Refusal):
    sentence: ClassVar[str] = N_("That is how points are reckoned already.")


@refusal
class NothingGiven(Refusal):
    sentence: ClassVar[str] = N_("A formula by which nobody has any points says nothing.")
    remedy: ClassVar[str] = N_("Enter points for something.")


def why_not_set(formula: Formula, present: Formula | None) -> Refusal | None:
    """The first reason against putting a formula in the place of the present one, or None."""
    if not formula.most:
        return NothingGiven()
    return SameFormula() if formula == present else None


class Shift(NamedTuple):
    """How many of a unit's people would have more, fewer and as many points."""

    unit: str
    more: int
    fewer: int
    same: int

    @property
    def people(self) -> int:
        return self.more + self.fewer + self.same


def shifts(pairs: Sequence[tuple[str, int | None, int]]) -> list[Shift]:
    """Of (unit, points before or None, points after) of everybody, in the order in which units come."""
    units: dict[str, list[int]] = {}
    for unit, before, after in pairs:
        counts = units.setdefault(unit, [0, 0, 0])
        difference = after - (before or 0)
        counts[0 if difference > 0 else 1 if difference < 0 else 2] += 1
    return [Shift(unit, *counts) for unit, counts in units.items()]
