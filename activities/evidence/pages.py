"""What pages of a review show of packets and points, put together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from activities.cycles.models import Cycle, Participant
from activities.cycles.rules import Standing, standing
from activities.evidence import queries, rules, words
from activities.evidence.queries import Advice
from activities.evidence.rules import Line
from activities.kit.clock import local_day
from activities.packets import rules as points
from activities.packets import sheets
from activities.packets.above import Change, Closed
from activities.packets.comparing import Compared
from activities.packets.models import PointsFormula
from activities.packets.rules import Figures
from activities.packets.sheets import Sheet
from activities.people.users import Viewer
from activities.requirements.behind import Person

# Of so many people, what has become other is found in a moment.
AT_ONCE = 500


def is_points_turn(cycle: Cycle, now: datetime) -> bool:
    """Points are shown once nothing that they are reckoned from is still being given."""
    return not cycle.is_open or standing("points", cycle.windows, local_day(now)) is Standing.OPEN


def sheet_of(one: Advice) -> Sheet | None:
    """Every point in words."""
    reckoned = one.reckoned
    return sheets.points(one.formula.formula, one.figures, reckoned) if one.formula and reckoned else None


def of_part(part: Participant, now: datetime) -> dict[str, Any]:
    """Somebody's packet in figures, with what has become other since the close, and the points once it is their
    turn."""
    one = queries.advice(part.cycle, [part], now).get(part.id)
    shown = sheet_of(one) if one and is_points_turn(part.cycle, now) else None
    return {"advice": one, "headline": words.headline(one.figures) if one else [], "points": shown}


def of_unit(cycle: Cycle, parts: Sequence[Participant], now: datetime) -> dict[int, Sheet]:
    """By participant, their points, once it is their turn."""
    if not is_points_turn(cycle, now):
        return {}
    found = {part_id: sheet_of(one) for part_id, one in queries.advice(cycle, parts, now).items()}
    return {part_id: one for part_id, one in found.items() if one}


def closed(member_id: int, figures: Figures, year: int) -> Closed | None:
    """How today's figures of a year stand to those that were frozen when its review was closed."""
    part = queries.closed_part(member_id, year)
    then = queries.frozen_figures(part) if part else None
    if part is None or then is None or part.cycle.ended_at is None:
        return None
    lines = rules.differences(then, figures)
    say = words.say_evidence
    return Closed(
        local_day(part.cycle.ended_at),
        [Change(words.name_of_figure(one.key), say(one.key, one.then), say(one.key, one.now)) for one in lines],
    )


class Changed(NamedTuple):
    """Of whom a figure has become other, and how."""

    name: str
    public_id: str
    line: Line
    is_own: bool


def differences(holder: Viewer, cycle: Cycle, page: int, now: datetime) -> tuple[list[Changed], int, bool]:
    """Of a page of people, by unit, class and name, the lines that are others today than in the packets that were
    frozen; how many people these are, and whether there is a next."""
    parts = queries.parts_in_order(cycle.id, page=page, size=AT_ONCE)
    looked_at = parts[:AT_ONCE]
    found = queries.advice(cycle, looked_at, now)
    changed = [
        Changed(part.member.name, part.member.public_id, line, part.member_id == holder.id)
        for part in looked_at
        if part.id in found
        for line in found[part.id].differences
    ]
    return changed, len(looked_at), len(parts) > AT_ONCE


def compared(cycle: Cycle, parts: Sequence[Participant], other: PointsFormula, now: datetime) -> list[Compared]:
    """What another formula would give, from the figures of today or those that were frozen."""
    found = queries.advice(cycle, parts, now)
    return [
        Compared(_person(part), one.reckoned, points.reckon(other.formula, one.figures))
        for part, one in ((part, found.get(part.id)) for part in parts)
        if one
    ]


def _person(part: Participant) -> Person:
    """As they took part."""
    who, unit = part.member, part.unit
    return Person(
        who.id, who.public_id, who.number, who.name, part.class_name, part.stage, who.standing, unit.id,
        unit.public_id, unit.name, unit.path,
    )  # fmt: skip
