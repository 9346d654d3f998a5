"""Keeping a cycle: its windows, what it goes by, and who takes part. All of it until it is closed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from activities.audit import service as audit
from activities.cycles import notices, queries, rules
from activities.cycles.locking import held, part_locked, unit_locked, units_locked
from activities.cycles.models import Cycle, CycleUnit, CycleVersion, Participant
from activities.cycles.opening import REACH
from activities.cycles.plugs import PLUGS
from activities.cycles.rules import Counts, CycleState, Window
from activities.cycles.rules_refusals import (
    NoRoom,
    NothingChanged,
    NotOpen,
    OwnPart,
    ReviewedElsewhere,
    TakesNoPart,
    TakesPart,
)
from activities.cycles.rules_settings import Settings, most_excellent, write
from activities.kit.clock import local_day
from activities.kit.db import db, lock, transactional, unless_there
from activities.kit.refusal import ChangedMeanwhile, NotFound
from activities.kit.roles import Permission
from activities.people.models import Member, Unit
from activities.people.persons import same_person
from activities.people.rules import Stage
from activities.people.service import acting
from activities.terms import queries as terms
from activities.terms.rules import Special

# ── windows ─────────────────────────────────────────────────────────────────


@transactional
def set_windows(
    actor_id: int, cycle_id: int, revision: int, windows: Mapping[str, Window], reason: str, now: datetime
) -> None:
    """Put other windows in force. Raises the rules' Refusal, ChangedMeanwhile where `revision` is not the present
    one."""
    cycle = held(actor_id, cycle_id)
    if cycle.revision != revision:
        raise ChangedMeanwhile
    specials = _specials(windows)
    if refusal := rules.why_not_windows(windows, queries.settings_of(cycle_id).notice_days, specials):
        raise refusal
    _move(cycle, windows, actor_id, "move", {}, reason, now)


@transactional
def reopen(actor_id: int, cycle_id: int, key: str, last: date, reason: str, now: datetime) -> list[str]:
    """Let a step be open until a later day; what must come after it follows. Return the keys of the steps that moved.
    Raises the rules' Refusal."""
    cycle = held(actor_id, cycle_id)
    windows = cycle.windows
    if refusal := rules.why_not_reopen(key, windows, last, local_day(now)):
        raise refusal
    pushed = rules.pushed(key, windows, last, _specials(windows, last))
    _move(cycle, pushed, actor_id, "reopen", {"step": key, "last": last}, reason, now)
    return [other for other, window in pushed.items() if other != key and window != windows[other]]


def _specials(windows: Mapping[str, Window], *days: date) -> dict[date, Special]:
    first = min(window.first for window in windows.values())
    return terms.special_days(first, max([window.last for window in windows.values()] + list(days)) + REACH)


def _move(
    cycle: Cycle, windows: Mapping[str, Window], actor_id: int, verb: str, more: dict[str, Any], reason: str,
    now: datetime,
) -> None:  # fmt: skip
    present = cycle.windows
    changed = {key: window for key, window in windows.items() if window != present[key]}
    if not changed:
        raise NothingChanged
    today = local_day(now)
    for step in cycle.steps:
        was, window = rules.standing(step.key, present, today), windows[step.key]
        if was is rules.Standing.OVER and today <= window.last:
            step.reopened = [*step.reopened, now.isoformat()]
        step.first, step.last = window
    cycle.revision += 1
    # A close that was asked for was asked for as things stood.
    cycle.close_asked_at = cycle.close_asked_by_id = None
    before = {key: [day.isoformat() for day in present[key]] for key in changed}
    after = {key: [day.isoformat() for day in window] for key, window in changed.items()}
    audit.leave(now, actor_id, verb, Cycle, cycle.id, before=before, after={**after, **more}, reason=reason)


# ── what it goes by ─────────────────────────────────────────────────────────


@transactional
def set_settings(actor_id: int, cycle_id: int, version_id: int, settings: Settings, reason: str, now: datetime) -> None:
    """Put a new version in force; the one before stays to be read. Raises NoRoom where a unit has more excellent grades
    than it would allow, NothingChanged, ChangedMeanwhile where `version_id` holds no more."""
    cycle = held(actor_id, cycle_id)
    present = queries.versions(cycle_id)[0]
    if present.id != version_id:
        raise ChangedMeanwhile
    if present.settings == settings:
        raise NothingChanged
    if refusal := rules.why_not_windows(cycle.windows, settings.notice_days, _specials(cycle.windows)):
        raise refusal
    db.session.add(CycleVersion(cycle_id=cycle_id, settings=settings, set_at=now, set_by_id=actor_id, reason=reason))
    for unit in units_locked(cycle_id):
        _allow(unit, settings)
    db.session.flush()
    before, after = {"settings": write(present.settings)}, {"settings": write(settings)}
    audit.leave(now, actor_id, "set", Cycle, cycle.id, before=before, after=after, reason=reason)


def _allow(unit: CycleUnit, settings: Settings) -> None:
    """Say how many may be excellent in a unit that is locked."""
    most = most_excellent(settings, Counts(unit.full_members, unit.everyone))
    if unit.excellent > most:
        raise NoRoom(unit.unit.name)
    unit.most = most


# ── who takes part ──────────────────────────────────────────────────────────


@transactional
def add_person(actor_id: int, cycle_id: int, member_id: int, reason: str, now: datetime) -> None:
    """Let somebody of the actor's units take part who did not, as they are now; who is no full member without a grade.
    Raises the rules' Refusal, NotFound for who is not of the cycle's units."""
    cycle, member = _with_person(actor_id, cycle_id, member_id)
    unit = unit_locked(cycle_id, member.unit_id) or _new_unit(cycle_id, member.unit_id)
    query = sa.select(Participant).where(Participant.cycle_id == cycle_id, Participant.member_id == member_id)
    part = db.session.execute(query, execution_options={"populate_existing": True}).scalar_one_or_none()
    if part and part.removed_at is None:
        raise TakesPart(member.name)
    if part is None:
        part = Participant(cycle_id=cycle_id, member_id=member_id, year=cycle.year)
        db.session.add(part)
    part.unit_id, part.stage, part.class_name = member.unit_id, member.stage, member.class_name
    part.graded = member.stage is Stage.FULL
    part.removed_at = part.removed_by_id = None
    part.added_by_id, part.reason = actor_id, reason
    refusal = ReviewedElsewhere(member.name)
    with unless_there(lambda: refusal):
        db.session.flush()
    _count(unit, part, 1)
    after = {"member": member_id, "name": member.name, "unit": member.unit_id, "stage": member.stage}
    audit.leave(now, actor_id, "add", Cycle, cycle_id, after=_named(after, member_id), reason=reason)
    first, last = cycle.windows["evidence"].first, cycle.windows["notice"].last
    notices.opened([member_id], cycle.unit.name, cycle.year, first, last, now)


@transactional
def remove_person(actor_id: int, cycle_id: int, member_id: int, reason: str, now: datetime) -> None:
    """Let somebody take part no more. Raises the rules' Refusal."""
    _, member = _with_person(actor_id, cycle_id, member_id)
    which = (Participant.cycle_id == cycle_id, Participant.member_id == member_id)
    unit_id = db.session.scalar(sa.select(Participant.unit_id).where(*which, Participant.removed_at.is_(None)))
    unit = unit_locked(cycle_id, unit_id) if unit_id else None
    part = part_locked(cycle_id, member_id)
    if unit is None or part is None or part.removed_at is not None:
        raise TakesNoPart(member.name)
    for one in PLUGS.values():
        if one.end:
            one.end(unit, part, actor_id, reason, now)
    part.removed_at, part.removed_by_id, part.reason = now, actor_id, reason
    _count(unit, part, -1)
    after = _named({"member": member_id, "name": member.name}, member_id)
    audit.leave(now, actor_id, "remove", Cycle, cycle_id, after=after, reason=reason)
    notices.removed(member_id, part.year, reason, now)


def _named(values: dict[str, Any], member_id: int) -> dict[str, Any]:
    """With the name told so that it can be forgotten."""
    return audit.private(member_id, values, ("name",))


def _with_person(actor_id: int, cycle_id: int, member_id: int) -> tuple[Cycle, Member]:
    """A locked open cycle and somebody of its units and of the actor's, who is not the actor."""
    cycle = lock(Cycle, cycle_id)
    with_unit = (joinedload(Member.unit, innerjoin=True),)
    member = db.session.get(Member, member_id, options=with_unit, populate_existing=True)
    if member is None or not acting(actor_id).may(Permission.HOLD_REVIEW, member.unit.path):
        raise NotFound
    if not member.unit.path.startswith(cycle.unit.path):
        raise NotFound
    if not cycle.is_open:
        raise NotOpen
    if same_person(actor_id, member_id):
        raise OwnPart
    return cycle, member


def _new_unit(cycle_id: int, unit_id: int) -> CycleUnit:
    """A unit of which nobody took part until now; who holds the cycle's lock is alone with it."""
    unit = CycleUnit(cycle_id=cycle_id, unit_id=unit_id, full_members=0, everyone=0, most=0, excellent=0)
    unit.unit = db.session.get_one(Unit, unit_id)
    db.session.add(unit)
    return unit


def _count(unit: CycleUnit, part: Participant, by: int) -> None:
    """Count somebody in or out of their unit, and what of it may be excellent."""
    unit.everyone += by
    unit.full_members += by if part.graded else 0
    _allow(unit, queries.settings_of(unit.cycle_id))
    db.session.flush()


# ── calling it off ──────────────────────────────────────────────────────────


@transactional
def call_off(actor_id: int, cycle_id: int, reason: str, now: datetime) -> None:
    """End a cycle as if it had not been: its people are in none, and another one may be opened."""
    cycle = held(actor_id, cycle_id)
    for unit in units_locked(cycle_id):
        unit.excellent = 0
    there = (Participant.cycle_id == cycle_id, Participant.removed_at.is_(None))
    ids = list(db.session.scalars(sa.select(Participant.member_id).where(*there)))
    # Without their grades, which would be grades of nobody who takes part; their versions stay.
    gone = (
        sa.update(Participant)
        .where(*there)
        .values(removed_at=now, removed_by_id=actor_id, grade=None, graded_by_id=None)
    )
    db.session.execute(gone, execution_options={"synchronize_session": False})
    cycle.state, cycle.ended_at, cycle.ended_by_id = CycleState.CALLED_OFF, now, actor_id
    cycle.close_asked_at = cycle.close_asked_by_id = None
    audit.leave(now, actor_id, "call off", Cycle, cycle_id, after={"people": len(ids)}, reason=reason)
    notices.called_off(ids, cycle.unit.name, cycle.year, reason, now)
