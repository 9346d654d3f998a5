"""Packets of a year and what points are reckoned from: of one or of ten thousand in the same number of statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from activities.dossiers import queries as dossiers
from activities.dossiers.rules import Block
from activities.kit.db import run
from activities.kit.refusal import NotFound
from activities.packets import above, assembling, statements
from activities.packets.assembling import ActivityFacts
from activities.packets.rules import Figures
from activities.packets.rules_packet import Achieved, Kept, Packet, Share
from activities.requirements import behind
from activities.requirements.behind import Person
from activities.reviews import queries as reviews
from activities.reviews.rules import Figures as YearFigures
from activities.trainings import queries as trainings

NONE, NOT_KEPT = YearFigures(), Kept()


def packet(member_id: int, year: int, now: datetime) -> Packet:
    """One person's, by the same statements."""
    found = packets([member_id], year, now)
    if member_id not in found:
        raise NotFound
    return found[member_id]


def packets(member_ids: Collection[int], year: int, now: datetime) -> dict[int, Packet]:
    """The packets of these people by id, in the order of units, classes and names. Thirteen statements, however many
    they are, and what rooms above read."""
    basis = _basis(member_ids, year, now)
    passed = trainings.passed_in(member_ids, year)
    given = _by_person(run(statements.given(member_ids, year)))
    missed = _by_person(run(statements.missed(member_ids, year)))
    achieved = _by_person(run(statements.achieved(member_ids, year)))
    named = {row[3] for rows in given.values() for row in rows} | {row[1] for rows in missed.values() for row in rows}
    activities = {number: ActivityFacts(*facts) for number, *facts in run(statements.activities(named))}
    found = {}
    for person in basis.year.people:
        who, entries = person.id, basis.entries.get(person.id, ())
        stands = basis.year.stands.get(who)
        found[who] = Packet(
            year=year, as_of=now, who=assembling.who(person),
            attended=assembling.attended(basis.attended.get(who, NONE)),
            known=assembling.known(given.get(who, ())), deeds=assembling.deeds(given.get(who, ()), activities),
            achieved=assembling.achieved(Achieved(Share(share), *rest) for share, *rest in achieved.get(who, ())),
            training=assembling.training(entries, passed.get(who, ())),
            commendations=assembling.block(entries, Block.COMMENDATION),
            appraisals=assembling.block(entries, Block.APPRAISAL),
            asked=assembling.asked(stands), exempt=assembling.exempt(stands),
            missed=assembling.missed(missed.get(who, ()), activities),
            opinion=basis.kept.get(who, NOT_KEPT).opinion, figures=basis.figures(who),
        )  # fmt: skip
    return found


def years(member_ids: Collection[int], year: int, now: datetime) -> list[tuple[Person, Figures]]:
    """These people in their order with what points are reckoned from, as packets have it. Eight statements, however
    many they are, and what rooms above read."""
    basis = _basis(member_ids, year, now)
    return [(person, basis.figures(person.id)) for person in basis.year.people]


@dataclass(frozen=True)
class _Basis:
    """What both begin with."""

    year: behind.Year
    attended: Mapping[int, YearFigures]
    entries: Mapping[int, assembling.Entries]
    kept: Mapping[int, Kept]

    def figures(self, who: int) -> Figures:
        return assembling.figures(
            self.year.did.get(who, {}), self.year.stands.get(who), self.attended.get(who, NONE).absent,
            self.entries.get(who, ()), self.kept.get(who, NOT_KEPT).ballot,
        )  # fmt: skip


def _basis(member_ids: Collection[int], year: int, now: datetime) -> _Basis:
    return _Basis(
        behind.year_of(member_ids, year, now), reviews.figures(member_ids, year), dossiers.of_year(member_ids, year),
        above.kept(member_ids, year),
    )  # fmt: skip


def _by_person(rows: Iterable[Sequence[Any]]) -> dict[int, list[Sequence[Any]]]:
    """Rows without the person that they begin with."""
    found: dict[int, list[Sequence[Any]]] = defaultdict(list)
    for member_id, *rest in rows:
        found[member_id].append(rest)
    return found
