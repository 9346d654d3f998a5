"""Who is logged in: plain values, read in one statement that was built once. Every page pays for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple, TypeAlias

import sqlalchemy as sa
from flask_login import UserMixin
from sqlalchemy.orm import aliased

from activities.kit.db import run
from activities.kit.roles import Role
from activities.outbox.models import Notice
from activities.people.models import HoldsRoles, Member, RoleGrant, Unit
from activities.people.rules import Stage, Standing


class OwnUnit(NamedTuple):
    """A unit as a user knows it; see `Unit`."""

    public_id: str
    name: str
    path: str

    def is_within(self, path: str) -> bool:
        return self.path.startswith(path)


class OwnGrant(NamedTuple):
    """A role that a user holds; see `RoleGrant`."""

    role: Role
    unit: OwnUnit


@dataclass(frozen=True, eq=False)
class User(HoldsRoles, UserMixin):
    """An active member who is logged in, with unit, roles and the number of unread notices, as of the beginning of the
    request."""

    id: int
    public_id: str
    number: str
    name: str
    class_name: str
    stage: Stage
    standing: Standing
    email: str | None
    language: str | None
    unit: OwnUnit
    unread: int
    grants: Sequence[OwnGrant]
    active: ClassVar[bool] = True

    @property
    def known(self) -> tuple[str | None, ...]:
        """What others know of the person, and a password must not be."""
        return self.number, self.name, self.email


# Whoever something is shown to: the one who is logged in, or a member on whose behalf it is asked.
Viewer: TypeAlias = "User | Member"

Granted = aliased(Unit)
UNREAD = (
    sa.select(sa.func.count())
    .where(Notice.member_id == Member.id, Notice.read_at.is_(None))
    .correlate(Member)
    .scalar_subquery()
)
# In the order of the fields.
USER = (
    Member.id, Member.public_id, Member.number, Member.name, Member.class_name, Member.stage, Member.standing,
    Member.email, Member.language,
)  # fmt: skip
_LOGGED_IN = (
    sa.select(
        *USER, Unit.public_id, Unit.name, Unit.path, UNREAD, RoleGrant.role, Granted.public_id, Granted.name,
        Granted.path,
    )
    .join(Unit, Unit.id == Member.unit_id)
    .outerjoin(RoleGrant, RoleGrant.member_id == Member.id)
    .outerjoin(Granted, Granted.id == RoleGrant.unit_id)
    .where(
        Member.public_id == sa.bindparam("public_id"), Member.session_epoch == sa.bindparam("epoch"), Member.active
    )
)  # fmt: skip


def logged_in(session_id: str) -> User | None:
    """Whom a session belongs to, while its epoch still holds."""
    public_id, _, epoch = session_id.rpartition(".")
    if not epoch.isdigit():
        return None
    rows = run(_LOGGED_IN, {"public_id": public_id, "epoch": int(epoch)}).all()
    if not rows:
        return None
    own, unit, unread = rows[0][: len(USER)], rows[0][len(USER) : -5], rows[0][-5]
    grants = [OwnGrant(row[-4], OwnUnit._make(row[-3:])) for row in rows if row[-4]]
    return User(*own, unit=OwnUnit._make(unit), unread=unread, grants=grants)
