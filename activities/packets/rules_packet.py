"""The evidence packet of a member's year, as plain values that are always the same text: what is looked at, frozen and
hashed. Minutes are given as they were recorded, final and provisional apart; ledgers are never added together."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, is_dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from activities.packets.rules import Figures

VERSION = 1


@dataclass(frozen=True)
class Who:
    """The person as of today."""

    number: str
    name: str
    unit: str
    class_name: str
    stage: str
    standing: str


@dataclass(frozen=True)
class Known:
    """What was recorded in one ledger and is known in one way; `countersigned`: a second person has signed it."""

    ledger: str
    evidence: str
    countersigned: bool
    times: int
    final: int
    provisional: int


@dataclass(frozen=True)
class Deed:
    """What was done in one activity."""

    ledger: str
    kind: str
    activity: str
    unit: str
    times: int
    final: int
    provisional: int
    first: date
    last: date


@dataclass(frozen=True)
class Attended:
    """How often the person came, late among it, and did not."""

    attended: int = 0
    late: int = 0
    excused: int = 0
    absent: int = 0


class Share(StrEnum):
    """What somebody has to do with an amount that was achieved."""

    OWN = "own"  # entered for this person
    PART = "part"  # of a slot in which the person took part
    ENTERED = "entered"  # of others, entered by this person


@dataclass(frozen=True)
class Achieved:
    """The sum of a measure in activities of a kind, in thousandths, of so many amounts."""

    share: Share
    kind: str
    measure: str
    amount: int
    count: int


@dataclass(frozen=True)
class Entered:
    """What stands in one block of the volunteer's record; `minutes` are those of a training that was entered."""

    title: str
    day: date
    unit: str = ""
    minutes: int | None = None


@dataclass(frozen=True)
class Owes:
    """A line that is asked, as `requirements` has it."""

    line: str
    asked: int
    final: int
    provisional: int
    promised: int
    exempted: int
    owed: int
    due: date


@dataclass(frozen=True)
class Asked:
    """What is asked of the person, and by whom it was set when."""

    unit: str
    set_at: datetime
    lines: tuple[Owes, ...]


@dataclass(frozen=True)
class Exempt:
    """From what the person is exempted; why is not told."""

    line: str
    first: date
    last: date
    percent: int


@dataclass(frozen=True)
class Missed:
    """A slot the person did not serve in. `excused_on`: when leave was granted, where it was asked for."""

    day: date
    activity: str
    attendance: str
    excused_on: date | None = None


@dataclass(frozen=True)
class Opinion:
    """What the branch said of a year, and the grade that people gave, by its English name."""

    year: int
    text: str
    grade: str = ""
    by: str = ""
    day: date | None = None


class Kept(NamedTuple):
    """What rooms above keep of somebody: last year's opinion, and the share of approval of this year's ballot in
    hundredths of a percent."""

    opinion: Opinion | None = None
    ballot: int | None = None


@dataclass(frozen=True, kw_only=True)
class Packet:
    """All that is known of one member's year when it is looked at. `figures` are what points are reckoned from, so that
    a packet that was kept can be reckoned anew by another formula."""

    year: int
    as_of: datetime
    who: Who
    attended: Attended = Attended()
    known: tuple[Known, ...] = ()
    deeds: tuple[Deed, ...] = ()
    achieved: tuple[Achieved, ...] = ()
    training: tuple[Entered, ...] = ()
    commendations: tuple[Entered, ...] = ()
    appraisals: tuple[Entered, ...] = ()
    asked: Asked | None = None
    exempt: tuple[Exempt, ...] = ()
    missed: tuple[Missed, ...] = ()
    opinion: Opinion | None = None
    figures: Figures = field(default_factory=Figures)

    def canonical(self) -> str:
        """The one text for this packet, which can be kept and hashed."""
        said = {**vars(self), "version": VERSION}
        return json.dumps(said, default=_plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return vars(value)
    assert isinstance(value, date)  # nothing else stands in a packet
    return value.isoformat()
