"""Sign-ups and records by the million: made from the slots and members inside the database, one statement a kind."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from activities.duties.kinds import KINDS, Evidence
from activities.duties.models import Activity, Post, Slot
from activities.kit.columns import UtcDateTime
from activities.kit.db import Base
from activities.people.models import Member
from activities.records.models import Record
from activities.records.rules import Attendance
from activities.signups.models import SignUp
from activities.signups.rules import SignUpState


def seat_in_turn(connection: sa.Connection, slots: range, members: range, now: datetime) -> None:
    """Fill what these slots count as taken with these members in turn, so that nobody sits twice at one time."""
    turns = sa.union_all(*(sa.select(sa.literal(n).label("turn")) for n in range(3))).cte("turns")
    who = members.start + (Slot.id * 3 + turns.c.turn) % len(members)
    query = (
        sa.select(*_seat(who, turns.c.turn + 1, now))
        .join(turns, turns.c.turn < Slot.taken)
        .where(Slot.id.between(slots.start, slots.stop - 1))
    )
    _insert(connection, SignUp, query)


def seat_units(connection: sa.Connection, before: datetime, now: datetime) -> None:
    """Seat all members of a unit in all its slots that start before this moment."""
    ticket = sa.func.row_number().over(partition_by=Slot.id, order_by=Member.id)
    query = (
        sa.select(*_seat(Member.id, ticket, now))
        .join(Post, Post.id == Slot.post_id)
        .join(Activity, Activity.id == Post.activity_id)
        .join(Member, Member.unit_id == Activity.unit_id)
        .where(Slot.starts_at < before)
    )
    _insert(connection, SignUp, query)


def record_units(connection: sa.Connection, before: datetime, recorder_id: int, now: datetime) -> None:
    """Record who came to these slots; one of twenty stayed away."""
    came = (SignUp.member_id + SignUp.slot_id) % 20 > 0
    ledger = sa.case({kind.key: kind.ledger.value for kind in KINDS.values()}, value=Activity.kind_key)
    query = (
        sa.select(
            _random_id(connection).label("public_id"), SignUp.slot_id, SignUp.member_id,
            sa.case((came, Attendance.PRESENT.value), else_=Attendance.ABSENT.value).label("attendance"),
            sa.case((came, 50), else_=0).label("minutes"), sa.literal(0).label("minutes_late"), ledger.label("ledger"),
            sa.func.date(Slot.starts_at).label("day"), sa.literal(Evidence.ORGANIZER_TICK.value).label("evidence"),
            sa.literal("").label("note"), sa.literal(True).label("is_final"),
            sa.literal(recorder_id).label("recorded_by_id"),
            *(sa.literal(now, UtcDateTime()).label(name) for name in ("recorded_at", "changed_at")),
        )
        .select_from(SignUp)
        .join(Slot, Slot.id == SignUp.slot_id)
        .join(Post, Post.id == Slot.post_id)
        .join(Activity, Activity.id == Post.activity_id)
        .where(Slot.starts_at < before)
    )  # fmt: skip
    _insert(connection, Record, query)


def _seat(member_id: sa.ColumnElement[int] | Any, ticket: sa.ColumnElement[int], now: datetime) -> list[Any]:
    return [
        Slot.id.label("slot_id"), member_id.label("member_id"), sa.literal(SignUpState.SEATED.value).label("state"),
        ticket.label("ticket"), sa.literal(0).label("revision"),
        *(sa.literal(now, UtcDateTime()).label(name) for name in ("signed_up_at", "seated_at", "changed_at")),
    ]  # fmt: skip


def _insert(connection: sa.Connection, model: type[Base], query: sa.Select[Any]) -> None:
    names = [column.name for column in query.selected_columns]
    connection.execute(sa.insert(model).from_select(names, query, include_defaults=True))


def _random_id(connection: sa.Connection) -> sa.ColumnElement[str]:
    if connection.dialect.name == "sqlite":
        return sa.func.lower(sa.func.hex(sa.func.randomblob(6)))
    return sa.func.substr(sa.func.md5(sa.cast(sa.func.random(), sa.Text)), 1, 12)
