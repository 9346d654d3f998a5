"""Reads of partners' places."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from activities.kit.db import db
from activities.kit.refusal import NotAllowed, NotFound
from activities.kit.roles import Permission
from activities.people.models import Unit
from activities.people.queries import within
from activities.people.users import Viewer
from activities.sites.models import Site


def shown_to(member: Viewer) -> list[Site]:
    """The places that the member keeps, and those of the units above, which they may use."""
    paths = member.paths(Permission.ORGANIZE)
    query = _sites().where(sa.or_(within(paths), Unit.id.in_(above(*paths)))).order_by(Unit.path, Site.name, Site.id)
    return list(db.session.scalars(query))


def usable(unit_path: str) -> list[Site]:
    """The places for activities of the unit at `path`: its own and those of the units above it."""
    query = _sites().where(Unit.id.in_(above(unit_path))).order_by(Unit.path, Site.name, Site.id)
    return list(db.session.scalars(query))


def to_keep(member: Viewer, public_id: str) -> Site:
    """The place, if this member keeps it: not shown is NotFound, shown but another's is NotAllowed."""
    site = next((site for site in shown_to(member) if site.public_id == public_id), None)
    if site is None:
        raise NotFound
    if not keeps(member, site):
        raise NotAllowed
    return site


def keeps(member: Viewer, site: Site) -> bool:
    return member.may(Permission.ORGANIZE, site.unit.path)


def above(*paths: str) -> set[int]:
    """The units at these paths and all above them, by id."""
    return {int(part) for path in paths for part in path.split("/") if part}


def _sites() -> sa.Select[Site]:
    return sa.select(Site).join(Site.unit).options(contains_eager(Site.unit))
