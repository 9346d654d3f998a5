"""Slots by approval and by assignment, and people who want them."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
import sqlalchemy as sa

from activities.duties.models import Slot
from activities.duties.rules import WayIn
from activities.kit.db import db
from activities.outbox.models import Notice
from activities.signups.models import SignUp
from activities.signups.rules import SignUpState
from tests.cast import DAY, NOW, Cast, make_activity, make_member, make_post, make_slot

REASON = "请优先新同学"


@dataclass
class House:
    """The cast, Ma and Hu of the first branch, `visit` with one seat by approval, `watch` with two by assignment, each
    in three days and an hour long."""

    cast: Cast
    ma: int
    hu: int
    visit: int
    watch: int


@pytest.fixture
def house(app, cast) -> House:
    with app.app_context():
        ma = make_member("2301003", "马跃", cast.first)
        hu = make_member("2301004", "胡悦", cast.first)
        by_approval = make_activity("关爱老人", cast.first, "elder_care", way_in=WayIn.APPROVAL)
        by_assignment = make_activity("节能巡查", cast.first, "energy", way_in=WayIn.ASSIGNMENT, offer_minutes=720)
        visit = make_slot(make_post(by_approval, "同心护理中心"), NOW + 3 * DAY)
        watch = make_slot(make_post(by_assignment, "101", capacity=2), NOW + 3 * DAY)
        db.session.commit()
        return House(cast, ma.id, hu.id, visit.id, watch.id)


def sign_up_of(member_id: int, slot_id: int) -> int:
    """The person's latest sign-up there."""
    mine = sa.select(SignUp.id).where(SignUp.member_id == member_id, SignUp.slot_id == slot_id)
    return db.session.scalars(mine.order_by(SignUp.id.desc())).first()


def told(member_id: int) -> list[str]:
    return list(db.session.scalars(sa.select(Notice.topic).where(Notice.member_id == member_id).order_by(Notice.id)))


def counters(slot_id: int) -> tuple[int, int, int]:
    """Taken, waiting, asked; and they are what the sign-ups say."""
    slot = db.session.get_one(Slot, slot_id, populate_existing=True)
    states = list(db.session.scalars(sa.select(SignUp.state).where(SignUp.slot_id == slot_id)))
    taken = states.count(SignUpState.SEATED) + states.count(SignUpState.OFFERED)
    found = (taken, states.count(SignUpState.WAITING), states.count(SignUpState.ASKED))
    assert (slot.taken, slot.waiting, slot.asked) == found
    return found
