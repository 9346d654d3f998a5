"""Reads of people and units."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, undefer

from activities.kit.db import db
from activities.kit.refusal import NotFound
from activities.kit.roles import Permission
from activities.outbox.letters import Recipient
from activities.people.models import AccessLink, Member, RoleGrant, Unit
from activities.people.rules import LinkPurpose
from activities.people.users import Viewer

T = TypeVar("T")

# A person with unit, roles and the roles' units, in one statement.
WITH_ROLES = (
    joinedload(Member.unit, innerjoin=True),
    joinedload(Member.grants).joinedload(RoleGrant.unit, innerjoin=True),
)


def login_name(typed: str) -> str:
    """A number or e-mail address as it is looked up."""
    typed = typed.strip()
    return typed.lower() if "@" in typed else typed


def by_login(name: str) -> Member | None:
    """The member with this number or e-mail address, with the password's hash."""
    name = login_name(name)
    return _with_password(Member.email == name if "@" in name else Member.number == name)


def with_password(member_id: int) -> Member | None:
    """The member, with the password's hash."""
    return _with_password(Member.id == member_id)


def has_password(member_id: int) -> bool:
    """Whether the person has ever set one."""
    return bool(db.session.scalar(sa.select(Member.password_hash.is_not(None)).where(Member.id == member_id)))


def _with_password(which: sa.ColumnElement[bool]) -> Member | None:
    query = sa.select(Member).where(which).options(undefer(Member.password_hash))
    # Who is logged in is in the session already, without the hash.
    return db.session.execute(query, execution_options={"populate_existing": True}).scalar_one_or_none()


def open_link(link_id: int, purpose: LinkPurpose, now: datetime) -> AccessLink | None:
    """The link with its person, while it can be used."""
    query = (
        sa.select(AccessLink)
        .join(AccessLink.member)
        .where(
            AccessLink.id == link_id, AccessLink.purpose == purpose, AccessLink.used_at.is_(None),
            AccessLink.expires_at > now, Member.active,
        )
        .options(joinedload(AccessLink.member, innerjoin=True))
    )  # fmt: skip
    return db.session.scalars(query).one_or_none()


def recipients(member_ids: Collection[int]) -> dict[int, Recipient]:
    """To whom the outbox sends, by id; who is not active is not among them."""
    query = sa.select(Member.id, Member.name, Member.email, Member.language)
    rows = db.session.execute(query.where(Member.id.in_(member_ids), Member.active))
    return {row.id: Recipient(row.name, row.email, row.language) for row in rows}


# ── units ───────────────────────────────────────────────────────────────────


def units_below(path: str) -> list[Unit]:
    """The unit at `path` and all below, in tree order."""
    query = sa.select(Unit).where(Unit.path.startswith(path, autoescape=True)).order_by(Unit.path)
    return list(db.session.scalars(query))


def units_for(member: Viewer, permission: Permission) -> list[Unit]:
    """The units for which the member has a permission, in tree order."""
    units = db.session.scalars(sa.select(Unit).where(within(member.paths(permission))))
    return sorted(units, key=lambda unit: [int(part) for part in unit.path.split("/") if part])


def sizes(units: Iterable[Unit]) -> dict[int, int]:
    """How many active people each unit itself has, by id."""
    query = (
        sa.select(Member.unit_id, sa.func.count())
        .where(Member.unit_id.in_([unit.id for unit in units]), Member.active)
        .group_by(Member.unit_id)
    )
    return dict(db.session.execute(query).all())


def unit_for(member: Viewer, permission: Permission, public_id: str) -> Unit:
    """The unit, if the member has this permission for it."""
    query = sa.select(Unit).where(Unit.public_id == public_id, within(member.paths(permission)))
    return _found(db.session.scalars(query).one_or_none())


def within(paths: Iterable[str]) -> sa.ColumnElement[bool]:
    """Whether a unit is one of these or below one."""
    return sa.or_(sa.false(), *(Unit.path.startswith(path, autoescape=True) for path in sorted(set(paths))))


# ── people of somebody's units ──────────────────────────────────────────────


def person_for(member: Viewer, permission: Permission, public_id: str) -> Member:
    """The person, if the member has this permission for the person's unit."""
    query = (
        sa.select(Member)
        .join(Member.unit)
        .where(Member.public_id == public_id, within(member.paths(permission)))
        .options(*WITH_ROLES)
    )
    return _found(db.session.execute(query).unique().scalar_one_or_none())


def person_by_number(member: Viewer, permission: Permission, number: str) -> Member | None:
    """The active person with this number, if the member has this permission for the person's unit."""
    query = (
        sa.select(Member)
        .join(Member.unit)
        .where(Member.number == number, Member.active, within(member.paths(permission)))
    )
    return db.session.scalars(query).one_or_none()


def role_holders(member: Viewer) -> list[RoleGrant]:
    """The roles held for the units in which the member may grant some, in tree order."""
    query = (
        sa.select(RoleGrant)
        .join(RoleGrant.unit)
        .join(RoleGrant.member)
        .where(within(member.paths(Permission.GRANT_ROLES)))
        .options(
            joinedload(RoleGrant.unit, innerjoin=True),
            joinedload(RoleGrant.member, innerjoin=True).joinedload(Member.unit, innerjoin=True),
        )
        .order_by(Unit.path, RoleGrant.role.desc(), Member.number)
    )
    return list(db.session.scalars(query))


def _found(row: T | None) -> T:
    if row is None:
        raise NotFound
    return row
