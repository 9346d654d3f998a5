"""From what the statements found to what a packet holds: each function for one person, and in an order that is always
the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from activities.dossiers.rules import Block, Said
from activities.kit import clock
from activities.packets.rules import Amount, Figures
from activities.packets.rules_packet import (
    Achieved,
    Asked,
    Attended,
    Deed,
    Entered,
    Exempt,
    Known,
    Missed,
    Owes,
    Share,
    Who,
)
from activities.requirements.behind import Person, Stands
from activities.requirements.rules import Did
from activities.reviews.rules import LEDGERS
from activities.reviews.rules import Figures as YearFigures

Entries = Sequence[tuple[Block, Said]]


class ActivityFacts(NamedTuple):
    name: str
    kind: str
    unit: str


def who(person: Person) -> Who:
    return Who(
        person.number, person.name, person.unit, person.class_name, str(person.stage), str(person.standing)
    )  # fmt: skip


def attended(figures: YearFigures) -> Attended:
    return Attended(figures.attended, figures.late, figures.excused, figures.absent)


_PLACES = {str(ledger): place for place, ledger in enumerate(LEDGERS)}


def known(rows: Iterable[Sequence[Any]]) -> tuple[Known, ...]:
    """By ledger and evidence, over all activities; what is known best first."""
    sums: dict[tuple[str, str, bool], list[int]] = {}
    for ledger, evidence, signed, _activity, *amounts in rows:
        found = sums.setdefault((str(ledger), str(evidence), bool(signed)), [0, 0, 0])
        for place, amount in enumerate(amounts[:3]):
            found[place] += amount
    lines = [Known(*key, *amounts) for key, amounts in sums.items()]
    return tuple(sorted(lines, key=lambda line: (_PLACES[line.ledger], -line.final, line.evidence, line.countersigned)))


def deeds(rows: Iterable[Sequence[Any]], activities: Mapping[int, ActivityFacts]) -> tuple[Deed, ...]:
    """By ledger and activity, over all evidence; what took longest first."""
    sums: dict[tuple[str, int], list[Any]] = {}
    for ledger, _evidence, _signed, activity_id, times, final, provisional, first, last in rows:
        found = sums.setdefault((str(ledger), activity_id), [0, 0, 0, first, last])
        found[0] += times
        found[1] += final
        found[2] += provisional
        found[3], found[4] = min(found[3], first), max(found[4], last)
    lines = []
    for (ledger, activity_id), amounts in sums.items():
        name, kind, unit = activities[activity_id]
        lines.append(Deed(ledger, kind, name, unit, *amounts))
    return tuple(sorted(lines, key=lambda one: (_PLACES[one.ledger], -one.final - one.provisional, one.activity)))


def achieved(lines: Iterable[Achieved]) -> tuple[Achieved, ...]:
    order = list(Share)
    return tuple(sorted(lines, key=lambda one: (order.index(one.share), one.kind, one.measure)))


def block(entries: Entries, which: Block) -> tuple[Entered, ...]:
    return tuple(Entered(said.title, said.day, said.unit, said.minutes) for of, said in entries if of is which)


def training(entries: Entries, passed: Iterable[tuple[str, date]]) -> tuple[Entered, ...]:
    """What was entered in the record, and what duties ask for and was passed, by day."""
    both = [*block(entries, Block.TRAINING), *(Entered(name, day) for name, day in passed)]
    return tuple(sorted(both, key=lambda one: (one.day, one.title)))


def asked(stands: Stands | None) -> Asked | None:
    if stands is None:
        return None
    lines = tuple(
        Owes(
            one.line.key, one.line.amount, one.final, one.provisional, one.promised, one.exempted, one.owed,
            one.line.due,
        )
        for one in stands.lines
    )  # fmt: skip
    return Asked(stands.version.of.unit.name, stands.version.set_at, lines)


def exempt(stands: Stands | None) -> tuple[Exempt, ...]:
    return tuple(Exempt(one.line, one.first, one.last, one.percent) for one in stands.exempted) if stands else ()


def missed(rows: Iterable[Sequence[Any]], activities: Mapping[int, ActivityFacts]) -> tuple[Missed, ...]:
    return tuple(
        Missed(day, activities[activity_id].name, str(attendance), clock.local_day(at) if at else None)
        for day, activity_id, attendance, at in rows
    )


def figures(
    did: Mapping[str, Did], stands: Stands | None, absences: int, entries: Entries, ballot: int | None
) -> Figures:
    """What points are reckoned from."""
    lines = stands.lines if stands else ()
    done = {key: Amount(one.final, one.provisional) for key, one in sorted(did.items())}
    return Figures(
        done={key: amount for key, amount in done.items() if any(amount)},
        absences=absences, commendations=len(block(entries, Block.COMMENDATION)), asked=len(lines),
        met=sum(one.is_settled for one in lines), met_final=sum(one.final >= one.needed for one in lines),
        ballot=ballot,
    )  # fmt: skip
