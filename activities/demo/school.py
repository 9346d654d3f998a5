"""What the school has set, a training that some duties ask for, somebody's timetable, and a blood drive to which people
come a quarter of an hour after another: done by the services themselves once all else is written."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import sqlalchemy as sa

from activities.demo import drive
from activities.duties.models import Activity, Post, Slot
from activities.duties.service import edit_activity
from activities.kit.clock import local_day
from activities.kit.db import db
from activities.norms.rules import NORMS, Limit, Strictness
from activities.norms.service import set_norms
from activities.people.models import Member
from activities.signups.models import SignUp
from activities.terms.queries import periods_on
from activities.timetables.service import bring_file
from activities.trainings.models import Training
from activities.trainings.service import add_training, enter_passes

DAY = timedelta(days=1)
KNOWN, PASSED_AGO = 70 * DAY, 30 * DAY  # since when people know the measures, and have passed the training
# Of the member's week: weekday, and which two of the day's periods.
LESSONS = ((0, 0), (0, 1), (1, 1), (1, 2), (2, 0), (2, 3), (3, 1), (3, 2), (4, 0), (4, 1))
MEASURES = NORMS._replace(
    travel=Limit(15, Strictness.ASK), day=Limit(8 * 60, Strictness.ASK), week=Limit(20 * 60, Strictness.ASK),
    misses=4, miss_days=60, pause_days=14,
)  # fmt: skip


def play(now: datetime) -> None:
    organizer, admin = (_by_number(number) for number in ("organizer", "admin"))
    set_norms(admin, 0, MEASURES, "本学期试行，征求各支部意见后确定。", now - KNOWN)
    _training(organizer, admin, now)
    drive.play(organizer, now)
    bring_file(_by_number("member"), _classes(local_day(now)), now)


def _classes(today: date) -> bytes:
    """A student's lessons, each of two periods, as a program writes them that knows the school's clock."""
    monday, periods = today - timedelta(days=today.weekday()), periods_on(today)
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//demo//"]
    for weekday, lesson in LESSONS:
        day, first, second = monday + timedelta(days=weekday), periods[2 * lesson], periods[2 * lesson + 1]
        lines += [
            "BEGIN:VEVENT", f"UID:{weekday}-{lesson}", "SUMMARY:上课", "RRULE:FREQ=WEEKLY",
            f"DTSTART:{day:%Y%m%d}T{first.starts:%H%M%S}", f"DTEND:{day:%Y%m%d}T{second.ends:%H%M%S}", "END:VEVENT",
        ]  # fmt: skip
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def _training(organizer: int, admin: int, now: datetime) -> None:
    """Whoever has been at the partner's place has passed; of the others one can see where to get it."""
    values = {"name": "敬老服务培训", "where": "每月第一个周四 19:00，经管楼 110，欧阳老师", "months": 36}
    add_training(organizer, values, now - PASSED_AGO - DAY)
    training = db.session.scalars(sa.select(Training)).one()
    came = (
        sa.select(Member.number)
        .join(SignUp, SignUp.member_id == Member.id)
        .join(Slot, Slot.id == SignUp.slot_id)
        .join(Post, Post.id == Slot.post_id)
        .join(Activity, Activity.id == Post.activity_id)
        .where(Activity.kind_key == "elder_care", Member.active)
        .distinct()
    )
    then = now - PASSED_AGO
    numbers = "\n".join(db.session.scalars(came.where(Member.id != admin)))
    enter_passes(admin, training.id, numbers, local_day(then), local_day(now), then)
    base = sa.select(Activity).where(Activity.kind_key == "elder_care").order_by(Activity.id).limit(1)
    activity = db.session.scalars(base).one()
    edit_activity(organizer, activity.id, activity.revision, {"training_ids": (training.id,)}, now)


def _by_number(number: str) -> int:
    return db.session.scalars(sa.select(Member.id).where(Member.number == number)).one()
