"""Reminders of one's own duties, from when one comes oneself. A moved slot is reminded of at its new time, a seat given
back not at all."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from activities.duties.models import Activity, Arrival, Post, Slot
from activities.duties.rules import MOST_TIMES, STEP, SlotState
from activities.kit import clock
from activities.kit.db import run, transactional
from activities.kit.refusal import N_
from activities.notices.rules import FARTHEST, due_reminder
from activities.outbox import service as outbox
from activities.outbox.jobs import every
from activities.outbox.models import Notice, Wishes
from activities.outbox.rules import REMINDED_BY_DEFAULT, Group
from activities.outbox.words import words
from activities.people.models import Member
from activities.signups.models import SignUp
from activities.signups.rules import SignUpState, duty_name
from activities.signups.rules_arrivals import visit

REMINDER = "notices.reminder"
# So long after a slot's start somebody may still have to come.
LAST_TIME = timedelta(minutes=MOST_TIMES * STEP)

_SEATED = (
    sa.select(
        SignUp.id, SignUp.member_id, SignUp.seated_at, Slot.public_id, Slot.starts_at, Slot.ends_at,
        Arrival.minute, Activity.name.label("activity"), Post.name.label("post"), Post.place, Wishes.reminders,
    )
    .join(Slot, Slot.id == SignUp.slot_id)
    .join(Post, Post.id == Slot.post_id)
    .join(Activity, Activity.id == Post.activity_id)
    .join(Member, Member.id == SignUp.member_id)
    .outerjoin(Arrival, Arrival.id == SignUp.arrival_id)
    .outerjoin(Wishes, Wishes.member_id == Member.id)
    .where(SignUp.state == SignUpState.SEATED, Slot.state == SlotState.OPEN, Member.active)
)  # fmt: skip


def _holds(params: Mapping[str, Any], now: datetime) -> bool:
    """Whether the person still has the seat, at that time, and it is still to come."""
    row = run(_SEATED.where(SignUp.id == params["sign_up"])).one_or_none()
    return row is not None and _comes(row)[0] > now and _comes(row)[0].isoformat() == params["when"][0]


words(
    REMINDER,
    N_("Your duty is coming: %(what)s"),
    N_("%(when)s, %(where)s. If you cannot come, say so as early as you can: on the page of the slot."),
    lambda params: ("signups.slot", {"public_id": params["slot"]}),
    Group.REMINDERS,
    urgent=timedelta(days=3),  # it comes when the person chose that it comes
    holds=_holds,
)


@every(30, "reminders")
@transactional
def remind(now: datetime) -> int:
    """Tell everyone whose reminder is due, once. Return how many that are."""
    zone, due = clock.zone(), {}
    for row in run(_SEATED.where(Slot.starts_at > now - LAST_TIME, Slot.starts_at <= now + FARTHEST)):
        chosen = REMINDED_BY_DEFAULT if row.reminders is None else row.reminders
        comes_at, _ = _comes(row)
        if when := due_reminder(comes_at, row.seated_at, chosen, now, zone):
            due[row.member_id, f"remind {comes_at.isoformat()} {row.id} {when.value}"] = row
    told = _told(due) if due else set()
    new = [(*key, _params(row)) for key, row in due.items() if key not in told]
    outbox.post_once(now, REMINDER, new)
    return len(new)


def _comes(row: sa.Row[*tuple[Any, ...]]) -> tuple[datetime, datetime]:
    """From when to when the person is there."""
    return visit(row.starts_at, row.ends_at, row.minute)


def _told(due: Collection[tuple[int, str]]) -> set[tuple[int, str]]:
    """Who has been reminded of which already, so that the round writes nothing where there is no news."""
    members, keys = zip(*due, strict=True)
    rows = run(sa.select(Notice.member_id, Notice.key).where(Notice.member_id.in_(members), Notice.key.in_(keys)))
    return {(row.member_id, row.key) for row in rows}


def _params(row: sa.Row[*tuple[Any, ...]]) -> dict[str, Any]:
    return {
        "what": duty_name(row.activity, row.post), "where": row.place, "slot": row.public_id, "sign_up": row.id,
        "when": [moment.isoformat() for moment in _comes(row)],
    }  # fmt: skip
