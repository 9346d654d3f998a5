"""What is asked of people in a year, and what of it is still owed: pure decisions on plain values. It informs; nothing
follows from it by itself."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from typing import Any, ClassVar, NamedTuple, TypeVar

from activities.duties.kinds import KINDS, LEDGER_NAMES, TOPIC_NAMES, Ledger, kind_of
from activities.kit.refusal import N_, Refusal, refusal
from activities.people.rules import Stage, Stages, Standing, Standings

FIRST_YEAR, LAST_YEAR = 2000, 2100
WHOLE = 100  # percent


class Measure(StrEnum):
    """In what a line counts."""

    MINUTES = "minutes"
    TIMES = "times"


class By(StrEnum):
    """What of an activity decides whether a line counts it."""

    LEDGER = "ledger"
    KIND = "kind"
    TOPIC = "topic"


@dataclass(frozen=True)
class Sort:
    """One sort of line, declared: what it counts in, by what, and of what there can be one, by key and name."""

    key: str
    name: str
    measure: Measure
    by: By
    of: Mapping[str, str]


def _by_key(names: Mapping[Any, str]) -> dict[str, str]:
    return {str(key): name for key, name in names.items()}


SORTS = {
    sort.key: sort
    for sort in (
        Sort("hours", N_("Hours by ledger"), Measure.MINUTES, By.LEDGER, _by_key(LEDGER_NAMES)),
        Sort("times", N_("How often, by kind"), Measure.TIMES, By.KIND, {one.key: one.name for one in KINDS.values()}),
        Sort("study", N_("Hours of study by topic"), Measure.MINUTES, By.TOPIC, _by_key(TOPIC_NAMES)),
        Sort(
            "meetings", N_("Meetings attended"), Measure.TIMES, By.LEDGER,
            {Ledger.ORGANISATION: N_("Meetings of the organisation")},
        ),
    )
}  # fmt: skip


class Line(NamedTuple):
    """So much of something, by a day of the year."""

    sort: str
    of: str
    amount: int
    due: date

    @property
    def key(self) -> str:
        return f"{self.sort}:{self.of}"

    @property
    def measure(self) -> Measure:
        return SORTS[self.sort].measure

    @property
    def name(self) -> str:
        """A marked text."""
        return SORTS[self.sort].of[self.of]

    @property
    def kinds(self) -> list[str]:
        """The kinds of which something counts for it; all of study where it is about a topic."""
        by = SORTS[self.sort].by
        if by is By.KIND:
            return [self.of]
        ledger = Ledger.LEARNING if by is By.TOPIC else self.of
        return [kind.key for kind in KINDS.values() if kind.ledger == ledger]

    def counts(self, kind: str, topic: str | None) -> bool:
        """Whether it counts what is done in activities of this kind and topic."""
        found = {By.LEDGER: str(kind_of(kind).ledger), By.KIND: kind, By.TOPIC: topic}
        return found[SORTS[self.sort].by] == self.of


class Asked(NamedTuple):
    """What one version of a set says. `by_days`: an exemption takes away as much as it has days; otherwise its share
    of the whole, however long it is. `told_on`: on which day of each month who still owes is told; 0: never."""

    lines: tuple[Line, ...] = ()
    by_days: bool = True
    told_on: int = 0

    def line(self, key: str) -> Line | None:
        return next((line for line in self.lines if line.key == key), None)


def possible_lines() -> list[tuple[Sort, str, str]]:
    """Everything that can be asked for, as (sort, key, name), in the order of the declarations."""
    return [(sort, f"{sort.key}:{of}", name) for sort in SORTS.values() for of, name in sort.of.items()]


@lru_cache(maxsize=256)
def keys_of(by: By, value: str | None) -> list[tuple[str, Measure]]:
    """The keys of the lines that count what is of this ledger, kind or topic, and in what. For many people it is asked
    again and again."""
    return [(f"{sort.key}:{value}", sort.measure) for sort in SORTS.values() if sort.by is by and value in sort.of]


LINE_NAMES = {key: name for _, key, name in possible_lines()}


def write(asked: Asked) -> str:
    """As text to keep: the same is always the same text."""
    lines = [[line.sort, line.of, line.amount, line.due.isoformat()] for line in asked.lines]
    return json.dumps({"lines": lines, "by_days": asked.by_days, "told_on": asked.told_on})


@lru_cache(maxsize=256)
def read(text: str) -> Asked:
    """What was kept. A kind that is not declared any more asks for nothing."""
    kept = json.loads(text)
    lines = [Line(sort, of, amount, date.fromisoformat(due)) for sort, of, amount, due in kept["lines"]]
    return Asked(tuple(line for line in lines if line.key in LINE_NAMES), kept["by_days"], kept["told_on"])


def moved(asked: Asked, year: int) -> Asked:
    """The same for another year."""
    return asked._replace(lines=tuple(line._replace(due=_in_year(line.due, year)) for line in asked.lines))


def _in_year(day: date, year: int) -> date:
    try:
        return day.replace(year=year)
    except ValueError:  # 29 February
        return date(year, 2, 28)


# ── whom a set concerns ─────────────────────────────────────────────────────


class Whom(NamedTuple):
    """The people of the unit at `path` and below whom a set means; no stage or standing stands for any."""

    path: str
    stages: Stages = Stages(0)
    standings: Standings = Standings(0)

    def concerns(self, path: str, stage: Stage, standing: Standing) -> bool:
        return (
            path.startswith(self.path)
            and (not self.stages or Stages[stage.name] in self.stages)
            and (not self.standings or Standings[standing.name] in self.standings)
        )

    def overlaps(self, other: Whom) -> bool:
        """Whether some people of one and the same unit are meant by both."""
        return (
            self.path == other.path
            and (not self.stages or not other.stages or bool(self.stages & other.stages))
            and (not self.standings or not other.standings or bool(self.standings & other.standings))
        )


S = TypeVar("S")


def nearest(sets: Iterable[tuple[Whom, S]], path: str, stage: Stage, standing: Standing) -> S | None:
    """Which of the sets holds for somebody: of those that concern them that of the nearest unit. What is above holds
    only where the units between have none of their own."""
    mine = [(len(whom.path), one) for whom, one in sets if whom.concerns(path, stage, standing)]
    return max(mine, key=lambda found: found[0])[1] if mine else None


@refusal
class Overlaps(Refusal):
    sentence: ClassVar[str] = N_("The unit asks some of these people by another set already.")
    remedy: ClassVar[str] = N_("Change that one, or choose other stages or standings.")


@refusal
class NothingChanged(Refusal):
    sentence: ClassVar[str] = N_("That is what is asked already.")


@refusal
class ToldAlready(Refusal):
    sentence: ClassVar[str] = N_("People have been told already what they owe by it, so it stays to be read.")
    remedy: ClassVar[str] = N_("Put a version in force that asks for nothing.")


# ── exemptions ──────────────────────────────────────────────────────────────


class Exempted(NamedTuple):
    """From one day to another, so many percent of one line, or of all where `line` is empty."""

    first: date
    last: date
    percent: int = WHOLE
    line: str = ""


def exempted(line: Line, exemptions: Iterable[Exempted], *, by_days: bool) -> int:
    """How much of a line is taken away, never more than it asks. What is not whole is rounded to the nearest, a half
    upwards. Where two exemptions hold on a day, both do, up to all of it."""
    begins = date(line.due.year, 1, 1)
    own = [
        one._replace(first=max(one.first, begins), last=min(one.last, line.due))
        for one in exemptions
        if one.line in ("", line.key) and one.first <= line.due and one.last >= begins
    ]
    if not by_days:
        return _share(line.amount, min(WHOLE, sum(one.percent for one in own)), WHOLE)
    days = (line.due - begins).days + 1
    return _share(line.amount, _percent_days(own), WHOLE * days)


def _percent_days(exemptions: Sequence[Exempted]) -> int:
    """The percents of all days, added up: between two days on which anything begins or ends each day is the same."""
    edges = sorted({one.first for one in exemptions} | {one.last + timedelta(days=1) for one in exemptions})
    return sum(
        (until - since).days * min(WHOLE, sum(one.percent for one in exemptions if one.first <= since <= one.last))
        for since, until in pairwise(edges)
    )


def _share(amount: int, part: int, whole: int) -> int:
    return (2 * amount * part + whole) // (2 * whole)


# ── what is owed ────────────────────────────────────────────────────────────


class Did(NamedTuple):
    """What there is of a line: final, provisional, promised (a seat in a slot to come), and held without anybody having
    marked who came."""

    final: int = 0
    provisional: int = 0
    promised: int = 0
    unmarked: int = 0

    def __add__(self, other: object) -> Did:
        if not isinstance(other, Did):
            return NotImplemented
        return Did(self[0] + other[0], self[1] + other[1], self[2] + other[2], self[3] + other[3])


NOTHING = Did()


class Owed(NamedTuple):
    """One line as it stands for one person. `final`, `provisional` and `promised` are no more than the line asks for
    and is not exempted from; with `exempted` and `owed` they are what it asks. `did` is all there is."""

    line: Line
    exempted: int
    final: int
    provisional: int
    promised: int
    owed: int
    did: Did

    @property
    def needed(self) -> int:
        """What is asked of this person."""
        return self.line.amount - self.exempted

    @property
    def done(self) -> int:
        return self.final + self.provisional

    @property
    def is_settled(self) -> bool:
        """Whether all of it has been done."""
        return self.done >= self.needed


def settle(line: Line, did: Did, exempted: int) -> Owed:
    """What is still owed of a line: what is done counts before what is promised, what is final before what is not."""
    left = needed = line.amount - min(line.amount, max(0, exempted))
    taken = []
    for there in (did.final, did.provisional, did.promised):
        taken.append(min(left, there))
        left -= taken[-1]
    final, provisional, promised = taken
    return Owed(line, line.amount - needed, final, provisional, promised, left, did)


def owed_of(asked: Asked, did: Mapping[str, Did], exemptions: Sequence[Exempted]) -> list[Owed]:
    """Every line as it stands for one person."""
    return [
        settle(line, did.get(line.key, NOTHING), exempted(line, exemptions, by_days=asked.by_days))
        for line in asked.lines
    ]


def pace(line: Line, today: date) -> float:
    """How much of the time that a line gives is over, from 0 to 1."""
    begins = date(line.due.year, 1, 1)
    days = (line.due - begins).days + 1
    return min(1.0, max(0.0, ((today - begins).days + 1) / days))


def expected(owed: Owed, today: date) -> int:
    """How much there would be by today if it came evenly: minutes to the nearest, times too, so that the one visit of a
    year is expected from the middle of it on."""
    return int(owed.needed * pace(owed.line, today) + 0.5)


def behind_by(owed: Owed, today: date) -> int:
    """By how much somebody is behind the time that is over; what is promised counts as if it were done."""
    return max(0, expected(owed, today) - owed.done - owed.promised)
