"""Reads of what stands on notice and of objections to it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import aliased, contains_eager, joinedload

from activities.certificates.models import Certificate, Objection
from activities.certificates.queries import PAGE, SAYS_SOMETHING
from activities.certificates.rules import CertificateState
from activities.certificates.rules_notice import Verdict
from activities.corrections.uninvolved import Matter, Uninvolved, matter, uninvolved
from activities.kit.db import db
from activities.kit.refusal import NotFound
from activities.kit.roles import Permission
from activities.people.models import Member
from activities.people.persons import is_account_of
from activities.people.queries import within
from activities.people.users import Viewer

LATEST = 20
Objector = aliased(Member)


def school_of(path: str) -> int:
    """The unit above all of the unit at `path`."""
    return int(path.split("/")[0])


def _standing(viewer: Viewer, days: int, now: datetime) -> sa.Select[Certificate]:
    query = sa.select(Certificate).join(Certificate.member).join(Member.unit).where(
        Certificate.school_id == school_of(viewer.unit.path), Certificate.state == CertificateState.VALID,
        Certificate.issued_at > now - timedelta(days=days),
    )  # fmt: skip
    return query.options(contains_eager(Certificate.member).contains_eager(Member.unit))


def on_notice(viewer: Viewer, days: int, page: int, now: datetime) -> list[Certificate]:
    """What stands on notice in the viewer's school, the latest first; one more than a page holds."""
    query = _standing(viewer, days, now).order_by(Certificate.id.desc())
    return list(db.session.scalars(query.limit(PAGE + 1).offset((page - 1) * PAGE)))


def standing(viewer: Viewer, public_id: str, days: int, now: datetime) -> Certificate:
    """A certificate that stands on notice in the viewer's school."""
    found = db.session.scalars(_standing(viewer, days, now).where(Certificate.public_id == public_id)).one_or_none()
    if found is None:
        raise NotFound
    return found


def raised_by(member_id: int) -> list[Objection]:
    """What somebody has objected to, the latest first."""
    query = sa.select(Objection).where(Objection.member_id == member_id).options(joinedload(Objection.certificate))
    return list(db.session.scalars(query.order_by(Objection.id.desc()).limit(LATEST)))


def _to_judge(keeper: Viewer) -> sa.Select[Objection]:
    """Objections to certificates of the keeper's people, except those that they have to do with."""
    return _of_people(keeper).where(~_involves(keeper))


def of_others(keeper: Viewer) -> list[Objection]:
    """Open objections to certificates of the keeper's people that the keeper has to do with, so that others answer."""
    query = _of_people(keeper).where(_involves(keeper), Objection.verdict == Verdict.OPEN)
    return list(db.session.scalars(query.order_by(Objection.id).limit(PAGE)))


def _involves(keeper: Viewer) -> sa.ColumnElement[bool]:
    columns = (Certificate.member_id, Certificate.issued_by_id, Objection.member_id)
    return sa.or_(*(is_account_of(column, keeper.id) for column in columns))


def _of_people(keeper: Viewer) -> sa.Select[Objection]:
    return (
        sa.select(Objection)
        .join(Objection.certificate)
        .join(Certificate.member)
        .join(Member.unit)
        .where(within(keeper.paths(Permission.CERTIFY)), SAYS_SOMETHING)
        .options(
            contains_eager(Objection.certificate).contains_eager(Certificate.member).contains_eager(Member.unit),
            joinedload(Objection.member, innerjoin=True), joinedload(Objection.answered_by),
        )
    )  # fmt: skip


def to_judge(keeper: Viewer) -> list[Objection]:
    """The oldest first; one more than a page where there are more."""
    query = _to_judge(keeper).where(Objection.verdict == Verdict.OPEN)
    return list(db.session.scalars(query.order_by(Objection.id).limit(PAGE + 1)))


def how_many_to_judge(keeper: Viewer) -> sa.Select[int]:
    """The same as a number."""
    query = _to_judge(keeper).where(Objection.verdict == Verdict.OPEN)
    return query.with_only_columns(sa.func.count(Objection.id), maintain_column_froms=True)


def judged(keeper: Viewer) -> list[Objection]:
    """Those that are answered, the latest first."""
    query = _to_judge(keeper).where(Objection.verdict != Verdict.OPEN)
    return list(db.session.scalars(query.order_by(Objection.answered_at.desc(), Objection.id).limit(LATEST)))


def objection_to_judge(keeper: Viewer, public_id: str) -> Objection:
    found = db.session.scalars(_to_judge(keeper).where(Objection.public_id == public_id)).one_or_none()
    if found is None:
        raise NotFound
    return found


def judges(objections: Sequence[Objection]) -> dict[int, Uninvolved]:
    """By objection, who may answer it."""
    return uninvolved(Permission.CERTIFY, [_matter(one, one.certificate) for one in objections])


def _matter(objection: Objection, certificate: Certificate) -> Matter:
    path = certificate.member.unit.path
    return matter(objection.id, path, certificate.member_id, certificate.issued_by_id, objection.member_id)
