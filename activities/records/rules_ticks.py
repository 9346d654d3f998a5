"""Ticks from an organizer's phone, which may come late, twice, or after somebody else's: decided on plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from activities.duties.rules import SlotState
from activities.kit.refusal import N_, Refusal, refusal
from activities.norms.rules import Norms
from activities.records.rules import (
    CAME,
    Attendance,
    Mark,
    NotStarted,
    OwnRecord,
    Row,
    Session,
    SlotWasCancelled,
    fill_mark,
    why_not_mark,
    why_not_record,
)
from activities.records.rules_codes import arrived
from activities.records.rules_overlap import MINUTE
from activities.records.rules_states import Before, Step, why_not_follow


class How(StrEnum):
    """What a tick says: the person is here, or has come at this moment."""

    HERE = "here"
    NOW = "now"


class Outcome(StrEnum):
    """What became of a tick. What is refused has no effect, and what is kept could not be taken back: neither is
    remembered. All else is decided once, however often the tick comes."""

    RECORDED = "recorded"
    SAME = "same"
    CLASH = "clash"
    TAKEN_BACK = "taken_back"
    REFUSED = "refused"
    KEPT = "kept"


@dataclass(frozen=True, kw_only=True)
class Tap:
    """A tick as it was sent: `key` is made by the device, and the same for the same tick; `at` is when it was tapped by
    the server's clock, as far as the device knows it."""

    key: str
    who: str
    how: How
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Person:
    """What the rules ask of who is ticked."""

    name: str
    is_own: bool = False
    before: Before = None


@refusal
class NotOnList(Refusal):
    sentence: ClassVar[str] = N_("Somebody you ticked is not on this slot's list any more.")
    remedy: ClassVar[str] = N_("If they came anyway, add them by number on the attendance list.")


@refusal
class SaidOtherwise(Refusal):
    name: str
    by: str
    sentence: ClassVar[str] = N_("%(name)s: %(by)s has recorded something else, and that holds.")
    remedy: ClassVar[str] = N_("If it is not right, correct it on the attendance list, and say why.")


@refusal
class NotTakenBack(Refusal):
    name: str
    sentence: ClassVar[str] = N_("%(name)s: the tick cannot be taken back any more.")
    remedy: ClassVar[str] = N_("Correct it on the attendance list, and say why.")


@refusal
class NobodyComesNow(Refusal):
    name: str
    sentence: ClassVar[str] = N_("%(name)s: the slot is over, so nobody comes to it now.")
    remedy: ClassVar[str] = N_("Tick who was here, or say on the attendance list how late they were.")


def why_not_open(session: Session, norms: Norms, at: datetime) -> Refusal | None:
    """The first reason against ticking anybody at that moment, or None: people come a while before it begins, and may
    be ticked from the same moment on as they may check in themselves."""
    if session.state is SlotState.CANCELLED:
        return SlotWasCancelled()
    opens_at = session.starts_at - norms.check_in_before * MINUTE
    return NotStarted(opens_at) if at < opens_at else None


def ticked(session: Session, grace: int, how: How, at: datetime) -> Mark:
    """The mark that a tick at that moment makes."""
    if session.visit is not None:
        return Mark(Attendance.PRESENT, min(session.visit, session.minutes))
    late = max(0, -((session.starts_at - at) // MINUTE)) if how is How.NOW else 0
    if late <= grace:
        return fill_mark(Attendance.PRESENT, session.minutes)
    return fill_mark(Attendance.LATE, session.minutes, minutes_late=min(late, session.minutes))


def resized(session: Session, grace: int, mark: Mark, came_at: datetime | None) -> Mark:
    """The same mark where the slot has another end, and nobody has gone yet: who checked in counts as by their code,
    who was ticked as by the tick."""
    if came_at is not None:
        return arrived(session, grace, came_at)
    if session.visit is not None:
        return Mark(mark.attendance, min(session.visit, session.minutes))
    return fill_mark(mark.attendance, session.minutes, minutes_late=min(mark.minutes_late, session.minutes))


def why_not_arrive(session: Session, norms: Norms, row: Row, mark: Mark, now: datetime) -> Refusal | None:
    """The first reason against recording somebody who stands at the desk now, or None. Whoever comes a while before it
    begins is recorded as if it had begun; where people do not come one after another, nobody comes when it is over."""
    if why := why_not_open(session, norms, now):
        return why
    if session.visit is None and now >= session.ends_at and mark.attendance in CAME:
        return NobodyComesNow(row.name)
    return why_not_record(session, row, mark, max(now, session.starts_at))


def why_not_tick(session: Session, norms: Norms, person: Person | None, tap: Tap) -> Refusal | None:
    """The first reason against this tick of somebody of whom nothing else is recorded, or None. `person` is None where
    nobody like that is on the list."""
    if why := why_not_open(session, norms, tap.at):
        return why
    if person is None:
        return NotOnList()
    if person.is_own:
        return OwnRecord(person.name)
    if tap.how is How.NOW and tap.at >= session.ends_at:
        return NobodyComesNow(person.name)
    mark = ticked(session, norms.grace, tap.how, tap.at)
    return why_not_mark(person.name, mark, session.minutes) or why_not_follow(
        person.name, person.before, mark.attendance, Step.MARK
    )
