"""The shape of a marking: a row for every person, a reason, and somebody who walked in.

Each row carries what it showed (`was-…`), so that only what was touched is sent on: a page that was opened before
somebody else saved does not undo what they saved.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from activities.kit.i18n import gettext as _
from activities.kit.i18n import say_hours, say_refusal
from activities.kit.refusal import Refusal
from activities.kit.text import clean_line
from activities.records.rules import (
    CAME,
    Attendance,
    LatenessMissing,
    Mark,
    ReasonMissing,
    TooLate,
    fill_mark,
    most_minutes,
    why_not_mark,
)
from activities.records.rules_evidence import LateReasonMissing
from activities.records.rules_states import can_be_marked
from activities.records.service import WalkIn
from activities.records.sheets import Line

MOST_REASON = 500
MINUTES = re.compile(r"[0-9]{1,4}")
HOURS = re.compile(r"[0-9]{1,3}(\.[0-9]{1,2})?")
ALL = tuple(str(attendance) for attendance in Attendance)


@dataclass
class Tick:
    """One row as it is shown and typed: `late` in minutes, `hours` empty where the default holds."""

    key: str
    name: str
    line: Line | None = None
    is_own: bool = False
    attendance: str = ""
    late: str = ""
    hours: str = ""
    errors: dict[str, str] = field(default_factory=dict)
    # What is saved, as the row shows it.
    was: str = field(init=False)

    def __post_init__(self) -> None:
        self.was = self.shown

    def may_be(self, attendance: str) -> bool:
        """Whether this mark may follow what is kept of the person."""
        return self.line is None or attendance == self.attendance or can_be_marked(self.line.before, attendance)

    @property
    def shown(self) -> str:
        return f"{self.attendance}|{self.late}|{self.hours}"

    def read(self, form: Mapping[str, str]) -> bool:
        """Take what was typed, if anything was. Whoever typed the minutes or hours of an unmarked person has said that
        the person came."""
        attendance = form.get(f"mark-{self.key}", "")
        late, hours = _plain(form.get(f"late-{self.key}")), _plain(form.get(f"hours-{self.key}")).replace(",", ".")
        attendance = attendance if attendance in ALL else ""
        if f"{attendance}|{late}|{hours}" in ("||", form.get(f"was-{self.key}")):
            return False
        if not attendance:
            attendance = self.attendance or (Attendance.LATE if late else Attendance.PRESENT)
        self.attendance, self.late, self.hours = str(attendance), late, hours
        return True

    def mark(self, length: int) -> Mark | None:
        """The mark that was typed; None, with `errors` by field, where it cannot have been."""
        attendance = Attendance(self.attendance)
        late = self.late if attendance in (Attendance.LATE, Attendance.LEFT_EARLY) else ""
        hours = self.hours if attendance in CAME else ""
        if attendance is Attendance.LEFT_EARLY and not hours:
            self.errors["hours"] = _("%(name)s left early: enter the hours given.", name=self.name)
        if late and not MINUTES.fullmatch(late):
            self.errors["late"] = _("%(name)s: enter the minutes late as a whole number, such as 10.", name=self.name)
        if hours and not HOURS.fullmatch(hours):
            self.errors["hours"] = _("%(name)s: enter the hours as a number, such as 1.5.", name=self.name)
        if self.errors:
            return None
        mark = fill_mark(attendance, length, round(float(hours) * 60) if hours else None, int(late or 0))
        if refusal := why_not_mark(self.name, mark, length):
            self.errors["late" if isinstance(refusal, LatenessMissing | TooLate) else "hours"] = say_refusal(refusal)
            return None
        return mark


class AttendanceForm:
    """The whole list. Without `form` it shows what is saved; with it, what was typed over that.

    `marks` (by member id) and `walk_in` are what is to be recorded; `errors` are (field id, label, sentence).
    """

    def __init__(self, lines: Iterable[Line], length: int, own_id: int, form: Mapping[str, str] | None = None) -> None:
        self.length = length
        # Who is left comes first.
        self.ticks = sorted((_tick(line, length, own_id) for line in lines), key=lambda tick: bool(tick.attendance))
        self.guest = Tick("new", "", attendance=Attendance.PRESENT)
        self.reason = self.number = ""
        self.errors: list[tuple[str, str, str]] = []
        self.marks: dict[int, Mark] = {}
        self.walk_in: WalkIn | None = None
        if form is not None:
            self._read(form)

    @property
    def tally(self) -> Counter[str]:
        """How many people have which attendance; "" counts those who are left."""
        return Counter(tick.attendance for tick in self.ticks)

    @property
    def left(self) -> list[Tick]:
        """Those who are still to be marked by whoever looks at the page."""
        return [tick for tick in self.ticks if not (tick.attendance or tick.is_own)]

    @property
    def may_correct(self) -> bool:
        return any(tick.line and tick.line.kept and not tick.is_own for tick in self.ticks)

    def fill_rest(self) -> None:
        """Mark everybody who is left as present, on the page only."""
        for tick in self.left:
            tick.attendance = str(Attendance.PRESENT)

    def refuse(self, refusal: Refusal) -> None:
        """Show the service's refusal beside what was typed."""
        place = (
            "reason" if isinstance(refusal, ReasonMissing | LateReasonMissing) else "number" if self.number else "main"
        )
        self.errors.append((place, "", say_refusal(refusal)))

    def _read(self, form: Mapping[str, str]) -> None:
        self.reason = clean_line(form.get("reason"))[:MOST_REASON]
        self.number = self.guest.name = _plain(form.get("number"))
        for tick in self.ticks:
            if tick.read(form) and (mark := self._checked(tick)) and tick.line:
                self.marks[tick.line.member_id] = mark
        self.guest.read(form)
        if self.number and (mark := self._checked(self.guest)):
            self.walk_in = WalkIn(self.number, mark)
        if {key for key in form if key.startswith("mark-")} - {
            f"mark-{tick.key}" for tick in (*self.ticks, self.guest)
        }:
            self.errors.append(
                ("main", "", _("Somebody you marked is no longer on this list. Look through it, and save again."))
            )

    def _checked(self, tick: Tick) -> Mark | None:
        mark = tick.mark(self.length)
        self.errors += [(f"{name}-{tick.key}", "", sentence) for name, sentence in tick.errors.items()]
        return mark


def _tick(line: Line, length: int, own_id: int) -> Tick:
    tick = Tick(line.public_id, line.name, line, line.member_id == own_id)
    if line.kept is None:
        return tick
    mark = line.kept.mark
    stated = mark.attendance in CAME and mark.minutes != most_minutes(mark.attendance, length, mark.minutes_late)
    late, hours = str(mark.minutes_late or ""), say_hours(mark.minutes) if stated else ""
    return replace(tick, attendance=str(mark.attendance), late=late, hours=hours)


def _plain(typed: str | None) -> str:
    """A short text with full-width digits made plain."""
    return clean_line(unicodedata.normalize("NFKC", typed or ""))[:32]
