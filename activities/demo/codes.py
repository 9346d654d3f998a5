"""Who checked in themselves: with the code on an organizer's screen or, in the present term, the one that hangs at the
zone, which a second person signs a week later. What is recorded is what the rules make of when people came."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random

import sqlalchemy as sa

from activities.demo.calendar import DemoCalendar
from activities.demo.timetable import DemoSlot
from activities.duties.kinds import CheckOut, Evidence, kind_of
from activities.duties.models import Activity, Post
from activities.duties.rules import SlotState
from activities.kit.clock import at
from activities.kit.db import db
from activities.norms.rules import Norms
from activities.people.models import Member
from activities.records.posting import post_code
from activities.records.rules import Attendance, Mark, Session
from activities.records.rules_codes import arrived, left

# Of a hundred slots of a kind, in how many there was a code on a screen, and in how many one at the place.
ON_A_SCREEN = {"elder_care": 0.6, "cleaning": 0.25, "practice_team": 0.9, "study": 0.3, "party_school": 0.8}
AT_THE_PLACE = {"cleaning": 0.4}
# Of a hundred people who check out, how many go before the end.
EARLY = 0.04
MINUTE = timedelta(minutes=1)
NORMS = Norms()


@dataclass(frozen=True)
class Spell:
    """When somebody checked in and out, and what was recorded each time; who does not check out stays to the end."""

    came_at: datetime
    at_first: Mark
    left_at: datetime | None
    in_the_end: Mark


def evidence_of(slot: DemoSlot, calendar: DemoCalendar, rng: Random) -> Evidence | None:
    """The code with which people checked in to a slot; None where an organizer had a list."""
    dice, kind = rng.random(), slot.plan.kind
    if dice < ON_A_SCREEN.get(kind, 0):
        return Evidence.ROTATING_CODE
    hangs = slot.day >= calendar.now.starts_on
    return Evidence.POSTED_CODE if hangs and dice > 1 - AT_THE_PLACE.get(kind, 0) else None


def spell(slot: DemoSlot, mark: Mark, rng: Random) -> Spell:
    """How somebody came who, as an organizer would have said, was there in time or so late."""
    session = Session(
        state=SlotState.OPEN,
        starts_at=slot.starts_at,
        minutes=slot.minutes,
        check_out=kind_of(slot.plan.kind).check_out,
    )
    late = mark.attendance is Attendance.LATE
    before = -(NORMS.grace + mark.minutes_late) if late else rng.randint(0, NORMS.check_in_before - 2)
    came_at = slot.starts_at - before * MINUTE - timedelta(seconds=0 if late else rng.randint(1, 59))
    at_first = arrived(session, NORMS.grace, came_at)
    if session.check_out is CheckOut.NOT_ASKED:
        return Spell(came_at, at_first, None, at_first)
    past = -rng.randint(15, 40) if rng.random() < EARLY else rng.randint(0, NORMS.check_out_after - 5)
    left_at = slot.ends_at + past * MINUTE
    return Spell(came_at, at_first, left_at, left(session, NORMS.grace, at_first.minutes_late, left_at))


def play(calendar: DemoCalendar) -> None:
    """Put up the codes with which people have checked in at places this term."""
    morning = at(calendar.now.starts_on, time(8))
    organizer = db.session.scalars(sa.select(Member.id).where(Member.number == "organizer")).one()
    places = sa.select(Post.id).join(Post.activity).where(Activity.kind_key.in_(AT_THE_PLACE)).order_by(Post.id)
    for post_id in db.session.scalars(places).all():
        post_code(organizer, post_id, "", morning)
