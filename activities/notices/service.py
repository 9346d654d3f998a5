"""What people do with their notices."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from activities.kit.db import db, lock, transactional
from activities.kit.roles import Permission
from activities.notices import queries
from activities.outbox.models import Delivery, Notice, Wishes
from activities.outbox.rules import DeliveryState
from activities.people.models import Member
from activities.people.service import acting


@transactional
def mark_read(member_id: int, notice_id: int, now: datetime) -> None:
    """Mark one of a person's notices as read."""
    _mark(member_id, Notice.id == notice_id, now)


@transactional
def mark_all_read(member_id: int, newest_id: int, now: datetime) -> None:
    """Mark a person's notices as read, up to the newest that they saw: what came meanwhile stays unread."""
    _mark(member_id, Notice.id <= newest_id, now)


@transactional
def choose(member_id: int, wishes: Mapping[str, Any]) -> None:
    """Keep what a person wants of notices; it holds for what comes after."""
    lock(Member, member_id)
    present = db.session.scalars(sa.select(Wishes).where(Wishes.member_id == member_id)).one_or_none()
    row = present or Wishes(member_id=member_id)
    for name, value in wishes.items():
        setattr(row, name, value)
    db.session.add(row)


@transactional
def send_again(actor_id: int, now: datetime, delivery_id: int | None = None) -> int:
    """Try once more what could not be delivered in the units whose people somebody manages: one delivery, or all.
    Return how many that are."""
    paths = acting(actor_id).paths(Permission.MANAGE_PEOPLE)
    chosen = queries.undelivered(paths).with_only_columns(Delivery.id)
    if delivery_id is not None:
        chosen = chosen.where(Delivery.id == delivery_id)
    ids = db.session.scalars(chosen.with_for_update(of=Delivery)).all()
    fresh = {"state": DeliveryState.WAITING, "tries": 0, "trouble": "", "due_at": now}
    db.session.execute(sa.update(Delivery).where(Delivery.id.in_(ids)).values(**fresh))
    return len(ids)


def _mark(member_id: int, which: sa.ColumnElement[bool], now: datetime) -> None:
    unread = sa.and_(Notice.member_id == member_id, Notice.read_at.is_(None), which)
    db.session.execute(sa.update(Notice).where(unread).values(read_at=now))
