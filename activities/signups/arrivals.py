"""Who comes when to a slot with timed arrivals. The slot is locked whenever a place is taken or given back, and the
database refuses more than there are."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa

from activities.duties.models import Arrival
from activities.kit.db import db, run
from activities.signups.facts import SLOT
from activities.signups.models import SignUp
from activities.signups.rules import HOLDING, Offer
from activities.signups.rules_arrivals import ArrivalFull, ArrivalMissing

MINUTE = timedelta(minutes=1)
HOLDS = SignUp.state.in_([sa.literal_column(f"'{state}'") for state in HOLDING])
COMING = sa.select(sa.func.count()).where(SignUp.arrival_id == Arrival.id, HOLDS).scalar_subquery()
_TAKE = (
    sa.update(Arrival)
    .where(
        Arrival.id == sa.bindparam("arrival", type_=sa.Integer()), Arrival.slot_id == sa.bindparam("slot"),
        Arrival.taken < Arrival.quota,
    )
    .values(taken=Arrival.taken + 1)
    .returning(Arrival.minute)
)  # fmt: skip
_RECOUNT = (
    sa.update(Arrival)
    .where(Arrival.id.in_(sa.bindparam("ids", type_=sa.Integer(), expanding=True)))
    .values(taken=COMING)
)
_CLOSE = (
    sa.update(Arrival)
    .where(Arrival.slot_id == sa.bindparam("slot"), Arrival.minute >= sa.bindparam("length"))
    .values(quota=Arrival.taken)
)
_FREE = sa.select(Arrival.id).where(Arrival.slot_id == SLOT, Arrival.taken < Arrival.quota).order_by(Arrival.minute)
_WITHOUT = (
    sa.select(SignUp.id).where(SignUp.slot_id == SLOT, HOLDS, SignUp.arrival_id.is_(None)).order_by(SignUp.ticket)
)


class Time(NamedTuple):
    """A time at which people come: how many may, and how many do."""

    id: int
    at: datetime
    quota: int
    taken: int

    @property
    def left(self) -> int:
        return self.quota - self.taken


def times(slot_id: int, starts_at: datetime) -> list[Time]:
    """When people come to a slot; none where it has no timed arrivals."""
    rows = sa.select(Arrival.id, Arrival.minute, Arrival.quota, Arrival.taken).where(Arrival.slot_id == slot_id)
    return [
        Time(row_id, starts_at + timedelta(minutes=minute), quota, taken)
        for row_id, minute, quota, taken in db.session.execute(rows.order_by(Arrival.minute))
    ]


def coming(slot_ids: Collection[int]) -> dict[int, dict[int, int]]:
    """How many come to each of these slots at each time, by minute after its start."""
    rows = sa.select(Arrival.slot_id, Arrival.minute, Arrival.taken).where(Arrival.slot_id.in_(slot_ids))
    found: dict[int, dict[int, int]] = {}
    for slot_id, minute, taken in db.session.execute(rows) if slot_ids else ():
        found.setdefault(slot_id, {})[minute] = taken
    return found


# ── inside the transactions of others, with the slot locked ─────────────────


def take(offer: Offer, sign_up_id: int, arrival_id: int | None) -> datetime | None:
    """Give a sign-up the time that was chosen, or where nothing could be (None) the earliest that is free. Return when
    the person comes. ArrivalMissing, ArrivalFull."""
    chosen = arrival_id if arrival_id is not None else run(_FREE.limit(1), {"slot_id": offer.id}).scalar()
    if chosen == 0:
        raise ArrivalMissing
    if chosen is None:
        return None
    minute = run(_TAKE, {"arrival": chosen, "slot": offer.id}).scalar()
    if minute is None:
        raise ArrivalFull
    db.session.execute(sa.update(SignUp).where(SignUp.id == sign_up_id).values(arrival_id=chosen))
    return offer.starts_at + timedelta(minutes=int(minute))


def settle(offer: Offer) -> list[int]:
    """Give everybody who has a seat and no time yet the earliest that is free, in the order of acceptance. Return the
    sign-ups that have one now."""
    waiting = [row.id for row in run(_WITHOUT, {"slot_id": offer.id})]
    return [row_id for row_id in waiting if take(offer, row_id, None)]


def close_after(lengths: Mapping[int, timedelta]) -> None:
    """Offer no times after the end of these slots, by how long they are, any more."""
    if lengths:
        run(_CLOSE, [{"slot": slot_id, "length": length // MINUTE} for slot_id, length in lengths.items()])


def recount(arrival_ids: Collection[int]) -> None:
    """Count anew who comes at these times, because some do not any more."""
    if arrival_ids:
        run(_RECOUNT, {"ids": sorted(arrival_ids)})
