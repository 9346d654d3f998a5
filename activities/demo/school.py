"""What the school has set, a training that some duties ask for, somebody's timetable, and a blood drive to which people
come a quarter of an hour after another: done by the services themselves once all else is written."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa

from activities.demo import article
from activities.demo.ways import free_day, plan
from activities.duties.models import Activity, Post, Slot
from activities.duties.rules import WayIn, spread
from activities.duties.service import edit_activity
from activities.kit.clock import at, local_day
from activities.kit.db import db
from activities.norms.rules import NORMS, Limit, Strictness
from activities.norms.service import set_norms
from activities.people.models import Member
from activities.people.rules import Standing
from activities.signups import arrivals, engagements
from activities.signups.arrival_verbs import set_quotas
from activities.signups.facts import IS_ACTIVE
from activities.signups.models import SignUp
from activities.signups.rules_soft import Consent
from activities.signups.service import sign_up
from activities.terms.queries import periods_on
from activities.timetables.service import bring_file
from activities.trainings.models import Training
from activities.trainings.service import add_training, enter_passes

# So many places; the first so many quarters of an hour are full.
PLACES, BUSY = 600, 10
AHEAD = timedelta(days=16)
KNOWN = timedelta(days=70)  # so long people have known the measures
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
    _blood_drive(organizer, now)
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
    add_training(organizer, values, now)
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
    day = local_day(now) - timedelta(days=30)
    numbers = "\n".join(db.session.scalars(came.where(Member.id != admin)))
    enter_passes(admin, training.id, numbers, day, local_day(now), now)
    base = sa.select(Activity).where(Activity.kind_key == "elder_care").order_by(Activity.id).limit(1)
    activity = db.session.scalars(base).one()
    edit_activity(organizer, activity.id, activity.revision, {"training_ids": (training.id,)}, now)


def _blood_drive(organizer: int, now: datetime) -> None:
    day = free_day(now + AHEAD)
    slot_id = plan(
        organizer, "无偿献血（本学期）", "blood", WayIn.FIRST_COME, article.BLOOD_PLACE, PLACES, day, now,
        times=(time(9), timedelta(hours=8)), post_name=article.BLOOD_POST, standard=article.BLOOD_STANDARD,
        description=article.BLOOD_DESCRIPTION, risks=article.BLOOD_RISKS, safeguards=article.BLOOD_SAFEGUARDS,
    )  # fmt: skip
    slot = db.session.get_one(Slot, slot_id)
    set_quotas(organizer, slot_id, slot.revision, spread(PLACES, slot.minutes), now)
    for member_id, chosen in zip(_free_on(day), _wanted(slot), strict=False):
        sign_up(member_id, slot_id, now, consent=Consent(1, frozenset(), chosen))


def _wanted(slot: Slot) -> Iterator[int]:
    """When people want to come: the first quarters of an hour fill up, later ones less and less."""
    for n, time_ in enumerate(arrivals.times(slot.id, slot.starts_at)):
        yield from [time_.id] * max(0, time_.quota - max(0, n - BUSY))


def _free_on(day: date) -> list[int]:
    """Students of the school without a duty on a day."""
    people = sa.select(Member.id).where(Member.standing == Standing.STUDENT, Member.active).order_by(Member.number)
    ids = list(db.session.scalars(people))
    taken = engagements.busy(ids, at(day, time(0)), at(day + timedelta(days=1), time(0)))
    waiting = set(
        db.session.scalars(
            sa.select(SignUp.member_id)
            .join(Slot, Slot.id == SignUp.slot_id)
            .where(IS_ACTIVE, Slot.starts_at >= at(day, time(0)), Slot.starts_at < at(day + timedelta(days=1), time(0)))
        )
    )
    return [one for one in ids if not taken[one] and one not in waiting]


def _by_number(number: str) -> int:
    return db.session.scalars(sa.select(Member.id).where(Member.number == number)).one()
