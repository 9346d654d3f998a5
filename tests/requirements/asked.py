"""Sets that units of the cast ask by, and who is exempted."""

from __future__ import annotations

from datetime import date
from typing import Any

from activities.duties.kinds import Evidence
from activities.duties.models import Activity, Slot
from activities.people.models import Member, Unit
from activities.people.rules import Stages, Standings
from activities.records.models import Record
from activities.records.rules import CAME, Attendance
from activities.requirements.models import RequirementSet, RequirementVersion
from activities.requirements.rules import Asked, Line
from activities.signups.models import SignUp
from activities.signups.rules import SignUpState
from tests.cast import DAY, NOW, Cast, make_post, make_slot, store

END = date(2026, 12, 31)
SERVICE = Line("hours", "service", 20 * 60, END)
SWEEPING = Line("times", "cleaning", 2, END)
VISIT = Line("times", "elder_care", 1, END)
THEORY = Line("study", "theory", 4 * 60, END)
MEETINGS = Line("meetings", "organisation", 3, END)


def asked_by(unit: Unit, by: Member, *lines: Line, year: int = 2026, **more: Any) -> RequirementVersion:
    """A set of a unit with these lines, in force."""
    whom = {"stages": more.pop("stages", Stages(0)), "standings": more.pop("standings", Standings(0))}
    one = store(RequirementSet(unit_id=unit.id, year=year, **whom))
    values = {"asked": Asked(lines, **more), "set_at": NOW, "set_by_id": by.id, "reason": "全年要求"}
    return store(RequirementVersion(of=one, **values))


def attended(
    cast: Cast, activity: Activity, minutes: int = 120, days: int = 7, *, final: bool = True,
    attendance: Attendance = Attendance.PRESENT, who: Member | None = None,
) -> Record:  # fmt: skip
    """A record of somebody, by default Lin, in a slot some days ago."""
    slot = make_slot(make_post(activity, f"岗位{days}"), NOW - days * DAY, hours=2)
    return store(
        Record(
            slot=slot, member_id=(who or cast.lin).id, attendance=attendance,
            minutes=minutes if attendance in CAME else 0, ledger=activity.kind.ledger, day=slot.starts_at.date(),
            evidence=Evidence.ORGANIZER_TICK if final else Evidence.TYPED_LATER, is_final=final,
            recorded_by_id=cast.ou.id, recorded_at=NOW, changed_at=NOW,
        )
    )  # fmt: skip


def seat(slot: Slot, member: Member, state: SignUpState = SignUpState.SEATED) -> SignUp:
    values = {"ticket": 1, "signed_up_at": NOW, "changed_at": NOW}
    return store(SignUp(slot=slot, member_id=member.id, state=state, **values))
