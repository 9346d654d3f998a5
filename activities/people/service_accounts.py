"""Ways in: invitations, resets, passwords, sessions. A link works once; using it ends the person's other links and
sessions."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from activities.audit import service as audit
from activities.kit.db import db, lock, transactional
from activities.kit.roles import Role
from activities.people import notices, queries, rules
from activities.people.models import AccessLink, Member, RoleGrant, Unit
from activities.people.passwords import hash_password, verify, verify_and_update
from activities.people.rules import LIFETIME, LinkPurpose, Stage, Standing, UnitLevel
from activities.people.service import Details, add_member, end_links, managed, set_active

BY_COMMAND = "command line"


def authenticate(name: str, password: str) -> Member | None:
    """The active member whose number or e-mail address and password these are, after the same work for every answer."""
    member = queries.by_login(name)
    fits, better = verify_and_update(password, member.password_hash if member else None)
    if member is None or not fits or not member.active:
        return None
    if better:
        _store_better_hash(member.id, str(member.password_hash), better)
    return member


@transactional
def _store_better_hash(member_id: int, old: str, better: str) -> None:
    unchanged = sa.update(Member).where(Member.id == member_id, Member.password_hash == old)
    db.session.execute(unchanged.values(password_hash=better), execution_options={"synchronize_session": False})


@transactional
def invite(actor_id: int, member_id: int, now: datetime) -> AccessLink:
    """A new link for a person the actor administers, to hand over, and mailed where there is an address: an invitation
    to who has no password yet, a reset to who has one."""
    _, member = managed(actor_id, member_id)
    if not member.active:
        raise rules.NotActive(member.name)
    return _make_link(member, _fitting(member.id), actor_id, now)


def request_reset(name: str, now: datetime) -> None:
    """Mail a reset link, if this account exists, is active and has an address. Nobody learns whether it does."""
    member = queries.by_login(name)
    if member and member.active and member.email:
        _request_reset(member.id, now)


@transactional
def _request_reset(member_id: int, now: datetime) -> None:
    _make_link(lock(Member, member_id), LinkPurpose.RESET, None, now)  # nobody knows who asked


def accept(link_id: int, purpose: LinkPurpose, password: str, now: datetime) -> Member:
    """Set the password with a link, and return the person. Raises LinkSpent or the rule's reason against it."""
    link = queries.open_link(link_id, purpose, now)
    if link is None:
        raise rules.LinkSpent
    return _accept(link_id, link.member_id, _hash(link.member, password), now)


@transactional
def _accept(link_id: int, member_id: int, hashed: str, now: datetime) -> Member:
    member = lock(Member, member_id)
    link = lock(AccessLink, link_id)
    if link.used_at or now >= link.expires_at or not member.active:
        raise rules.LinkSpent
    link.used_at = now
    _set_password(member, hashed, now, f"by {link.purpose}")
    return member


def change_password(member_id: int, old: str, new: str, now: datetime) -> Member:
    """Set one's own password. Raises WrongPassword, or the rule's reason against the new one."""
    member = queries.with_password(member_id)
    if member is None or not verify(old, member.password_hash):
        raise rules.WrongPassword
    return _change_password(member_id, str(member.password_hash), _hash(member, new), now)


@transactional
def _change_password(member_id: int, verified: str, hashed: str, now: datetime) -> Member:
    member = lock(Member, member_id)
    if member.password_hash != verified:
        raise rules.WrongPassword
    _set_password(member, hashed, now, "by its owner")
    return member


@transactional
def log_out_everywhere(member_id: int, now: datetime) -> None:
    lock(Member, member_id).session_epoch += 1
    audit.leave(now, member_id, "log out everywhere", Member, member_id)


@transactional
def choose_language(member_id: int, language: str) -> None:
    lock(Member, member_id).language = language


@transactional
def create_administrator(number: str, name: str, email: str | None, unit_name: str, now: datetime) -> AccessLink:
    """Make the person with this number an administrator of the root unit, each created where there is none, and return
    a link with which they set a password. For the command line: nobody is asked for permission.

    Raises OtherName where the person with this number has another name, and EmailTaken."""
    root = db.session.scalars(sa.select(Unit).where(Unit.parent_id.is_(None)).order_by(Unit.id)).first()
    root = root or _plant(unit_name, now)
    member = db.session.scalars(sa.select(Member).where(Member.number == number)).first()
    if member is None:
        details = Details(
            number=number, name=name, unit_id=root.id, class_name="", stage=Stage.FULL, standing=Standing.LEADER,
            email=email,
        )  # fmt: skip
        member = add_member(None, details, now, reason=BY_COMMAND)
    if member.name != name:
        raise rules.OtherName(number, member.name)
    if not member.active:
        set_active(None, member, now, reason=BY_COMMAND)
    held = {"member_id": member.id, "role": Role.ADMINISTRATOR, "unit_id": root.id}
    if db.session.scalar(sa.select(RoleGrant.id).filter_by(**held)) is None:
        grant_id = db.session.scalar(sa.insert(RoleGrant).values(**held, granted_at=now).returning(RoleGrant.id))
        assert grant_id is not None
        audit.leave(now, None, "grant", RoleGrant, grant_id, after=held, reason=BY_COMMAND)
    return _make_link(member, _fitting(member.id), None, now)


def _plant(name: str, now: datetime) -> Unit:
    root = Unit(name=name, level=UnitLevel.GENERAL_BRANCH, path="", changed_at=now)
    db.session.add(root)
    db.session.flush()
    root.path = f"{root.id}/"
    after = {"name": name, "level": root.level, "parent_id": None}
    audit.leave(now, None, "create unit", Unit, root.id, after=after, reason=BY_COMMAND)
    return root


def _fitting(member_id: int) -> LinkPurpose:
    return LinkPurpose.RESET if queries.has_password(member_id) else LinkPurpose.INVITATION


def _make_link(member: Member, purpose: LinkPurpose, by: int | None, now: datetime) -> AccessLink:
    link = AccessLink(
        member_id=member.id, purpose=purpose, created_by_id=by, created_at=now, expires_at=now + LIFETIME[purpose]
    )
    db.session.add(link)
    db.session.flush()
    if member.email:
        notices.link_made(link, member, now)
    audit.leave(now, by, f"offer {purpose}", Member, member.id)
    return link


def _hash(member: Member, password: str) -> str:
    if refusal := rules.why_not_password(password, member.known):
        raise refusal
    return hash_password(password)


def _set_password(member: Member, hashed: str, now: datetime, reason: str) -> None:
    member.password_hash = hashed
    member.session_epoch += 1
    end_links(member.id, now)
    audit.leave(now, member.id, "set password", Member, member.id, reason=reason)
    notices.password_changed(member.id, now)
