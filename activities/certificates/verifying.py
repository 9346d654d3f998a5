"""Whether a certificate is what was issued, for whoever checks it."""

from __future__ import annotations

from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from activities.audit.models import AuditEntry
from activities.certificates import rules
from activities.certificates.models import Certificate
from activities.kit.db import db
from activities.people.models import Member, Unit


class Checked(NamedTuple):
    """A certificate, whether it is what was issued, and whether nothing of it is kept any more."""

    certificate: Certificate
    is_as_issued: bool
    is_forgotten: bool


def by_code(code: str) -> Checked | None:
    """One statement, also for a code that is none."""
    query = sa.select(Certificate, _told(), Member.erased_at).join(Certificate.member).where(Certificate.code == code)
    found = db.session.execute(query.options(joinedload(Certificate.successor))).first()
    if found is None:
        return None
    one, told, erased_at = found
    return Checked(one, rules.is_as_issued(one.snapshot, one.hash, one.number, told), erased_at is not None)


def is_as_issued(one: Certificate) -> bool:
    told = db.session.scalar(sa.select(_told()).select_from(Certificate).where(Certificate.id == one.id))
    return rules.is_as_issued(one.snapshot, one.hash, one.number, told)


def is_there(unit_name: str) -> bool:
    """Whether a unit still has this name."""
    return db.session.scalar(sa.select(Unit.id).where(Unit.name == unit_name)) is not None


def _told() -> sa.ScalarSelect[Any]:
    """The hash that the trail tells of, from when the certificate was issued."""
    query = sa.select(AuditEntry.after["hash"].as_string()).where(
        AuditEntry.subject == Certificate.__tablename__, AuditEntry.subject_id == Certificate.id,
        AuditEntry.verb == "issue",
    )  # fmt: skip
    return query.order_by(AuditEntry.id).limit(1).correlate(Certificate).scalar_subquery()
