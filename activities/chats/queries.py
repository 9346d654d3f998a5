"""Reads of chat groups, for those who keep them."""

from __future__ import annotations

import sqlalchemy as sa

from activities.kit.db import db
from activities.kit.refusal import NotFound
from activities.kit.roles import Permission
from activities.outbox.models import Delivery, Hook, Notice
from activities.outbox.rules import DeliveryState
from activities.people.models import Unit
from activities.people.queries import within
from activities.people.users import Viewer


def chats(viewer: Viewer) -> list[sa.Row[tuple[Hook, str, int]]]:
    """The groups of the units in which somebody keeps them: each with its unit's name, and how many messages it did
    not take. One statement."""
    failed = (
        sa.select(sa.func.count())
        .select_from(Delivery)
        .join(Notice, Notice.id == Delivery.notice_id)
        .where(Notice.hook_id == Hook.id, Delivery.state == DeliveryState.FAILED)
        .scalar_subquery()
    )
    query = (
        sa.select(Hook, Unit.name, failed)
        .join(Unit, Unit.id == Hook.unit_id)
        .where(within(viewer.paths(Permission.KEEP_CHATS)))
        .order_by(Unit.path, Hook.id)
    )
    return list(db.session.execute(query))


def chat_for(viewer: Viewer, public_id: str) -> tuple[Hook, Unit]:
    """The group and its unit, if somebody keeps the unit's groups."""
    query = (
        sa.select(Hook, Unit)
        .join(Unit, Unit.id == Hook.unit_id)
        .where(Hook.public_id == public_id, within(viewer.paths(Permission.KEEP_CHATS)))
    )
    row = db.session.execute(query).one_or_none()
    if row is None:
        raise NotFound
    return row[0], row[1]
