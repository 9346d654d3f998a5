"""Reads of people and units."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, undefer

from activities.kit.db import db
from activities.people.models import Member, RoleGrant, Unit

# A person with unit, roles and the roles' units, in one statement: what every page needs of who is logged in.
WITH_ROLES = (
    joinedload(Member.unit, innerjoin=True),
    joinedload(Member.grants).joinedload(RoleGrant.unit, innerjoin=True),
)


def logged_in(session_id: str) -> Member | None:
    """The member a session belongs to, while its epoch still holds."""
    public_id, _, epoch = session_id.rpartition(".")
    if not epoch.isdigit():
        return None
    query = (
        sa.select(Member)
        .where(Member.public_id == public_id, Member.session_epoch == int(epoch), Member.active)
        .options(*WITH_ROLES)
    )
    return db.session.execute(query).unique().scalar_one_or_none()


def by_login(name: str) -> Member | None:
    """The member with this number or e-mail address, with the password's hash."""
    name = name.strip()
    query = (
        sa.select(Member)
        .where(sa.or_(Member.number == name, Member.email == name.lower()))
        .options(undefer(Member.password_hash))
    )
    return db.session.execute(query).unique().scalar_one_or_none()


def units_below(path: str) -> list[Unit]:
    """The unit at `path` and all below, in tree order."""
    query = sa.select(Unit).where(Unit.path.startswith(path, autoescape=True)).order_by(Unit.path)
    return list(db.session.scalars(query))
