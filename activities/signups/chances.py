"""What became of the waiting lists of past slots. One statement."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from activities.audit.models import AuditEntry
from activities.duties.models import Activity, Post, Slot
from activities.duties.rules import SlotState, WayIn
from activities.kit.db import run
from activities.signups.facts import NOW
from activities.signups.models import SignUp
from activities.signups.rules import Offer, SignUpState
from activities.signups.rules_chance import LAST, Chance, PastLine, chance

_OVERRUN = (
    sa.select(Slot.id, Slot.starts_at, Slot.waiting, Activity.way_in)
    .join(Post, Post.id == Slot.post_id)
    .join(Activity, Activity.id == Post.activity_id)
    .where(Slot.starts_at <= NOW, Slot.state == SlotState.OPEN, Slot.tickets > Slot.capacity)
    .order_by(Slot.starts_at.desc())
    .limit(LAST)
)
_OWN = (
    sa.select(Post.activity_id)
    .join(Slot, Slot.post_id == Post.id)
    .where(Slot.id == sa.bindparam("slot_id", type_=sa.Integer()))
)
_OF_ACTIVITY = _OVERRUN.where(Activity.id == _OWN.scalar_subquery()).add_columns(sa.true().label("own")).subquery()
_OF_KIND = _OVERRUN.where(Activity.kind_key == sa.bindparam("kind")).add_columns(sa.false().label("own")).subquery()
_PAST = sa.union_all(sa.select(_OF_ACTIVITY), sa.select(_OF_KIND)).subquery()
# Where somebody or a draw decides, most get their seats later than they ask without ever having waited: there the trail
# says who moved up.
_MOVED_UP = sa.exists().where(
    AuditEntry.subject == SignUp.__tablename__, AuditEntry.subject_id == SignUp.id, AuditEntry.verb == "promote"
)
_LINES = sa.select(_PAST.c.own, _PAST.c.id, _PAST.c.starts_at, _PAST.c.waiting, SignUp.seated_at).outerjoin(
    SignUp,
    sa.and_(
        SignUp.slot_id == _PAST.c.id, SignUp.state == SignUpState.SEATED, SignUp.seated_at > SignUp.signed_up_at,
        sa.or_(_PAST.c.way_in == WayIn.FIRST_COME, _MOVED_UP),
    ),
)  # fmt: skip


def chance_of(offer: Offer, place: int, now: datetime) -> Chance | None:
    """How often who stood at this place, as long before the start as it is now, got a seat: in the last slots of the
    same activity that more people wanted than there were seats, or without enough of those in the last of its kind."""
    lead = offer.starts_at - now
    lines: dict[bool, dict[int, PastLine]] = {True: {}, False: {}}
    for own, slot_id, starts_at, left, seated_at in run(
        _LINES, {"slot_id": offer.id, "kind": offer.kind_key, "now": now}
    ):
        line = lines[bool(own)].get(slot_id, PastLine(0, left))
        counts = seated_at is not None and starts_at - lead <= seated_at < starts_at
        lines[bool(own)][slot_id] = line._replace(seated=line.seated + counts)
    return chance(place, lines[True].values()) or chance(place, lines[False].values())
