"""What pages of a review show, put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import url_for

from activities.cycles import closing, freezing, opening, people_queries, queries, rules, rules_essays
from activities.cycles.models import Cycle, CycleUnit, Essay, Participant
from activities.cycles.plugs import Ask, plugged
from activities.cycles.queries import UnitCounts
from activities.cycles.rules import STEPS, WINDOWED, Counts, CycleState, Standing, Step, Window
from activities.cycles.rules_closing import WRONG, why_not_close
from activities.cycles.rules_refusals import NobodyToReview, NotOpen, Overlaps
from activities.cycles.rules_settings import Settings, most_excellent
from activities.kit.clock import local_day
from activities.kit.i18n import gettext as _
from activities.kit.i18n import say_day
from activities.kit.refusal import Refusal
from activities.kit.roles import Permission
from activities.people.models import Unit
from activities.people.persons import same_person
from activities.people.rules import STAGE_NAMES
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
    windows = opening.windows_from(starts, days)
    specials = terms.special_days(starts - opening.REACH, starts + opening.REACH)
    units = queries.to_review(unit.path)
    refusal = rules.why_not_windows(windows, settings.notice_days, specials)
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
        now = rules.standing(key, windows, today) if cycle.is_open else Standing.OVER
        found.append(StepNow(step, windows.get(key), now, done))
    return found


def listed(holder: Viewer, today: date) -> list[tuple[Cycle, list[tuple[Step, Standing]]]]:
    """The holder's cycles with the steps that have a window, and how they stand."""
    return [
        (cycle, [(STEPS[key], rules.standing(key, cycle.windows, today)) for key in WINDOWED])
        for cycle in queries.around(holder)
    ]


@dataclass(frozen=True)
class Closing:
    """How far the close is: what speaks against it, and whether the holder asked for it themselves; once closed, its
    hash and what does not fit about it."""

    why_not: Refusal | None = None
    is_own: bool = False
    hash: str = ""
    wrong: str = ""


def _closing(holder: Viewer, cycle: Cycle, now: datetime) -> Closing:
    if cycle.state is CycleState.CLOSED:
        snapshot = freezing.snapshot_of(cycle.id)
        assert snapshot is not None  # made with the close
        wrong = freezing.wrong_with(cycle.id, snapshot, closing.hash_on_trail(cycle.id))
        return Closing(hash=snapshot.hash, wrong=_(WRONG[wrong]) if wrong else "")
    if not cycle.is_open:
        return Closing()
    asked_by = cycle.close_asked_by_id
    is_own = asked_by is not None and same_person(holder.id, asked_by)
    return Closing(why_not_close(closing.facts_of(cycle, now)), is_own)


def of_cycle(holder: Viewer, cycle: Cycle, now: datetime) -> dict[str, Any]:
    """A cycle with the units of it whose review the holder holds."""
    units, today = queries.units_of(cycle, holder.paths(Permission.HOLD_REVIEW)), local_day(now)
    return {
        "cycle": cycle, "units": units, "steps": steps_now(cycle, today, units),
        "versions": queries.versions(cycle.id), "deeds": queries.deeds(cycle.id),
        "may_change": cycle.is_open and holder.may(Permission.HOLD_REVIEW, cycle.unit.path),
        "closing": _closing(holder, cycle, now),
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
    """The same of whoever looks at what awaits them, with the opinions that they are asked for."""
    return asks_of(queries.parts_of(member.id), now) + _opinions_asked(member.id, now)


def _opinions_asked(member_id: int, now: datetime) -> list[Ask]:
    found, today = [], local_day(now)
    for opinion in people_queries.opinions_asked_of(member_id):
        part = opinion.participant
        if opinion.written_at is None and rules.standing("grade", part.cycle.windows, today) is not Standing.OVER:
            day = say_day(part.cycle.windows["grade"].last)
            sentence = _("Write your opinion on %(name)s until %(day)s.", name=part.member.name, day=day)
            found.append(Ask("grade", sentence, url_for("cycles.opinion", public_id=opinion.public_id)))
    return found


def own_parts(member_id: int, now: datetime) -> list[tuple[Participant, list[Ask]]]:
    return [(part, asks_of([part], now)) for part in queries.parts_of(member_id)]


def of_part(part: Participant, now: datetime) -> dict[str, Any]:
    """One's own part: the steps with their windows, and what is asked."""
    today = local_day(now)
    asks = {ask.step: ask for ask in asks_of([part], now)}
    is_known = rules.standing("notice", part.cycle.windows, today) is not Standing.TO_COME
    return {
        "part": part, "cycle": part.cycle, "steps": steps_now(part.cycle, today), "asks": asks,
        "grade": part.grade if is_known else None,
    }  # fmt: skip


def of_essay(part: Participant, written: Essay | None, now: datetime) -> dict[str, Any]:
    """One's self-review: what is kept of it, how long it may be, and why it cannot be changed."""
    cycle = part.cycle
    why_not = rules.why_not_now("essay", cycle.windows, local_day(now)) if cycle.is_open else NotOpen()
    return {
        "part": part, "cycle": cycle, "written": written, "why_not": why_not, "window": cycle.windows["essay"],
        "settings": queries.settings_of(cycle.id), "count": rules_essays.characters(written.text) if written else 0,
    }  # fmt: skip


# ── for those who hold the review ───────────────────────────────────────────


def of_person(cycle: Cycle, part: Participant, now: datetime) -> dict[str, Any]:
    """Somebody with what they wrote, what others wrote of them, and how it was decided. Four statements."""
    written = queries.own_essay(part.id)
    counter = people_queries.counter_of(part)
    return {
        "cycle": cycle, "part": part, "versions": people_queries.versions_of(part.id),
        "opinions": people_queries.opinions_on(part.id), "counter": counter,
        "essay": written if written and written.handed_in_at else None,
        "standing": rules.standing("grade", cycle.windows, local_day(now)), "stages": STAGE_NAMES,
    }  # fmt: skip
