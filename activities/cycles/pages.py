"""What pages of a review show, put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from activities.cycles import opening, queries, rules
from activities.cycles.models import Cycle, CycleUnit, Participant
from activities.cycles.plugs import BESIDE, Ask, plugged
from activities.cycles.queries import UnitCounts
from activities.cycles.rules import STEPS, WINDOWED, Counts, CycleState, Standing, Step, Window
from activities.cycles.rules_refusals import NobodyToReview, Overlaps
from activities.cycles.rules_settings import Settings, most_excellent
from activities.kit.clock import local_day
from activities.kit.refusal import Refusal
from activities.kit.roles import Permission
from activities.people.models import Unit
from activities.people.users import Viewer
from activities.terms import queries as terms


@dataclass(frozen=True)
class Planned:
    """What would be opened: who would be reviewed and when, and what speaks against it."""

    unit: Unit
    year: int
    units: list[tuple[UnitCounts, int]]
    windows: dict[str, Window]
    refusal: Refusal | None
    unconfirmed: list[int]

    @property
    def total(self) -> Counts:
        return Counts(
            sum(one.counts.full for one, _most in self.units), sum(one.counts.everyone for one, _most in self.units)
        )


def planned(unit: Unit, year: int, starts: date, days: Mapping[str, int], settings: Settings) -> Planned:
    """Three statements, and one more for the calendar's unconfirmed years."""
    windows, refusal = opening.windows_from(starts, days, settings)
    units = queries.to_review(unit.path, year)
    if other := queries.overlapping(unit, year):
        refusal = Overlaps(other.unit.name)
    elif not units:
        refusal = NobodyToReview()
    return Planned(
        unit, year, [(one, most_excellent(settings, one.counts)) for one in units], windows, refusal,
        terms.unconfirmed_years(starts, windows["notice"].last),
    )  # fmt: skip


@dataclass(frozen=True)
class StepNow:
    """A step as it stands: its window, and how many are through with it."""

    step: Step
    window: Window | None
    standing: Standing
    done: int | None


def steps_now(cycle: Cycle, today: date, units: Sequence[CycleUnit] = ()) -> list[StepNow]:
    """The steps in order, with how many of these units' people are through: of no units, none is asked. One statement
    for each plugged step."""
    windows, ids = cycle.windows, {unit.unit_id for unit in units}
    found = []
    for key, step in STEPS.items():
        count = plugged(key).done
        done = sum(n for unit, n in count(cycle.id).items() if unit in ids) if count and ids else None
        now = rules.standing(key, windows, today) if cycle.state is CycleState.OPEN else Standing.OVER
        found.append(StepNow(step, windows.get(key), now, done))
    return found


def listed(holder: Viewer, today: date) -> list[tuple[Cycle, list[tuple[Step, Standing]]]]:
    """The holder's cycles with the steps that have a window, and how they stand."""
    return [
        (cycle, [(STEPS[key], rules.standing(key, cycle.windows, today)) for key in WINDOWED])
        for cycle in queries.around(holder)
    ]


def of_cycle(holder: Viewer, cycle: Cycle, now: datetime) -> dict[str, Any]:
    """A cycle with the units of it whose review the holder holds."""
    units, today = queries.units_of(cycle, holder.paths(Permission.HOLD_REVIEW)), local_day(now)
    return {
        "cycle": cycle, "units": units, "steps": steps_now(cycle, today, units),
        "own": queries.own_excellent(holder, cycle.id),
        "versions": queries.versions(cycle.id), "deeds": queries.deeds(holder, cycle.id),
        "may_change": cycle.is_open and holder.may(Permission.HOLD_REVIEW, cycle.unit.path),
        "total": Counts(sum(unit.full_members for unit in units), sum(unit.everyone for unit in units)),
    }  # fmt: skip


# ── for who takes part ──────────────────────────────────────────────────────


def asks_of(parts: Sequence[Participant], now: datetime) -> list[Ask]:
    """What the open steps of open cycles ask of somebody now. One statement for each plugged step of an open cycle."""
    found = []
    for part in parts:
        if part.cycle.is_open:
            asks = (plugged(key).asks for key in STEPS)
            found += [ask for ask in (one(part.cycle, part, now) for one in asks if one) if ask]
    return found


def asked_of(member: Viewer, now: datetime) -> list[Ask]:
    """The same of whoever looks at what awaits them, with what is asked of people who need not take part."""
    others = (*(plugged(key).asks_anybody for key in STEPS), *(one.asks for one in BESIDE.values()))
    return asks_of(queries.parts_of(member.id), now) + [ask for one in others if one for ask in one(member.id, now)]


@dataclass(frozen=True)
class OwnPart:
    """One's part in a review: what is asked, and which steps with a window are open."""

    part: Participant
    asks: list[Ask]
    under_way: list[Step]


def own_parts(member_id: int, now: datetime) -> list[OwnPart]:
    return [
        OwnPart(part, asks_of([part], now), _under_way(part.cycle, local_day(now)))
        for part in queries.parts_of(member_id)
    ]


def _under_way(cycle: Cycle, today: date) -> list[Step]:
    if not cycle.is_open:
        return []
    return [STEPS[key] for key in WINDOWED if rules.standing(key, cycle.windows, today) is Standing.OPEN]


def of_part(part: Participant, now: datetime) -> dict[str, Any]:
    """One's own part: the steps with their windows, and what is asked."""
    today = local_day(now)
    asks = {ask.step: ask for ask in asks_of([part], now)}
    return {"part": part, "cycle": part.cycle, "steps": steps_now(part.cycle, today), "asks": asks}
