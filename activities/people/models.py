"""Units, members, roles and the links that let people in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_login import UserMixin
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship

from activities.kit.columns import Words
from activities.kit.db import Base, Revised, new_public_id
from activities.kit.roles import PERMISSIONS, SCHOOL_WIDE, Permission, Role
from activities.people.rules import Holding, LinkPurpose, Stage, Standing, UnitLevel, is_above_all
from activities.people.rules_consents import Forgetting, Purpose


class Unit(Revised, Base):
    """A node of the tree. `path` is the ids from the root down, "1/4/", so that "this and all below" is a prefix."""

    __tablename__ = "unit"

    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=new_public_id)
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id"))
    level: Mapped[UnitLevel] = mapped_column(Words(UnitLevel))
    name: Mapped[str] = mapped_column(sa.String(100), unique=True)
    path: Mapped[str] = mapped_column(sa.String(200), unique=True)

    @property
    def depth(self) -> int:
        return self.path.count("/") - 1

    def is_within(self, path: str) -> bool:
        """Whether this is the unit at `path` or one below it."""
        return self.path.startswith(path)


class HoldsRoles:
    """Somebody with `grants`, each a role for a unit and all below it."""

    grants: Any

    @property
    def holdings(self) -> list[Holding]:
        """The roles as the rules want them."""
        return [Holding(g.role, g.unit.path) for g in self.grants]

    def paths(self, permission: Permission) -> list[str]:
        """The paths of the units for which this person has a permission, each with all below."""
        paths = [g.unit.path for g in self.grants if permission in PERMISSIONS[g.role]]
        return [path for path in paths if is_above_all(path)] if permission in SCHOOL_WIDE else paths

    def may(self, permission: Permission, path: str | None = None) -> bool:
        """Whether the person has a permission, for the unit at `path` where one is given. Taking part is everyone's."""
        if permission is Permission.TAKE_PART:
            return True
        return any(path is None or path.startswith(own) for own in self.paths(permission))


class Member(HoldsRoles, UserMixin, Base):
    """A person on the roster, who may also log in. The minimum of personal data: no ID card, no phone, no health."""

    __tablename__ = "member"
    __table_args__ = (sa.Index("ix_member_unit_id_name", "unit_id", "name"),)

    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=new_public_id)
    number: Mapped[str] = mapped_column(sa.String(32), unique=True)
    name: Mapped[str] = mapped_column(sa.String(100))
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    class_name: Mapped[str] = mapped_column(sa.String(50), default="")
    stage: Mapped[Stage] = mapped_column(Words(Stage))
    standing: Mapped[Standing] = mapped_column(Words(Standing))
    email: Mapped[str | None] = mapped_column(sa.String(254), unique=True)
    language: Mapped[str | None] = mapped_column(sa.String(8))
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    # Since when nothing more is done with the data than keep what must be kept, and since when not even that is left.
    restricted_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]
    # Raised to end every session of this person.
    session_epoch: Mapped[int] = mapped_column(default=0)
    password_hash: Mapped[str | None] = deferred(mapped_column(sa.String(200)))

    unit: Mapped[Unit] = relationship()
    grants: Mapped[list[RoleGrant]] = relationship(foreign_keys="RoleGrant.member_id", back_populates="member")

    @property
    def is_active(self) -> bool:
        return self.active

    def get_id(self) -> str:
        """What the session remembers: it stops matching once the epoch moves on."""
        return f"{self.public_id}.{self.session_epoch}"

    @property
    def known(self) -> tuple[str | None, ...]:
        """What others know of the person, and a password must not be."""
        return self.number, self.name, self.email


class RoleGrant(Base):
    """A role, held for a unit and all below it."""

    __tablename__ = "role_grant"
    __table_args__ = (sa.UniqueConstraint("member_id", "role", "unit_id"),)

    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    role: Mapped[Role] = mapped_column(Words(Role))
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    granted_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"))
    granted_at: Mapped[datetime]

    member: Mapped[Member] = relationship(foreign_keys=[member_id], back_populates="grants")
    unit: Mapped[Unit] = relationship()


class AccountLink(Base):
    """An account of somebody who has several: all of one person have the same `person_id`, which is one of them. Who
    has no row here has one account."""

    __tablename__ = "account_link"

    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"), unique=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"), index=True)


class AccessLink(Base):
    """An invitation or a reset: expires, works once. The address is signed from this row's id and never stored."""

    __tablename__ = "access_link"

    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"), index=True)
    purpose: Mapped[LinkPurpose] = mapped_column(Words(LinkPurpose))
    created_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    member: Mapped[Member] = relationship(foreign_keys=[member_id])


LASTING = sa.text("withdrawn_at IS NULL")


class Consent(Base):
    """That a person agreed to a purpose, to which version of its text and when, and when they withdrew it."""

    __tablename__ = "consent"
    __table_args__ = (
        sa.Index(
            "uq_consent_lasting", "member_id", "purpose", unique=True, sqlite_where=LASTING, postgresql_where=LASTING
        ),
        sa.CheckConstraint("withdrawn_at >= given_at", name="withdrawn_after_given"),
    )

    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"), index=True)
    purpose: Mapped[Purpose] = mapped_column(Words(Purpose))
    version: Mapped[int]
    given_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


ASKED = sa.text("state = 'asked'")


class ForgetRequest(Base):
    """Somebody asks to be forgotten, and what an administrator did about it."""

    __tablename__ = "forget_request"
    __table_args__ = (
        sa.CheckConstraint("(state = 'asked') = (ended_at IS NULL)", name="ended"),
        sa.Index("uq_forget_request_open", "member_id", unique=True, sqlite_where=ASKED, postgresql_where=ASKED),
    )

    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=new_public_id)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    reason: Mapped[str] = mapped_column(sa.String(200), default="")
    asked_at: Mapped[datetime]
    state: Mapped[Forgetting] = mapped_column(Words(Forgetting), default=Forgetting.ASKED)
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"))

    member: Mapped[Member] = relationship(foreign_keys=[member_id])


class RosterUpload(Base):
    """A roster, or another file (`purpose`), between preview and import, so that what was shown is what is imported.
    It does not last."""

    __tablename__ = "roster_upload"

    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=new_public_id)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"), index=True)
    purpose: Mapped[str] = mapped_column(sa.String(32), default="roster")
    name: Mapped[str] = mapped_column(sa.String(200))
    content: Mapped[bytes]
    created_at: Mapped[datetime]
