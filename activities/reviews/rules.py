"""The year's figures, and how a list of people is narrowed and ordered. Plain values only."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from enum import StrEnum
from typing import TypeVar

from activities.duties.kinds import WEIGHABLE, Evidence, Ledger
from activities.kit.text import clean_line
from activities.people.rules import Stage, Standing

FIRST_YEAR, LAST_YEAR = 2000, 2100
PAGE = 100
LEDGERS = tuple(Ledger)
# Those in which time may weigh anything else than itself.
WEIGHED = tuple(ledger for ledger in LEDGERS if ledger in WEIGHABLE)
PERSONAL = ("name", "number")
COUNTS = ("attended", "late", "excused", "absent")
# What a list can be ordered by: who people are, or what they did.
KEYS = (*PERSONAL, *(str(ledger) for ledger in LEDGERS), *COUNTS, "last_seen")


@dataclass(frozen=True, slots=True)
class Figures:
    """What a person did in a span of time. `minutes` has one number a ledger, in the order of LEDGERS, never added
    together, of hours that are final, and `provisional` one of those that wait for a second person; `weights` what
    the final ones of WEIGHED weigh, in hundredths of a minute; `attended` counts present and late."""

    minutes: tuple[int, ...] = (0,) * len(LEDGERS)
    attended: int = 0
    late: int = 0
    excused: int = 0
    absent: int = 0
    last_seen: date | None = None
    provisional: tuple[int, ...] = (0,) * len(LEDGERS)
    weights: tuple[int, ...] = (0,) * len(WEIGHED)

    @property
    def weighed(self) -> tuple[int, ...]:
        """By ledger, what the final minutes weigh, to the nearest minute below; zero where that is what they are."""
        weights = dict(zip(WEIGHED, self.weights, strict=True))
        both = ((minutes, weights.get(ledger, 0)) for ledger, minutes in zip(LEDGERS, self.minutes, strict=True))
        return tuple(weight // 100 if weight != 100 * minutes else 0 for minutes, weight in both)

    def __add__(self, other: Figures) -> Figures:
        """The figures of two spans that share no record."""
        return Figures(
            tuple(a + b for a, b in zip(self.minutes, other.minutes, strict=True)),
            self.attended + other.attended,
            self.late + other.late,
            self.excused + other.excused,
            self.absent + other.absent,
            max((day for day in (self.last_seen, other.last_seen) if day), default=None),
            tuple(a + b for a, b in zip(self.provisional, other.provisional, strict=True)),
            tuple(a + b for a, b in zip(self.weights, other.weights, strict=True)),
        )


@dataclass
class Branch:
    """A unit of the scope with the number of people the filters list, and of ended slots in which nobody is marked."""

    id: int
    public_id: str
    name: str
    path: str
    unmarked: int
    people: int = 0
    classes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Scope:
    """The units a secretary reviews, in tree order; `chosen` are those the filters leave, `years` are those with
    slots up to this one, newest first."""

    branches: list[Branch]
    chosen: list[Branch]
    years: list[int]

    @property
    def people(self) -> int:
        return sum(branch.people for branch in self.chosen)

    @property
    def unmarked(self) -> int:
        return sum(branch.unmarked for branch in self.chosen)

    @property
    def classes(self) -> list[str]:
        return sorted({name for branch in self.chosen for name in branch.classes})


@dataclass(frozen=True, slots=True)
class Line:
    """One member and what the member did; `key` stands in the member's address."""

    key: str
    number: str
    name: str
    unit: str
    class_name: str
    stage: Stage
    standing: Standing
    figures: Figures


@dataclass(frozen=True)
class OwnYear:
    """One person's year: each day on which anything was recorded."""

    days: dict[date, Figures]

    @property
    def total(self) -> Figures:
        return sum(self.days.values(), Figures())

    @property
    def months(self) -> dict[int, Figures]:
        """The months of the year in which anything was recorded, by number."""
        months: dict[int, Figures] = {}
        for day, figures in self.days.items():
            months[day.month] = months.get(day.month, Figures()) + figures
        return months

    @property
    def attended(self) -> dict[date, int]:
        return {day: figures.attended for day, figures in self.days.items() if figures.attended}


# ── what a list shows ───────────────────────────────────────────────────────


@dataclass(frozen=True)
class Order:
    """By what a list is ordered, and whether the most comes first."""

    key: str = "number"
    down: bool = False

    def __str__(self) -> str:
        return self.key + ("-down" if self.down else "")

    @property
    def is_personal(self) -> bool:
        """Whether the order is known without looking at any record."""
        return self.key in PERSONAL


@dataclass(frozen=True, kw_only=True)
class Filters:
    """Whom a list shows: all that is empty narrows nothing. `unit` is a public id and stands for all below it too;
    `gone` also shows those who have left the roster, and `evidence` leaves only what is known in that way."""

    unit: str = ""
    class_name: str = ""
    stage: Stage | None = None
    standing: Standing | None = None
    search: str = ""
    gone: bool = False
    evidence: Evidence | None = None

    @property
    def values(self) -> dict[str, str]:
        """What a statement compares with, by name, without what is empty; the unit is none of it, and what is searched
        for is a pattern in which "/" takes the meaning from the sign behind it."""
        values = {name: value for name, value in self.query().items() if name != "unit"}
        if self.evidence is Evidence.COUNTERSIGNED:  # on top of how it was recorded, so it is asked otherwise
            values["countersigned"] = values.pop("evidence")
        if self.search:
            values["search"] = "%" + re.sub("([%_/])", r"/\1", self.search) + "%"
        return values

    @property
    def asked(self) -> frozenset[str]:
        """The names of `values`."""
        return frozenset(self.values)

    def query(self) -> dict[str, str]:
        """As a query string says it, without what is empty."""
        return {name: "1" if value is True else str(value) for name, value in asdict(self).items() if value}


def read_filters(args: Mapping[str, str]) -> Filters:
    """The filters of a query string; what means nothing narrows nothing."""
    return Filters(
        unit=clean_line(args.get("unit")),
        class_name=clean_line(args.get("class_name"))[:50],
        stage=_word(Stage, args.get("stage")),
        standing=_word(Standing, args.get("standing")),
        search=clean_line(args.get("search"))[:100],
        gone="gone" in args,
        evidence=_word(Evidence, args.get("evidence")),
    )


def read_order(text: str | None) -> Order:
    """ "service-down" as an order; anything else is by number."""
    key, _, way = (text or "").partition("-")
    return Order(key, way == "down") if key in KEYS else Order()


W = TypeVar("W", bound=StrEnum)


def _word(words: type[W], text: str | None) -> W | None:
    return words(text) if text in set(words) else None
