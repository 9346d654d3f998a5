"""The packets and points of a cycle's people: while it is open those of today, once it is closed those that were
frozen. For one person or for ten thousand in the same number of statements."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from activities.cycles.models import Cycle, Participant
from activities.cycles.portions import Portion
from activities.cycles.rules import CycleState, hash_of
from activities.cycles.snapshots import frozen_of
from activities.evidence import rules
from activities.evidence.rules import Line
from activities.kit.db import db, run
from activities.kit.sql import Among
from activities.packets import formulas
from activities.packets import queries as packets
from activities.packets import rules as points
from activities.packets.models import PointsFormula
from activities.packets.rules import Figures, Reckoned
from activities.people.models import Member, Unit
from activities.people.queries import within

EVIDENCE, POINTS = "evidence", "points"
PAGE = 50


@dataclass(frozen=True)
class Advice:
    """What points are reckoned from and by: the formula that holds, or held when the cycle was closed. `packet` is the
    hash of the packet that was frozen; `today` what its figures are now."""

    figures: Figures
    formula: PointsFormula | None
    packet: str = ""
    today: Figures | None = None

    @property
    def reckoned(self) -> Reckoned | None:
        return points.reckon(self.formula.formula, self.figures) if self.formula else None

    @property
    def differences(self) -> list[Line]:
        return rules.differences(self.figures, self.today) if self.today else []


# ── what is frozen ──────────────────────────────────────────────────────────


def frozen(portion: Portion) -> dict[int, Any]:
    """The hash of each participant's packet, and its figures. As many statements as packets take."""
    return {
        part_id: {"packet": hash_of(one.canonical()), "figures": rules.plain(one.figures)}
        for part_id, one in portion.packets.items()
    }


def frozen_points(portion: Portion) -> dict[int, Any]:
    """Each participant's points, line by line, with the version of the formula that holds and the hash of what it says.
    Two statements beside those of packets."""
    query = sa.select(Member.id, Unit.path).join(Unit, Unit.id == Member.unit_id)
    paths = dict(run(query.where(Among(Member.id, portion.members.values()))).all())
    holding = formulas.holding(set(paths.values()), portion.cycle.year)
    found = {}
    for part_id, packet in portion.packets.items():
        if one := points.nearest(holding, paths[portion.members[part_id]]):
            says = hash_of(points.write(one.formula))
            reckoned = rules.plain_points(points.reckon(one.formula, packet.figures))
            found[part_id] = {"formula": one.public_id, "version": one.version, "says": says, **reckoned}
    return found


# ── what is shown ───────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Today:
    person: int
    figures: Figures
    formula: PointsFormula | None


def _of_today(member_ids: Collection[int], year: int, now: datetime) -> Iterator[_Today]:
    people = packets.years(member_ids, year, now)
    holding = formulas.holding({person.path for person, _ in people}, year) if people else {}
    for person, figures in people:
        yield _Today(person.id, figures, points.nearest(holding, person.path))


def advice(cycle: Cycle, parts: Sequence[Participant], now: datetime) -> dict[int, Advice]:
    """By participant. As many statements as years take, and one; two where the cycle is closed. Of who was not there
    when it was closed, and of whom nothing is known today, there is none."""
    people = {one.person: one for one in _of_today([part.member_id for part in parts], cycle.year, now)}
    if cycle.state is not CycleState.CLOSED:
        there = ((part.id, people.get(part.member_id)) for part in parts)
        return {part_id: Advice(one.figures, one.formula) for part_id, one in there if one}
    ids = {part.id: part.member_id for part in parts}
    kept = {part_id: one["steps"] for part_id, one in frozen_of(cycle.id, ids).items()}
    by = formulas.by_public_ids({steps[POINTS]["formula"] for steps in kept.values() if POINTS in steps})
    found = {}
    for part_id, member_id in ids.items():
        steps, today = kept.get(part_id, {}), people.get(member_id)
        if EVIDENCE in steps:
            found[part_id] = Advice(
                rules.read(steps[EVIDENCE]["figures"]),
                by.get(steps[POINTS]["formula"]) if POINTS in steps else None,
                steps[EVIDENCE]["packet"], today.figures if today else None,
            )  # fmt: skip
    return found


def closed_part(member_id: int, year: int) -> Participant | None:
    """Somebody's part in the review of a year, once that is closed. One statement."""
    query = (
        sa.select(Participant)
        .join(Participant.cycle)
        .where(
            Participant.member_id == member_id, Participant.removed_at.is_(None), Cycle.year == year,
            Cycle.state == CycleState.CLOSED,
        )
        .options(contains_eager(Participant.cycle))
    )  # fmt: skip
    return db.session.scalars(query.limit(1)).one_or_none()


def frozen_figures(part: Participant) -> Figures | None:
    """What was frozen of somebody's packet."""
    kept = frozen_of(part.cycle_id, {part.id: part.member_id}).get(part.id)
    return rules.read(kept["steps"][EVIDENCE]["figures"]) if kept and EVIDENCE in kept["steps"] else None


# ── who they are ────────────────────────────────────────────────────────────


def parts_in_order(
    cycle_id: int, paths: Sequence[str] = (), page: int = 0, size: int = PAGE
) -> list[Participant]:  # fmt: skip
    """Who takes part, of all units or of those at these paths and below, by unit, class and name: all of them, or a
    page of so many and one more where there is a next. One statement."""
    query = (
        sa.select(Participant)
        .join(Participant.member)
        .join(Participant.unit)
        .where(Participant.cycle_id == cycle_id, Participant.removed_at.is_(None))
        .options(contains_eager(Participant.member), contains_eager(Participant.unit))
        .order_by(Unit.path, Participant.class_name, Member.name, Participant.id)
    )
    query = query.where(within(paths)) if paths else query
    query = query.offset((page - 1) * size).limit(size + 1) if page else query
    return list(db.session.scalars(query))
