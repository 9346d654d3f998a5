"""What people do with their notices."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from activities.kit.db import db, lock, transactional
from activities.outbox.models import Notice, Wishes
from activities.people.models import Member


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


def _mark(member_id: int, which: sa.ColumnElement[bool], now: datetime) -> None:
    unread = sa.and_(Notice.member_id == member_id, Notice.read_at.is_(None), which)
    db.session.execute(sa.update(Notice).where(unread).values(read_at=now))
