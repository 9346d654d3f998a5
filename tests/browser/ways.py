"""Slots with each way in, for the pages about them."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from activities.admissions.service import assign
from activities.draws.models import Draw
from activities.draws.service import announce_draws, hold_draws
from activities.duties.models import Slot
from activities.duties.rules import WayIn
from activities.duties.service import spread_places
from activities.kit.db import db
from activities.signups.service import sign_up
from tests.cast import DAY, HOUR, Cast, make_activity, make_post, make_slot


def make_ways(cast: Cast, now: datetime) -> dict[str, str]:
    """Lin has asked by approval and in three draws, two of them held, one of these with times of arrival, and is
    assigned a duty; one slot opens soon."""
    places = {
        "by_approval": make_activity("看望老人", cast.first, "elder_care", way_in=WayIn.APPROVAL),
        "by_assignment": make_activity("接待值班", cast.first, "reception", way_in=WayIn.ASSIGNMENT, offer_minutes=720),
        "by_draw": make_activity("校庆晚会", cast.first, "practice_team", way_in=WayIn.DRAW),
        "by_held_draw": make_activity("慰问演出", cast.first, "elder_care", way_in=WayIn.DRAW),
        "by_timed_draw": make_activity("无偿献血", cast.first, "blood", way_in=WayIn.DRAW),
        "opens_soon": make_activity("义务植树", cast.first, sign_up_opens_at=now + HOUR, risks="铁锹"),
    }
    slots: dict[str, Slot] = {
        name: make_slot(make_post(activity, "大礼堂", capacity=2), now + (20 + n) * DAY)
        for n, (name, activity) in enumerate(places.items())
    }
    spread_places([(slots["by_timed_draw"].id, 1, 60)])
    slots["by_timed_draw"].capacity = 1
    db.session.commit()
    announce_draws(now)
    for name in ("by_approval", "by_draw", "by_held_draw", "by_timed_draw"):
        sign_up(cast.lin.id, slots[name].id, now)
        sign_up(cast.wang.id, slots[name].id, now)
    assign(cast.ou.id, slots["by_assignment"].id, [cast.lin.id], now)
    draws = {draw.activity_id: draw for draw in db.session.scalars(sa.select(Draw))}
    by_name = {name: draws[places[name].id] for name in ("by_draw", "by_held_draw", "by_timed_draw")}
    for name in ("by_held_draw", "by_timed_draw"):
        slots[name].draws_at = by_name[name].draws_at = now
    db.session.commit()
    hold_draws(now)
    return {
        **{name: slot.public_id for name, slot in slots.items()}, "open_draw": by_name["by_draw"].public_id,
        "held_draw": by_name["by_held_draw"].public_id, "timed_draw": by_name["by_timed_draw"].public_id,
        "asking": places["by_approval"].public_id,
    }  # fmt: skip
