"""The trail of one sign-up, role or certificate, as sentences. A verb without a sentence of its own says what the state
became; a test goes through all verbs that there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from activities.audit.models import AuditEntry
from activities.certificates.models import Certificate, Objection
from activities.certificates.queries import to_download
from activities.certificates.rules import STATE_NAMES
from activities.duties.models import Activity, Post, Slot
from activities.duties.queries import organized_by
from activities.kit.db import db
from activities.kit.i18n import gettext as _
from activities.kit.refusal import N_, NotFound
from activities.kit.roles import ROLE_NAMES, Permission
from activities.people.models import Member, RoleGrant, Unit
from activities.people.queries import within
from activities.people.users import Viewer
from activities.signups.models import SignUp
from activities.signups.rules import SignUpState

MOST = 200
SEATS = {
    SignUpState.SEATED: N_("has a seat"), SignUpState.OFFERED: N_("has an offer"), SignUpState.ASKED: N_("has asked"),
    SignUpState.WAITING: N_("waits"), SignUpState.WITHDRAWN: N_("has withdrawn"),
}  # fmt: skip
# By table and verb; `who` did it, `what` is the state, role or number it is about.
SENTENCES = {
    ("sign_up", "sign up"): N_("%(who)s signed up: %(what)s."),
    ("sign_up", "take over"): N_("The seat went from somebody else to this person: %(what)s."),
    ("sign_up", "accept"): N_("%(who)s accepted the seat: %(what)s."),
    ("sign_up", "promote"): N_("A seat became free: %(what)s."),
    ("sign_up", "withdraw"): N_("%(who)s gave it back."),
    ("sign_up", "come at"): N_("%(who)s chose another time to come."),
    ("sign_up", "give a time"): N_("A time to come was given."),
    ("sign_up", "read risks"): N_("%(who)s read the risks and safeguards."),
    ("sign_up", "ask to read risks"): N_("The risks changed; the person was asked to read them again."),
    ("sign_up", "seat holder"): N_("%(who)s seated the holder of the post: %(what)s."),
    ("sign_up", "draw"): N_("The draw was held: %(what)s."),
    ("sign_up", "approve"): N_("%(who)s approved it: %(what)s."),
    ("sign_up", "decline"): N_("%(who)s declined it."),
    ("role_grant", "grant"): N_("%(who)s gave the role: %(what)s."),
    ("role_grant", "revoke"): N_("%(who)s took the role away: %(what)s."),
    ("certificate", "issue"): N_("%(who)s issued it under the number %(what)s."),
    ("certificate", "supersede"): N_("%(who)s replaced it by another one."),
    ("certificate", "revoke"): N_("%(who)s revoked it."),
    ("certificate", "clear"): N_("Its time was over, and what it said was deleted."),
    ("certificate_objection", "object"): N_("Somebody objected to it."),
    ("certificate_objection", "judge"): N_("%(who)s answered the objection."),
}
OTHER = N_("%(who)s changed it: %(what)s.")


class Line(NamedTuple):
    """One entry of a trail: itself, and its sentence."""

    entry: AuditEntry
    sentence: str


def of_certificate(viewer: Viewer, public_id: str) -> tuple[Certificate, list[Line]]:
    """For whom it is about and who keeps it."""
    found = to_download(viewer, public_id)
    objections = db.session.scalars(sa.select(Objection.id).where(Objection.certificate_id == found.id)).all()
    which = (_about(Certificate.__tablename__, [found.id]), _about(Objection.__tablename__, objections))
    return found, [line for line in _lines(sa.or_(*which)) if _may_read(viewer, found, line)]


def _may_read(viewer: Viewer, certificate: Certificate, line: Line) -> bool:
    """Who a certificate is about is not told what somebody objected, only how it was answered."""
    return certificate.member_id != viewer.id or line.entry.verb != "object"


def of_sign_ups(viewer: Viewer, slot_id: str, member_id: str) -> tuple[Slot, Member, list[Line]]:
    """All that became of a person's sign-ups for a slot, for that person and who organizes it."""
    query = (
        sa.select(SignUp.id, Slot, Member)
        .join(SignUp.slot)
        .join(Slot.post)
        .join(Post.activity)
        .join(Activity.unit)
        .join(Member, Member.id == SignUp.member_id)
        .where(
            Slot.public_id == slot_id, Member.public_id == member_id,
            sa.or_(SignUp.member_id == viewer.id, organized_by(viewer)),
        )
    )  # fmt: skip
    rows = db.session.execute(query).all()
    if not rows:
        raise NotFound
    return rows[0][1], rows[0][2], _lines(_about(SignUp.__tablename__, [row[0] for row in rows]))


def of_roles(viewer: Viewer, member_id: str) -> tuple[Member, list[Line]]:
    """All roles that a person ever held, for that person and who grants roles in their unit."""
    query = sa.select(Member).join(Member.unit).where(
        Member.public_id == member_id,
        sa.or_(Member.id == viewer.id, within(viewer.paths(Permission.GRANT_ROLES))),
    )  # fmt: skip
    member = db.session.scalars(query).one_or_none()
    if member is None:
        raise NotFound
    theirs = sa.or_(*(said["member_id"].as_integer() == member.id for said in (AuditEntry.before, AuditEntry.after)))
    return member, _lines(sa.and_(AuditEntry.subject == RoleGrant.__tablename__, theirs))


def _about(subject: str, ids: Sequence[int]) -> sa.ColumnElement[bool]:
    return sa.and_(AuditEntry.subject == subject, AuditEntry.subject_id.in_(ids))


def _lines(which: sa.ColumnElement[bool]) -> list[Line]:
    query = sa.select(AuditEntry, Member.name).outerjoin(Member, Member.id == AuditEntry.actor_id).where(which)
    rows = db.session.execute(query.order_by(AuditEntry.id).limit(MOST)).all()
    ids = {said["unit_id"] for entry, _name in rows for said in (entry.before, entry.after) if "unit_id" in said}
    units = dict(db.session.execute(sa.select(Unit.id, Unit.name).where(Unit.id.in_(ids))).all()) if ids else {}
    return [Line(entry, sentence(entry, name, units)) for entry, name in rows]


def sentence(entry: AuditEntry, name: str | None, units: dict[int, str]) -> str:
    """What an entry tells."""
    template = SENTENCES.get((entry.subject, entry.verb), OTHER)
    return _(template, who=name or _("The system"), what=_what({**entry.before, **entry.after}, units))


def _what(said: dict[str, Any], units: dict[int, str]) -> str:
    if "role" in said:
        return f"{_(ROLE_NAMES[said['role']])}·{units.get(said['unit_id'], '–')}"
    if "number" in said:
        return str(said["number"])
    names: dict[Any, str] = {**SEATS, **STATE_NAMES}
    name = names.get(said.get("state"))
    return _(name) if name else "–"
