"""Who comes when to a slot with timed arrivals. The slot is locked whenever a place is taken or given back, and the
database refuses more than there are."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa

from activities.duties.models import Arrival
from activities.duties.service import spread_places
from activities.kit.db import run
from activities.kit.sql import Among
from activities.signups.models import SignUp
from activities.signups.rules import HOLDING
from activities.signups.rules_arrivals import Quarter
from activities.signups.rules_places import Places

MINUTE = timedelta(minutes=1)
HOLDS = SignUp.state.in_([sa.literal_column(f"'{state}'") for state in HOLDING])
COMING = sa.select(sa.func.count()).where(SignUp.arrival_id == Arrival.id, HOLDS).scalar_subquery()
_GIVE = (
    sa.update(SignUp)
    .where(SignUp.slot_id == sa.bindparam("of_slot"), SignUp.member_id == sa.bindparam("of_member"), HOLDS)
    .values(arrival_id=sa.bindparam("arrival", type_=sa.Integer()))
)
_SET_QUOTA = (
    sa.update(Arrival)
    .where(Arrival.id == sa.bindparam("arrival", type_=sa.Integer()))
    .values(quota=sa.bindparam("seats", type_=sa.Integer()))
)
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
_CLEAR = sa.delete(Arrival).where(Among(Arrival.slot_id))


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
    return [
        Time(one.id, starts_at + timedelta(minutes=one.minute), one.quota, one.taken) for one in quarters([slot_id])
    ]


def quarters(slot_ids: Collection[int]) -> list[Quarter]:
    """The times at which people come to these slots. One statement."""
    rows = sa.select(Arrival.id, Arrival.minute, Arrival.quota, Arrival.taken).where(Arrival.slot_id.in_(slot_ids))
    return [Quarter._make(row) for row in run(rows.order_by(Arrival.minute))]


def timed(slot_ids: Collection[int]) -> set[int]:
    """Those of these slots to which people come one after another. One statement."""
    return set(run(sa.select(Arrival.slot_id).where(Arrival.slot_id.in_(slot_ids)).distinct()).scalars())


# ── inside the transactions of others, with the slot locked ─────────────────


def give(places: Places) -> None:
    """Write when those come who have a seat by now. Two statements, however many; none where nobody has a time."""
    if places.given:
        slot_id = places.offer.id
        rows = [{"of_slot": slot_id, "of_member": who, "arrival": one.id} for who, one in places.given.items()]
        run(_GIVE, rows)
        recount({one.id for one in places.given.values()})


def write_quotas(slot_id: int, present: Mapping[int, Quarter], wanted: Mapping[int, int]) -> None:
    """Let so many people come at each time, by minute, and nobody at any other."""
    quotas = {**dict.fromkeys(present, 0), **wanted}
    kept = [{"arrival": present[m].id, "seats": seats} for m, seats in quotas.items() if m in present]
    new = [
        {"slot_id": slot_id, "minute": m, "quota": n, "taken": 0} for m, n in quotas.items() if n and m not in present
    ]
    if kept:
        run(_SET_QUOTA, kept)
    if new:
        run(sa.insert(Arrival), new)


def close_after(lengths: Mapping[int, timedelta]) -> None:
    """Offer no times after the end of these slots, by how long they are, any more: nobody comes then."""
    if lengths:
        run(_CLOSE, [{"slot": slot_id, "length": length // MINUTE} for slot_id, length in lengths.items()])


def spread_anew(slots: Collection[tuple[int, int, int]]) -> None:
    """Spread the places of slots on which nobody has ever been, by id, seats and minutes, over their time."""
    if slots:
        run(_CLEAR, {"ids": [slot_id for slot_id, *_ in slots]})
        spread_places(slots)


def recount(arrival_ids: Collection[int]) -> None:
    """Count anew who comes at these times, because that has changed."""
    if arrival_ids:
        run(_RECOUNT, {"ids": sorted(arrival_ids)})
