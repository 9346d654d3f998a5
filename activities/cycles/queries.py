"""Reads of cycles, their units and what was done about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from activities.audit.models import AuditEntry
from activities.cycles import rules
from activities.cycles.models import Cycle, CycleStep, CycleUnit, CycleVersion, Participant
from activities.cycles.rules import REVIEWED, Counts, CycleState, Grade
from activities.cycles.rules_settings import Settings
from activities.kit.db import db
from activities.kit.refusal import NotFound
from activities.kit.roles import Permission
from activities.people.models import Member, Unit
from activities.people.persons import is_account_of
from activities.people.queries import within
from activities.people.rules import Stage
from activities.people.users import Viewer
from activities.terms import queries as terms

LATEST = 50
# As far as the days before an end can reach on which people are told, holidays included.
BEFORE = timedelta(days=200)


def above(paths: Sequence[str]) -> set[int]:
    """The units at these paths and all above them."""
    return {int(part) for path in paths for part in path.split("/") if part}


# ── before there is one ─────────────────────────────────────────────────────


@dataclass(frozen=True)
class UnitCounts:
    """A unit, and how many of its people would be reviewed."""

    name: str
    counts: Counts


def would_take_part(path: str, year: int) -> sa.ColumnElement[bool]:
    """That somebody would take part in a review of the unit at `path` and those below: every active member of theirs,
    but who takes part in that year elsewhere, because they came from another unit since."""
    elsewhere = sa.exists().where(
        Participant.member_id == Member.id, Participant.year == year, Participant.removed_at.is_(None)
    )
    return sa.and_(within([path]), Member.active, Member.stage.in_(REVIEWED), ~elsewhere)


def to_review(path: str, year: int) -> list[UnitCounts]:
    """The units at `path` and below with the people who would take part, in tree order. One statement."""
    full = sa.func.count().filter(Member.stage == Stage.FULL)
    query = (
        sa.select(Unit.name, full, sa.func.count())
        .join(Member, Member.unit_id == Unit.id)
        .where(would_take_part(path, year))
        .group_by(Unit.name, Unit.path)
        .order_by(Unit.path)
    )
    return [UnitCounts(name, Counts(full, everyone)) for name, full, everyone in db.session.execute(query)]


def overlapping(unit: Unit, year: int) -> Cycle | None:
    """A cycle of the year that has people of this unit or one below, called off ones aside."""
    query = (
        sa.select(Cycle)
        .join(Cycle.unit)
        .where(
            Cycle.year == year, Cycle.state != CycleState.CALLED_OFF,
            sa.or_(Unit.id.in_(above([unit.path])), within([unit.path])),
        )
        .options(contains_eager(Cycle.unit))
        .limit(1)
    )  # fmt: skip
    return db.session.scalars(query).first()


# ── for who holds a review ──────────────────────────────────────────────────


def _cycles() -> sa.Select[Cycle]:
    return sa.select(Cycle).join(Cycle.unit).options(contains_eager(Cycle.unit), selectinload(Cycle.steps))


def around(holder: Viewer) -> list[Cycle]:
    """The cycles with people of the holder's units, the newest year first."""
    paths = holder.paths(Permission.HOLD_REVIEW)
    seen = sa.or_(Unit.id.in_(above(paths)), within(paths))
    return list(db.session.scalars(_cycles().where(seen).order_by(Cycle.year.desc(), Unit.path, Cycle.id.desc())))


def seen_by(holder: Viewer, public_id: str) -> Cycle:
    """A cycle with people of the holder's units."""
    paths = holder.paths(Permission.HOLD_REVIEW)
    return _one(public_id, sa.or_(Unit.id.in_(above(paths)), within(paths)))


def held_by(holder: Viewer, public_id: str) -> Cycle:
    """A cycle that is the holder's to change: of one of their units."""
    return _one(public_id, within(holder.paths(Permission.HOLD_REVIEW)))


def _one(public_id: str, seen: sa.ColumnElement[bool]) -> Cycle:
    with_people = map(joinedload, (Cycle.close_asked_by, Cycle.close_confirmed_by, Cycle.ended_by))
    found = db.session.scalars(_cycles().where(Cycle.public_id == public_id, seen).options(*with_people)).one_or_none()
    if found is None:
        raise NotFound
    return found


def paths_in(holder: Viewer, cycle: Cycle) -> list[str]:
    """The units of a cycle whose review the holder holds, each with all below."""
    held, top = holder.paths(Permission.HOLD_REVIEW), cycle.unit.path
    return [top] if any(top.startswith(path) for path in held) else [path for path in held if path.startswith(top)]


def in_step(key: str, today: date) -> list[Cycle]:
    """The open cycles in which it is a step's turn. Two statements."""
    query = (
        _cycles()
        .join(CycleStep, sa.and_(CycleStep.cycle_id == Cycle.id, CycleStep.key == key))
        .where(Cycle.state == CycleState.OPEN, CycleStep.first <= today, CycleStep.last >= today)
    )
    return list(db.session.scalars(query))


def is_reminding(cycle: Cycle, key: str, today: date) -> bool:
    """Whether a step, whose turn it is, is so near its end that who has not handed in is told. Two statements."""
    window, days = cycle.windows[key], settings_of(cycle.id).remind_days
    specials = terms.special_days(window.last - BEFORE, window.last)
    return bool(days) and today >= rules.reminded_from(window, days, specials)


def versions(cycle_id: int) -> list[CycleVersion]:
    """What a cycle has gone by, the newest first."""
    query = (
        sa.select(CycleVersion)
        .where(CycleVersion.cycle_id == cycle_id)
        .options(joinedload(CycleVersion.set_by, innerjoin=True))
        .order_by(CycleVersion.id.desc())
    )
    return list(db.session.scalars(query))


def settings_of(cycle_id: int) -> Settings:
    """What a cycle goes by now."""
    query = sa.select(CycleVersion.settings).where(CycleVersion.cycle_id == cycle_id)
    return db.session.scalars(query.order_by(CycleVersion.id.desc()).limit(1)).one()


def units_of(cycle: Cycle, paths: Sequence[str]) -> list[CycleUnit]:
    """The cycle's units at these paths and below, in tree order."""
    query = (
        sa.select(CycleUnit)
        .join(CycleUnit.unit)
        .where(CycleUnit.cycle_id == cycle.id, within(paths))
        .options(contains_eager(CycleUnit.unit))
        .order_by(Unit.path)
    )
    return list(db.session.scalars(query))


def own_excellent(holder: Viewer, cycle_id: int) -> dict[int, int]:
    """By unit in which the holder is graded, how many of their own grades are excellent: no number that they see may
    hold these before the review is closed. One statement."""
    query = (
        sa.select(Participant.unit_id, sa.func.count().filter(Participant.grade == Grade.EXCELLENT))
        .join(Cycle, Cycle.id == Participant.cycle_id)
        .where(
            Participant.cycle_id == cycle_id, Cycle.state != CycleState.CLOSED, Participant.removed_at.is_(None),
            Participant.graded,
            is_account_of(Participant.member_id, holder.id),
        )
        .group_by(Participant.unit_id)
    )  # fmt: skip
    return dict(db.session.execute(query).all())


def counted(cycle_id: int) -> list[tuple[int, Counts]]:
    """By unit, the people of a cycle as they are written. One statement."""
    query = (
        sa.select(Participant.unit_id, sa.func.count().filter(Participant.graded), sa.func.count())
        .where(Participant.cycle_id == cycle_id, Participant.removed_at.is_(None))
        .group_by(Participant.unit_id)
    )
    return [(unit_id, Counts(full, everyone)) for unit_id, full, everyone in db.session.execute(query)]


@dataclass(frozen=True)
class Deed:
    """Something that was done about a cycle, as it stands on the trail."""

    at: datetime
    by: str | None
    verb: str
    after: dict[str, Any]
    reason: str


def deeds(holder: Viewer, cycle_id: int) -> list[Deed]:
    """What was done about a cycle, the latest first; about single people those of the holder's units, since the reason
    is theirs. One statement."""
    about = AuditEntry.after["member"].as_integer()
    theirs = (
        sa.select(Participant.id)
        .join(Participant.unit)
        .where(
            Participant.cycle_id == cycle_id, Participant.member_id == about,
            within(holder.paths(Permission.HOLD_REVIEW)),
        )
    )  # fmt: skip
    query = (
        sa.select(AuditEntry.at, Member.name, AuditEntry.verb, AuditEntry.after, AuditEntry.reason)
        .outerjoin(Member, Member.id == AuditEntry.actor_id)
        .where(AuditEntry.subject == Cycle.__tablename__, AuditEntry.subject_id == cycle_id)
        .where(sa.or_(about.is_(None), theirs.exists()))
        .order_by(AuditEntry.id.desc())
        .limit(LATEST)
    )
    return [Deed(*row) for row in db.session.execute(query)]


# ── for who takes part ──────────────────────────────────────────────────────


def parts_of(member_id: int) -> list[Participant]:
    """The cycles in which somebody takes part, the newest year first."""
    query = (
        sa.select(Participant)
        .join(Participant.cycle)
        .where(
            Participant.member_id == member_id, Participant.removed_at.is_(None), Cycle.state != CycleState.CALLED_OFF
        )
        .options(
            contains_eager(Participant.cycle).joinedload(Cycle.unit, innerjoin=True),
            contains_eager(Participant.cycle).selectinload(Cycle.steps),
        )
        .order_by(Participant.year.desc(), Participant.id.desc())
    )
    return list(db.session.scalars(query))


def own_part(member_id: int, public_id: str) -> Participant:
    """One's own part in a cycle."""
    found = next((part for part in parts_of(member_id) if part.cycle.public_id == public_id), None)
    if found is None:
        raise NotFound
    return found
