"""A slot too late to withdraw from, with somebody on it, and people who could take over."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
import sqlalchemy as sa

from activities.duties.models import Slot
from activities.kit.db import db
from activities.outbox.models import Notice
from activities.signups.service import sign_up
from tests.cast import DAY, HOUR, NOW, make_member, make_slot


@dataclass(frozen=True)
class Shift:
    """Lin has the only seat of the slot, which starts in five hours; Wang and Ma are free."""

    slot: int
    lin: int
    wang: int
    ma: int


@pytest.fixture
def shift(ctx, cast) -> Shift:
    ma = make_member("2301003", "马跃", cast.first)
    slot = make_slot(cast.lake, NOW + 5 * HOUR, capacity=1)
    db.session.commit()
    sign_up(cast.lin.id, slot.id, NOW - DAY)
    return Shift(slot.id, cast.lin.id, cast.wang.id, ma.id)


def told(member_id: int) -> list[str]:
    """The topics of a person's notices, without that of having signed up."""
    topics = sa.select(Notice.topic).where(Notice.member_id == member_id).order_by(Notice.id)
    return [topic for topic in db.session.scalars(topics) if topic != "signups.seated"]


def counters(slot_id: int) -> tuple[int, int]:
    slot = db.session.get_one(Slot, slot_id, populate_existing=True)
    return slot.taken, slot.waiting
