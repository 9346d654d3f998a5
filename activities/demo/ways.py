"""The ways in that ask somebody: a draw that is open and one that was held, requests that await a decision, and duties
assigned. Played through by the services themselves at moments that have passed, after the rest was written in bulk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from itertools import count

import sqlalchemy as sa

from activities.admissions import service as admissions
from activities.demo.article import SCHOOL
from activities.draws.service import announce_draws, hold_draws
from activities.duties.models import Activity, ActivityOrganizer, Post, Slot
from activities.duties.rules import WayIn
from activities.kit.clock import at, local_day
from activities.kit.db import db, transaction
from activities.kit.refusal import Refusal
from activities.people.models import Member, Unit
from activities.people.rules import Stage, Standing
from activities.signups import engagements
from activities.signups.models import SignUp
from activities.signups.rules import SignUpState
from activities.signups.service import accept, sign_up, withdraw
from activities.terms.queries import special_days

DAY = timedelta(days=1)
LUNCH = time(12, 10)
PLANNED = timedelta(days=12)


def play(now: datetime) -> None:
    """Everything that is in motion on the day of the demo."""
    people = _students()
    member, organizer = _by_number("member"), _by_number("organizer")
    _held_draw(organizer, people[:45], now)
    _open_draw(organizer, [member, *people[45:80]], now)
    _requests(organizer, people[80:89], now)
    _assignment(organizer, [member, *people[89:91]], now)


def _held_draw(organizer: int, people: Sequence[int], now: datetime) -> None:
    slot = plan(
        organizer, "重阳敬老慰问演出", "elder_care", WayIn.DRAW, "同心老年护理中心", 12, free_day(now + 4 * DAY), now,
        sign_up_closes_at=now - 2 * DAY,
    )  # fmt: skip
    announce_draws(now - PLANNED)
    _one_after_another(people, now - 9 * DAY, 4 * DAY, lambda who, when: sign_up(who, slot, when))
    hold_draws(now - 2 * DAY)


def _open_draw(organizer: int, people: Sequence[int], now: datetime) -> None:
    slot = plan(organizer, "校庆晚会引导服务", "practice_team", WayIn.DRAW, "校大礼堂", 8, free_day(now + 6 * DAY), now)
    announce_draws(now - PLANNED)
    _one_after_another(people, now - 5 * DAY, 4 * DAY, lambda who, when: sign_up(who, slot, when))


def _requests(organizer: int, people: Sequence[int], now: datetime) -> None:
    slot = plan(
        organizer, "业余党校小组长", "party_school", WayIn.APPROVAL, "党校教室", 4, free_day(now + 5 * DAY), now
    )
    _one_after_another(people, now - 3 * DAY, 2 * DAY, lambda who, when: sign_up(who, slot, when))
    asked = _sign_ups(slot)
    admissions.approve(organizer, asked[:2], now - DAY / 2)
    admissions.decline(organizer, asked[2:3], "请先参加组长培训", now - DAY / 2)


def _assignment(organizer: int, people: Sequence[int], now: datetime) -> None:
    """The member has still to answer; of the other two one has accepted, and one has said why not."""
    day = free_day(now + 3 * DAY)
    while any(engagements.busy(people, at(day, time(9)), at(day, time(16))).values()):
        day = free_day(at(day, LUNCH) + DAY)
    slot = plan(organizer, "接待日值班", "reception", WayIn.ASSIGNMENT, "经管楼接待室", 4, day, now)
    admissions.assign(organizer, slot, people, now - timedelta(hours=3))
    accept(people[1], slot, now - timedelta(hours=2))
    withdraw(people[2], slot, now - timedelta(hours=1), "当天有补考")


# ── what they are made of ───────────────────────────────────────────────────


def plan(
    organizer: int, name: str, kind: str, way: WayIn, place: str, seats: int, day: date, now: datetime,
    sign_up_closes_at: datetime | None = None, times: tuple[time, timedelta] = (LUNCH, timedelta(minutes=50)),
    post_name: str = "", standard: str = "", **texts: str,
) -> int:  # fmt: skip
    """An activity of the general branch with one slot, over lunch unless `times` say from when and how long; `texts`
    are the activity's. Return the slot's id."""
    made, starts_at = now - PLANNED - timedelta(hours=1), at(day, times[0])
    moments = {"created_at": made, "changed_at": made}
    with transaction():
        unit = db.session.scalars(sa.select(Unit).where(Unit.name == SCHOOL)).one()
        activity = Activity(
            name=name, kind_key=kind, unit_id=unit.id, way_in=way, schedule_changed_at=made, schedule_revision=1,
            sign_up_closes_at=sign_up_closes_at, **texts, **moments,
        )  # fmt: skip
        post = Post(
            activity=activity, name=post_name or place, place=place, standard=standard, capacity=seats, changed_at=made
        )  # fmt: skip
        slot = Slot(post=post, starts_at=starts_at, ends_at=starts_at + times[1], capacity=seats, **moments)
        db.session.add(slot)
        db.session.flush()
        db.session.add(ActivityOrganizer(activity_id=activity.id, member_id=organizer))
        return slot.id


def free_day(earliest: datetime) -> date:
    """The first day from then on that is neither a holiday nor a make-up workday."""
    first = local_day(earliest)
    special = special_days(first, first + 30 * DAY)
    return next(day for day in (first + n * DAY for n in count()) if day not in special)


def _one_after_another(
    people: Sequence[int], first: datetime, span: timedelta, verb: Callable[[int, datetime], object]
) -> None:
    """Each at their own moment; whom a rule forbids it does not."""
    for n, who in enumerate(people):
        with suppress(Refusal):
            verb(who, first + span * n / len(people))


def _students() -> list[int]:
    query = sa.select(Member.id).where(Member.standing == Standing.STUDENT, Member.stage == Stage.FULL)
    return list(db.session.scalars(query.where(Member.number != "member").order_by(Member.number)))


def _by_number(number: str) -> int:
    return db.session.scalars(sa.select(Member.id).where(Member.number == number)).one()


def _sign_ups(slot: int) -> list[int]:
    query = sa.select(SignUp.id).where(SignUp.slot_id == slot, SignUp.state == SignUpState.ASKED)
    return list(db.session.scalars(query.order_by(SignUp.ticket)))
