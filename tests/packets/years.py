"""A year of the cast in which something of everything stands."""

from __future__ import annotations

from datetime import date
from typing import Any

from activities.dossiers import service as dossiers
from activities.dossiers.rules import Block, Said
from activities.duties.models import Activity
from activities.kit.db import db
from activities.leaves.models import Leave
from activities.leaves.rules import Answer
from activities.outcomes.models import Outcome
from activities.people.models import Member
from activities.records.models import Record
from activities.records.rules import Attendance
from activities.requirements import exempting
from activities.requirements.rules import Exempted
from activities.requirements.rules_exempting import Ground, Why
from activities.trainings import service as trainings
from activities.trainings.queries import training
from tests.cast import DAY, NOW, Cast, make_activity, store
from tests.requirements.asked import SERVICE, SWEEPING, asked_by, attended, seat

AWARD = Said("优秀志愿者", date(2026, 7, 1), unit="校团委")
COURSE = Said("急救课", date(2026, 3, 2), "心肺复苏", 120, "校医院")
VERDICT = Said("优秀", date(2026, 6, 30))
SPRING = Exempted(date(2026, 1, 1), date(2026, 3, 31), line=SERVICE.key)


def full_year(cast: Cast) -> Activity:
    """Lin swept three times, once known by what was typed in later; studied, was absent, excused with leave and
    deferred; entered what was swept, was trained, commended and appraised; something is asked of her, and from some of
    it she is exempted. Return the activity of study."""
    lin = cast.lin
    asked_by(cast.school, cast.chen, SERVICE, SWEEPING)
    study = make_activity("理论学习", cast.first, "study")
    swept = attended(cast, cast.sweeping, days=10, who=lin)
    attended(cast, cast.sweeping, 60, 11, who=lin)
    attended(cast, cast.sweeping, 30, 12, final=False, who=lin)
    attended(cast, study, 90, 13, who=lin)
    attended(cast, cast.sweeping, days=14, attendance=Attendance.ABSENT, who=lin)
    excused = attended(cast, cast.sweeping, days=15, attendance=Attendance.EXCUSED, who=lin)
    attended(cast, cast.sweeping, days=16, attendance=Attendance.DEFERRED, who=lin)
    attended(cast, cast.sweeping, days=400, who=lin)  # of another year
    granted(excused, cast, lin)
    amount(swept, "zone_score", 90_000, cast.ou)
    db.session.commit()
    dossiers.enter(cast.ou.id, lin.id, Block.COMMENDATION, AWARD, NOW)
    dossiers.enter(cast.ou.id, lin.id, Block.TRAINING, COURSE, NOW)
    dossiers.enter(cast.ou.id, lin.id, Block.APPRAISAL, VERDICT, NOW)
    public_id = trainings.add_training(cast.gu.id, {"name": "登高作业", "where": "", "months": None}, NOW)
    trainings.enter_passes(cast.ou.id, training(public_id).id, lin.number, date(2026, 5, 6), date(2026, 11, 25), NOW)
    exempting.exempt(cast.chen.id, lin.id, SPRING, Why(Ground.AWAY), NOW)
    return study


def granted(record: Record, cast: Cast, who: Member) -> Leave:
    sign_up = seat(record.slot, who)
    values: dict[str, Any] = {"reason": "家里有事", "asked_at": NOW - 16 * DAY, "answered_by_id": cast.ou.id}
    return store(Leave(sign_up=sign_up, answer=Answer.ACCEPTED, answered_at=NOW - 16 * DAY, **values))


def amount(record: Record, measure: str, thousandths: int, by: Member, of: Member | None = None) -> Outcome:
    """What was achieved in the slot of a record, or by one person in it."""
    values = {"entered_by_id": by.id, "entered_at": NOW, "member_id": of.id if of else None}
    return store(Outcome(slot=record.slot, measure=measure, amount=thousandths, day=record.day, **values))
