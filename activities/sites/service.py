"""Keep partners' places. What is planned already stays when a limit is lowered: it holds for what is planned next."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from activities.audit import service as audit
from activities.kit.db import db, lock, revise, transactional
from activities.kit.refusal import ChangedMeanwhile, NotAllowed
from activities.kit.roles import Permission
from activities.people.models import Unit
from activities.people.service import acting
from activities.sites.models import Site
from activities.sites.rules import SiteInUse, SiteNameTaken

Follow = Callable[[datetime], None]
FOLLOWING: list[Callable[[int], Follow]] = []


def when_located(verb: Callable[[int], Follow]) -> Callable[[int], Follow]:
    """Declare what is seen to in the same transaction once a place turns out to lie elsewhere, so that upper rooms hear
    of it: it is given the place before that is locked, locks what comes before it, and returns what is done then."""
    FOLLOWING.append(verb)
    return verb


@transactional
def add_site(actor_id: int, values: Mapping[str, Any], now: datetime) -> str:
    """Add a place from its columns, for a unit the actor organizes. Return its public id."""
    _must_organize(actor_id, values["unit_id"])
    site = Site(**values, changed_at=now)
    db.session.add(site)
    with _unique_name(site.name):
        db.session.flush()
    audit.leave(now, actor_id, "add site", Site, site.id, after=values)
    return site.public_id


@transactional
def edit_site(actor_id: int, site_id: int, revision: int, changes: Mapping[str, Any], now: datetime) -> None:
    """Change what differs. ChangedMeanwhile where `revision` is not the present one any more."""
    following = [verb(site_id) for verb in FOLLOWING]
    site = _kept(actor_id, site_id)
    if site.revision != revision:
        raise ChangedMeanwhile
    before, after = revise(site, changes, now)
    if "unit_id" in after:
        _must_organize(actor_id, site.unit_id)
    with _unique_name(site.name):
        db.session.flush()
    if "geo" in after:
        for follow in following:
            follow(now)
    if after:
        audit.leave(now, actor_id, "edit site", Site, site_id, before=before, after=after)


@transactional
def remove_site(actor_id: int, site_id: int, now: datetime) -> None:
    """Remove a place at which no post stands. Raises SiteInUse."""
    site = _kept(actor_id, site_id)
    audit.leave(now, actor_id, "remove site", Site, site_id, before={"name": site.name, "unit_id": site.unit_id})
    db.session.delete(site)
    try:
        db.session.flush()
    except IntegrityError:
        raise SiteInUse from None


def _kept(actor_id: int, site_id: int) -> Site:
    """Lock the place, which the actor must keep."""
    site = lock(Site, site_id, joinedload(Site.unit, innerjoin=True))
    if not acting(actor_id).may(Permission.ORGANIZE, site.unit.path):
        raise NotAllowed
    return site


def _must_organize(actor_id: int, unit_id: int) -> None:
    unit = db.session.get(Unit, unit_id)
    if unit is None or not acting(actor_id).may(Permission.ORGANIZE, unit.path):
        raise NotAllowed


@contextmanager
def _unique_name(name: str) -> Iterator[None]:
    """Say in words what the database refused; asking before would not hold against somebody doing the same."""
    try:
        yield
    except IntegrityError:
        raise SiteNameTaken(name) from None


def lock_sites(site_ids: sa.Select[int | None]) -> list[Site]:
    """Inside a transaction: lock these places, in the one order: after activities, before slots."""
    query = sa.select(Site).where(Site.id.in_(site_ids)).order_by(Site.id).with_for_update(of=Site)
    return list(db.session.scalars(query, execution_options={"populate_existing": True}))
