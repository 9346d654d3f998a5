"""What may be recorded, decided on plain values. Page and service ask the same functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from activities.duties.kinds import CheckOut
from activities.duties.rules import SlotState
from activities.kit.refusal import N_, Refusal, refusal


class Attendance(StrEnum):
    PRESENT = "present"
    LATE = "late"
    LEFT_EARLY = "left_early"
    EXCUSED = "excused"
    ABSENT = "absent"
    # Came and was sent away: neither a success nor an absence, and nobody writes down why.
    DEFERRED = "deferred"


# How long whoever saved marks can take them back without giving a reason.
UNDO_WITHIN = timedelta(minutes=10)
CAME = (Attendance.PRESENT, Attendance.LATE, Attendance.LEFT_EARLY)
ATTENDANCE_NAMES = {
    Attendance.PRESENT: N_("Present"),
    Attendance.LATE: N_("Late"),
    Attendance.LEFT_EARLY: N_("Left early"),
    Attendance.EXCUSED: N_("Excused"),
    Attendance.ABSENT: N_("Absent"),
    Attendance.DEFERRED: N_("Deferred"),
}
# What stands on the four segments of a row: one character in Chinese, two letters in English.
ATTENDANCE_SIGNS = {
    Attendance.PRESENT: N_("Pr"),
    Attendance.LATE: N_("La"),
    Attendance.LEFT_EARLY: N_("Le"),
    Attendance.EXCUSED: N_("Ex"),
    Attendance.ABSENT: N_("Ab"),
    Attendance.DEFERRED: N_("De"),
}


# ── facts ───────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Mark:
    """What is recorded of one person in one slot. `minutes` is time given, `minutes_late` how late the person came;
    who left early may have come late, too."""

    attendance: Attendance
    minutes: int = 0
    minutes_late: int = 0


@dataclass(frozen=True, kw_only=True)
class Session:
    """What the rules ask of a slot; `minutes` is its length, `defers` whether people can be deferred there, `visit` how
    many minutes an arrival counts where people come one after another, `check_out` what the kind asks of who goes."""

    state: SlotState
    starts_at: datetime
    minutes: int
    defers: bool = False
    visit: int | None = None
    check_out: CheckOut = CheckOut.NOT_ASKED

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)


@dataclass(frozen=True, kw_only=True)
class Row:
    """What the rules ask of one line of the list: whose it is, and whether that person belongs to the slot."""

    name: str
    is_own: bool = False
    is_expected: bool = True


# ── refusals ────────────────────────────────────────────────────────────────


@refusal
class SlotWasCancelled(Refusal):
    sentence: ClassVar[str] = N_("This slot was cancelled, so nobody's attendance can be recorded.")


@refusal
class NotStarted(Refusal):
    opens_at: datetime
    sentence: ClassVar[str] = N_("Attendance can be recorded from %(opens_at)s on.")
    remedy: ClassVar[str] = N_("Come back when the slot has started.")


@refusal
class OwnRecord(Refusal):
    name: str
    sentence: ClassVar[str] = N_("%(name)s: nobody records their own attendance.")
    remedy: ClassVar[str] = N_("Ask another organizer to mark you.")


@refusal
class NotExpected(Refusal):
    name: str
    sentence: ClassVar[str] = N_("%(name)s is not on this slot's list.")
    remedy: ClassVar[str] = N_("Add the person by number.")


@refusal
class NobodyByNumber(Refusal):
    number: str
    sentence: ClassVar[str] = N_("%(number)s: nobody with this number may take part in this activity.")
    remedy: ClassVar[str] = N_("Check the student or staff number.")


@refusal
class AlreadyOnList(Refusal):
    name: str
    sentence: ClassVar[str] = N_("%(name)s is already on the list.")
    remedy: ClassVar[str] = N_("Mark the person there.")


@refusal
class LatenessMissing(Refusal):
    name: str
    sentence: ClassVar[str] = N_("%(name)s: enter how many minutes late.")


@refusal
class TooLate(Refusal):
    name: str
    length: timedelta
    sentence: ClassVar[str] = N_("%(name)s: nobody can be more than %(length)s late here; that is the whole slot.")


@refusal
class MinutesOutOfRange(Refusal):
    name: str
    most: timedelta
    sentence: ClassVar[str] = N_("%(name)s: at most %(most)s can be recorded.")


@refusal
class Contradiction(Refusal):
    name: str
    sentence: ClassVar[str] = N_("%(name)s: only who came has hours, and only who came late has minutes late.")


@refusal
class NobodyDeferred(Refusal):
    name: str
    sentence: ClassVar[str] = N_("%(name)s: nobody is deferred in an activity of this kind.")


@refusal
class ReasonMissing(Refusal):
    names: str
    sentence: ClassVar[str] = N_("Say why what was saved is being changed: %(names)s.")


@refusal
class NothingToUndo(Refusal):
    sentence: ClassVar[str] = N_("This cannot be taken back any more: it was saved too long ago, or changed since.")
    remedy: ClassVar[str] = N_("Change the mark, and say why.")


# ── decisions ───────────────────────────────────────────────────────────────


def most_minutes(attendance: Attendance, length: int, minutes_late: int = 0) -> int:
    """The most time that can have been given in a slot of `length` minutes; recorded unless less is stated."""
    if attendance not in CAME:
        return 0
    less = {Attendance.PRESENT: 0, Attendance.LATE: minutes_late, Attendance.LEFT_EARLY: minutes_late + 1}
    return max(0, length - less[attendance])


def fill_mark(attendance: Attendance, length: int, minutes: int | None = None, minutes_late: int = 0) -> Mark:
    """A mark with what follows from the attendance: minutes late only of who can have been, and the most where no time
    is stated."""
    minutes_late = minutes_late if attendance in (Attendance.LATE, Attendance.LEFT_EARLY) else 0
    if minutes is None or attendance not in CAME:
        minutes = most_minutes(attendance, length, minutes_late)
    return Mark(attendance, minutes, minutes_late)


def why_not_open(session: Session, now: datetime) -> Refusal | None:
    """The first reason against recording anybody in this slot, or None."""
    if session.state is SlotState.CANCELLED:
        return SlotWasCancelled()
    return NotStarted(session.starts_at) if now < session.starts_at else None


def why_not_record(session: Session, row: Row, mark: Mark, now: datetime) -> Refusal | None:
    """The first reason against recording this mark, or None."""
    why = why_not_open(session, now) or _not_theirs(row) or why_not_mark(row.name, mark, session.minutes)
    if why is None and mark.attendance is Attendance.DEFERRED and not session.defers:
        return NobodyDeferred(row.name)
    return why


def is_about_deferral(before: Mark, after: Mark) -> bool:
    """Whether a correction touches a deferral: no reason is asked for it, and none is kept, because it could only speak
    of somebody's health."""
    return Attendance.DEFERRED in (before.attendance, after.attendance)


def choices(*, defers: bool) -> list[Attendance]:
    """The attendances that can be marked."""
    return [one for one in Attendance if defers or one is not Attendance.DEFERRED]


def why_not_mark(name: str, mark: Mark, length: int) -> Refusal | None:
    """The first reason why this cannot have been so in a slot of `length` minutes, or None."""
    least = {Attendance.LATE: 1, Attendance.LEFT_EARLY: 0}
    if mark.attendance in least:
        if mark.minutes_late < least[mark.attendance]:
            return LatenessMissing(name)
        if mark.minutes_late > length:
            return TooLate(name, timedelta(minutes=length))
    elif mark.minutes_late:
        return Contradiction(name)
    most = most_minutes(mark.attendance, length, mark.minutes_late)
    if 0 <= mark.minutes <= most:
        return None
    return MinutesOutOfRange(name, timedelta(minutes=most)) if mark.attendance in CAME else Contradiction(name)


def why_not_correct(names: Sequence[str], reason: str) -> Refusal | None:
    """Changing what was saved needs a reason; `names` are those whose records would change."""
    return ReasonMissing(", ".join(names)) if names and not reason else None


def _not_theirs(row: Row) -> Refusal | None:
    if row.is_own:
        return OwnRecord(row.name)
    return None if row.is_expected else NotExpected(row.name)
