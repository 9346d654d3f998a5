"""Members and roles. Every verb asks again, inside its transaction, whether the one who acts may do so: what lies
outside the acting person's units is not found. Where several rows are locked the units come before the members."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from activities.audit import service as audit
from activities.kit.db import db, lock, transactional
from activities.kit.refusal import ChangedMeanwhile, NotFound
from activities.kit.roles import Permission, Role
from activities.people import notices, rules
from activities.people.models import AccessLink, Member, RoleGrant, Unit
from activities.people.persons import same_person
from activities.people.queries import WITH_ROLES
from activities.people.rules import Stage, Standing


@dataclass(frozen=True, kw_only=True)
class Details:
    """What is kept about a person, and no more. `email` is lower case or None."""

    number: str
    name: str
    unit_id: int
    class_name: str
    stage: Stage
    standing: Standing
    email: str | None

    @property
    def fingerprint(self) -> str:
        """Equal for equal data: what a form that shows these gives back, to say what it showed."""
        return sha256(json.dumps(asdict(self)).encode()).hexdigest()[:32]


def details_of(member: Member) -> Details:
    return Details(**{field.name: getattr(member, field.name) for field in fields(Details)})


# What says who somebody is, and has to be forgotten when they are.
NAMING = ("number", "name", "class_name", "email")


def told(member_id: int, values: Mapping[str, Any]) -> dict[str, Any]:
    """A person's data as the trail may tell of it."""
    return audit.private(member_id, values, NAMING)


@transactional
def create_member(actor_id: int, details: Details, now: datetime) -> Member:
    """Put a person on the roster of a unit the actor administers. Raises NumberTaken or EmailTaken."""
    _managed_unit(acting(actor_id), details.unit_id)
    return add_member(actor_id, details, now)


def add_member(actor_id: int | None, details: Details, now: datetime, *, reason: str = "") -> Member:
    """Inside a transaction that has asked who may: put a person on the roster. Raises NumberTaken or EmailTaken."""
    member = Member(**asdict(details), created_at=now)
    db.session.add(member)
    with unique_account():
        db.session.flush()
    after = told(member.id, asdict(details))
    audit.leave(now, actor_id, "create member", Member, member.id, after=after, reason=reason)
    return member


@transactional
def edit_member(actor_id: int, member_id: int, fingerprint: str, details: Details, now: datetime) -> None:
    """Set a person's data. A new e-mail address ends the links that were sent to the old one. ChangedMeanwhile where
    `fingerprint` is not that of the present data any more, OwnStage for who would set their own."""
    actor, member = managed(actor_id, member_id)
    if details_of(member).fingerprint != fingerprint:
        raise ChangedMeanwhile
    _managed_unit(actor, details.unit_id)
    after = {name: value for name, value in asdict(details).items() if getattr(member, name) != value}
    if "stage" in after and same_person(actor_id, member_id):
        raise rules.OwnStage
    before = {name: getattr(member, name) for name in after}
    for name, value in after.items():
        setattr(member, name, value)
    with unique_account():
        db.session.flush()
    if "email" in after:
        end_links(member_id, now)
    if after:
        was, becomes = told(member_id, before), told(member_id, after)
        audit.leave(now, actor_id, "edit member", Member, member_id, before=was, after=becomes)


def shut_account(actor_id: int, member_id: int, now: datetime) -> Member:
    """Inside a transaction: end a person's sessions and open links. What else the person leaves behind is seen to by
    the rooms above (`signups.leaving`)."""
    if actor_id == member_id:
        raise rules.NotYourself
    roots = lock_roots()
    _, member = managed(actor_id, member_id)
    if not member.active:
        raise rules.NotActive(member.name)
    for held in member.grants:
        if held.role is Role.ADMINISTRATOR and held.unit_id in roots:
            _keep_one_administrator(held)
    member.active = False
    member.session_epoch += 1
    end_links(member_id, now)
    audit.leave(now, actor_id, "deactivate", Member, member_id, before={"active": True}, after={"active": False})
    return member


@transactional
def reactivate(actor_id: int, member_id: int, now: datetime) -> None:
    _, member = managed(actor_id, member_id)
    if not member.active:
        set_active(actor_id, member, now)


def set_active(actor_id: int | None, member: Member, now: datetime, *, reason: str = "") -> None:
    """Inside a transaction that has asked who may: let a shut account be used again. Raises Restricted."""
    if member.restricted_at or member.erased_at:
        raise rules.Restricted
    member.active = True
    before, after = {"active": False}, {"active": True}
    audit.leave(now, actor_id, "reactivate", Member, member.id, before=before, after=after, reason=reason)


# ── roles ───────────────────────────────────────────────────────────────────


@transactional
def grant(actor_id: int, member_id: int, role: Role, unit_id: int, now: datetime) -> None:
    """Give a role for a unit and all below it. Raises OwnRole, MayNotGrant, AlreadyHolds or
    NotActive."""
    member, unit = _granting(actor_id, member_id, role, unit_id)
    if same_person(actor_id, member_id):
        raise rules.OwnRole
    if not member.active:
        raise rules.NotActive(member.name)
    if any(held.role is role and held.unit_id == unit_id for held in member.grants):
        raise rules.AlreadyHolds(member.name)
    held = RoleGrant(member_id=member_id, role=role, unit_id=unit_id, granted_by_id=actor_id, granted_at=now)
    db.session.add(held)
    db.session.flush()
    audit.leave(now, actor_id, "grant", RoleGrant, held.id, after=_named(member, role, unit))
    notices.granted(member_id, role, unit, now)


@transactional
def revoke(actor_id: int, member_id: int, role: Role, unit_id: int, now: datetime) -> None:
    """Take a role away. Raises MayNotGrant, HoldsNot, or LastAdministrator where nobody would be left."""
    roots = lock_roots()
    member, unit = _granting(actor_id, member_id, role, unit_id)
    held = next((g for g in member.grants if g.role is role and g.unit_id == unit_id), None)
    if held is None:
        raise rules.HoldsNot(member.name)
    if role is Role.ADMINISTRATOR and unit_id in roots:
        _keep_one_administrator(held)
    db.session.execute(sa.delete(RoleGrant).where(RoleGrant.id == held.id))
    audit.leave(now, actor_id, "revoke", RoleGrant, held.id, before=_named(member, role, unit))


def _granting(actor_id: int, member_id: int, role: Role, unit_id: int) -> tuple[Member, Unit]:
    actor, unit = acting(actor_id), db.session.get(Unit, unit_id)
    member = lock(Member, member_id, *WITH_ROLES)
    if unit is None or not actor.may(Permission.GRANT_ROLES, member.unit.path):
        raise NotFound
    if not rules.may_grant(actor.holdings, role, unit.path):
        raise rules.MayNotGrant
    return member, unit


def _named(member: Member, role: Role, unit: Unit) -> dict[str, object]:
    return {"member_id": member.id, "role": role, "unit_id": unit.id}


def lock_roots() -> list[int]:
    """Lock the units above all, so that two administrators who resign at once take turns. Return their ids."""
    query = sa.select(Unit.id).where(Unit.parent_id.is_(None)).order_by(Unit.id).with_for_update()
    return list(db.session.scalars(query))


def _keep_one_administrator(leaving: RoleGrant) -> None:
    others = (
        sa.select(RoleGrant.id)
        .join(Member, Member.id == RoleGrant.member_id)
        .where(
            RoleGrant.role == Role.ADMINISTRATOR, RoleGrant.unit_id == leaving.unit_id,
            RoleGrant.member_id != leaving.member_id, Member.active,
        )
    )  # fmt: skip
    if db.session.scalars(others).first() is None:
        raise rules.LastAdministrator


# ── what the verbs of this room share ───────────────────────────────────────


def acting(actor_id: int) -> Member:
    """Who acts, with roles as they are now."""
    query = sa.select(Member).where(Member.id == actor_id, Member.active).options(*WITH_ROLES)
    actor = db.session.execute(query, execution_options={"populate_existing": True}).unique().scalar_one_or_none()
    if actor is None:
        raise NotFound
    return actor


def managed(actor_id: int, member_id: int) -> tuple[Member, Member]:
    """Who acts, and the locked person whose account they may change. NotFound outside the actor's units, HoldsMore for
    who holds a role that the actor may not grant."""
    actor, member = acting(actor_id), lock(Member, member_id, *WITH_ROLES)
    if not actor.may(Permission.MANAGE_PEOPLE, member.unit.path):
        raise NotFound
    if not rules.covers(actor.holdings, member.holdings):
        raise rules.HoldsMore(member.name)
    return actor, member


def end_links(member_id: int, now: datetime) -> None:
    """End the person's open invitations and resets."""
    open_links = sa.update(AccessLink).where(AccessLink.member_id == member_id, AccessLink.used_at.is_(None))
    db.session.execute(open_links.values(used_at=now))


def _managed_unit(actor: Member, unit_id: int) -> Unit:
    unit = db.session.get(Unit, unit_id)
    if unit is None or not actor.may(Permission.MANAGE_PEOPLE, unit.path):
        raise NotFound
    return unit


@contextmanager
def unique_account() -> Iterator[None]:
    """Say in words what the database refused; asking before would not hold against somebody doing the same."""
    try:
        yield
    except IntegrityError as error:
        email = any(name in str(error.orig) for name in ("uq_member_email", "member.email"))
        raise (rules.EmailTaken if email else rules.NumberTaken) from None
