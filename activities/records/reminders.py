"""Whoever runs an activity is reminded, once, before the time to record who came is over."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from activities.duties.models import Slot
from activities.duties.queries import WITH_ALL, running
from activities.duties.rules import SlotState
from activities.kit.clock import local_day
from activities.kit.db import db, transactional
from activities.outbox.jobs import every
from activities.records import notices
from activities.records.models import Record
from activities.records.rules_evidence import RECORD_WITHIN, due_on
from activities.records.service import LONGEST
from activities.signups.models import SignUp
from activities.signups.rules import SignUpState
from activities.terms import queries as terms

# So many days before the last one, whatever days these are: over a weekend there is still a working day.
BEFORE = 3


@every(3600, "remind of lists that are to be marked")
@transactional
def remind_to_record(now: datetime) -> int:
    """Tell who runs them of slots in which somebody is not marked, once a slot. Return how many slots are near their
    last day."""
    today = local_day(now)
    specials = terms.special_days(today - LONGEST, today + LONGEST)
    near = [slot for slot in _unmarked(now) if 0 <= (due_on(local_day(slot.ends_at), specials) - today).days <= BEFORE]
    for slot in near:
        due = due_on(local_day(slot.ends_at), specials)
        notices.to_record(slot, running(slot.post.activity), due, now)
    return len(near)


def _unmarked(now: datetime) -> list[Slot]:
    """Slots that ended so long ago that their last day may be near, in which somebody is not marked."""
    marked = sa.exists().where(Record.slot_id == SignUp.slot_id, Record.member_id == SignUp.member_id)
    query = (
        sa.select(Slot)
        .where(
            Slot.state == SlotState.OPEN, Slot.ends_at > now - LONGEST,
            Slot.ends_at <= now - timedelta(days=RECORD_WITHIN - BEFORE),
            sa.exists().where(SignUp.slot_id == Slot.id, SignUp.state == SignUpState.SEATED, ~marked),
        )
        .order_by(Slot.id)
        .options(WITH_ALL)
    )  # fmt: skip
    return list(db.session.scalars(query).unique())
