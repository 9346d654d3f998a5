"""Keep chat groups. What is left on the trail holds neither address nor secret."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import current_app

from activities.audit import service as audit
from activities.chats.news import TRIAL
from activities.chats.rules import NotARobot
from activities.kit.db import db, lock, transactional
from activities.kit.refusal import NotAllowed, NotFound
from activities.kit.roles import Permission
from activities.outbox import service as outbox
from activities.outbox.hooks import is_allowed
from activities.outbox.models import Delivery, Hook, Notice
from activities.people.models import Unit
from activities.people.service import acting

SHOWN = ("vendor", "name", "unit_id", "news", "language")


@transactional
def add(actor_id: int, unit_id: int, values: Mapping[str, Any], now: datetime) -> str:
    """Tell a chat group of a unit's news from now on. Return its public id. Raises NotARobot."""
    _must_keep(actor_id, unit_id)
    hook = Hook(unit_id=unit_id, told_until=now, created_at=now, created_by_id=actor_id, **values)
    _check(hook)
    db.session.add(hook)
    db.session.flush()
    audit.leave(now, actor_id, "add chat", Hook, hook.id, after=_shown(hook))
    return hook.public_id


@transactional
def change(actor_id: int, hook_id: int, values: Mapping[str, Any], now: datetime) -> None:
    """Change what the group is told, and how it is reached. Raises NotARobot."""
    hook = _kept(actor_id, hook_id)
    before = _shown(hook)
    for name, value in values.items():
        setattr(hook, name, value)
    _check(hook)
    audit.leave(now, actor_id, "change chat", Hook, hook.id, before=before, after=_shown(hook))


@transactional
def remove(actor_id: int, hook_id: int, now: datetime) -> None:
    """Tell the group nothing any more; what it was told goes with it."""
    hook = _kept(actor_id, hook_id)
    told = sa.select(Notice.id).where(Notice.hook_id == hook_id)
    db.session.execute(sa.delete(Delivery).where(Delivery.notice_id.in_(told)))
    db.session.execute(sa.delete(Notice).where(Notice.hook_id == hook_id))
    audit.leave(now, actor_id, "remove chat", Hook, hook.id, before=_shown(hook))
    db.session.delete(hook)


@transactional
def try_out(actor_id: int, hook_id: int, now: datetime) -> None:
    """Send the group a message that says that it works."""
    hook = _kept(actor_id, hook_id)
    unit = db.session.scalars(sa.select(Unit.name).where(Unit.id == hook.unit_id)).one()
    outbox.post_to_group(now, hook_id, TRIAL, f"{TRIAL} {now.isoformat()}", unit=unit)


def _kept(actor_id: int, hook_id: int) -> Hook:
    hook = lock(Hook, hook_id)
    _must_keep(actor_id, hook.unit_id)
    return hook


def _must_keep(actor_id: int, unit_id: int) -> None:
    path = db.session.scalars(sa.select(Unit.path).where(Unit.id == unit_id)).one_or_none()
    if path is None:
        raise NotFound
    if not acting(actor_id).may(Permission.KEEP_CHATS, path):
        raise NotAllowed


def _check(hook: Hook) -> None:
    if not is_allowed(hook.vendor, hook.url, current_app.config["SETTINGS"].hook_hosts):
        raise NotARobot


def _shown(hook: Hook) -> dict[str, Any]:
    return {name: getattr(hook, name) for name in SHOWN}
